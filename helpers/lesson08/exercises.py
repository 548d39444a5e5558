"""The exercises of lesson 08."""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.exercise import (
    CHANGED,
    FunctionsUsed,
    Raised,
    attempt,
    exercise,
    is_ordinary,
    same,
)
from helpers.verdict import NotYet

CALLS = 40  # a number that is kept with probability 0.8 is kept in all calls once in 7,500 trials
TENSORS = [  # each with its p; none of their numbers is 0
    (torch.linspace(1, 2, 60).view(6, 10), 0.3),
    (torch.linspace(-1, -2, 50), 0.6),
    (torch.linspace(1, 2, 60).view(3, 4, 5), 0.2),
]
SAME_COUNT = (
    "The same number of activations is dropped at every call. Decide for each of them separately, "
    "as `bernoulli_` does."
)


def _rounded(share: float, p: float) -> float:
    """Return the share of kept numbers, rounded so that it doesn't depend on chance."""
    return next((due for due in (1 - p, p) if abs(share - due) < 0.06), round(share, 1))


def _dropped(answer: Callable) -> dict:
    """Describe what is dropped, in words and numbers that don't depend on chance."""
    with FunctionsUsed() as used:
        draws = [[answer(x, p, True) for _ in range(CALLS)] for x, p in TENSORS]
        others = [answer(x, p, False) for x, p in TENSORS] + [answer(TENSORS[0][0], 0.0, True)]
    ready_made = any("dropout" in name for name in used.names)
    shapes = [tuple(part.shape) if is_ordinary(part) else part for part in sum(draws, others)]
    found: dict = {"ready-made": ready_made, "shapes": shapes}
    if shapes != [tuple(x.shape) for x, _ in [*TENSORS, TENSORS[0]]] + [
        tuple(x.shape) for x, _ in TENSORS for _ in range(CALLS)
    ]:
        return found
    found["minus p"] = [
        bool(torch.isclose(part, torch.tensor(-p)).any())
        for parts, (_, p) in zip(draws, TENSORS)
        for part in parts
    ]
    scales = [torch.stack(parts).detach() / x for parts, (x, _) in zip(draws, TENSORS)]
    kept = [scale != 0 for scale in scales]
    found["all or nothing"] = ["some" if k.any() and not k.all() else bool(k.all()) for k in kept]
    if set(found["all or nothing"]) != {"some"}:
        return found
    first = TENSORS[0][0].clone().requires_grad_()
    return found | {
        # along the calls, and along each axis of x
        "alike": [[bool((k == k.narrow(axis, 0, 1)).all()) for axis in range(k.dim())]
                  for k in kept],
        "counts": [len(k.flatten(1).sum(1).unique()) > 1 for k in kept],
        "share": [_rounded(k.float().mean().item(), p) for k, (_, p) in zip(kept, TENSORS)],
        "scale": [torch.stack([scale[k].min(), scale[k].max()]) for scale, k in zip(scales, kept)],
        "zeros": [bool((part == 0).any()) for part in others],
        "others": others,
        CHANGED: answer.changed,  # before the next aspect, where to change x raises an error
        "gradients": [getattr(given, "requires_grad", given)
                      for given in (answer(first, 0.3, training) for training in (True, False))],
    }  # fmt: skip


