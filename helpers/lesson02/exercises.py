"""The exercises of lesson 02."""

import inspect
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.exercise import (
    KEPT,
    Answer,
    FunctionsUsed,
    Raised,
    a_number,
    attempt,
    built_twice,
    exercise,
    same,
    share_parameters,
)
from helpers.verdict import NotYet


def _layers(net: nn.Sequential) -> Iterator[nn.Module]:
    """Return the layers of a network, also those of an `nn.Sequential` in another one."""
    for layer in net:
        yield from _layers(layer) if isinstance(layer, nn.Sequential) else [layer]


def _sizes(net: nn.Module | Raised) -> dict:
    """Return of which layers a network consists, and how large they are."""
    if isinstance(net, Raised):
        return {"built": net}
    if not isinstance(net, nn.Sequential):
        raise NotYet(f"Return an `nn.Sequential`. Yours is of type {type(net).__name__}.")
    attempt(net, torch.zeros(4, 3))  # lazy layers have sizes from now on
    layers = list(_layers(net))
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    names = ["Linear" if layer in linear else type(layer).__name__ for layer in layers]
    if len(linear) != 2:
        raise NotYet(f"One hidden layer takes two `nn.Linear`. Here there are {len(linear)}.")
    first, second = linear
    if (first.in_features, second.out_features) != (3, 2):
        raise NotYet(
            f"3 numbers should go in, and 2 should come out. Here {first.in_features} go in, and "
            f"{second.out_features} come out."
        )
    if first.out_features != second.in_features:
        raise NotYet(
            f"The first layer returns {first.out_features} numbers, and the second one expects "
            f"{second.in_features}."
        )
    return {
        "built": "",
        "layers": " → ".join(names),
        "biases": [layer.bias is not None for layer in linear],
        "parameters": sum(part.numel() for part in net.parameters()),
    }


@exercise(
    "If you count the parameters, you know how large a network is before you train it, and "
    "whether it is the network that you meant.",
    ask=partial(built_twice, facts=_sizes),
    mistakes=[
        ("The brackets are missing: `nn.ReLU` is a class, and `nn.ReLU()` makes a layer.",
         "nn.ReLU()", "nn.ReLU"),
        ("`nn.Sequential` takes layers and no functions: the ReLU is `nn.ReLU()`.",
         "nn.ReLU()", "F.relu"),
        ("`nn.Sequential` takes layers and no functions: the ReLU is `nn.ReLU()`.",
         "nn.ReLU()", "torch.relu"),
        ("`nn.Sequential` takes the layers themselves, and no list of them: put a star before "
         "the list, or leave the square brackets out.",
         "Sequential(", "Sequential([", "2))", "2)])"),
        ("There is no ReLU. Without it, two linear layers in a row are one linear function.",
         " nn.ReLU(),", ""),
        ("The ReLU should be between the two linear layers: yours comes last.",
         " nn.ReLU(),", "", "2))", "2), nn.ReLU())"),
        ("That makes 62 parameters: 50 is the number of the weights alone. Count the biases, too.",
         "8", "10"),
    ],
    otherwise={
        "layers": lambda theirs, ours: f"The network should be {ours}. Yours is {theirs}.",
        "biases": "Leave the biases of both layers in: they count among the 50.",
        "parameters": lambda theirs, ours: f"{(theirs - 2) // 6} hidden units make {theirs} "
                                           "parameters, and not 50.",
        "again": KEPT,
    },
)  # fmt: skip
def fifty():
    return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))


