"""Which device is chosen: with accelerators that are pretended, as no test may need one."""

import pytest
import torch

from helpers import devices


@pytest.fixture
def machine(monkeypatch):
    """A machine without wishes; call it with its accelerator, or None, and what ails that."""

    def pretend(accelerator: str | None, trouble: str = "") -> None:
        found = accelerator and torch.device(accelerator)
        monkeypatch.setattr(torch.accelerator, "is_available", lambda: found is not None)
        monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: found)
        monkeypatch.setattr(
            devices, "_trouble", lambda device: "" if str(device) == "cpu" else trouble
        )

    monkeypatch.delenv("LESSON_DEVICE", raising=False)
    return pretend


@pytest.mark.parametrize("kind", ["cuda", "mps", "xpu"])
def test_an_accelerator_is_taken_where_there_is_one(machine, kind, capsys):
    machine(kind)
    assert devices.best_device() == torch.device(kind)
    assert capsys.readouterr().out == ""


def test_without_one_the_cpu_computes(machine):
    machine(None)
    assert devices.best_device() == torch.device("cpu")


def test_an_accelerator_that_cannot_compute_is_left_alone_and_that_is_said(machine, capsys):
    machine("cuda", "the driver is too old")
    assert devices.best_device() == torch.device("cpu")
    assert "cuda can't be used (the driver is too old)" in capsys.readouterr().out


def test_a_wish_overrules_the_choice(machine, monkeypatch):
    machine("cuda")
    for wish in ("cpu", "cuda:1"):
        monkeypatch.setenv("LESSON_DEVICE", wish)
        assert devices.best_device() == torch.device(wish)


@pytest.mark.parametrize("wish", ["nonsense", "cuda:99"])
def test_a_wish_that_cannot_be_granted_is_refused_by_name(monkeypatch, wish):
    monkeypatch.setenv("LESSON_DEVICE", wish)
    with pytest.raises(ValueError, match=f"LESSON_DEVICE={wish} can't be used here"):
        devices.best_device()


def test_every_device_at_hand_can_compute():
    assert devices._trouble("cpu") == "" and devices._trouble(devices.best_device()) == ""
    assert devices._trouble("meta")  # holds no numbers