@exercise(
    "`nn.Dropout` does the same. Because the scaling happens in training, nothing is left to do "
    "when the network predicts.",
    ask=_dropped,
    mistakes=[
        ("This calls PyTorch's own dropout. Draw the mask yourself, for example with "
         "`bernoulli_` as in section 2.",
         "x * (torch.rand_like(x) >= p) / (1 - p)", "F.dropout(x, p)"),
        ("What is dropped should be 0, and yours is −p: put parentheses around `1 - p`, as in "
         "`/ (1 - p)`.", "/ (1 - p)", "/ 1 - p"),
        ("One random number decides for all of `x`. Draw in the shape of `x`.",
         "rand_like(x)", "rand(1)"),
        ("All rows have the same mask, so a unit is dropped for all points or for none. Decide "
         "for each activation separately: draw in the shape of `x`.",
         "rand_like(x)", "rand(x.shape[-1])"),
        ("The mask has the shape of the last two axes of `x`. With three axes, the same mask is "
         "repeated along the first: draw in the shape of `x`.",
         "rand_like(x)", "rand(x.shape[-2:])"),
        ("Whole rows are dropped: a point loses all of its units or none. Draw in the shape of "
         "`x`.", "rand_like(x)", "rand(len(x), *[1] * (x.dim() - 1))"),
        ("The mask has one random number for each row of `x` only. Draw in the shape of `x`, "
         "whatever it is.", "rand_like(x)", "rand(len(x), 1)"),
        ("The mask is the same at every call. Draw a new one each time, and leave the seed alone.",
         "return x *", "torch.manual_seed(0)\n    return x *"),
        (SAME_COUNT,
         "torch.rand_like(x) >= p", "torch.randperm(x.numel()).view(x.shape) >= p * x.numel()"),
        ("`p` is the probability to be *dropped*. Here, a share of about `p` is kept.", ">=", "<"),
        ("The share that is kept isn't 1 − p. Compare `p` with numbers from `torch.rand`, which "
         "are between 0 and 1. Those of `torch.randn` can be below 0 and above 1.",
         "rand_like", "randn_like"),
        ("A share of 0.3 is dropped, whatever `p` is. Use the `p` that is passed.",
         ">= p) / (1 - p)", ">= 0.3) / 0.7"),
        ("The numbers that are kept are not scaled, so the mean falls: divide them by 1 − p.",
         " / (1 - p)", ""),
        ("You divide by p. The share that is kept is 1 − p: divide by that.", "/ (1 - p)", "/ p"),
        ("You multiply by 1 − p, which makes the mean smaller still: divide by it.",
         "/ (1", "* (1"),
        ("Your function also drops if `training` is False. Return `x` as it is in this case.",
         "not training", "training is None"),
        ("If `training` is False, nothing is dropped, so nothing is scaled either: return `x`.",
         "return x\n", "return x * (1 - p)\n"),
        ("NumPy can't follow gradients, so a network with your function would not learn. Stay "
         "with tensors.",
         "x * (torch.rand_like(x) >= p)",
         "torch.from_numpy(x.numpy() * (torch.rand_like(x) >= p).numpy())"),
        ("The numbers are right, but no gradient flows through them, so the layers before it "
         "would not learn. Compute with `x` itself: without `.detach()`, `.data` or `no_grad()`.",
         "return x *", "return x.detach() *"),
    ],
    otherwise={
        "shapes": lambda theirs, ours: (
            f"`x` may have any shape. This one should stay {ours}, and yours is {theirs}."
            if isinstance(theirs, tuple)
            else f"Return a tensor of ordinary numbers; this is a {type(theirs).__name__}."
        ),
        "all or nothing": lambda theirs, _: (
            "Nothing is dropped, though `training` is True."
            if theirs
            else "Everything is dropped, and a share of about 1 − p should be kept."
        ),
        "alike": "The mask isn't drawn for each number separately. Draw it in the shape of `x`, "
                 "at every call.",
        "counts": SAME_COUNT,
        "share": lambda theirs, ours: (
            f"A share of about {theirs:.1f} is kept where it should be {ours:.1f}. Use the `p` "
            "that is passed: it is the probability to be dropped."
        ),
        "scale": "Each number that is kept should be that of `x`, divided by 1 − p.",
        "zeros": "Your function drops where nothing should be dropped: if `training` is False, or "
                 "if `p` is 0.",
        "others": "If `training` is False, or if `p` is 0, return the numbers of `x` as they are.",
        "gradients": "No gradient flows through what you return, so the layers before it would "
                     "not learn.",
    },
)  # fmt: skip
def dropout(x, p, training):
    if not training:
        return x
    return x * (torch.rand_like(x) >= p) / (1 - p)


SIZES = [(4, 50), (50, 1), (50, 50)]
POINTS = torch.randn(500, 4, generator=torch.Generator().manual_seed(1))


def _predicted(net: nn.Module) -> Tensor:
    """Return the predictions for `POINTS`, where dropout draws the same masks each time."""
    torch.manual_seed(0)
    out = attempt(net, POINTS.clone())
    if isinstance(out, Raised):
        raise NotYet(f"Your network can't work on points of the shape (500, 4).\n{out}")
    if not is_ordinary(out):
        raise NotYet("Your network should return a tensor of ordinary numbers.")
    return out