def _one_step(answer: Answer, net: nn.Module, rate: float, x: Tensor) -> dict:
    """Return what can be seen of one training step, by hooks and by the parameters."""
    optimizer, backwards, steps = torch.optim.SGD(net.parameters(), lr=rate), [], []
    first = next(net.parameters())
    first.register_hook(lambda gradient: backwards.append(gradient.clone()))
    optimizer.register_step_post_hook(lambda *_: steps.append(1))
    for part in net.parameters():
        part.grad = torch.full_like(part, 3.0)  # left from an earlier step
    before = nn.utils.parameters_to_vector(net.parameters()).detach()
    given = answer(net, optimizer, x, x**2 - 1, may_change=[net])
    if isinstance(given, Raised):
        return {"stops": given}
    number = a_number(given)
    if number is None:
        raise NotYet(f"Return one number, the loss. Yours is of type {type(given).__name__}.")
    weights = nn.utils.parameters_to_vector(net.parameters()).detach()
    moved = not torch.equal(weights, before)
    return {
        "stops": "",
        "backward": bool(backwards),
        "step": {"steps": len(steps), "moved": moved, "left": moved or _left_in(first)},
        "gradient": sum(backwards),
        "parameters": weights,
        "tensor": isinstance(given, Tensor),
        "loss": float(number),
    }


def _left_in(parameter: Tensor) -> str:
    """Return what an answer has left as the gradient of a parameter, in a word."""
    if parameter.grad is None:
        return "nothing"
    return "numbers" if parameter.grad.any() else "zeros"


def _two_steps(answer: Answer) -> dict:
    torch.manual_seed(1)
    line, curve = nn.Linear(1, 1), nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))
    first = _one_step(answer, line, 0.1, torch.tensor([[1.0], [2.0], [4.0]]))
    second = _one_step(answer, curve, 0.03, torch.linspace(-1, 2.2, 5).unsqueeze(1))
    return first | {"again": second}


NO_GRADIENT = (
    "No gradient has reached the parameters. Either `backward()` is missing, or the prediction "
    "was detached from the network before the loss."
)
STEP_FIRST = (
    "`step` comes before `backward`, so it uses the gradients of an earlier step, which were "
    "still there."
)


@exercise(
    "The same five steps train large networks, too. If their order is wrong, there is often no "
    "error, and the network learns badly or not at all.",
    ask=_two_steps,
    mistakes=[
        (NO_GRADIENT, "    loss.backward()\n", ""),
        (NO_GRADIENT, "net(x)", "net(x).detach()"),
        ("A plain number has no `backward`: call `.item()` last, when you return the loss.",
         "net(x), y)", "net(x), y).item()", "return loss.item()", "return loss"),
        ("`nn.MSELoss` needs its own brackets: `nn.MSELoss()` creates a module, and "
         "`nn.MSELoss()(net(x), y)` calls it. `F.mse_loss(net(x), y)` does the same.",
         "F.mse_loss", "nn.MSELoss"),
        ("The parameters have not changed: `optimizer.step()` is missing.",
         "    optimizer.step()\n", ""),
        ("The parameters have changed, but not by the `optimizer` that was passed: call its "
         "`step()`.",
         "    loss =", "    optimizer = torch.optim.SGD(net.parameters(), 0.1)\n    loss ="),
        ("`zero_grad` comes between `backward` and `step`: it clears the gradients that "
         "`backward` has just computed.",
         "    optimizer.zero_grad()\n", "",
         "loss.backward()\n", "loss.backward()\n    optimizer.zero_grad()\n"),
        ("`zero_grad` comes between `backward` and `step`: it clears the gradients that "
         "`backward` has just computed.",
         "    optimizer.zero_grad()\n", "", "loss.backward()\n",
         "loss.backward()\n    optimizer.zero_grad(set_to_none=False)\n"),
        ("`step` comes before `backward`, so there are no gradients yet that it could use.",
         "    loss.backward()\n    optimizer.step()\n",
         "    optimizer.step()\n    loss.backward()\n"),
        (STEP_FIRST, "    optimizer.step()\n", "",
         "    loss =", "    optimizer.step()\n    loss ="),
        (STEP_FIRST, "    optimizer.step()\n", "",
         "    optimizer.zero_grad()\n", "    optimizer.step()\n    optimizer.zero_grad()\n"),
        ("The gradients of an earlier step were still there, and those of this step were added "
         "to them. Call `optimizer.zero_grad()` before `loss.backward()`.",
         "    optimizer.zero_grad()\n", ""),
        ("That is the sum of the squared differences. Take their mean.",
         "net(x), y", "net(x), y, reduction='sum'"),
        ("The shapes of prediction and target differ, so every prediction is compared with every "
         "target. Both should have shape (N, 1).",
         "net(x), y", "net(x).squeeze(1), y"),
        ("That is the mean absolute error. The mean squared error is `F.mse_loss`.", "mse", "l1"),
        ("The loss is still a tensor: `.item()` makes it a plain number.", ".item()", ""),
        ("That is the loss after the step. Return the one from before it.",
         "return loss", "return F.mse_loss(net(x), y)"),
    ],
    otherwise={
        "step": lambda theirs, ours: f"`optimizer.step()` ran {theirs['steps']} times. One step "
                                     "does it once.",
        "gradient": "The gradient is not that of the mean squared error of `net(x)` and `y`: "
                    "`backward()` was called on something else, or more than once.",
        "parameters": "The gradient is right, but the parameters are not where it leads. The "
                      "gradients or the optimizer were changed between `backward()` and `step()`, "
                      "or the parameters themselves were.",
        "loss": lambda theirs, ours: f"The mean squared error was {ours:.3f}, and yours is "
                                     f"{theirs:.3f}.",
        "again": "It works for the first network, but not for a second one with other data. Use "
                 "what is passed, and keep nothing from one call to the next.",
    },
)  # fmt: skip
def training_step(net, optimizer, x, y):
    loss = F.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


