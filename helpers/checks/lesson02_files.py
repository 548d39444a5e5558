"""Check of lesson 02's loading of weights, from a good file and from a stranger's."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from helpers.checks.verdict import NotYet, attempt, check


def _no_fit(error: Exception) -> str:
    first, *details = (line.strip() for line in str(error).strip().splitlines() or [""])
    if "loading state_dict" not in first:
        return ""
    return "\n".join(["The file does not fit your net. PyTorch says:", *details])


class _Stranger:
    """Would make an empty file when it is unpickled, and so prove that its order was obeyed."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return open, (str(self.marker), "w")


@check(
    "Weights travel as numbers, and the code stays yours: so a file can be wrong, but it "
    "can't do harm.",
    "Replace the three dots in `restore` and run the cell again.",
)
def restore(answer: Callable[[str], nn.Module]) -> None:
    """Examine `restore(path)` with a good file and a hostile one, both in a temporary folder."""
    saved = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
    x = torch.linspace(-2, 2, 11).unsqueeze(1)
    with tempfile.TemporaryDirectory() as folder:
        path, gift, marker = (Path(folder, name) for name in ("net.pt", "gift.pt", "marker"))
        torch.save(saved.state_dict(), path)
        net = attempt(answer, str(path), explain=_no_fit)
        _examine_restored(net, saved, x)
        torch.save(_Stranger(marker), gift)
        refused = False
        try:
            answer(str(gift))
        except Exception:
            refused = True
        if marker.exists():
            raise NotYet(
                "A stranger's file was opened with `weights_only=False`, and it has just made a "
                "file of its own (an empty one, in a temporary folder). Load with "
                "`weights_only=True`."
            )
        if not refused:
            raise NotYet(
                "PyTorch refused a stranger's file, and your function kept quiet about it. Let "
                "the error come out: no `try` around the loading."
            )


def _examine_restored(net: object, saved: nn.Module, x: Tensor) -> None:
    if isinstance(net, dict):
        raise NotYet("That is the state_dict alone. Load it into a net, and return the net.")
    if not isinstance(net, nn.Module):
        raise NotYet(
            f"Return the net; this is a {type(net).__name__}. (`load_state_dict` gives back a "
            "report, not the net.)"
        )
    shapes = [tuple(tensor.shape) for tensor in net.state_dict().values()]
    if shapes != [tuple(tensor.shape) for tensor in saved.state_dict().values()]:
        raise NotYet("The net should have 1 input, 20 hidden units and 1 output.")
    if not torch.equal(next(net.parameters()), next(saved.parameters())):
        raise NotYet("The weights are random: `net.load_state_dict(...)` is missing.")
    given = attempt(net, x)
    if not torch.allclose(given, saved(x), atol=1e-5):
        raise NotYet("The weights are right, the outputs are not: is tanh between the layers?")
    if any(part.training for part in net.modules()):
        raise NotYet("The net is still in training mode: call `net.eval()`.")