def _arrangement(answer: Callable) -> dict:
    """Describe what a network computes in both modes, and not how it is written."""
    nets = [answer(), answer()]
    for net in nets:
        if isinstance(net, Raised):
            return {"run": net}
        if not isinstance(net, nn.Module):
            raise NotYet(f"Return a network; this is a {type(net).__name__}.")
    net, again = nets
    modes = [part.training for net in nets for part in net.modules()]
    _predicted(net)  # lazy layers have no sizes before
    sizes = [
        (part.in_features, part.out_features)
        for part in net.modules()
        if isinstance(part, nn.Linear)
    ]
    if sorted(sizes) != SIZES:
        found = ", ".join(f"{a} → {b}" for a, b in sizes) or "none"
        raise NotYet(f"The linear layers should be 4 → 50, 50 → 50 and 50 → 1. Yours: {found}.")
    for part in net.modules():
        if isinstance(part, nn.Dropout) and part.p != 0.2:
            raise NotYet(
                f"One of your dropouts is `nn.Dropout({part.p:.2g})`. Its number is the share "
                "that is dropped, 0.2."
            )
    with torch.no_grad():
        for parameter in net.parameters():  # so that there are numbers of both signs everywhere
            count = torch.arange(1.0, parameter.numel() + 1)
            parameter.copy_(count.square().sin().view(parameter.shape))
    calm = _predicted(net.eval())
    torch.manual_seed(1)
    return {
        "run": "runs",
        "unchanged": same(attempt(net, POINTS.clone()), calm),
        "evaluation": calm,
        "training": _predicted(net.train()),
        "modes": all(modes),
        "new": not any(a is b for a in net.parameters() for b in again.parameters()),
    }


# fmt: off
@exercise(
    "Dropout comes after each hidden layer, and not after the output, where it would act on the "
    "prediction itself.",
    ask=_arrangement,
    mistakes=[
        ("The last dropout acts on the prediction, which would be 0 or too large. Remove it.",
         "nn.Linear(50, 1)", "nn.Linear(50, 1), nn.Dropout(0.2)"),
        ("The first dropout acts on the input. It belongs after a hidden layer.",
         "nn.Linear(4, 50)", "nn.Dropout(0.2), nn.Linear(4, 50)"),
        ("Nothing belongs after the last linear layer: a ReLU there could predict no negative "
         "number.", "nn.Linear(50, 1)", "nn.Linear(50, 1), nn.ReLU()"),
        ("One dropout comes after the output layer, where it acts on the prediction, and none "
         "comes after the second ReLU. Move it there.",
         "50), nn.ReLU(), nn.Dropout(0.2),\n        nn.Linear(50, 1)",
         "50), nn.ReLU(),\n        nn.Linear(50, 1), nn.Dropout(0.2)"),
        ("One dropout acts on the input, and none comes after the second ReLU. Move it there.",
         "nn.Linear(4, 50)", "nn.Dropout(0.2), nn.Linear(4, 50)",
         " nn.Dropout(0.2),\n        nn.Linear(50, 1)", " nn.Linear(50, 1)"),
        ("One dropout acts on the input, and none comes after the first ReLU. Move it there.",
         " nn.Dropout(0.2),\n        nn.Linear(50, 50)", " nn.Linear(50, 50)",
         "nn.Linear(4, 50)", "nn.Dropout(0.2), nn.Linear(4, 50)"),
        ("There is no dropout in your network.", ", nn.Dropout(0.2)", ""),
        ("The ReLUs are missing: without them, three linear layers compute what one could.",
         " nn.ReLU(),", ""),
        ("`nn.Sequential` was passed a list, and it needs the layers themselves: leave out the "
         "square brackets, or write a star before the list.",
         "Sequential(", "Sequential([", "1),\n    )", "1),\n    ])"),
        ("Your network drops in evaluation mode, too. A dropout in `forward` doesn't know the "
         "network's mode: pass `self.training` to `F.dropout`, or make an `nn.Dropout` in "
         "`__init__`.",
         "class Net(nn.Sequential):\n    def forward(self, x):\n        for layer in self[:2]:\n"
         "            x = F.dropout(layer(x).relu(), 0.2)\n        return self[2](x)\n\n\n"
         "def dropout_net():\n"
         "    return Net(nn.Linear(4, 50), nn.Linear(50, 50), nn.Linear(50, 1))"),
        ("Whole points are dropped, with all of their units. `nn.Dropout` decides for each "
         "activation separately.", "nn.Dropout(", "nn.Dropout1d("),
        ("A new network is in training mode. Leave `eval()` to the code that predicts.",
         "1),\n    )", "1),\n    ).eval()"),
        ("Your function returns the same layers at each call. Create them inside the function.",
         "layers = [nn.Linear(4, 50), nn.ReLU(), nn.Dropout(0.2), nn.Linear(50, 50), nn.ReLU(),\n"
         "          nn.Dropout(0.2), nn.Linear(50, 1)]\n\n\n"
         "def dropout_net():\n    return nn.Sequential(*layers)"),
    ],
    otherwise={
        "unchanged": "In evaluation mode, your network predicts something else at each call.",
        "evaluation": "There should be a ReLU after the first and after the second linear layer, "
                      "and nothing else that acts in evaluation mode, neither between the layers "
                      "nor before or after them.",
        "training": "There should be one `nn.Dropout(0.2)` after the first ReLU and one after the "
                    "second, and nothing else that only acts in training mode.",
    },
)
def dropout_net():
    return nn.Sequential(
        nn.Linear(4, 50), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(50, 50), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(50, 1),
    )