LOGITS = torch.tensor([[2.0, 1.0, -1.0, 0.0], [0.0, 3.0, 0.5, 0.3], [1.0, 0.0, 0.2, -2.0]])
MORE = torch.tensor([[0.3, -0.9], [1.2, 0.4], [-2.0, 0.1], [0.7, 0.6], [-0.2, 1.9]])


def _losses(answer: Answer) -> dict:
    with FunctionsUsed() as used:
        losses = {
            "first": answer(LOGITS, torch.tensor([0, 2, 3])),
            "absent": answer(LOGITS, torch.tensor([2, 1, 0])),
            "fewer": answer(LOGITS[1:], torch.tensor([3, 1])),
            "others": answer(MORE, torch.tensor([1, 0, 0, 1, 0])),
        }
    for name in ("absent", "fewer"):  # what is wrong there stops in many ways
        if isinstance(losses[name], Raised):
            losses[name] = "an error"
    return losses | {"ready-made": "cross_entropy" in used.names}


def _about_loss(theirs: Any, ours: Tensor) -> str:
    number = a_number(theirs)
    if number is None:
        return "Return one number, the mean loss."
    return f"The mean loss of three samples is {ours:.3f}, and yours is {number:.3f}."


TWICE = "Softmax runs twice. What comes in are logits: one softmax (or `log_softmax`) is enough."
ALL_PAIRS = (
    "That takes every target from every row. Pair each row with its own target: index with "
    "`torch.arange(len(targets)), targets`."
)
LAST_CLASS = (
    "It works if the last class is among the targets, and not if it isn't: pass "
    "`num_classes=logits.shape[1]` to `F.one_hot`."
)
TWO_ROWS = (
    "`torch.arange(2)` fits two rows only, and here there are N of them: "
    "`torch.arange(len(targets))`."
)
OWN_SUM = (
    "Divide each row by its own sum: `logits.exp().sum(1, keepdim=True)` has the shape (N, 1)."
)
PAIRS = "log_shares[torch.arange(len(targets)), targets]"


