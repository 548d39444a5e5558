"""Answers to the exercises of lesson 04 that no edit of a solution describes."""

MOMENTUM = "def momentum_step(w, g, v, lr, mu):\n    v = mu * v + g\n    return "
MEANS = """
def corrected_means(gradients, beta):
    m, means = 0.0, []
    for t, g in enumerate(gradients, 1):
        m = beta * m + (1 - beta) * g
        means.append(m / (1 - beta**t))
    return means
"""
SHARED = MEANS.replace("m, means = 0.0", "m, means = torch.zeros(1)").replace(
    "m = beta * m + (1 - beta) * g", "m.mul_(beta).add_((1 - beta) * g)"
).replace("(m / (1 - beta**t))", "(m)")  # fmt: skip
WEIGHTED = """
def corrected_means(gradients, beta):
    means = []
    for t in range(1, len(gradients) + 1):
        weights = beta ** torch.arange(t - 1, -1, -1)
        means.append((weights * gradients[:t]).sum() / weights.sum())
    return torch.stack(means)
"""
RATE = """
def rate(t, steps, warm, peak):
    if t <= warm:
        return peak * t / warm
    return peak * max(0.0, (steps - t) / (steps - warm))
"""
DOWN = "peak * max(0.0, (steps - t) / (steps - warm))"
COUNTING = """
now = 0.0

def rate(t, steps, warm, peak):
    global now
    now = 0.0 if t == 0 else now + peak / warm if t <= warm else now - peak / (steps - warm)
    return max(0.0, now)
"""
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", MOMENTUM + "w - lr * v", "Return two things"),
    ("exercise-1-code", MOMENTUM + "torch.stack([w - lr * v, v])", "Return two things"),
    ("exercise-1-code", MOMENTUM + "w.sub_(lr * v), v", "changes `w` itself"),
    ("exercise-1-code", MOMENTUM + "w - 0.1 * v, v", "use the arguments"),
    ("exercise-1-code", MOMENTUM.replace("mu * v", "mu**2 * v") + "w - lr * v, v",
     "the answer is (0.375, 6.25)"),
    ("exercise-2-code", MEANS.replace("return means", "return means[-1]"), "not only the last"),
    ("exercise-2-code", MEANS.replace("return means", "    return means"), "you return 1"),
    ("exercise-2-code", MEANS.replace("append(", "append(str(").replace("t))", "t)))"),
     "should hold numbers, and not `str`"),
    ("exercise-2-code", MEANS.replace("* g", "* gradients"), "one of yours has the shape (5,)"),
    ("exercise-2-code", MEANS.replace("beta**t", "beta**(2 * t)"), "After gradient 1 of 3, 3, 3"),
    ("exercise-2-code", SHARED, "After gradient 1 of 3, 3, 3"),
    ("exercise-2-code", MEANS.replace("beta):", "beta, means=[]):").replace(
        "m, means = 0.0, []", "m = 0.0"), "there are 5 averages; you return 12"),
    ("exercise-2-code", MEANS.replace("beta", "0.9").replace("gradients, 0.9", "gradients, beta"),
     "not with 0.6: use `beta`"),
    ("exercise-2-code", MEANS.replace("    m, means", "    gradients *= 1 - beta\n    m, means")
     .replace("(1 - beta) * g", "g"), "changes `gradients` itself"),
    ("exercise-3-code", RATE.replace("peak * t / warm", "peak * (t / warm)**2"),
     "The way up is a straight line from 0"),
    ("exercise-3-code", RATE.replace("peak * t / warm", "peak * (t - 1) / warm"),
     "For t=0, steps=40, warm=10, peak=0.5 the rate is 0, and yours is -0.05. A negative"),
    ("exercise-3-code", RATE.replace(DOWN, f"{DOWN} ** 2"), "The way down is a straight line"),
    ("exercise-3-code", RATE.replace(DOWN, "peak * abs(steps - t) / (steps - warm)"),
     "Up to t = steps the rate is right"),
    ("exercise-3-code", RATE.replace("(steps - t) / (steps - warm)", "(40 - t) / (40 - warm)"),
     "use the arguments"),
    ("exercise-3-code", RATE.replace("peak * t / warm", "[peak * t / warm]"), "Return one number"),
    ("exercise-3-code", RATE.replace(DOWN, "float('nan')"), "yours is nan"),
    ("exercise-3-code", RATE.replace(
        "    return peak * max", "    if t < steps:\n        return peak * max"),
     "For t=45, steps=40, warm=10, peak=0.5 your function returns None"),
    ("exercise-3-code", COUNTING, "The way up is a straight line from 0"),
    ("exercise-2-code", "def corrected_means(gradients, beta):\n"
     "    return torch.zeros(1).expand(10**9)", "with the shape (1000000000,)"),
]  # fmt: skip
# Right answers that don't look like ours.
RIGHT = [
    ("exercise-1-code", MOMENTUM + "[(w - lr * v).item(), v.view(1)]"),
    ("exercise-1-code", MOMENTUM.replace("v = mu * v + g", "v = v.clone().mul_(mu).add_(g)")
     + "torch.sub(w, v, alpha=lr), v"),
    ("exercise-2-code", WEIGHTED),
    ("exercise-2-code", MEANS.replace("enumerate(gradients", "enumerate(gradients.numpy()")),
    ("exercise-3-code", "def rate(t, steps, warm, peak):\n    print(t)\n"
     "    share = torch.tensor([t / warm, (steps - t) / (steps - warm)]).min()\n"
     "    return peak * share.clamp(min=0)"),
    ("exercise-3-code", RATE.replace(
        DOWN, "0 if t > steps else peak * (t - steps) / (warm - steps)")),
]  # fmt: skip
