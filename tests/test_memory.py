"""What a rehearsal remembers is what would have been computed."""

import pytest
import torch
from torch.utils.benchmark import Timer

from helpers import dropout, scripts, training
from helpers.live import LiveLoss
from tests import memory
from tests.memory import remember


@pytest.fixture
def remembering(monkeypatch, tmp_path):
    """Scripts, timers and trainings remember, until the end of the test."""
    remembered = [(scripts, "run_script"), (training, "fit"), (dropout, "train_pairs")]
    for place, name in [*remembered, (Timer, "timeit"), (Timer, "blocked_autorange")]:
        monkeypatch.setattr(place, name, getattr(place, name))
    remember(tmp_path)

    def recalled(function, *settings):
        """Call it; nothing new must be computed."""
        known = set(tmp_path.iterdir())
        result = function(*settings)
        assert set(tmp_path.iterdir()) == known
        return result

    return recalled


def test_a_script_is_remembered_with_its_files_and_for_these_alone(remembering):
    script = "import os; open('new', 'w').write(open('given').read()); print(os.getpid())"
    said = []
    for given in ("a", "a", "b"):
        folder = scripts.scratch_folder()
        (folder / "given").write_text(given)
        said.append(scripts.run_script(script, folder=folder))
        assert (folder / "new").read_text() == given
    assert said[0] == said[1] != said[2]
    assert scripts.run_script("print(1 + 1)") == "2"


@pytest.mark.parametrize("live", [False, True])
def test_a_remembered_training_leaves_what_the_training_left(remembering, live):
    def trained(seed: int, peak: float) -> list:
        torch.manual_seed(seed)
        net = torch.nn.Linear(3, 2)
        x = torch.arange(60.0).view(20, 3) / 60
        losses = training.fit(net, x, torch.arange(20) % 2, steps=12, peak=peak, live=live)
        return [losses, net.weight.tolist(), torch.rand(2).tolist()]

    first = trained(1, 0.01)
    assert remembering(trained, 1, 0.01) == first
    assert trained(2, 0.01)[0] != first[0] != trained(1, 0.02)[0]


def test_a_training_with_a_picture_shows_it_and_can_be_interrupted(remembering, monkeypatch):
    shown = []

    class Picture(LiveLoss):
        def __enter__(self):
            shown.append(len(self.losses))
            return super().__enter__()

        def update(self):
            if len(self.losses) == 5 and interrupting:
                raise KeyboardInterrupt

    for module in (training, memory):
        monkeypatch.setattr(module, "LiveLoss", Picture)

    def trained() -> int:
        torch.manual_seed(1)
        x = torch.arange(60.0).view(20, 3) / 60
        return len(training.fit(torch.nn.Linear(3, 2), x, torch.arange(20) % 2, steps=12))

    interrupting = False
    assert trained() == remembering(trained) == 12
    assert shown == [0, 12]  # trained, then remembered
    interrupting = True
    with memory.pictured_anew():
        assert remembering(trained) == 5
    assert remembering(trained) == 12
    assert shown == [0, 12, 0, 12]


def test_a_timer_remembers_operands_of_one_shape(remembering):
    def timed(n: int, threads: int = 1) -> tuple[float, float]:
        timer = Timer("a @ a", globals={"a": torch.zeros(n, n)}, num_threads=threads)
        return timer.blocked_autorange(min_run_time=0.001).median, timer.timeit(5).median

    first = timed(5)
    assert timed(5) == first
    assert len({first, timed(6), timed(5, threads=2)}) == 3


def test_remembered_pairs_are_those_of_their_points_and_chance(remembering):
    def trained(seed: int, points: int) -> list:
        torch.manual_seed(seed)
        x = torch.linspace(-1, 1, points)[:, None]
        return [dropout.train_pairs(x, x[None], steps=2).tolist(), torch.rand(2).tolist()]

    first = trained(1, 5)
    assert remembering(trained, 1, 5) == first
    assert trained(2, 5)[0] != first[0] != trained(1, 6)[0]