@exercise(
    "Cross-entropy is the usual loss of classifiers, and of language models, too. PyTorch's own "
    "takes logits because it contains a softmax.",
    ask=_losses,
    mistakes=[
        (TWICE, "logits.log_softmax", "logits.softmax(1).log_softmax"),
        ("Softmax ran along the columns, over the samples. Each row is one sample: "
         "`softmax(1)`.",
         "softmax(1)", "softmax(0)"),
        ("A loss can't be negative: the minus before the logarithm is missing.", "-log", "log"),
        ("That is the sum over the samples. Return the mean.", "mean", "sum"),
        ("That is the loss of each sample. Return the mean of them.", ".mean()", ""),
        ("The logarithm is missing: the loss is minus the logarithm of the share.",
         "log_softmax", "softmax"),
        ("You take the logarithm of the mean. Take the logarithm of each share first, and then "
         "the mean.",
         "log_softmax", "softmax", ".mean()", ".mean().log()"),
        ("These are the logits themselves: turn them into shares with softmax first.",
         ".log_softmax(1)", ""),
        ("That is nan, as the logarithm of a negative number is, or 0 times that of 0. A logit "
         "may be negative, and a share can't be: is softmax missing?",
         ".log_softmax(1)", ".log()"),
        ("This averages over all classes. Only the share of the right class counts.",
         PAIRS, "log_shares"),
        ("That is the highest share of each row. Take the share of the right class.",
         PAIRS, "log_shares.amax(1)"),
        (ALL_PAIRS, PAIRS, "log_shares[:, targets]"),
        (ALL_PAIRS, PAIRS + ".mean()", "log_shares[:, targets]"),
        ("`[targets]` alone chooses rows. Give the row and the column of each share: index with "
         "`torch.arange(len(targets)), targets`.",
         PAIRS, "log_shares[targets]"),
        (TWO_ROWS, "len(targets)", "2"),
        (OWN_SUM, "logits.log_softmax(1)", "(logits.exp() / logits.exp().sum()).log()"),
        (OWN_SUM, "logits.log_softmax(1)", "(logits.exp() / logits.exp().sum(1)).log()"),
        ("It works for three samples alone: take their number from `len(targets)`.",
         "len(targets)", "3"),
        (LAST_CLASS, PAIRS, "(F.one_hot(targets) * log_shares).sum(1)"),
        ("The number is right, but PyTorch's own cross-entropy made it. Write it out: softmax, "
         "the share of the right class, minus the logarithm, mean.",
         "-" + PAIRS + ".mean()", "F.cross_entropy(logits, targets)"),
    ],
    otherwise={
        "first": _about_loss,
        "absent": "It works for the targets 0, 2 and 3, but not for 2, 1 and 0. Is a number "
                  "written in, or is something kept from one call to the next?",
        "fewer": "It works for three samples, but not for two of them. Is a number written in, "
                 "or is something kept from one call to the next?",
        "others": "It works for four classes, but not for five samples of two classes. Is a "
                  "number written in, or is something kept from one call to the next?",
    },
)  # fmt: skip
def cross_entropy(logits, targets):
    log_shares = logits.log_softmax(1)
    return -log_shares[torch.arange(len(targets)), targets].mean()


