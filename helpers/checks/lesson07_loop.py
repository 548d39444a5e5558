"""Check of lesson 07's closed loop."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor
from helpers.checks.lesson07_step import SmallNet
from helpers.checks.verdict import NotYet, attempt, check
from helpers.figures import BLACK, RED, new_figure, png
from helpers.lesson07.waves import wave


@torch.no_grad()
def _generate(net, seen, n: int, way: str = "closed") -> Tensor:
    """Return n values (n,) in the right way, or in one of the wrong ones that we know."""
    x, h_state = net(seen[:, -1:] if way == "no warm-up" else seen, None)
    if way == "no loop":
        return x[0, -n:, 0]
    if way == "whole":
        return _whole(net, x, h_state, n)
    if way == "last again":
        x, h_state = net(seen[:, -1:], h_state)
    x = x[:, :1] if way == "first" else x[:, -1:]
    if way == "late":
        x, h_state = net(x, h_state)
    values = [seen[0, -1]] if way == "early" else []
    while len(values) < n:
        values.append(x[0, -1])
        if way in READ_AGAIN:
            seen = torch.cat([seen[:, "grown" not in way :], x], 1)
        fed = seen if way in READ_AGAIN else seen[:, -1:] if way == "true input" else x
        x, new = net(fed, None if way in ("no state", "window") else h_state)
        x, h_state = x[:, -1:], h_state if way == "old state" else new
    return torch.cat(values)


def _whole(net, x, h_state, n: int) -> Tensor:
    """Return n values where the whole prediction goes in again, with all its steps."""
    values = []
    for _ in range(n):
        values.append(x[0, -1])
        x, h_state = net(x, h_state)
    return torch.cat(values)


TWICE = (
    "The samples are read again at each step: the state already holds them. After `net(seen)`, "
    "only the new value goes in."
)
READ_AGAIN = ("window", "window, state", "grown, state")  # `seen` goes in at each step


WAYS = {
    "true input": "The same true sample goes in at every step: the loop is open. Feed the net "
    "its own last prediction.",
    "no state": "The state is lost: each step begins with zeros. Hand over the `h_state` that "
    "came with the last prediction.",
    "old state": "The state never moves on: each step begins with the one from after `seen`. "
    "Keep the new one: `prediction, h_state = net(value, h_state)`.",
    "window": "A window of the last samples is read from zeros at each step, so all before it is "
    "forgotten. Carry the state, and let only the new value go in.",
    "window, state": TWICE,
    "grown, state": TWICE,
    "first": "Your first value is what the net says to the *first* sample of `seen`. Take the "
    "last one: `prediction[:, -1:]`.",
    "whole": "The whole prediction goes back in, with all its steps. Feed the last one alone: "
    "`prediction[:, -1:]`.",
    "no loop": "These are the net's answers to `seen` itself, and nothing was fed back. Take the "
    "last one, and go on from there in a loop.",
    "no warm-up": "The net has seen the last sample alone. Let it read all of `seen` first: its "
    "memory is made there.",
    "last again": "The last sample of `seen` goes in twice. After `net(seen)` its successor is "
    "there already: `prediction[:, -1:]`.",
    "late": "One value is missing: the first is what the net says to the last sample of `seen`.",
    "early": "Your first value is the last of `seen`. That one was given; begin with the net's "
    "own prediction.",
}


@check(
    "Text, speech and weather are generated with this loop, only with larger nets. Small "
    "errors come back as input, so a good single step is not yet a good forecast.",
    "Replace the three dots in `generate_values` and run the cell again.",
)
def generate(answer: Callable[[nn.Module, Tensor, int], Tensor]) -> bytes:
    """Examine `generate(net, seen, n)`: n values (n,) after seen (1, T, 1), in closed loop."""
    net, n = SmallNet(), 12
    seen = wave(15)[0].view(1, 15, 1)
    target = _generate(net, seen, n)
    given = attempt(answer, net, seen.clone(), n)
    given = a_tensor(given, f"the {n} values")
    if given.numel() == 15 + n:
        raise NotYet(f"Return the {n} new values alone, without those of `seen`.")
    if given.numel() != n:
        raise NotYet(f"Asked for {n} values, it returns {given.numel()}.")
    if tuple(given.shape) != (n,):
        raise NotYet(f"Your shape is {tuple(given.shape)}, not ({n},): `.flatten()` helps.")
    values = given.detach().float()
    picture = _side_by_side(values, target)
    for way, said in WAYS.items():
        if torch.allclose(values, _generate(net, seen, n, way), atol=1e-4):
            raise NotYet(said, picture)
    if not torch.allclose(values, target, atol=1e-4):
        raise NotYet("The values differ. Compare the curves: where do they part?", picture)
    if given.requires_grad:
        raise NotYet(
            "The values are right, but each step has recorded its graph: put the loop inside "
            "`with torch.no_grad():`."
        )
    alone = a_tensor(attempt(answer, net, seen.clone(), 1), "the value")
    if tuple(alone.shape) != (1,):
        raise NotYet(
            f"It works for {n} values. Asked for one, its shape is {tuple(alone.shape)}, not "
            "(1,): `squeeze()` takes every axis of length 1 away, `.flatten()` leaves one."
        )
    return picture


def _side_by_side(given: Tensor, target: Tensor) -> bytes:
    figure = new_figure(6, 1.9, layout="constrained")
    axis = figure.add_subplot(xlabel="step")
    axis.plot(target, "-", color=BLACK, lw=4, alpha=0.3, label="target")
    axis.plot(given, "--o", color=RED, ms=4, label="yours")
    axis.legend()
    return png(figure)
