"""The exercises of lesson 04."""

from typing import Any

import numpy as np
import torch

from helpers.exercise import NOTHING, Answer, Raised, a_number, exercise, is_ordinary, same
from helpers.figures import BLUE, RED, new_figure, png
from helpers.verdict import NotYet


def _of_a_step(theirs: Any, ours: tuple) -> str:
    if not isinstance(theirs, tuple | list) or len(theirs) != 2:
        return "Return two things, the new w and the new v: `return w, v`."
    return ""


@exercise(
    "This is all that momentum adds to plain gradient descent. A gradient that keeps its sign "
    "builds up in the velocity, and one that changes its sign at every step partly cancels out.",
    cases=[
        (torch.tensor(1.0), torch.tensor(4.0), torch.tensor(2.5), 0.1, 0.9),
        (torch.tensor(-0.75), torch.tensor(-2.0), torch.tensor(1.25), 0.3, 0.4),
    ],
    mistakes=[
        ("Nothing adds up: your velocity is the gradient alone. Add mu times the old velocity, "
         "which is the argument `v`.",
         "mu * v + g", "g"),
        ("Your step is right, but you return the old v. Return the new one, or nothing adds up.",
         "    v = mu * v + g\n", "", "w - lr * v", "w - lr * (mu * v + g)"),
        ("You stepped along the old v: compute the new velocity first, then step along it.",
         "    v = mu * v + g\n", "", "v, v", "v, mu * v + g"),
        ("The sign of the step is wrong, so it goes uphill: subtract lr · v from w.",
         "w - lr", "w + lr"),
        ("The sign of g in the velocity is wrong: add the gradient to v, and subtract lr · v "
         "from w.",
         "+ g", "- g"),
        ("The learning rate is used twice, in the velocity and in the step. Leave it out of v.",
         "+ g", "+ lr * g"),
        ("The learning rate is inside the velocity. Some books do it in this way, but PyTorch "
         "adds g to v as it is, and multiplies by lr in the step.",
         "+ g", "+ lr * g", "w - lr * v", "w - v"),
        ("The learning rate and the minus are inside the velocity. Some libraries do it in this "
         "way, but PyTorch adds g to v as it is, and subtracts lr · v in the step.",
         "+ g", "- lr * g", "w - lr * v", "w + v"),
        ("You compute an average, with (1 − mu) before g. Momentum adds the whole gradient: "
         "v = mu · v + g.",
         "+ g", "+ (1 - mu) * g"),
        ("mu is in the wrong place: multiply the old velocity by it, and not the new gradient.",
         "mu * v + g", "v + mu * g"),
        ("mu multiplies the old velocity alone, and not the new gradient.",
         "mu * v + g", "mu * (v + g)"),
        ("You step twice, along the gradient and along the velocity, which contains this "
         "gradient already. Step along the velocity alone.",
         "w - lr * v", "w - lr * g - lr * v"),
        ("The old velocity does not fade: multiply it by mu before you add g.", "mu * v", "v"),
        ("You step along the gradient alone: step along the new velocity.", "lr * v", "lr * g"),
        ("The step does not use the learning rate: subtract lr · v from w.", "lr * v", "v"),
        ("The two are in the wrong order: return w first, then v.", "w - lr * v, v",
         "v, w - lr * v"),
    ],
    partly="It is right with lr = 0.1 and mu = 0.9, but not with others: use the arguments, and "
           "keep nothing from an earlier call.",
    otherwise=_of_a_step,
)  # fmt: skip
def momentum_step(w, g, v, lr, mu):
    v = mu * v + g
    return w - lr * v, v


GRADIENTS = [([3, 3, 3, -1, 2], 0.9), ([-2, 1.5, 4, 0.25, -1, 5, 2.5], 0.6)]  # with their betas


def _means(answer: Answer) -> dict:
    """Ask for the averages of two tensors. A tensor of averages is as good as a list."""
    found = []
    for gradients, beta in GRADIENTS:
        means = answer(torch.tensor(gradients, dtype=torch.float32), beta)
        if isinstance(means, np.ndarray) or is_ordinary(means):
            if means.shape == (len(gradients),):
                means = list(means)
        found.append(means)
    return {"": found}