# fmt: on


class _Pass(NamedTuple):
    """One forward pass, as a `_Watched` network records it."""

    x: Tensor
    out: Tensor
    net: bool  # was the network in training mode?
    part: bool  # was the dropout in it?
    graph: bool  # were gradients recorded?


class _Watched(nn.Module):
    """A network that records each of its forward passes.

    It contains dropout twice: as a layer, and as a function that depends on the network's own
    mode.
    """

    def __init__(self, features: int, note: Callable[[_Pass], None]) -> None:
        super().__init__()
        self.note = note  # a copy of the network records its passes in the same list
        self.hidden, self.drop = nn.Linear(features, 40), nn.Dropout(0.5)
        self.out = nn.Linear(40, 1)

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.dropout(self.hidden(x).relu(), 0.5, self.training)
        out = self.out(self.drop(hidden))
        passed = out.detach().clone()
        self.note(_Pass(x, passed, self.training, self.drop.training, out.requires_grad))
        return out


def _two_watched() -> list[tuple[_Watched, Tensor, list[_Pass]]]:
    """Return two networks, one in each mode, with their points and the lists of their passes."""
    found = []
    for training, points, features in ((True, 5, 1), (False, 8, 2)):
        passes: list[_Pass] = []
        net = _Watched(features, passes.append).train(training)
        for parameter in net.parameters():  # left from a training step, and still needed
            parameter.grad = torch.ones_like(parameter)
        found.append((net, torch.linspace(1, 2, points * features).view(points, features), passes))
    return found


def _left(net: _Watched) -> list[bool]:
    """Return the modes of a network and of its dropout."""
    return [net.training, net.drop.training]


def _trainable(net: nn.Module) -> bool:
    return all(parameter.requires_grad for parameter in net.parameters())


NEVER = "The network was never called: `net(x)` returns its predictions."
FROZEN = ("The parameters no longer require gradients, so the network can't be trained further. "
          "Leave `requires_grad` alone, and use `with torch.no_grad():`.")  # fmt: skip
NO_GRAD = "Gradients were recorded. Call the network inside `with torch.no_grad():`."
PARENTHESES = "`torch.no_grad` needs its parentheses: `with torch.no_grad():`."
LEFT = ("Afterwards, the network and every layer in it should be in the mode in which your "
        "function got them. Read `net.training` first, and restore it with "
        "`net.train(mode)`.")  # fmt: skip


def _looks(answer: Callable) -> dict:
    modes, graphs, predictions, after, asks = [], [], [], [], []
    for net, x, passes in _two_watched():
        mode = net.training
        due = net.eval()(x)
        passes.clear()
        given = answer(net.train(mode), x)
        if isinstance(given, Raised):
            return {"modes": given}
        if not passes:
            raise NotYet(NEVER)
        # a learner may call it once more, to print something: what is returned counts
        clean = [one for one in passes if not (one.net or one.part or one.graph)]
        used = (same(given, due) and clean) or [p for p in passes if same(given, p.out)] or passes
        modes.append([any(one.net for one in used), any(one.part for one in used)])
        graphs.append(any(one.graph for one in used))
        predictions.append(given)
        after.append(_left(net))
        asks.append(_trainable(net))
    return {"modes": modes, "graphs": graphs, "predictions": predictions, "after": after,
            "asks": asks}  # fmt: skip


