"""Answers to the exercises of lesson 01 that no edit of a solution describes."""

CLEAN = "def clean(picture):\n"
MIDDLE = CLEAN + "    p = picture[1:-1, 1:-1].clone()\n"
DISTANCES = "def distances(points):\n    "
SLOPES = "def slopes(w, x, b, t):\n    e = w * x + b - t\n    return "
DESCEND = """
def descend(height, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        height(place).backward()
        with torch.no_grad():
            place -= lr * place.grad
        place.grad = None
    return place.detach()
"""
ATTACHED = """
def descend(height, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        height(place).backward()
        place = place - lr * place.grad
        place.grad.zero_()
    return place.detach()
"""
PATH = (
    DESCEND.replace("    for", "    path = []\n    for")
    .replace("grad = None", "grad = None\n        path.append(place.detach().clone())")
    .replace("return place.detach()", "return {}")
)
NOT_CALLED = DESCEND.replace(".backward()", ".backward")
FUNCTIONAL = """
def descend(height, start, lr, steps):
    place = {start}
    for _ in range(steps):
        (slope,) = torch.autograd.grad(height(place), place)
        place = (place - lr * slope).detach().requires_grad_()
    return place.detach()
"""
OPTIMIZER = """
def descend(height, start, lr, steps):
    place = torch.tensor(start.tolist(), requires_grad=True)
    optimizer = torch.optim.SGD([place], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        height(place).backward()
        optimizer.step()
    return place.data
"""
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", CLEAN + "    picture[picture < 0.5] = 0\n"
     "    return picture[1:-1, 1:-1].clone()[None]", "changes `picture` itself"),
    ("exercise-1-code", MIDDLE + "    p = p[p >= 0.5]\n    return p.unsqueeze(0)",
     "puts them in a row"),
    ("exercise-1-code", MIDDLE + "    p = p < 0.5\n    return p.unsqueeze(0)", "This is a mask"),
    ("exercise-1-code", MIDDLE + "    p[p < 0.5] = 0\n    return p.unsqueeze(1)",
     "the new axis is at the front"),
    ("exercise-1-code", MIDDLE + "    p[p < 0.5] = 0\n    p.unsqueeze(0)", "`return` is missing"),
    ("exercise-1-code", CLEAN + "    p = picture[1:4, 1:5].clone()\n    p[p < 0.5] = 0\n"
     "    return p.unsqueeze(0)", "right for one picture, but not for another"),
    ("exercise-1-code", MIDDLE + "    p[p < 0.5] = 0\n    return p.reshape(1, -1)",
     "All the numbers are in one row now"),
    ("exercise-1-code", CLEAN + "    p = picture[1][1:-1]\n    return p", "three axes"),
    ("exercise-1-code", CLEAN + "    p = picture[1:-1][1:-1].clone()\n    p[p < 0.5] = 0\n"
     "    return p.unsqueeze(0)", "The rows are cut twice and the columns not at all"),
    ("exercise-1-code", CLEAN + "    return picture[2:-2, 2:-2].clone()[None]",
     "The border is one pixel wide"),
    ("exercise-2-code", DISTANCES + "return torch.pdist(points)", "Row i, column j of the table"),
    ("exercise-2-code", DISTANCES + "return points.pow(2).sum(1).sqrt()", "it should be (5, 5)"),
    ("exercise-2-code", DISTANCES + "return (points.view(5, 1, 2) - points).pow(2).sum(2).sqrt()",
     "right for 5 points, but not for 3"),
    ("exercise-2-code", DISTANCES + "points -= points.mean(0)\n"
     "    return torch.cdist(points, points)", "changes `points` itself"),
    ("exercise-3-code", SLOPES + "float('nan'), float('nan')", "the answer is (12, 6)"),
    ("exercise-3-code", SLOPES + "f'{2 * e * x}', f'{2 * e}'", "numbers, and not text"),
    ("exercise-3-code", SLOPES + "2 * e * x", "Return two numbers"),
    ("exercise-3-code", SLOPES + "2 * e * t, 2 * e", "yours is (24, 6)"),
    ("exercise-4-code", PATH.format("torch.stack(path)"), "This is the whole path"),
    ("exercise-4-code", PATH.format("path"), "the type of your result is list"),
    ("exercise-4-code", DESCEND.replace("place.detach()", "place.detach()[None]"),
     "should have the shape of `start`"),
    ("exercise-4-code", DESCEND.replace("start.clone().requires_grad_()",
     "torch.tensor(0.0, requires_grad=True)"), "Does your walk begin at `start`"),
    ("exercise-4-code", DESCEND.replace("height(place)", "height(start)"),
     "compute `height(place)`"),
    ("exercise-4-code", ATTACHED, "has no `.grad` of its own"),
    ("exercise-4-code", NOT_CALLED, "The order is `height(place).backward()`"),
    ("exercise-4-code", DESCEND.replace("start.clone()", "start"), "changes `start` itself"),
    ("exercise-4-code", FUNCTIONAL.format(start="start.requires_grad_()"),
     "changes `start` itself"),
    ("exercise-4-code", DESCEND.replace("lr * ", "0.1 * "), "in one valley, but not in another"),
    ("exercise-4-code", DESCEND.replace("place.grad\n", "place.grad / place.grad.norm()\n"),
     "You arrive at another place"),
    ("exercise-3-code", "def slopes(w, x, b, t):\n    f = lambda w, b: (w * x + b - t) ** 2\n"
     "    h = 4e-4\n    return (f(w + h, b) - f(w, b)) / h, (f(w, b + h) - f(w, b)) / h",
     "the answer is (12, 6), and yours is (12.0016"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", CLEAN + "    p = picture[1:-1, 1:-1]\n"
     "    return torch.where(p < 0.5, 0, p)[None]"),
    ("exercise-1-code", CLEAN + "    p = picture.numpy()[1:-1, 1:-1]\n    print(p.shape)\n"
     "    return torch.from_numpy(p * (p >= 0.5)).double()[None]"),
    ("exercise-2-code", DISTANCES + "return torch.cdist(points, points)"),
    ("exercise-2-code", DISTANCES + "rows = [(points - p).norm(dim=1) for p in points]\n"
     "    return torch.stack(rows)"),
    ("exercise-3-code", SLOPES + "2 * w * x**2 + 2 * x * (b - t), 2 * b + 2 * (w * x - t)"),
    ("exercise-3-code", SLOPES + "[np.float32(2 * e * x), torch.tensor([2 * e])]"),
    ("exercise-4-code", FUNCTIONAL.format(start="start.clone().requires_grad_()")),
    ("exercise-4-code", OPTIMIZER),
    ("exercise-4-code", DESCEND.replace("height(", "print(height(place))\n        height(", 1)
     .replace("place -= lr * place.grad", "place.data.sub_(place.grad, alpha=lr)")),
    ("exercise-3-code", "from collections import namedtuple\n" + SLOPES
     + "namedtuple('Slopes', 'for_w for_b')(2 * e * x, 2 * e)"),
]  # fmt: skip