class _Stranger:
    """Makes an empty file when it is unpickled, which proves that its order was carried out."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return open, (str(self.marker), "w")


def _from_files(answer: Answer) -> dict:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (first, one), (second, other) = (
            _restored(answer, Path(folder, name)) for name in ("a.pt", "b.pt")
        )
        if share_parameters(one, other):
            raise NotYet(
                "A second file was loaded into the network that you returned for the first one. "
                "Create the network inside the function."
            )
        gift, marker = Path(folder, "gift.pt"), Path(folder, "marker")
        torch.save(_Stranger(marker), gift)
        try:
            given = answer(str(gift))
        except NotYet:  # the function returns None
            given = None
        refused = isinstance(given, Raised) and isinstance(given.error, Exception)
        return first | {"again": second, "carried out": marker.exists(), "refused": refused}


def _restored(answer: Answer, path: Path) -> tuple[dict, Any]:
    """Return what can be seen of a network that was restored from a good file, and the network."""
    saved, x = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1)), torch.arange(-2, 3.0)
    torch.save(saved.state_dict(), path)
    net = answer(str(path))
    if isinstance(net, Raised):
        if type(net.error) is not RuntimeError:
            return {"loads": net}, net
        # this is how PyTorch names all that doesn't fit, line by line
        return {
            "loads": "The file doesn't fit your network. It is from an `nn.Sequential` whose "
            f"layers are 0, 1 and 2, with 20 hidden units. PyTorch says:\n{net.error}"
        }, net
    if isinstance(net, dict):
        raise NotYet("That is the state_dict alone. Load it into a network, and return that.")
    if not isinstance(net, nn.Module):
        if inspect.ismethod(net):
            raise NotYet(
                f"The brackets are missing: `net.{net.__name__}` is the method itself, and "
                f"`net.{net.__name__}()` calls it."
            )
        if hasattr(net, "missing_keys"):
            raise NotYet(
                "That is the report that `load_state_dict` returns. Return the network itself."
            )
        raise NotYet(f"Return the network. Yours is of type {type(net).__name__}.")
    outputs = attempt(net, x.unsqueeze(1))
    file, theirs = saved.state_dict(), net.state_dict()
    found = sum(any(same(part, ours) for part in theirs.values()) for ours in file.values())
    return {
        "loads": "",
        "shapes": tuple(sorted(tuple(part.shape) for part in theirs.values())),
        "weights": {"found": found, "names": found > 0 or not file.keys().isdisjoint(theirs)},
        "outputs": same(outputs, saved(x.unsqueeze(1))),
        "training": any(part.training for part in net.modules()),
    }, net


@exercise(
    "The file contains numbers and their names, and the code is your own. With "
    "`weights_only=True`, PyTorch refuses a file that asks for anything but tensors and plain "
    "data.",
    ask=_from_files,
    mistakes=[
        ("The tanh counts as a layer. Without it, the second linear layer is called 1, and in the "
         "file it is called 2.",
         "nn.Tanh(), ", ""),
        *[("`nn.Sequential` takes layers and no functions: the tanh is `nn.Tanh()`.",
           "nn.Tanh()", function) for function in ("torch.tanh", "F.tanh")],
        ("The brackets are missing: `nn.Tanh` is a class, and `nn.Tanh()` makes a layer.",
         "nn.Tanh()", "nn.Tanh"),
        ("`torch.load` returns the state_dict, which is a dictionary and no network. Create the "
         "network, and pass it the dictionary with `load_state_dict`.",
         "net.load_state_dict(torch.load(path, weights_only=True))",
         "net = torch.load(path, weights_only=True)"),
        ("`load_state_dict` takes a dictionary: read it from the file with "
         "`torch.load(path, weights_only=True)`.",
         "torch.load(path, weights_only=True)", "path"),
        ("`load_state_dict` changes the network in place, and returns a report. Don't assign this "
         "report to `net`.",
         "    net.load", "    net = net.load"),
        ("The weights are random: `net.load_state_dict(...)` is missing.",
         "    net.load_state_dict(torch.load(path, weights_only=True))\n", ""),
        ("Nothing of the file has reached your network, whose layers have other names than those "
         "in the file. Load it without `strict=False`: then PyTorch names what doesn't fit.",
         "Sequential(", "Sequential(nn.Sequential(", "1))", "1)))",
         "True))", "True), strict=False)"),
        ("The weights are right, but the outputs are not: is there a tanh between the layers?",
         "nn.Tanh()", "nn.ReLU()"),
        ("The network is still in training mode: call `net.eval()`.", "    net.eval()\n", ""),
        ("A stranger's file was loaded without protection, and it has just created a file of "
         "its own (an empty one, in a temporary folder). Load with `weights_only=True`.",
         "=True", "=False"),
        ("PyTorch refuses a stranger's file, and your function hides that. Let the error come "
         "out: no `try` around the loading.",
         "    net.load", "    try:\n        net.load",
         "=True))\n", "=True))\n    except Exception:\n        pass\n"),
    ],
    otherwise={
        "shapes": "The network should have 1 input, 20 hidden units and 1 output.",
        "weights": lambda theirs, ours: f"Only {theirs['found']} of the file's {ours['found']} "
                                        "tensors have reached your network.",
        "again": "It works for one file, but not for a second one. Use `path`, and keep nothing "
                 "from one call to the next.",
    },
)  # fmt: skip
def restore(path):
    net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
    net.load_state_dict(torch.load(path, weights_only=True))
    net.eval()
    return net