@exercise(
    "This function can be called anywhere in a training loop without changing the training, and "
    "after the training without turning dropout on.",
    ask=_looks,
    mistakes=[
        ("The network was in training mode when you called it: call `net.eval()` first.",
         "    net.eval()\n", ""),
        ("`net.training = False` only reaches the network itself, and not the dropout in it. "
         "`net.eval()` reaches every layer.", "net.eval()", "net.training = False"),
        ("Only the layers of the network are in evaluation mode. The network itself has a mode, "
         "too, and is still in training mode: `net.eval()` reaches all of them.",
         "net.eval()", "[child.eval() for child in net.children()]"),
        (NO_GRAD, "no_grad", "enable_grad"),
        ("A network that was in training mode is left in evaluation mode: from now on it would "
         "be trained without dropout. Read `net.training` before you call `net.eval()`, and "
         "restore this mode before the `return`, because a line after it doesn't run.",
         "    net.train(mode)\n", ""),
        ("A network that was in evaluation mode is left in training mode. Store `net.training` "
         "first, and restore that mode.", "net.train(mode)", "net.train()"),
        ("The mode of the network is restored, but not that of the dropout in it. "
         "`net.train(mode)` reaches every layer.", "net.train(mode)", "net.training = mode"),
        ("A network in training mode is left in evaluation mode, and the other way round. "
         "Read `net.training` before you change it, and restore that mode.",
         "net.train(mode)", "net.train(not mode)"),
        (PARENTHESES, "no_grad()", "no_grad"),
        (FROZEN, "net.eval()", "net.eval().requires_grad_(False)"),
    ],
    otherwise={
        "modes": "The network, or the dropout in it, was in training mode when you called it: "
                 "call `net.eval()` first, for every network.",
        "graphs": NO_GRAD,
        "predictions": "Return the predictions as the network returns them.",
        "after": LEFT,
        "asks": FROZEN,
    },
)  # fmt: skip
def take_a_look(net, x):
    mode = net.training
    net.eval()
    with torch.no_grad():
        predictions = net(x)
    net.train(mode)
    return predictions


def _answers(passes: list[_Pass], x: Tensor) -> Tensor:
    """Return all predictions for each point of x, as (count, points, 1).

    So a learner may pass several copies of the points in one call, in any order.
    """
    rows = torch.cat([one.x.flatten(0, -2) for one in passes])
    outs = torch.cat([one.out.flatten(0, -2) for one in passes])
    answers = [outs[(rows == point).all(1)] for point in x]
    return torch.stack([part[: min(map(len, answers))] for part in answers], 1)


def _named(given: Tensor, answers: Tensor) -> str:
    """Return which statistic of the predictions over the calls a tensor contains."""
    mean, root = answers.mean(0), len(answers) ** 0.5
    for correction in (1, 0):  # both are called standard deviation
        deviation = answers.std(0, correction=correction)
        for name, values in (("mean", mean), ("deviation", deviation), ("variance", deviation**2),
                             ("standard error", deviation / root)):  # fmt: skip
            if same(given, values):
                return name
    return "median" if same(given, answers.median(0).values) else "another number"


def _asked_often(answer: Callable) -> dict:
    found = defaultdict(list)
    for n, (net, x, passes) in zip((6, 4), _two_watched()):
        before = _left(net)
        given = answer(net, x, n)
        if isinstance(given, Raised):
            return {"modes": given}
        if not passes:
            raise NotYet(NEVER)
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise NotYet("Return two tensors: `return answers.mean(0), answers.std(0)`.")
        if not all(map(is_ordinary, given)):
            raise NotYet("Return the mean and the standard deviation as tensors of numbers.")
        # a learner may call it once more, to print something
        used = [one for one in passes if one.net and one.part and not one.graph] or passes
        everything = _answers(used, x)
        # perhaps of some n alone, with calls for print before or after them
        some = [everything[k : k + n] for k in range(len(everything) - n + 1)]
        for answers in [everything, *some]:
            names = [_named(part, answers) for part in given]
            if names != 2 * ["another number"]:
                break
        found["modes"].append([all(one.net for one in used), all(one.part for one in used)])
        found["graphs"].append(any(one.graph for one in used))
        found["times"].append(len(answers))
        found["alike"].append(bool((answers == answers[:1]).all()))
        found["shapes"].append([tuple(part.shape) for part in given])
        found["statistics"].append(names)
        found["after"].append(_left(net) == before)
        found["asks"].append(_trainable(net))
    return found


