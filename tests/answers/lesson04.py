"""Typical answers to the exercises of lesson 04."""

MOMENTUM = """
def momentum_step(w, g, v, lr, mu):
    v = mu * v + g
    return w - lr * v, v
"""
MEANS = """
def corrected_means(gradients, beta):
    m, means = 0.0, []
    for t, g in enumerate(gradients, 1):
        m = beta * m + (1 - beta) * g
        means.append(m / (1 - beta**t))
    return means
"""
FED_BACK = MEANS.replace("(m / (1 - beta**t))", "(m)").replace(
    "(1 - beta) * g\n", "(1 - beta) * g\n        m = m / (1 - beta**t)\n"
)
RATE = """
def rate(t, steps, warm, peak):
    if t <= warm:
        return peak * t / warm
    return peak * max(0.0, (steps - t) / (steps - warm))
"""
DOWN = "peak * max(0.0, (steps - t) / (steps - warm))"
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", MOMENTUM.replace("mu * v + g", "g"), "Nothing accumulates"),
    ("exercise-1-code", MOMENTUM.replace("w - lr", "w + lr"), "The sign is wrong"),
    ("exercise-1-code", MOMENTUM.replace("mu * v + g", "mu * v - g"), "The sign of g"),
    ("exercise-1-code", MOMENTUM.replace("+ g", "+ lr * g"), "The learning rate is in twice"),
    ("exercise-1-code", MOMENTUM.replace("+ g", "+ lr * g").replace("w - lr * v", "w - v"),
     "The learning rate is inside the velocity"),
    ("exercise-1-code", MOMENTUM.replace("+ g", "- lr * g").replace("w - lr * v", "w + v"),
     "and the minus too, are inside the velocity"),
    ("exercise-1-code", MOMENTUM.replace("+ g", "+ (1 - mu) * g"), "You take a mean"),
    ("exercise-1-code", MOMENTUM.replace("mu * v + g", "v + g"), "never fades"),
    ("exercise-1-code", MOMENTUM.replace("mu * v + g", "v + mu * g"), "before the wrong one"),
    ("exercise-1-code", MOMENTUM.replace("    v = mu * v + g\n", "").replace(
        "w - lr * v, v", "w - lr * (mu * v + g), v"), "the old v is given back"),
    ("exercise-1-code", MOMENTUM.replace("    v = mu * v + g\n", "").replace(
        "w - lr * v, v", "w - lr * v, mu * v + g"), "stepped along the old v"),
    ("exercise-1-code", MOMENTUM.replace("w - lr * v, v", "w - lr * v"), "Return two things"),
    ("exercise-1-code", MOMENTUM.replace("w - lr * v, v", "v, w - lr * v"), "are exchanged"),
    ("exercise-1-code", MOMENTUM.replace("mu * v", "mu**2 * v"), "after step 2, w = 0.6"),
    ("exercise-2-code", MEANS.replace(" / (1 - beta**t)", ""), "The correction is forgotten"),
    ("exercise-2-code", MEANS.replace("gradients, 1)", "gradients)"), "your t starts at 0"),
    ("exercise-2-code", MEANS.replace("gradients, 1)", "gradients, 2)"), "one too large"),
    ("exercise-2-code", MEANS.replace("beta**t", "beta"), "The power is missing"),
    ("exercise-2-code", MEANS.replace("m / (1 - beta**t)", "m * (1 - beta**t)"), "you multiply"),
    ("exercise-2-code", MEANS.replace("(1 - beta) * g", "g"), "Only the share 1 − beta"),
    ("exercise-2-code", MEANS.replace("beta * m + (1 - beta) * g", "(1 - beta) * m + beta * g"),
     "The shares are exchanged: beta belongs to the old mean."),
    ("exercise-2-code", MEANS.replace("m, means = 0.0", "m, means = gradients[0]"),
     "m starts at 0"),
    ("exercise-2-code", MEANS.replace("m, means = 0.0", "m, means = gradients[0]").replace(
        " / (1 - beta**t)", ""), "m starts at 0"),
    ("exercise-2-code", FED_BACK, "fed back into m"),
    ("exercise-2-code", MEANS.replace("return means", "return means[-1]"),
     "not the last alone"),
    ("exercise-2-code", MEANS.replace("return means", "return means[1:]"),
     "you return 4"),
    ("exercise-2-code", MEANS.replace("beta**t", "beta**(2 * t)"), "After gradient 1 of"),
    ("exercise-3-code", RATE.replace("t / warm", "(t + 1) / warm").replace("<=", "<"),
     "Off by one at the peak"),
    ("exercise-3-code", RATE.replace("t <= warm", "t < warm - 1").replace(
        "peak * t / warm", "peak * t / (warm - 1)"), "way up is not a straight line from 0"),
    ("exercise-3-code", RATE.replace("peak * t / warm", "peak"), "There is no warm-up"),
    ("exercise-3-code", "def rate(t, steps, warm, peak):\n    return peak * max(0, 1 - t / steps)",
     "There is no warm-up"),
    ("exercise-3-code", RATE.replace("max(0.0, (steps - t) / (steps - warm))",
                                     "(steps - t) / (steps - warm)"), "the rate is negative"),
    ("exercise-3-code", RATE.replace("max(0.0, (steps - t) / (steps - warm))",
                                     "abs(steps - t) / (steps - warm)"),
     "After t = steps the rate stays 0."),
    ("exercise-3-code", RATE.replace(
        "    return peak * max", "    if t > steps:\n        return peak\n    return peak * max"),
     "After t = steps the rate stays 0."),
    ("exercise-3-code", RATE.replace("peak * t / warm", "peak * (t / warm)**2"),
     "way up is not a straight line from 0"),
    ("exercise-3-code", RATE.replace(DOWN, f"{DOWN} * max(0.0, (steps - t) / (steps - warm))"),
     "way down is not a straight line to 0"),
    ("exercise-3-code", RATE.replace("(steps - t) /", "(steps - t - 1) /"),
     "The way down is off by one"),
    ("exercise-3-code", RATE.replace(DOWN, DOWN.removeprefix("peak * ")),
     "`peak` is missing on the way down"),
    ("exercise-3-code", RATE.replace("peak * t / warm", "peak * (t - 1) / warm").replace(
        "t <= warm", "0 < t <= warm").replace("(steps - t)", "(steps - t if t else 0)"),
     "Off by one at the peak"),
    ("exercise-3-code", RATE.replace(DOWN, "peak"), "does not fall at all"),
    ("exercise-3-code", "def rate(t, steps, warm, peak):\n    return peak * t / warm",
     "does not fall at all"),
    ("exercise-3-code", RATE.replace("/ (steps - warm)", "/ steps"), "nothing of the way is done"),
    ("exercise-3-code", "def rate(t, steps, warm, peak):\n    return peak", "at all times"),
    ("exercise-3-code", RATE.replace("peak * t / warm", "peak * t"),
     "At t = 10 the rate is 5, above the peak of 0.5"),
    ("exercise-3-code", RATE.replace("(steps - t) / (steps - warm)", "(40 - t) / (40 - warm)"),
     "Use the arguments"),
    ("exercise-2-code", MEANS.replace("beta", "0.9").replace("gradients, 0.9", "gradients, beta"),
     "not with 0.5: use `beta`"),
    ("exercise-1-code", "def momentum_step(w, g, v, lr, mu):\n"
     "    v = mu * v + g\n    return w - 0.1 * v, v", "use the arguments"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", "def momentum_step(w, g, v, lr, mu):\n"
     "    v = mu * v + g\n    return (w - lr * v).item(), v.item()"),
]  # fmt: skip