def _of_the_means(theirs: Any, ours: list) -> str:
    if a_number(theirs) is not None:
        return "Return all the averages, one after each gradient, and not only the last one."
    if not isinstance(theirs, list | tuple):
        shape = f" with the shape {tuple(theirs.shape)}" if is_ordinary(theirs) else ""
        return f"Return a list of averages; this is of type `{type(theirs).__name__}`{shape}."
    if len(theirs) != len(ours):
        return (
            f"For {len(ours)} gradients there are {len(ours)} averages; you return {len(theirs)}."
        )
    where = next(i for i, pair in enumerate(zip(theirs, ours)) if not same(*pair))
    number = a_number(theirs[where])
    if number is None and is_ordinary(theirs[where]):
        return (
            f"Each average should be one number, and one of yours has the shape "
            f"{tuple(theirs[where].shape)}. Go through the gradients one by one."
        )
    if number is None:
        return f"The list should hold numbers, and not `{type(theirs[where]).__name__}`."
    ((gradients, beta),) = [given for given in GRADIENTS if len(given[0]) == len(ours)]
    return (
        f"After gradient {where + 1} of {', '.join(map(str, gradients))} with beta = {beta} the "
        f"average is {float(ours[where]):.3f}, and yours is {number:.3f}."
    )


FROM_0 = "m starts at 0, not at the first gradient: the correction is meant for a start at 0."
BY_0 = (
    "The first average is divided by 0: your t starts at 0, and 1 − beta**0 is 0. Count from 1: "
    "`enumerate(gradients, 1)`."
)
EXCHANGED = "beta and 1 − beta are exchanged: beta belongs to the old average."
CORRECTED = "m / (1 - beta**t)"


@exercise(
    "If only the average of the gradients were left uncorrected, Adam's first step would be ten "
    "times too short, and if only that of the squares were, it would be 32 times too long (with "
    "PyTorch's default betas). The correction fades by itself: 0.9 to the power 50 is only 0.005.",
    ask=_means,
    mistakes=[
        ("The correction is missing: your average of 3, 3 and 3 is 0.81. Divide each m by "
         "1 − beta**t.",
         CORRECTED, "m"),
        (BY_0, "gradients, 1)", "gradients)"),
        (BY_0, "gradients, 1)", "gradients.tolist())"),
        ("Your t is one too large: it is 1 at the first gradient.", 
         "gradients, 1", "gradients, 2"),
        ("You divide by 1 − beta at every step. Divide by 1 − beta**t, where t grows by 1 with "
         "each gradient.",
         "beta**t", "beta"),
        ("The power belongs to beta alone: 1 − beta**t.", "(1 - beta**t)", "(1 - beta)**t"),
        ("Divide by 1 − beta**t: you multiply, and the average becomes smaller still.",
         "m /", "m *"),
        ("The brackets are missing: `m / 1 - beta**t` divides by 1 and then subtracts.",
         CORRECTED, "m / 1 - beta**t"),
        ("The corrected average goes back into m. Keep m as it is, and append the quotient.",
         "means.append(m / (1 - beta**t))", "m = m / (1 - beta**t)\n        means.append(m)"),
        (EXCHANGED, "beta * m + (1 - beta) * g", "(1 - beta) * m + beta * g"),
        (EXCHANGED, "beta * m + (1 - beta) * g", "(1 - beta) * m + beta * g",
         "beta**t", "(1 - beta)**t"),
        (FROM_0, "m, means = 0.0", "m, means = gradients[0]"),
        (FROM_0, "m, means = 0.0", "m, means = gradients[0]", CORRECTED, "m"),
        (FROM_0, "        m = ", "        m = g if t == 1 else "),
        (FROM_0, "        m = ", "        m = g if t == 1 else ", CORRECTED, "m"),
        ("The new gradient is to be multiplied by 1 − beta: m = beta · m + (1 − beta) · g.",
         "(1 - beta) * g", "g"),
    ],
    partly="It is right with a beta of 0.9, but not with 0.6: use `beta`, and keep nothing from "
           "an earlier call.",
    otherwise=_of_the_means,
)  # fmt: skip
def corrected_means(gradients, beta):
    m, means = 0.0, []
    for t, g in enumerate(gradients, 1):
        m = beta * m + (1 - beta) * g
        means.append(m / (1 - beta**t))
    return means


SCHEDULES = [(40, 10, 0.5), (29, 3, 1.7)]  # steps, warm and peak


def _schedules(answer: Answer) -> dict:
    """Ask for every rate of two schedules, and for five more after the last step.

    The last one comes first, so that an answer that counts its calls is found.
    """
    found = []
    for steps, warm, peak in SCHEDULES:
        times = range(steps + 6)
        rates = {}
        for t in reversed(times):
            try:
                rates[t] = answer(t, steps, warm, peak)
            except NotYet as reason:
                if str(reason) != NOTHING:
                    raise
                raise NotYet(
                    f"For t={t}, steps={steps}, warm={warm}, peak={peak} your function returns "
                    "None: no `return` with a number is reached."
                ) from None
        found.append([rates[t] for t in times])
    return {"": found}


