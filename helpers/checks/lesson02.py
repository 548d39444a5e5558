"""Checks of the exercises of lesson 02."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn

from helpers.checks.verdict import NotYet, attempt, check


def _attempt(explain: Callable[[str], str], answer: Any, *arguments: Any) -> Any:
    """`attempt`, but an error whose message `explain` has a hint for is a `NotYet`."""

    def told(*arguments: Any) -> Any:
        try:
            return answer(*arguments)
        except (RuntimeError, TypeError) as error:
            if hint := explain(str(error)):
                return NotYet(hint)
            raise

    result = attempt(told if callable(answer) else answer, *arguments)
    if isinstance(result, NotYet):
        raise result
    return result


def _no_module(message: str) -> str:
    if "ReLU is not a Module subclass" in message:
        return "The brackets are missing: `nn.ReLU` is a class, and `nn.ReLU()` makes one."
    if "is not a Module subclass" in message:
        return "`nn.Sequential` takes layers, and no functions: the ReLU is `nn.ReLU()`."
    return ""


def _no_fit(message: str) -> str:
    first, *details = (line.strip() for line in message.strip().splitlines())
    if "loading state_dict" not in first:
        return ""
    return "\n".join(["The file does not fit your net. PyTorch says:", *details])


@check(
    "Counting parameters tells you the size of a network before you train it, and whether it "
    "is the network that you meant.",
    "Replace the three dots in `fifty` and run the cell again.",
)
def fifty(answer: Callable[[], nn.Module]) -> None:
    """Examine `fifty()`: 3 inputs, 8 hidden units with ReLU, 2 outputs, 50 parameters."""
    net = _attempt(_no_module, answer)
    if not isinstance(net, nn.Sequential):
        raise NotYet(f"Return an `nn.Sequential`; this is a {type(net).__name__}.")
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    if len(linear) != 2:
        raise NotYet(f"One hidden layer takes two `nn.Linear`, here there are {len(linear)}.")
    first, second = linear
    if first.in_features != 3 or second.out_features != 2:
        raise NotYet(
            f"3 numbers go in and 2 come out. Here {first.in_features} go in, and "
            f"{second.out_features} come out."
        )
    if first.out_features != second.in_features:
        raise NotYet(
            f"The first layer gives {first.out_features} numbers, and the second expects "
            f"{second.in_features}."
        )
    if len(net) == 2:
        raise NotYet("There is no ReLU: two layers in a row are only one line.")
    if not (len(net) == 3 and isinstance(net[1], nn.ReLU)):
        raise NotYet("The ReLU belongs between the two layers, and nothing else in the net.")
    count = sum(parameter.numel() for parameter in net.parameters())
    if any(layer.bias is None for layer in linear):
        raise NotYet("Leave the biases in: they count among the 50.")
    if first.out_features == 10:
        raise NotYet("That makes 62: 50 is the number of the weights alone. Count the biases.")
    if count != 50:
        raise NotYet(f"{first.out_features} hidden units make {count} parameters, not 50.")


class _Witness(torch.optim.SGD):
    """An optimizer that notes what is done, beside the net's own notes."""

    def __init__(self, net: nn.Module, log: list[str]) -> None:
        super().__init__(net.parameters(), lr=0.1)
        self.log = log

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.log.append("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure: Callable | None = None) -> None:
        self.log.append("step")
        super().step(closure)


def _watched(log: list[str]) -> nn.Module:
    """A net that notes its predictions and the arrival of its gradients."""

    class Watched(nn.Linear):
        def zero_grad(self, set_to_none: bool = True) -> None:
            log.append("zero_grad")
            super().zero_grad(set_to_none)

    net = Watched(1, 1)
    net.register_forward_hook(lambda *_: log.append("predict"))
    net.weight.register_hook(lambda gradient: log.append("backward"))
    with torch.no_grad():
        net.weight.fill_(0.5)
        net.bias.fill_(0.0)
    return net


def _order(log: list[str], changed: bool) -> str | None:
    """What is wrong with the order of a training step, in words."""
    places = {name: log.index(name) for name in log}
    zero, back, step = (places.get(name) for name in ("zero_grad", "backward", "step"))
    if changed and step is None:
        return "The `optimizer` that you were given was not used: call `optimizer.step()` on it."
    if back is None:
        return "Without `backward()` there are no gradients, and `step` finds nothing to do."
    if step is None:
        return "The parameters have not changed: `optimizer.step()` is missing."
    if zero is None:
        return "`zero_grad` is missing: the gradients of all earlier steps are still added up."
    if step < back:
        return "`step` comes before `backward`: it walks along the gradients of the last step."
    if back < zero < step:
        return (
            "`zero_grad` stands between `backward` and `step`: it throws away what `backward` "
            "has just found."
        )
    extra = [name for name in places if log.count(name) > 1]
    if extra:
        return f"`{extra[0]}` ran {log.count(extra[0])} times; one step does everything once."
    return None


@check(
    "These five lines train every network there is, from 2 parameters to a billion. The order "
    "is the part that fails in silence.",
    "Replace the three dots in `training_step` and run the cell again.",
)
def training_step(answer: Callable[..., float]) -> None:
    """Examine `training_step(net, optimizer, x, y)` by what it does, and in which order."""
    log: list[str] = []
    net = _watched(log)
    optimizer = _Witness(net, log)
    x, y = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([[1.0], [5.0], [6.0]])
    with torch.no_grad():
        before = ((0.5 * x - y) ** 2).mean().item()
    net.weight.grad = torch.full_like(net.weight, 100.0)  # left from an earlier step
    net.bias.grad = torch.full_like(net.bias, 100.0)
    try:
        given = attempt(answer, net, optimizer, x, y)
    except NotYet:
        given = None  # a missing return: what was done is looked at first
    changed = (net.weight.item(), net.bias.item()) != (0.5, 0.0)
    if log and (wrong := _order(log, changed)):
        raise NotYet(wrong)
    if given is None:
        raise NotYet("The step is right, but nothing comes back: `return` the loss.")
    if not log:
        raise NotYet("Neither the net nor the optimizer was used. Start with `net(x)`.")
    if isinstance(given, Tensor):
        raise NotYet("The loss is still a tensor: `.item()` makes it a plain number.")
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise NotYet(f"Return one number; this is a {type(given).__name__}.")
    with torch.no_grad():
        after = ((x * net.weight + net.bias - y) ** 2).mean().item()
    if abs(given - 3 * before) < 1e-3:
        raise NotYet("That is the sum of the squared differences. Take their mean.")
    if abs(given - after) < 1e-3 * abs(after):
        raise NotYet("That is the loss after the step. Return the one from before it.")
    if abs(given - before) > 1e-3:
        raise NotYet(f"The mean squared error was {before:.3f}, and yours is {given:.3f}.")


LOGITS = torch.tensor([[2.0, 1.0, -1.0, 0.0], [0.0, 3.0, 0.5, 0.3], [1.0, 0.0, 0.2, -2.0]])
TARGETS = torch.tensor([0, 2, 3])
ROWS = torch.arange(3)
ALL_PAIRS = (
    "That takes every target from every row. Pair each row with its own target: index with "
    "`torch.arange(len(targets)), targets`."
)
WRONG_COSTS: list[tuple[Callable[[Tensor, Tensor], Tensor], str]] = [
    (lambda z, t: -z.softmax(1).log_softmax(1)[ROWS, t].mean(),
     "Softmax runs twice. What comes in are logits: one softmax (or `log_softmax`) is enough."),
    (lambda z, t: -z.softmax(0)[ROWS, t].log().mean(),
     "Softmax ran along the columns, over the examples. Each row is one example: `softmax(1)`."),
    (lambda z, t: z.softmax(1)[ROWS, t].log().mean(),
     "A cost can't be negative: the minus before the log is missing."),
    (lambda z, t: -z.softmax(1)[ROWS, t].log().sum(),
     "That is the sum over the examples. Return the mean."),
    (lambda z, t: -z.softmax(1)[ROWS, t].log(),
     "That is the cost of each example. Return the mean of them."),
    (lambda z, t: -z.softmax(1)[ROWS, t].mean(),
     "The log is missing: the cost is −log of the share."),
    (lambda z, t: -z.softmax(1)[ROWS, t].mean().log(),
     "The mean of the logs, not the log of the mean: first the log of each share."),
    (lambda z, t: -z[ROWS, t].mean(),
     "These are the logits themselves: turn them into shares with softmax first."),
    (lambda z, t: -z.log_softmax(1).mean(),
     "This averages over all classes. Only the share of the right class counts."),
    (lambda z, t: -z.softmax(1).amax(1).log().mean(),
     "That is the highest share of each row. Take the share of the right class."),
    (lambda z, t: -z.softmax(1)[:, t].log().mean(), ALL_PAIRS),
    (lambda z, t: -z.softmax(1)[:, t].log(), ALL_PAIRS),
]  # fmt: skip


@check(
    "Cross-entropy is the loss of nearly every classifier, of language models too. It wants "
    "logits because it brings its own softmax.",
    "Replace the three dots in `cross_entropy` and run the cell again.",
)
def cross_entropy(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Examine `cross_entropy(logits, targets)`."""
    ready_made = nn.functional.cross_entropy  # the layer calls this function, too
    with mock.patch.object(nn.functional, "cross_entropy", wraps=ready_made) as used:
        given = attempt(answer, LOGITS.clone(), TARGETS.clone())
    given = torch.as_tensor(given) if isinstance(given, int | float) else given
    if not isinstance(given, Tensor):
        raise NotYet(f"Return a tensor; this is a {type(given).__name__}.")
    right = nn.functional.cross_entropy(LOGITS, TARGETS)
    if given.shape == right.shape and torch.isclose(given.float(), right, atol=1e-4):
        if used.called:
            raise NotYet(
                "The number is right, but PyTorch's own cross-entropy made it. Write it out: "
                "softmax, the share of the right class, −log, mean."
            )
        return
    if given.isnan().any():
        raise NotYet(
            "That is nan: the log of a negative number. A logit may be negative, a share can't: "
            "softmax is missing."
        )
    for formula, hint in WRONG_COSTS:
        wrong = formula(LOGITS, TARGETS)
        if given.shape == wrong.shape and torch.allclose(given.float(), wrong, atol=1e-4):
            raise NotYet(hint)
    if given.dim():
        raise NotYet(f"Return one number; this has shape {tuple(given.shape)}.")
    raise NotYet(f"The mean cost of three examples is {right:.3f}, and yours is {given:.3f}.")


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
        net = _attempt(_no_fit, answer, str(path))
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
    if net.training:
        raise NotYet("The net is still in training mode: call `net.eval()`.")
