"""The exercises of lesson 08."""

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

CALLS = 40  # a number that is kept with probability 0.8 is kept each time in one of 7,500 trials
TENSORS = [  # each with its p; no number in them is 0
    (torch.linspace(1, 2, 60).view(6, 10), 0.3),
    (torch.linspace(-1, -2, 50), 0.6),
    (torch.linspace(1, 2, 60).view(3, 4, 5), 0.2),
]


def _rounded(share: float, p: float) -> float:
    """Return the share of kept numbers, without the chance in it."""
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
    "`nn.Dropout` does the same. Because it scales what it keeps while it trains, nothing is left "
    "to do when you predict.",
    ask=_dropped,
    mistakes=[
        ("This calls PyTorch's own dropout. Draw the mask yourself, with `torch.rand_like`.",
         "x * (torch.rand_like(x) >= p) / (1 - p)", "F.dropout(x, p)"),
        ("Nothing is dropped, though `training` is True.", "not training", "training"),
        ("Everything is dropped, and a share of about 1 − p should be kept.", ">= p", ">= 1"),
        ("One draw decides for all numbers. Draw in the shape of `x`.", "rand_like(x)", "rand(1)"),
        ("All rows have the same mask, so a unit is dropped for all points or for none. Each "
         "activation needs a chance of its own: draw in the shape of `x`.",
         "rand_like(x)", "rand(x.shape[-1])"),
        ("Only the last two axes of `x` have a mask of their own. With three axes, all of the "
         "first axis shares one: draw in the shape of `x`.",
         "rand_like(x)", "rand(x.shape[-2:])"),
        ("Whole rows are dropped: a point loses all of its units or none. Draw in the shape of "
         "`x`.", "rand_like(x)", "rand(len(x), *[1] * (x.dim() - 1))"),
        ("The mask has a chance for each row of `x` only, and `x` may have any shape. Draw in the "
         "shape of `x`.", "rand_like(x)", "rand(len(x), 1)"),
        ("The mask is the same at every call. Draw a new one each time, and leave the seed alone.",
         "return x *", "torch.manual_seed(0)\n    return x *"),
        ("The same number of activations is dropped at every call. Give each of them a chance of "
         "its own, as `torch.rand_like` does.",
         "torch.rand_like(x) >= p", "torch.randperm(x.numel()).view(x.shape) >= p * x.numel()"),
        ("`p` is the probability to be *dropped*. Here, a share of about `p` is kept.", ">=", "<"),
        ("It drops a share of 0.3, whatever `p` is. Use the `p` that is passed.",
         ">= p) / (1 - p)", ">= 0.3) / 0.7"),
        ("What is kept is not scaled, so the mean falls: divide it by 1 − p.", " / (1 - p)", ""),
        ("You divide by p. The share that is kept is 1 − p: divide by that.", "/ (1 - p)", "/ p"),
        ("You multiply by 1 − p, which makes the mean smaller still: divide by it.",
         "/ (1", "* (1"),
        ("It drops with `training` False, too. Return `x` as it is in this case.",
         "not training", "training is None"),
        ("With `training` False nothing is dropped, so nothing is scaled either: return `x`.",
         "return x\n", "return x * (1 - p)\n"),
        ("NumPy can't follow gradients, so a network with your function would not learn. Stay "
         "with tensors.",
         "x * (torch.rand_like(x) >= p)",
         "torch.from_numpy(x.numpy() * (torch.rand_like(x) >= p).numpy())"),
        ("The numbers are right, but no gradient flows through them, so the layers before would "
         "not learn. Compute with `x` itself: without `.detach()`, `.data` or `no_grad()`.",
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
        "alike": "The mask is not drawn for each number by itself. Draw it in the shape of `x`, "
                 "at every call.",
        "counts": "The same number of activations is dropped at every call. Give each of them a "
                  "chance of its own.",
        "share": lambda theirs, ours: (
            f"A share of about {theirs:.1f} is kept where it should be {ours:.1f}. Use the `p` "
            "that is passed: it is the probability to be dropped."
        ),
        "scale": "What is kept should be `x` divided by 1 − p, each number by the same.",
        "zeros": "It drops where nothing should be dropped: with `training` False, or with `p` = "
                 "0.",
        "others": "With `training` False, or with `p` = 0, return the numbers of `x` as they are.",
        "gradients": "No gradient flows through what you return: the layers before would not "
                     "learn.",
    },
)  # fmt: skip
def dropout(x, p, training):
    if not training:
        return x
    return x * (torch.rand_like(x) >= p) / (1 - p)


