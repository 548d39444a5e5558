"""Check of lesson 04's schedule of the learning rate."""

from collections.abc import Callable

from helpers.checks.answers import a_number, like
from helpers.checks.verdict import NotYet, attempt, check
from helpers.figures import BLUE, RED, new_figure, png

WARM, STEPS, PEAK = 10, 40, 0.5


def _rate(t: int, steps: int, warm: int, peak: float) -> float:
    return peak * t / warm if t <= warm else peak * max(0.0, (steps - t) / (steps - warm))


@check(
    "You can now write any schedule: PyTorch's `LambdaLR` takes a function of t, and multiplies "
    "the optimizer's rate by what it returns. This one, a warm-up and a straight way down, "
    "trained the language model BERT (Devlin et al., 2019).",
    "Replace the three dots in `rate` and run the cell again.",
)
def rate(answer: Callable[[int, int, int, float], float]) -> bytes:
    """Examine `rate(t, steps, warm, peak)` and draw it."""
    times = list(range(STEPS + 6))
    given = [attempt(answer, t, STEPS, WARM, PEAK) for t in times]
    theirs = [a_number(r) for r in given]
    right = [_rate(t, STEPS, WARM, PEAK) for t in times]
    picture = _two_rates(theirs, right)
    if like(theirs, right):
        other = [a_number(attempt(answer, t, 30, 3, 2.0)) for t in range(31)]
        if not like(other, [_rate(t, 30, 3, 2.0) for t in range(31)]):
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
    up = like(theirs[: WARM + 1], right[: WARM + 1])
    if up and like(theirs[WARM + 1 : STEPS], [r / PEAK for r in right[WARM + 1 : STEPS]]):
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
    down = like(theirs[WARM + 1 : STEPS + 1], right[WARM + 1 : STEPS + 1])
    if up and down:
        where = next(t for t in range(STEPS + 1, len(theirs)) if not abs(theirs[t]) <= 1e-6)
        return (f"After t = steps the rate stays 0. Yours is right up to t = {STEPS}, but at "
                f"t = {where} it is {theirs[where]:.3f}.")  # fmt: skip
    if up:
        return _down_is_wrong(theirs, right)
    if like(theirs[1:STEPS], right[2 : STEPS + 1]) or like(theirs[1:STEPS], right[: STEPS - 1]):
        return _off_by_one(theirs, right)
    if like(theirs[1:WARM], right[2 : WARM + 1]) or like(theirs[1:WARM], right[: WARM - 1]):
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
    if like(way[:-1], due[1:]) or like(way[1:], due[:-1]):
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
