"""Surfaces to walk down on, the paths of the optimizers, and how both are drawn."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from helpers.figures import BLACK, BLUE, GREEN, ORANGE, PINK, RED
from helpers.lesson04.optimizers import RULES

# what tells the optimizers apart: colour, line style and marker
LOOK: dict[str, dict[str, Any]] = {
    "SGD": {"color": BLUE, "linestyle": "-", "marker": "o"},
    "Momentum": {"color": RED, "linestyle": "--", "marker": "s"},
    "AdaGrad": {"color": GREEN, "linestyle": "-.", "marker": "^"},
    "RMSprop": {"color": ORANGE, "linestyle": ":", "marker": "D"},
    "Adam": {"color": BLACK, "linestyle": "-", "marker": "*"},
}
X, Y = (-2.0, 2.0), (-1.4, 1.4)  # the part of every surface that is shown
FAR = 10.0  # beyond it a path has left for good: it ends there, long before numbers overflow


class Surface(NamedTuple):
    """A height of (x, y), 0 where it is lowest; its gradient; a walk that shows its nature."""

    height: Callable[[Any, Any], Any]
    gradient: Callable[[Any, Any], tuple[Any, Any]]
    lowest: tuple[tuple[float, float], ...]
    start: tuple[float, float]
    lr: float
    steps: int


SURFACES = {
    "bowl": Surface(
        height=lambda x, y: (x**2 + y**2) / 2,
        gradient=lambda x, y: (x, y),
        lowest=((0, 0),),
        start=(-1.6, 1.0),
        lr=0.1,
        steps=40,
    ),
    "ravine": Surface(
        height=lambda x, y: (x**2 + 25 * y**2) / 2,
        gradient=lambda x, y: (x, 25 * y),
        lowest=((0, 0),),
        start=(-1.8, 0.6),
        lr=0.07,
        steps=40,
    ),
    # a saddle at (0, 0) between two valleys
    "saddle": Surface(
        height=lambda x, y: x**2 / 2 + (y**2 - 1) ** 2 / 4,
        gradient=lambda x, y: (x, y**3 - y),
        lowest=((0, 1), (0, -1)),
        start=(-1.6, 0.02),
        lr=0.1,
        steps=40,
    ),
    # H. H. Rosenbrock (1960), with 10 in place of his 100, and his start
    "Rosenbrock": Surface(
        height=lambda x, y: (1 - x) ** 2 + 10 * (y - x**2) ** 2,
        gradient=lambda x, y: (2 * (x - 1) - 40 * x * (y - x**2), 20 * (y - x**2)),
        lowest=((1, 1),),
        start=(-1.2, 1.0),
        lr=0.02,
        steps=150,
    ),
}


def path(
    surface: str, rule: str, start: tuple[float, float], lr: float, steps: int, **options: float
) -> np.ndarray:
    """Return the points (n, 2) of one optimizer's walk, the start first, n at most `steps` + 1.

    `rule` is a key of `RULES`, `options` its other numbers. A walk that comes farther than
    `FAR` from (0, 0) on an axis ends there.
    """
    step, gradient = RULES[rule], SURFACES[surface].gradient
    w, memory = np.array(start, dtype=float), {}
    points = [w]
    for _ in range(steps):
        w = step(w, np.array(gradient(*w)), memory, lr, **options)
        points.append(w)
        if not abs(w).max() < FAR:  # "not <" is also true for NaN
            break
    return np.array(points)


def all_paths(
    surface: str,
    lr: float | None = None,
    steps: int | None = None,
    start: tuple[float, float] | None = None,
    momentum: float = 0.9,
    alpha: float = 0.99,
    beta1: float = 0.9,
    beta2: float = 0.999,
) -> dict[str, np.ndarray]:
    """Return the path of every optimizer, by name; `lr`, `steps`, `start`: the surface's own."""
    ours = SURFACES[surface]
    lr, steps = ours.lr if lr is None else lr, ours.steps if steps is None else steps
    start = start or ours.start
    options = {
        "Momentum": {"mu": momentum},
        "RMSprop": {"alpha": alpha},
        "Adam": {"beta1": beta1, "beta2": beta2},
    }
    return {name: path(surface, name, start, lr, steps, **options.get(name, {})) for name in RULES}


def contours(axis: Axes, surface: str) -> list[Artist]:
    """Draw lines of equal height, darker where it is lower, and a cross on each lowest point."""
    x, y = np.meshgrid(np.linspace(*X, 161), np.linspace(*Y, 113))
    heights = SURFACES[surface].height(x, y)
    levels = heights.max() * np.linspace(0, 1, 9) ** 3  # many near the ground
    lines = axis.contourf(x, y, heights, levels, cmap="Greys_r", vmin=-heights.max(), alpha=0.45)
    crosses = axis.plot(*zip(*SURFACES[surface].lowest), "+", color=PINK, ms=14, mew=3)
    axis.set(xlim=X, ylim=Y, xlabel="x", ylabel="y")
    return [lines, *crosses]
