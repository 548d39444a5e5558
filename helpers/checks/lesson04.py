"""Checks of the exercises of lesson 04: momentum here, the others in the modules beside it."""

from collections.abc import Callable

import torch

from helpers.checks.answers import a_number, like
from helpers.checks.lesson04_means import corrected_means
from helpers.checks.lesson04_schedule import rate
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["corrected_means", "momentum_step", "rate"]

Walk = list[tuple[float, float]]
GRADIENTS = (4.0, -2.0, 1.0)
LR, MU = 0.1, 0.4  # mu is not 1 − mu


def _walk(step: Callable, lr: float = LR, mu: float = MU) -> Walk:
    """Return (w, v) after each of three steps from w = 1, v = 0."""
    w, v, walked = torch.tensor(1.0), torch.tensor(0.0), []
    for g in GRADIENTS:
        w, v = step(w, torch.tensor(g), v, lr, mu)
        walked.append((a_number(w), a_number(v)))
    return walked


def _momentum(w, g, v, lr, mu):
    v = mu * v + g
    return w - lr * v, v


def _lr_twice(w, g, v, lr, mu):
    v = mu * v + lr * g
    return w - lr * v, v


def _lr_inside(w, g, v, lr, mu):
    v = mu * v + lr * g
    return w - v, v


def _step_inside(w, g, v, lr, mu):
    v = mu * v - lr * g
    return w + v, v


WRONG_STEPS: list[tuple[Callable, str]] = [
    (lambda w, g, v, lr, mu: (w - lr * g, g),
     "Nothing accumulates: your velocity is the gradient alone. Keep the share mu of the old v."),
    (lambda w, g, v, lr, mu: (w - lr * (mu * v + g), v),
     "Your step is right once, but the old v is given back: return the new one, or nothing "
     "accumulates."),
    (lambda w, g, v, lr, mu: (w - lr * v, mu * v + g),
     "You stepped along the old v: work out the new velocity first, then step along it."),
    (lambda w, g, v, lr, mu: (w + lr * (mu * v + g), mu * v + g),
     "The sign is wrong, you walk uphill: subtract lr · v from w."),
    (lambda w, g, v, lr, mu: (w - lr * (mu * v - g), mu * v - g),
     "The sign of g in the velocity is wrong: add the gradient to v, and subtract lr · v from w."),
    (_lr_twice,
     "The learning rate is in twice, in the velocity and in the step. Leave it out of v."),
    (_lr_inside,
     "The learning rate is inside the velocity. Some books do so; PyTorch adds g to v as it is, "
     "and multiplies by lr in the step."),
    (_step_inside,
     "The learning rate, and the minus too, are inside the velocity. Some libraries do so; "
     "PyTorch adds g to v as it is, and subtracts lr · v in the step."),
    (lambda w, g, v, lr, mu: (w - lr * (mu * v + (1 - mu) * g), mu * v + (1 - mu) * g),
     "You take a mean, with (1 − mu) before g. Momentum adds the whole gradient: v = mu · v + g."),
    (lambda w, g, v, lr, mu: (w - lr * (v + mu * g), v + mu * g),
     "mu stands before the wrong one: it shrinks the old velocity, not the new gradient."),
    (lambda w, g, v, lr, mu: (w - lr * (v + g), v + g),
     "The old velocity never fades: multiply it by mu before you add g."),
]  # fmt: skip


@check(
    "Two lines, and a ravine is no longer a trap: what points the same way at every step adds "
    "up, and what swings to and fro cancels.",
    "Replace the three dots in `momentum_step` and run the cell again.",
)
def momentum_step(answer: Callable) -> None:
    """Examine `momentum_step(w, g, v, lr, mu)`, which returns the new w and v."""

    def step(w, g, v, lr, mu):
        w, v = (torch.as_tensor(part).clone() for part in (w, v))  # plain numbers will do
        given = attempt(answer, w, g, v, lr, mu)
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise NotYet("Return two things, the new w and the new v: `return w, v`.")
        return given

    walked = _walk(step)
    for formula, hint in WRONG_STEPS:
        if like(walked, _walk(formula)):
            raise NotYet(hint)
    if like([(v, w) for w, v in walked[:1]], _walk(_momentum)[:1]):
        raise NotYet("The two are exchanged: return w first, then v.")
    for i, (ours, theirs) in enumerate(zip(_walk(_momentum), walked)):
        if not like(ours, theirs):
            raise NotYet(
                f"From w = 1 and v = 0 with lr = {LR} and mu = {MU}, gradients 4, −2 and 1: after "
                f"step {i + 1}, w = {ours[0]:g} and v = {ours[1]:g}; yours are {theirs[0]:g} and "
                f"{theirs[1]:g}."
            )
    if not like(_walk(step, 0.3, 0.9), _walk(_momentum, 0.3, 0.9)):
        raise NotYet(f"It is right with lr = {LR} and mu = {MU} alone: use the arguments.")
