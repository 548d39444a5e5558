"""Checks of the exercises of lesson 04."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.checks.verdict import NotYet, attempt, check
from helpers.figures import BLUE, RED, new_figure, png

Walk = list[tuple[float, float]]
GRADIENTS = (4.0, -2.0, 1.0)
LR, MU = 0.1, 0.5


def _walk(step: Callable) -> Walk:
    """Return (w, v) after each of three steps from w = 1, v = 0."""
    w, v, walked = torch.tensor(1.0), torch.tensor(0.0), []
    for g in GRADIENTS:
        w, v = step(w, torch.tensor(g), v, LR, MU)
        walked.append((_number(w), _number(v)))
    return walked


def _number(value: object) -> float:
    if isinstance(value, int | float) or (isinstance(value, Tensor) and value.numel() == 1):
        return float(value)
    raise NotYet(f"One number was due here, not a {type(value).__name__}: {str(value)[:60]}")


def _like(values: object, others: object) -> bool:
    a, b = torch.tensor(values), torch.tensor(others)
    return a.shape == b.shape and torch.allclose(a, b, atol=1e-5)


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
        given = attempt(answer, w.clone(), g, v.clone(), lr, mu)
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise NotYet("Return two things, the new w and the new v: `return w, v`.")
        return given

    walked = _walk(step)
    for formula, hint in WRONG_STEPS:
        if _like(walked, _walk(formula)):
            raise NotYet(hint)
    if _like([(v, w) for w, v in walked[:1]], _walk(_momentum)[:1]):
        raise NotYet("The two are exchanged: return w first, then v.")
    for i, (ours, theirs) in enumerate(zip(_walk(_momentum), walked)):
        if not _like(ours, theirs):
            raise NotYet(
                f"From w = 1 and v = 0 with lr = {LR} and mu = {MU}, gradients 4, −2 and 1: after "
                f"step {i + 1}, w = {ours[0]:g} and v = {ours[1]:g}; yours are {theirs[0]:g} and "
                f"{theirs[1]:g}."
            )


BETA = 0.9


def _means(values: Tensor, beta: float, keep: float | None = None) -> list[float]:
    """Return the running means, not corrected; `keep` stands before the new value."""
    m, means = 0.0, []
    for g in values.tolist():
        m = beta * m + (1 - beta if keep is None else keep) * g
        means.append(m)
    return means


def _started(values: Tensor) -> list[list[float]]:
    """Return the means of an m that begins at the first value: it counts once more, or not."""
    first = float(values[0])
    again = [m + first * BETA**t for t, m in enumerate(_means(values, BETA), 1)]
    later = [m + first * BETA**t for t, m in enumerate(_means(values[1:], BETA), 1)]
    return [again, [first, *later]]


@check(
    "Without this correction Adam would begin with steps that are far too short, or, where only "
    "the squares are uncorrected, far too long. It fades away by itself: 0.9 to the power 50 is "
    "nearly 0.",
    "Replace the three dots in `corrected_means` and run the cell again.",
)
def corrected_means(answer: Callable[[Tensor, float], object]) -> None:
    """Examine `corrected_means(gradients, beta)`, a list with one mean for each gradient."""
    values = torch.tensor([3.0, 3, 3, -1, 2])
    n = len(values)
    given = attempt(answer, values.clone(), BETA)
    if isinstance(given, int | float) or (isinstance(given, Tensor) and given.dim() == 0):
        raise NotYet("Return all the means, one after each gradient, and not the last alone.")
    if not isinstance(given, Tensor | list | tuple):
        raise NotYet(f"Return a list; this is a {type(given).__name__}.")
    if len(given) != n:
        raise NotYet(f"For {n} gradients there are {n} means; you return {len(given)}.")
    theirs = [_number(mean) for mean in given]
    raw = _means(values, BETA)
    right = [m / (1 - BETA**t) for t, m in enumerate(raw, 1)]
    if _like(theirs, right):
        return
    if _like(theirs, raw):
        raise NotYet(
            "The correction is forgotten: the mean of 3, 3 and 3 comes out as "
            f"{raw[2]:.2f}. Divide each m by 1 − beta**t."
        )
    # m / (1 - beta**0) divides by 0
    if not all(map(torch.isfinite, map(torch.tensor, theirs[:1]))):
        raise NotYet(
            "The first mean is divided by 0: your t starts at 0, and 1 − beta**0 is 0. Count "
            "from 1: `enumerate(gradients, 1)`."
        )
    if _like(theirs, [m / (1 - BETA ** (t + 1)) for t, m in enumerate(raw, 1)]):
        raise NotYet("Your t is one too large: it is 1 at the first gradient.")
    if _like(theirs, [m / (1 - BETA) for m in raw]):
        raise NotYet("You divide by 1 − beta at every step. The power is missing: 1 − beta**t.")
    if _like(theirs, [m * (1 - BETA**t) for t, m in enumerate(raw, 1)]):
        raise NotYet("Divide by 1 − beta**t; you multiply, and the mean becomes smaller still.")
    m, fed_back = 0.0, []
    for t, g in enumerate(values.tolist(), 1):
        m = (BETA * m + (1 - BETA) * g) / (1 - BETA**t)
        fed_back.append(m)
    if _like(theirs, fed_back):
        raise NotYet("The corrected mean is fed back into m. Keep m as it is; correct a copy.")
    exchanged = [m / (1 - BETA**t) for t, m in enumerate(_means(values, 1 - BETA), 1)]
    other_power = [m / (1 - (1 - BETA) ** t) for t, m in enumerate(_means(values, 1 - BETA), 1)]
    if _like(theirs, exchanged) or _like(theirs, other_power):
        raise NotYet("The shares are exchanged: beta belongs to the old mean.")
    for first in _started(values):
        corrected = [m / (1 - BETA**t) for t, m in enumerate(first, 1)]
        if _like(theirs, first) or _like(theirs, corrected):
            raise NotYet(
                "m starts at 0, not at the first gradient: the correction is made for that start."
            )
    whole = [m / (1 - BETA**t) for t, m in enumerate(_means(values, BETA, keep=1.0), 1)]
    if _like(theirs, whole):
        raise NotYet(
            "Only the share 1 − beta of a new gradient enters m: m = beta·m + (1−beta)·g."
        )
    where = next(t for t, (a, b) in enumerate(zip(theirs, right), 1) if abs(a - b) > 1e-5)
    raise NotYet(
        f"After gradient {where} of 3, 3, 3, −1, 2 with beta 0.9 the mean is "
        f"{right[where - 1]:.3f}, and yours is {theirs[where - 1]:.3f}."
    )


WARM, STEPS, PEAK = 10, 40, 0.5


def _rate(t: int, steps: int, warm: int, peak: float) -> float:
    return peak * t / warm if t <= warm else peak * max(0.0, (steps - t) / (steps - warm))


@check(
    "You can now write any schedule: PyTorch's `LambdaLR` takes a function like yours. This one, "
    "a warm-up and a straight way down, trained the language model BERT (Devlin et al., 2019).",
    "Replace the three dots in `rate` and run the cell again.",
)
def rate(answer: Callable[[int, int, int, float], float]) -> bytes:
    """Examine `rate(t, steps, warm, peak)` and draw it."""
    times = list(range(STEPS + 6))
    given = [attempt(answer, t, STEPS, WARM, PEAK) for t in times]
    theirs = [_number(r) for r in given]
    right = [_rate(t, STEPS, WARM, PEAK) for t in times]
    picture = _two_rates(theirs, right)
    if _like(theirs, right):
        other = [_number(attempt(answer, t, 30, 3, 2.0)) for t in range(31)]
        if not _like(other, [_rate(t, 30, 3, 2.0) for t in range(31)]):
            raise NotYet(
                f"It is right for {STEPS} steps, {WARM} of them warm-up, and a peak of {PEAK}, "
                "and wrong for other numbers. Use the arguments."
            )
        return picture
    raise NotYet(_what_is_wrong(theirs, right), picture)


def _what_is_wrong(theirs: list[float], right: list[float]) -> str:
    if min(theirs) < -1e-6:
        where = next(t for t, r in enumerate(theirs) if r < -1e-6)
        if where > STEPS:
            return (f"At t = {where}, after the last step, the rate is negative: training would "
                    "walk uphill. `max(0, …)` stops it at 0.")  # fmt: skip
        return f"At t = {where} the rate is negative: training would walk uphill."
    if all(abs(r - PEAK) < 1e-6 for r in theirs):
        return "The rate is the peak at all times: no warm-up and no way down yet."
    if all(abs(r - PEAK) < 1e-6 for r in theirs[: WARM + 1]):
        return (
            f"There is no warm-up: for t from 0 to {WARM} the rate should rise from 0 to the peak."
        )
    if abs(theirs[0] - PEAK) < 1e-6:
        return "There is no warm-up: the rate begins at the peak. At t = 0 it should be 0."
    top = theirs.index(max(theirs))
    up = _like(theirs[: WARM + 1], right[: WARM + 1])
    if up and _like(theirs[WARM + 1 : STEPS], [r / PEAK for r in right[WARM + 1 : STEPS]]):
        return (
            "The warm-up is right, but `peak` is missing on the way down: multiply what is left "
            "of the way by it."
        )
    late = theirs[WARM : STEPS + 1]
    if late[-1] > 0 and all(b >= a - 1e-6 for a, b in zip(late, late[1:])):
        return (f"After t = {WARM} the rate does not fall at all: at t = {STEPS} it is "
                f"{late[-1]:g}, and it should be 0.")  # fmt: skip
    if max(theirs) > 1.1 * PEAK:
        return f"At t = {top} the rate is {theirs[top]:g}, above the peak of {PEAK:g}."
    down = _like(theirs[WARM + 1 : STEPS + 1], right[WARM + 1 : STEPS + 1])
    if up and down:
        where = next(t for t in range(STEPS + 1, len(theirs)) if not abs(theirs[t]) <= 1e-6)
        return (f"After t = steps the rate stays 0. Yours is right up to t = {STEPS}, but at "
                f"t = {where} it is {theirs[where]:.3f}.")  # fmt: skip
    if up:
        return _down_is_wrong(theirs, right)
    if _like(theirs[1:STEPS], right[2 : STEPS + 1]) or _like(theirs[1:STEPS], right[: STEPS - 1]):
        return _off_by_one(theirs, right)
    if _like(theirs[1:WARM], right[2 : WARM + 1]) or _like(theirs[1:WARM], right[: WARM - 1]):
        return _off_by_one(theirs, right)
    if abs(top - WARM) > 1:
        return (f"Your rate is highest at t = {top}; the peak belongs at t = {WARM}, the end of "
                "the warm-up.")  # fmt: skip
    where = next(t for t in range(WARM + 1) if not abs(theirs[t] - right[t]) <= 1e-5)
    return (f"The way up is not a straight line from 0 to the peak at t = {WARM}: at "
            f"t = {where} the rate should be {right[where]:.3f}, and yours is "
            f"{theirs[where]:.3f}.")  # fmt: skip


def _off_by_one(theirs: list[float], right: list[float]) -> str:
    return (f"Off by one at the peak: {PEAK:g} is due at t = {WARM} exactly, where you have "
            f"{theirs[WARM]:.3f}; at t = {WARM - 1} it is {right[WARM - 1]:.3f}, where you "
            f"have {theirs[WARM - 1]:.3f}.")  # fmt: skip


def _down_is_wrong(theirs: list[float], right: list[float]) -> str:
    """Say what is wrong with a rate that is right until t = warm."""
    way, due = theirs[WARM + 1 : STEPS + 1], right[WARM + 1 : STEPS + 1]
    if _like(way[:-1], due[1:]) or _like(way[1:], due[:-1]):
        return (f"The warm-up is right. The way down is off by one: at t = {WARM + 1} the rate "
                f"should be {due[0]:.3f}, and yours is {way[0]:.3f}.")  # fmt: skip
    where = next(t for t in range(WARM + 1, STEPS + 1) if not abs(theirs[t] - right[t]) <= 1e-5)
    return (f"The warm-up is right, but the way down is not a straight line to 0 at t = steps: at "
            f"t = {where} the rate should be {right[where]:.3f}, and yours is "
            f"{theirs[where]:.3f}. At t = warm nothing of the way is done, at t = steps all of "
            "it.")  # fmt: skip


def _two_rates(theirs: list[float], right: list[float]) -> bytes:
    figure = new_figure(5.5, 2.2, layout="constrained")
    axis = figure.add_subplot(xlabel="t")
    axis.plot(right, "-", color=BLUE, lw=5, alpha=0.4, label="target")
    axis.plot(theirs, "o", color=RED, ms=3.5, label="yours")
    axis.legend(frameon=False)
    axis.set_ylim(-0.15, 0.8)
    return png(figure)
