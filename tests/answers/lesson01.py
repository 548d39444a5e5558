"""Typical answers to the exercises of lesson 01."""

CLEAN = """
def clean(picture):
    middle = picture[1:-1, 1:-1].clone()
    middle[middle < 0.5] = 0
    return middle.unsqueeze(0)
"""
DISTANCES = """
def distances(points):
    differences = points.unsqueeze(1) - points.unsqueeze(0)
    return (differences**2).sum(2).sqrt()
"""
SLOPES = "def slopes(w, x, b, t):\n    e = w * x + b - t\n    return "
DESCEND = """
def descend(height, start, lr, steps):
    place = start.clone().requires_grad_()
    for step in range(steps):
        height(place).backward()
        with torch.no_grad():
            place -= lr * place.grad
        place.grad = None
    return place.detach()
"""
ATTACHED = """
def descend(height, start, lr, steps):
    place = start.clone().requires_grad_()
    for step in range(steps):
        height(place).backward()
        place = place - lr * place.grad
    return place.detach()
"""
ONCE = """
def descend(height, start, lr, steps):
    place = start.clone().requires_grad_()
    h = height(place)
    for step in range(steps):
        h.backward()
        with torch.no_grad():
            place -= lr * place.grad
        place.grad = None
    return place.detach()
"""
WALK = """
def descend(height, start, lr, steps):
    place = start.clone().requires_grad_()
    for step in range(steps):
{}
    return place.detach()
"""
BACKWARD = "        height(place).backward()"
STEP = "        with torch.no_grad():\n            place -= lr * place.grad"
CLEAR = "        place.grad = None"
STEP_FIRST = WALK.format("\n".join([STEP, BACKWARD, CLEAR]))
CLEARED_FIRST = WALK.format("\n".join([BACKWARD, CLEAR, STEP]))
ALL_INSIDE = WALK.format(
    "        with torch.no_grad():\n"
    "            height(place).backward()\n"
    "            place -= lr * place.grad\n"
    "            place.grad = None"
)
NEW = DESCEND.replace("place -= lr", "place = place - lr")
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", CLEAN.replace(".clone()", ""), "a slice shares its memory"),
    ("exercise-1-code", CLEAN.replace("[1:-1, 1:-1]", ""), "The frame is still there"),
    ("exercise-1-code", CLEAN.replace("1:-1, 1:-1", "1:, 1:"), "each of the four sides"),
    ("exercise-1-code", CLEAN.replace(".unsqueeze(0)", ""), "the axis in front is missing"),
    ("exercise-1-code", CLEAN.replace("squeeze(0)", "squeeze(-1)"), "The new axis is at the end"),
    ("exercise-1-code", CLEAN.replace("< 0.5", ">= 0.5"), "the wrong way round"),
    ("exercise-1-code", CLEAN.replace("< 0.5", "<= 0.5"), "use `<` and not `<=`"),
    ("exercise-1-code", CLEAN.replace("    middle[middle < 0.5] = 0\n", ""),
     "no value was set to 0"),
    ("exercise-1-code", CLEAN.replace("return middle", "return middle[middle >= 0.5]"),
     "A mask on the right picks numbers out into a row; put it on the left"),
    ("exercise-1-code", CLEAN.replace("return middle.unsqueeze(0)", "return middle[middle > 0]"),
     "A mask on the right picks numbers out into a row; put it on the left"),
    ("exercise-1-code", "def clean(picture):\n    p = picture[1:-1, 1:-1].clone()\n"
     "    p = p[p >= 0.5]\n    return p.unsqueeze(0)", "`p[p < 0.5] = 0`"),
    ("exercise-1-code", CLEAN.replace("return middle", "return (middle < 0.5)"),
     "the mask itself"),
    ("exercise-2-code", DISTANCES.replace(".sqrt()", ""), "the root is missing"),
    ("exercise-2-code", DISTANCES.replace("differences**2", "differences.abs()")
     .replace(".sqrt()", ""), "along streets"),
    ("exercise-2-code", DISTANCES.replace("(differences**2).sum(2).sqrt()", "differences.sum(2)"),
     "Square them first"),
    ("exercise-2-code", DISTANCES.replace(".sum(2)", ""), "over the last axis"),
    ("exercise-2-code", DISTANCES.replace(".sum(2)", ".sum(0)"), "a wrong axis"),
    ("exercise-2-code", DISTANCES.replace(".sum(2)", ".sum()"), "give `sum` an axis, `sum(-1)`"),
    ("exercise-2-code", DISTANCES.replace("unsqueeze(1) - points.unsqueeze(0)",
     "unsqueeze(0) - points.unsqueeze(0)"), "should be (5, 5)"),
    ("exercise-3-code", SLOPES + "e * x, e", "The factor 2 is missing"),
    ("exercise-3-code", SLOPES + "2 * e, 2 * e", "for w lacks a factor"),
    ("exercise-3-code", SLOPES + "2 * e, 2 * e * x", "swapped"),
    ("exercise-3-code", SLOPES + "2 * x, 2", "The factor e is missing"),
    ("exercise-3-code", SLOPES + "x, 1", "It is squared"),
    ("exercise-3-code", SLOPES + "-2 * e * x, -2 * e", "The sign is turned round"),
    ("exercise-3-code", SLOPES + "2 * e * x, 2 * e * x", "the inner slope is 1"),
    ("exercise-3-code", SLOPES + "2 * e * x, 1", "the chain begins with 2e"),
    ("exercise-3-code", SLOPES + "2 * e * x", "Return two numbers"),
    ("exercise-3-code", SLOPES + "2 * e * w, 2 * e", "the slope of w·x for w is x, not w"),
    ("exercise-3-code", SLOPES + "2 * e * x, 2 * e * b", "b is alone in e, so its slope is 1"),
    ("exercise-3-code", SLOPES + "2 * e * w, 2 * e * b", "the slope of w·x for w is x, not w"),
    ("exercise-3-code", SLOPES + "2 * e * t, 2 * e", "autograd says"),
    ("exercise-4-code", DESCEND.replace("        place.grad = None\n", ""),
     "You never clear the gradient"),
    ("exercise-4-code", ATTACHED, "the graph attached"),
    ("exercise-4-code", DESCEND.replace("-=", "+="), "You climb"),
    ("exercise-4-code", DESCEND.replace("with torch.no_grad()", "if True"),
     "The step itself was recorded"),
    ("exercise-4-code", DESCEND.replace(".detach()", ""), "still in a graph"),
    ("exercise-4-code", DESCEND.replace(".requires_grad_()", ""), "Nobody asked for gradients"),
    ("exercise-4-code", DESCEND.replace("start.clone()", "start"), "changed `start`"),
    ("exercise-4-code", DESCEND.replace("range(steps)", "range(steps - 1)"), "One step too few"),
    ("exercise-4-code", DESCEND.replace("range(steps)", "range(steps + 1)"), "One step too many"),
    ("exercise-4-code", DESCEND.replace("lr * ", ""), "The learning rate has no effect"),
    ("exercise-4-code", DESCEND.replace("    return", "        return"), "inside the loop"),
    ("exercise-4-code", DESCEND.replace("return place.", "return height(place)."),
     "Is it the height?"),
    ("exercise-4-code", ONCE, "computed once, before the loop"),
    ("exercise-4-code", STEP_FIRST, "the order is backward, step, clear"),
    ("exercise-4-code", CLEARED_FIRST, "the order is backward, step, clear"),
    ("exercise-4-code", DESCEND.replace("height(", "slope = height(")
     .replace("place.grad\n        place", "slope\n        place"),
     "`backward` gives nothing back"),
    ("exercise-4-code", ALL_INSIDE, "Only the step belongs inside `no_grad`"),
    ("exercise-4-code", DESCEND.replace("height(place)", "height(start)"),
     "You ask for the slope at `start`, not at `place`"),
    ("exercise-4-code", NEW, "`=` makes a new tensor without gradients; use `-=`"),
    ("exercise-4-code", NEW.replace("grad = None", "grad.zero_()"), "use `-=`"),
    ("exercise-4-code", ATTACHED.replace("    return", "        place.grad.zero_()\n    return"),
     "use `-=`"),
    ("exercise-4-code", "def descend(f, start, lr, steps):\n"
     "    place = start.clone().requires_grad_()\n    for _ in range(steps):\n"
     "        f(place).backward()\n        with torch.no_grad():\n"
     "            place -= 0.1 * place.grad\n        place.grad = None\n    return place.detach()",
     "right in this valley alone"),
    ("exercise-2-code", "def distances(points):\n"
     "    return (points.view(5, 1, 2) - points.view(1, 5, 2)).pow(2).sum(-1).sqrt()",
     "works for 5 points alone"),
]  # fmt: skip
