"""Which device is chosen: where there are accelerators, none, or one that can't compute."""

import pytest
import torch

from helpers.devices import best_device, one_thread
from helpers.settings import usual_settings

# No test may need an accelerator, so the CPU under a second name acts as one that works, and
# torch's "meta" device, which holds no numbers, as one that doesn't.
WORKS, BROKEN = torch.device("cpu:0"), torch.device("meta")


@pytest.fixture
def machine(monkeypatch):
    """Return a function that lets torch report an accelerator, or none."""

    def has(accelerator: torch.device | None) -> None:
        monkeypatch.setattr(torch.accelerator, "is_available", lambda: accelerator is not None)
        monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: accelerator)

    monkeypatch.delenv("LESSON_DEVICE", raising=False)
    return has


@pytest.mark.parametrize("found, chosen", [(WORKS, WORKS), (None, torch.device("cpu"))])
def test_an_accelerator_is_taken_where_there_is_one(machine, capsys, found, chosen):
    machine(found)
    assert best_device() == chosen
    assert capsys.readouterr().out == ""


def test_an_accelerator_that_cannot_compute_is_left_alone_and_that_is_said(machine, capsys):
    machine(BROKEN)
    assert best_device() == torch.device("cpu")
    assert "This machine's meta can't be used (" in capsys.readouterr().out


def test_an_error_without_a_message_is_named_by_its_type(machine, monkeypatch, capsys):
    def fail(*arguments, **options):
        raise NotImplementedError

    machine(WORKS)
    monkeypatch.setattr(torch, "ones", fail)
    assert best_device() == torch.device("cpu")
    assert "can't be used (NotImplementedError)" in capsys.readouterr().out


def test_a_wish_overrules_the_choice(machine, monkeypatch):
    machine(WORKS)
    monkeypatch.setenv("LESSON_DEVICE", "cpu")
    assert best_device() == torch.device("cpu") != WORKS


@pytest.mark.parametrize("wish", ["nonsense", "cuda:99", "meta"])
def test_a_wish_that_cannot_be_granted_is_refused_by_name(monkeypatch, wish):
    monkeypatch.setenv("LESSON_DEVICE", wish)
    with pytest.raises(ValueError, match=f"LESSON_DEVICE={wish} can't be used here"):
        best_device()


def test_one_thread_is_for_a_while_only():
    with usual_settings():
        torch.set_num_threads(2)
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
