"""Surfaces to walk down on, the paths of the optimizers, and how both are drawn."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from helpers.figures import BLACK, BLUE, GREEN, ORANGE, RED
from helpers.lesson04.optimizers import RULES

# Color, line style and marker tell the optimizers apart, so that color alone is never needed.
LOOK: dict[str, dict[str, Any]] = {
    "SGD": {"color": BLUE, "linestyle": "-", "marker": "o"},
    "Momentum": {"color": RED, "linestyle": "--", "marker": "s"},
    "AdaGrad": {"color": GREEN, "linestyle": "-.", "marker": "^"},
    "RMSprop": {"color": ORANGE, "linestyle": ":", "marker": "D"},
    "Adam": {"color": BLACK, "linestyle": "-", "marker": "*"},
}
X, Y = (-2.0, 2.0), (-1.4, 1.4)  # The pictures show this part of every surface.
FAR = 10.0  # A path ends when it gets this far away, because soon its numbers would overflow.


class Surface(NamedTuple):
    """A loss as a height over (x, y), its gradient, and a walk that shows what is special.

    The height is 0 at the lowest points. `start`, `lr` and `steps` belong to the walk.
    """

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
    # This is the ravine after a turn by 45 degrees: (x + y) / √2 takes the place of x, and
    # (y - x) / √2 takes the place of y. Its start is turned, too, and rounded.
    "rotated ravine": Surface(
        height=lambda x, y: (13 * x**2 + 13 * y**2 - 24 * x * y) / 2,
        gradient=lambda x, y: (13 * x - 12 * y, 13 * y - 12 * x),
        lowest=((0, 0),),
        start=(-1.7, -0.84),
        lr=0.07,
        steps=40,
    ),
    # There is a saddle point at (0, 0), between two valleys.
    "saddle": Surface(
        height=lambda x, y: x**2 / 2 + (y**2 - 1) ** 2 / 4,
        gradient=lambda x, y: (x, y**3 - y),
        lowest=((0, 1), (0, -1)),
        start=(-1.6, 0.02),
        lr=0.1,
        steps=40,
    ),
    # The test function of H. H. Rosenbrock, "An Automatic Method for Finding the Greatest or Least
    # Value of a Function" (1960), with 10 in place of his 100, and with his start.
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
    """Return the points of one optimizer's walk, (n, 2), where n is at most `steps` + 1.

    The start comes first. `rule` is a key of `RULES`, and `options` are passed to it. A walk ends
    early if a coordinate gets farther than `FAR` from 0.
    """
    step, gradient = RULES[rule], SURFACES[surface].gradient
    w, memory = np.array(start, dtype=float), {}
    points = [w]
    for _ in range(steps):
        w = step(w, np.array(gradient(*w)), memory, lr, **options)
        points.append(w)
        if not abs(w).max() < FAR:  # This is also true for NaN, where `>= FAR` would not be.
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
    """Return the path of every optimizer, by name, as `path` does.

    Without `lr`, `steps` or `start`, those of the surface's own walk are used.
    """
    ours = SURFACES[surface]
    lr, steps = ours.lr if lr is None else lr, ours.steps if steps is None else steps
    start = start or ours.start
    options = {
        "Momentum": {"mu": momentum},
        "RMSprop": {"alpha": alpha},
        "Adam": {"beta1": beta1, "beta2": beta2},
    }
    return {name: path(surface, name, start, lr, steps, **options.get(name, {})) for name in RULES}


def draw_line(axis: Axes, name: str, x: Any, y: Any, **options: Any) -> Line2D:
    """Draw a line in the color, the line style and with the markers of one optimizer.

    `options` are passed to matplotlib's `plot`.
    """
    size = 13 if LOOK[name]["marker"] == "*" else 8
    (line,) = axis.plot(x, y, **LOOK[name] | {"ms": size, "mec": "white"} | options)
    return line


def contours(axis: Axes, surface: str) -> list[Artist]:
    """Draw the surface from above, darker where it is lower, with a cross on each lowest point."""
    x, y = np.meshgrid(np.linspace(*X, 161), np.linspace(*Y, 113))
    heights = SURFACES[surface].height(x, y)
    levels = heights.max() * np.linspace(0, 1, 9) ** 3  # Most levels are near the lowest point.
    lines = axis.contourf(
        x, y, heights, levels, cmap="Greys_r", vmin=-0.6 * heights.max(), alpha=0.6
    )
    crosses = axis.plot(*zip(*SURFACES[surface].lowest), "+", color="white", ms=14, mew=3)
    axis.set(xlim=X, ylim=Y, xlabel="x", ylabel="y")
    return [lines, *crosses]