def _of_the_rates(theirs: list, ours: list) -> str:
    t = next(t for t, pair in enumerate(zip(theirs, ours)) if not same(*pair))
    if isinstance(theirs[t], Raised):
        raise theirs[t].error
    number = a_number(theirs[t])
    if number is None:
        return f"Return one number; this is of type `{type(theirs[t]).__name__}`."
    ((steps, warm, peak),) = [given for given in SCHEDULES if given[0] + 6 == len(ours)]
    if t <= warm:
        part = "The way up is a straight line from 0 at t = 0 to the peak at t = warm."
    elif t <= steps:
        part = (
            "The warm-up is right. The way down is a straight line from the peak at t = warm to 0 "
            "at t = steps."
        )
    else:
        part = "Up to t = steps the rate is right. After that it stays 0."
    uphill = " A negative rate makes training walk uphill." if number < 0 else ""
    return (
        f"{part} For t={t}, steps={steps}, warm={warm}, peak={peak} the rate is {ours[t]:.5g}, "
        f"and yours is {number:.5g}.{uphill}"
    )


def _two_rates(theirs: list, ours: list) -> bytes:
    figure = new_figure(5.5, 2.2, layout="constrained")
    axis = figure.add_subplot(xlabel="t", ylim=(-0.15, 0.8))
    axis.plot(ours[0], "-", color=BLUE, lw=5, alpha=0.4, label="target")
    axis.plot([a_number(rate) for rate in theirs[0]], "o", color=RED, ms=3.5, label="yours")
    axis.legend(frameon=False)
    return png(figure)


NO_WARM_UP = "There is no warm-up: until t = warm, the rate should rise from 0 to the peak."
UP, DOWN = "peak * t / warm", "peak * max(0.0, (steps - t) / (steps - warm))"
TOO_EARLY = "The rate reaches the peak one step too early: it should get there at t = warm."


@exercise(
    "You can now use a schedule of your own: PyTorch's `LambdaLR` takes a function of t, and "
    "multiplies the optimizer's rate by what it returns. With this schedule, a warm-up and a "
    "straight way down, the language model BERT was trained (Devlin and others, 2019).",
    ask=_schedules,
    mistakes=[
        (NO_WARM_UP, UP, "peak"),
        (NO_WARM_UP, "    if t <= warm:\n        return peak * t / warm\n", "",
         DOWN, "peak * max(0.0, 1 - t / steps)"),
        ("The rate is the peak at all times: there is no warm-up and no way down yet.",
         UP, "peak", DOWN, "peak"),
        ("The rate does not fall after t = warm: at t = steps it should be 0.", DOWN, "peak"),
        ("The rate goes on rising after t = warm: it should fall from there, and be 0 at "
         "t = steps.",
         DOWN, UP),
        ("After t = steps the rate is negative, so training would walk uphill. `max(0.0, …)` "
         "stops it at 0.",
         "max(0.0, (steps - t) / (steps - warm))", "(steps - t) / (steps - warm)"),
        ("`peak` is missing: multiply both parts by it.",
         UP, "t / warm", DOWN, DOWN.removeprefix("peak * ")),
        ("The warm-up is right, but `peak` is missing on the way down.",
         DOWN, DOWN.removeprefix("peak * ")),
        ("The way down is right, but `peak` is missing in the warm-up.", UP, "t / warm"),
        ("On the way up, divide t by `warm`: the rate reaches the peak at t = warm.",
         UP, "peak * t"),
        ("On the way up, you divide t by `steps`: the rate reaches the peak at t = warm.",
         UP, "peak * t / steps"),
        ("The way down begins at t = warm and takes steps − warm steps: divide by that number.",
         "/ (steps - warm)", "/ steps"),
        ("The way down is reversed: at step t, the part steps − t of it is left.",
         "(steps - t) /", "(t - warm) /"),
        (TOO_EARLY, UP, "peak * (t + 1) / warm", "<=", "<"),
        (TOO_EARLY, UP, "peak * t / (warm - 1)", "<= warm", "< warm"),
        ("The warm-up is right. The way down is off by one: it begins at t = warm and ends at "
         "t = steps.",
         "(steps - t) /", "(steps - t - 1) /"),
        ("Divide with / and not with //: a rate need not be a whole number.", "/", "//"),
    ],
    partly="It is right for 40 steps, 10 of them warm-up, and a peak of 0.5, but not for other "
           "numbers: use the arguments, and keep nothing from an earlier call.",
    otherwise=_of_the_rates,
    picture=_two_rates,
)  # fmt: skip
def rate(t, steps, warm, peak):
    if t <= warm:
        return peak * t / warm
    return peak * max(0.0, (steps - t) / (steps - warm))