@exercise(
    "The mean is often close to the prediction in evaluation mode. The standard deviation "
    "shows how far the predictions of the thinned networks are apart, which is a hint of how "
    "unsure the network is.",
    ask=_asked_often,
    mistakes=[
        ("In evaluation mode all calls return the same: call `net.train()` first.",
         "net.train()", "net.eval()"),
        ("Nothing sets the mode, and the network may be passed in evaluation mode, in which all "
         "calls return the same: call `net.train()` first.", "    net.train()\n", ""),
        ("`net.training = True` does not reach the dropout inside: call `net.train()`.",
         "net.train()", "net.training = True"),
        ("Only the dropout layers are in training mode. The network itself is not, so a dropout "
         "that its `forward` computes with `self.training` stays off: call `net.train()`.",
         "net.train()",
         "net.eval()\n    [m.train() for m in net.modules() if isinstance(m, nn.Dropout)]"),
        (NO_GRAD, "no_grad", "enable_grad"),
        ("The network was called only once, so all your predictions have the same masks. Each "
         "call draws new ones.", "[net(x) for _ in range(n)]", "[net(x)] * n"),
        ("The network was called `n - 1` times, and not `n` times.", "range(n)", "range(n - 1)"),
        ("Because of your seed, every call draws the same masks. Don't set a seed.",
         "[net(x) for", "[[torch.manual_seed(0), net(x)][1] for"),
        ("Your mean is taken over calls and points together. The calls need an axis of their "
         "own: join the predictions with `torch.stack`, which gives (n, points, 1).",
         "stack", "cat"),
        ("The standard deviation is taken over the points. Take it over the calls: `.std(0)`.",
         "answers.std(0)", "answers.mean(0).std(0)"),
        ("The two are swapped: return the mean first, and then the standard deviation.",
         "answers.mean(0), answers.std(0)", "answers.std(0), answers.mean(0)"),
        ("The first tensor is the median over the calls, and not their mean.",
         "answers.mean(0)", "answers.median(0).values"),
        ("The second tensor is the variance, the square of the standard deviation: use `.std(0)`.",
         "std", "var"),
        ("The second tensor is the standard error of the mean. The standard deviation is not "
         "divided by √n.", ".std(0)", ".std(0) / n ** 0.5"),
        (LEFT, "    net.train(mode)\n", ""),
        (PARENTHESES, "no_grad()", "no_grad"),
        ("`torch.tensor` makes a tensor of numbers. To join a list of tensors, use `torch.stack`.",
         "stack", "tensor"),
        (FROZEN, "net.train()", "net.train().requires_grad_(False)"),
    ],
    otherwise={
        "modes": "The network, or the dropout in it, was in evaluation mode: call `net.train()` "
                 "first.",
        "graphs": NO_GRAD,
        "times": lambda theirs, ours: (
            f"The network was called {theirs} times instead of {ours} times."
        ),
        "alike": "All calls return the same, so they had the same masks.",
        "shapes": lambda theirs, ours: (
            f"Each of the two tensors should have the shape of one call's predictions, {ours[0]}. "
            f"Yours have the shapes {theirs[0]} and {theirs[1]}. Take both over the "
            "axis of the calls, and keep the other axes."
        ),
        "statistics": lambda theirs, _: (
            "The first tensor is not the mean over the calls."
            if theirs[0] != "mean"
            else "The second tensor is not the standard deviation over the calls."
        ),
        "after": LEFT,
        "asks": FROZEN,
    },
)  # fmt: skip
def ask_many(net, x, n):
    mode = net.training
    net.train()
    with torch.no_grad():
        answers = torch.stack([net(x) for _ in range(n)])
    net.train(mode)
    return answers.mean(0), answers.std(0)