SIZES = [(4, 50), (50, 1), (50, 50)]
PLACES = ("before the first linear layer", "after the first linear layer",
          "after the second linear layer", "after the last linear layer")  # fmt: skip
POINTS = torch.randn(500, 4, generator=torch.Generator().manual_seed(1))


def _stretches(net: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """Return what enters and what leaves the layers before, between and after the linear ones."""
    seen = [POINTS]
    hooks = [
        # copies, because a ReLU may work in place
        part.register_forward_hook(
            lambda _, args, out: seen.extend([args[0].clone(), out.clone()])
        )
        for part in net.modules()
        if isinstance(part, nn.Linear)
    ]
    out = attempt(net, POINTS.clone())
    for hook in hooks:
        hook.remove()
    if isinstance(out, Raised):
        raise NotYet(f"Your network can't work on points of the shape (500, 4).\n{out}")
    if not is_ordinary(out):
        raise NotYet("Your network should return a tensor of ordinary numbers.")
    stretches = list(zip(seen[::2], [*seen[1::2], out]))
    if len(stretches) != len(PLACES):
        raise NotYet("Use each of the three linear layers once in a forward pass.")
    return stretches


def _kind(dropped: Tensor, due: Tensor) -> str:
    """Return which dropout made one tensor out of another, by what it does."""
    alive = due != 0
    lost, kept = alive & (dropped == 0), alive & (dropped != 0)
    if not (lost.any(1) & kept.any(1)).any():
        return "drops whole points"
    scale, share = (dropped / due)[kept], lost.sum() / alive.sum()
    p = 1 - 1 / scale.mean().item()
    if abs(share - p) > 0.1 or not same(scale, torch.full_like(scale, 1 / (1 - p))):
        return "is of another kind"
    return f"is `nn.Dropout({p:.2g})`"


def _arrangement(answer: Callable) -> dict:
    """Describe where a network bends and drops, by what it does and not by how it is written."""
    nets = [answer(), answer()]
    for net in nets:
        if isinstance(net, Raised):
            return {"run": net}
        if not isinstance(net, nn.Module):
            raise NotYet(f"Return a network; this is a {type(net).__name__}.")
    net, again = nets
    modes = [part.training for net in nets for part in net.modules()]
    attempt(net, POINTS)  # lazy layers have no sizes before
    sizes = [(part.in_features, part.out_features) for part in net.modules()
             if isinstance(part, nn.Linear)]  # fmt: skip
    if sorted(sizes) != SIZES:
        found = ", ".join(f"{a} → {b}" for a, b in sizes) or "none"
        raise NotYet(f"The linear layers should be 4 → 50, 50 → 50 and 50 → 1. Yours: {found}.")
    with torch.no_grad():
        for parameter in net.parameters():  # so that numbers of both signs are at every place
            count = torch.arange(1.0, parameter.numel() + 1)
            parameter.copy_(count.square().sin().view(parameter.shape))
    calm, calm_again, drawn = _stretches(net.eval()), _stretches(net), _stretches(net.train())
    where, dropouts = [], []
    for name, (given, bent), (given_too, dropped) in zip(PLACES, calm, drawn):
        bends = not same(bent, given) and same(bent, given.relu())
        due = given_too.relu() if bends else given_too
        known = same(bent, given.relu() if bends else given) and dropped.shape == due.shape
        drops = known and not same(dropped, due)
        parts = ["a ReLU"] * bends + ["a dropout"] * drops
        where.append(f"{' and '.join(parts) or ('nothing' if known else 'something else')} {name}")
        if drops:
            dropouts.append(_kind(dropped, due))
    return {
        "run": "runs",
        "calm": same(calm[-1], calm_again[-1]),
        "where": where,
        "dropouts": dropouts,
        "modes": all(modes),
        "new": not any(a is b for a in net.parameters() for b in again.parameters()),
    }


# fmt: off
@exercise(
    "Dropout comes after each hidden layer and not after the output: this is where most networks "
    "of linear layers that use it have it.",
    ask=_arrangement,
    mistakes=[
        ("The last dropout acts on the prediction, which would be 0 or too large. Take it away.",
         "nn.Linear(50, 1)", "nn.Linear(50, 1), nn.Dropout(0.2)"),
        ("The first dropout acts on the input. It belongs after a hidden layer.",
         "nn.Linear(4, 50)", "nn.Dropout(0.2), nn.Linear(4, 50)"),
        ("Nothing belongs after the last linear layer: a ReLU there could predict no negative "
         "number.", "nn.Linear(50, 1)", "nn.Linear(50, 1), nn.ReLU()"),
        ("There is no dropout in your network.", ", nn.Dropout(0.2)", ""),
        ("The ReLUs are missing: without them, three linear layers compute what one could.",
         " nn.ReLU(),", ""),
        ("There is a list among the layers, and `nn.Sequential` takes the layers themselves: "
         "leave the square brackets out, or put a star before the list.",
         "Sequential(", "Sequential([", "1),\n    )", "1),\n    ])"),
        ("`nn.Dropout(0.8)` drops 80 %. Its number is the share that is dropped.", "0.2", "0.8"),
        ("It drops in evaluation mode, too. `F.dropout` knows nothing of the mode: pass it "
         "`self.training`, or use `nn.Dropout`.",
         "class Net(nn.Sequential):\n    def forward(self, x):\n        for layer in self[:2]:\n"
         "            x = F.dropout(layer(x).relu(), 0.2)\n        return self[2](x)\n\n\n"
         "def dropout_net():\n"
         "    return Net(nn.Linear(4, 50), nn.Linear(50, 50), nn.Linear(50, 1))"),
        ("Whole points are dropped, with all of their units. `nn.Dropout` drops each activation "
         "by itself.", "nn.Dropout(", "nn.Dropout1d("),
        ("A new network is in training mode. Leave `eval()` to the code that predicts.",
         "1),\n    )", "1),\n    ).eval()"),
        ("Your function returns the same layers at each call. Make them inside of the function.",
         "layers = [nn.Linear(4, 50), nn.ReLU(), nn.Dropout(0.2), nn.Linear(50, 50), nn.ReLU(),\n"
         "          nn.Dropout(0.2), nn.Linear(50, 1)]\n\n\n"
         "def dropout_net():\n    return nn.Sequential(*layers)"),
    ],
    otherwise={
        "calm": "In evaluation mode, your network returns something else at each call.",
        "where": lambda theirs, ours: f"Your network has {theirs}; there should be {ours}.",
        "dropouts": lambda theirs, _: (
            f"One of your dropouts {theirs}. Both should be `nn.Dropout(0.2)`, which drops each "
            "activation by itself, and divides those that it keeps by 0.8."
        ),
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
    """One forward pass, as a `_Watched` network notes it."""

    x: Tensor
    out: Tensor
    net: bool  # was the network in training mode?
    part: bool  # was the dropout in it?
    graph: bool  # were gradients recorded?


class _Watched(nn.Module):
    """A network that notes each of its forward passes.

    Dropout is in it twice: as a layer, and as a function that asks for the network's own mode.
    """

    def __init__(self, features: int, note: Callable[[_Pass], None]) -> None:
        super().__init__()
        self.note = note  # a copy of the network notes its passes in the same list
        self.hidden, self.drop = nn.Linear(features, 40), nn.Dropout(0.5)
        self.out = nn.Linear(40, 1)

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.dropout(self.hidden(x).relu(), 0.5, self.training)
        out = self.out(self.drop(hidden))
        passed = out.detach().clone()
        self.note(_Pass(x, passed, self.training, self.drop.training, out.requires_grad))
        return out


def _two_watched() -> list[tuple[_Watched, Tensor, list[_Pass]]]:
    """Return two networks, one in each mode, their points, and where they note their passes."""
    found = []
    for training, points, features in ((True, 5, 1), (False, 8, 2)):
        passes: list[_Pass] = []
        net = _Watched(features, passes.append).train(training)
        found.append((net, torch.linspace(1, 2, points * features).view(points, features), passes))
    return found


def _all_ask(net: nn.Module) -> bool:
    return all(parameter.requires_grad for parameter in net.parameters())


NEVER = "The network was never asked: `net(x)` gives its predictions."
FROZEN = ("The parameters no longer ask for gradients, so the network can't be trained further. "
          "Leave `requires_grad` alone, and use `with torch.no_grad():`.")  # fmt: skip
NO_GRAD = "Gradients were recorded for nothing. Ask the network inside `with torch.no_grad():`."


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
        # a learner may ask once more, to print something: what counts is what is returned
        clean = [one for one in passes if not (one.net or one.part or one.graph)]
        used = (same(given, due) and clean) or [p for p in passes if same(given, p.out)] or passes
        modes.append([any(one.net for one in used), any(one.part for one in used)])
        graphs.append(any(one.graph for one in used))
        predictions.append(given)
        after.append([net.training, net.drop.training])
        asks.append(_all_ask(net))
    return {"modes": modes, "graphs": graphs, "predictions": predictions, "after": after,
            "asks": asks}  # fmt: skip


@exercise(
    "A look that changes nothing can be put into any training loop, and a look during a test does "
    "not turn dropout on.",
    ask=_looks,
    mistakes=[
        ("The network was in training mode when you asked it: call `net.eval()` first.",
         "    net.eval()\n", ""),
        ("`net.training = False` reaches the network alone, and not the dropout in it. "
         "`net.eval()` reaches every layer.", "net.eval()", "net.training = False"),
        ("Only the parts of the network are in evaluation mode. The network itself has a mode, "
         "too, and still trains: `net.eval()` reaches all of them.",
         "net.eval()", "[child.eval() for child in net.children()]"),
        (NO_GRAD, "no_grad", "enable_grad"),
        ("A network that was in training mode is left in evaluation mode: from now on it would "
         "train without dropout. Put its mode back.", "    net.train(mode)\n", ""),
        ("A network that was in evaluation mode is left in training mode. Keep `net.training` "
         "before the look, and put that back.", "net.train(mode)", "net.train()"),
        ("The mode of the network is back, but not that of the dropout in it. `net.train(mode)` "
         "reaches every layer.", "net.train(mode)", "net.training = mode"),
        ("A network in training mode comes out in evaluation mode, and the other way round. "
         "Read `net.training` before you change it, and put that back.",
         "net.train(mode)", "net.train(not mode)"),
        (FROZEN, "net.eval()", "net.eval().requires_grad_(False)"),
    ],
    otherwise={
        "modes": "The network, or the dropout in it, was in training mode when you asked it: "
                 "call `net.eval()` first, for every network.",
        "graphs": NO_GRAD,
        "predictions": "Return the predictions as the network returns them.",
        "after": "Afterwards, the network and every layer in it should be in the mode that they "
                 "were in before.",
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
    """Return all answers to each point of x, as (count, points, 1).

    So a learner may ask with several copies of the points at once, in whatever order.
    """
    rows = torch.cat([one.x.flatten(0, -2) for one in passes])
    outs = torch.cat([one.out.flatten(0, -2) for one in passes])
    answers = [outs[(rows == point).all(1)] for point in x]
    return torch.stack([part[: min(map(len, answers))] for part in answers], 1)


def _named(given: Tensor, answers: Tensor) -> str:
    """Return which statistic of the answers over the calls a tensor holds."""
    mean, root = answers.mean(0), len(answers) ** 0.5
    for correction in (1, 0):  # both are called standard deviation
        deviation = answers.std(0, correction=correction)
        for name, values in (("mean", mean), ("deviation", deviation), ("variance", deviation**2),
                             ("standard error", deviation / root)):  # fmt: skip
            if same(given, values):
                return name
    return "median" if same(given, answers.median(0).values) else "another number"


def _asked_often(answer: Callable) -> dict:
    names = ("modes", "graphs", "times", "alike", "shapes", "statistics", "asks")
    found: dict[str, list] = {name: [] for name in names}
    for n, (net, x, passes) in zip((6, 4), _two_watched()):
        given = answer(net, x, n)
        if isinstance(given, Raised):
            return {"modes": given}
        if not passes:
            raise NotYet(NEVER)
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise NotYet("Return two tensors: `return answers.mean(0), answers.std(0)`.")
        if not all(map(is_ordinary, given)):
            raise NotYet("Return the mean and the deviation as tensors of ordinary numbers.")
        # a learner may ask once more, to print something
        used = [one for one in passes if one.net and one.part and not one.graph] or passes
        answers = _answers(used, x)
        windows = [answers[i : i + n] for i in range(len(answers) - n + 1)] + [answers]
        named = [[_named(part, window) for part in given] for window in windows]
        best = next((i for i, pair in enumerate(named) if pair != 2 * ["another number"]), -1)
        found["modes"].append([all(one.net for one in used), all(one.part for one in used)])
        found["graphs"].append(any(one.graph for one in used))
        found["times"].append(len(windows[best]))
        found["alike"].append(bool((answers == answers[:1]).all()))
        found["shapes"].append([tuple(part.shape) for part in given])
        found["statistics"].append(named[best])
        found["asks"].append(_all_ask(net))
    return found


def _said_of_shapes(theirs: list, ours: list) -> str:
    which, yours, due = next(
        part for part in zip(("mean", "deviation"), theirs, ours) if part[1] != part[2]
    )
    return (
        f"The {which} should have the shape {due} of one answer, and yours is {yours}. Take it "
        "over axis 0, the calls."
    )


@exercise(
    "The mean is close to what the network predicts in evaluation mode, and the deviation says "
    "how much the thinned networks disagree. Some read it as a hint of how unsure the network is.",
    ask=_asked_often,
    mistakes=[
        ("Evaluation mode makes all answers the same: call `net.train()` before you ask.",
         "net.train()", "net.eval()"),
        ("Nothing sets the mode, and a network may be passed to you in evaluation mode, where all "
         "answers are the same: call `net.train()` before you ask.", "    net.train()\n", ""),
        ("`net.training = True` does not reach the dropout inside: call `net.train()`.",
         "net.train()", "net.training = True"),
        ("Only the dropout layers are in training mode. The network itself is not, so a dropout "
         "that its `forward` computes with `self.training` stays off: call `net.train()`.",
         "net.train()",
         "net.eval()\n    [m.train() for m in net.modules() if isinstance(m, nn.Dropout)]"),
        (NO_GRAD, "no_grad", "enable_grad"),
        ("The network was asked only once, so all your answers have the same masks. Each call "
         "draws new ones.", "[net(x) for _ in range(n)]", "[net(x)] * n"),
        ("The network was asked once less than `n` times.", "range(n)", "range(n - 1)"),
        ("Your seed makes every call draw the same masks. Leave the seed alone.",
         "[net(x) for", "[[torch.manual_seed(0), net(x)][1] for"),
        ("The mean has one number for each feature of an answer, taken over calls and points. The "
         "calls need an axis of their own: join the answers with `torch.stack`, which gives (n, "
         "points, 1).", "stack", "cat"),
        ("The deviation is taken over the points. Take it over the calls: `answers.std(0)`.",
         "answers.std(0)", "answers.mean(0).std(0)"),
        ("The two are swapped: return first the mean, then the deviation.",
         "answers.mean(0), answers.std(0)", "answers.std(0), answers.mean(0)"),
        ("The first tensor is the median over the calls, and not their mean.",
         "answers.mean(0)", "answers.median(0).values"),
        ("The second tensor is the variance. Its square root is the deviation: `.std(0)`.",
         "std", "var"),
        ("That is the standard error of the mean. How far the answers lie apart is their "
         "deviation, which is not divided by √n.", ".std(0)", ".std(0) / n ** 0.5"),
        (FROZEN, "net.train()", "net.train().requires_grad_(False)"),
    ],
    otherwise={
        "modes": "The network, or the dropout in it, was in evaluation mode: call `net.train()` "
                 "before you ask.",
        "graphs": NO_GRAD,
        "times": lambda theirs, ours: (
            f"The network was asked {theirs} times instead of {ours} times, and all of these "
            "answers count."
        ),
        "alike": "All answers are the same, so every call had the same masks.",
        "shapes": _said_of_shapes,
        "statistics": lambda theirs, _: (
            "The first tensor is not the mean of the answers over the calls."
            if theirs[0] != "mean"
            else "The second tensor is not the standard deviation over the calls."
        ),
        "asks": FROZEN,
    },
)  # fmt: skip
def ask_many(net, x, n):
    net.train()
    with torch.no_grad():
        answers = torch.stack([net(x) for _ in range(n)])
    return answers.mean(0), answers.std(0)
