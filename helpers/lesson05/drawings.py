"""The drawings of lesson 05: a network as stacks of maps, and many small maps in one picture."""

import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.figures import BLACK, SKY, new_figure

BETWEEN = 0.5  # pixels of a map from each sheet of a stack to the next
SIDE = 2.2  # pixels of a map: the side of the square that stands for a score
ARROW = 19  # pixels of a map


def mosaic(maps: Tensor, columns: int = 8) -> Tensor:
    """Lay maps (C, h, w) out as one image, `columns` side by side, with a gap of NaN between."""
    maps = F.pad(maps, (0, 1, 0, 1), value=float("nan"))
    empty = -len(maps) % columns
    maps = F.pad(maps, (0, 0, 0, 0, 0, empty), value=float("nan"))
    rows = maps.view(-1, columns, *maps.shape[1:])
    return rows.permute(0, 2, 1, 3).flatten(2).flatten(0, 1)[:-1, :-1]


def network_diagram(image: Tensor, stages: list[tuple[int, int]], steps: list[str]) -> Figure:
    """Draw an image (28, 28), each stage, (channels, side), as a stack of maps, and ten scores.

    `steps` names what leads from each picture to the next, one more than there are stages.
    """
    figure = new_figure(10, 2.8)
    axis = figure.add_axes((0, 0, 1, 1), aspect="equal")
    axis.set_axis_off()
    side = len(image)
    axis.imshow(image, cmap="gray_r", extent=(0, side, -side / 2, side / 2))
    axis.add_patch(Rectangle((0, -side / 2), side, side, fill=False, ec=BLACK, lw=0.8))
    x = _name(axis, 0, side, f"image\n1 × {side} × {side}")
    for (channels, side), step in zip(stages, steps):
        x = _arrow(axis, x, step)
        for sheet in reversed(range(channels)):
            corner = (x + sheet * BETWEEN, (sheet - channels / 2) * BETWEEN - side / 2)
            axis.add_patch(Rectangle(corner, side, side, fc=SKY, ec=BLACK, lw=0.8))
        name = f"feature maps\n{channels} × {side} × {side}"
        x = _name(axis, x, side + channels * BETWEEN, name)
    x = _arrow(axis, x, steps[-1])
    for digit in range(10):
        y = (4.5 - digit) * (SIDE + 0.8)
        axis.add_patch(Rectangle((x, y - SIDE / 2), SIDE, SIDE, fc=SKY, ec=BLACK, lw=0.8))
        axis.text(x + SIDE + 1.2, y, digit, va="center", fontsize=11.5)
    x = _name(axis, x, SIDE + 3, "scores\n10")
    axis.set(xlim=(-3, x + 3), ylim=(-27, 18))
    return figure


def _name(axis, x: float, width: float, name: str) -> float:
    """Write a name below what is drawn from x on, and return where that ends."""
    axis.text(x + width / 2, -17, name, ha="center", va="top", fontsize=12)
    return x + width


def _arrow(axis, x: float, step: str) -> float:
    """Draw an arrow to the right with a step above it, and return where the next thing begins."""
    ends = (x + ARROW - 1, 0), (x + 2, 0)
    axis.annotate("", *ends, arrowprops={"arrowstyle": "->", "lw": 1.8})
    axis.text(x + ARROW / 2 + 0.5, 2, step, ha="center", va="bottom", fontsize=11.5)
    return x + ARROW


def kernel_rows(rows: dict[str, Tensor], columns: int = 8) -> Figure:
    """Draw the first kernels, (C, k, k) in each row, with the row's name and one scale for all."""
    limit = max(kernels[:columns].abs().max().item() for kernels in rows.values())
    figure = new_figure(9, 3.2, layout="constrained")
    axes = figure.subplots(len(rows), 1)
    for axis, (name, kernels) in zip(axes, rows.items()):
        drawn = axis.imshow(
            mosaic(kernels[:columns], columns), cmap="gray_r", vmin=-limit, vmax=limit
        )
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=axes, label="weight", aspect=12)
    return figure


def separate(axis: Axes, laid: Tensor) -> None:
    """Show the gaps of a mosaic (H, W), and a line around it, in a color that no map has."""
    height, width = laid.shape
    axis.set(
        xticks=[],
        yticks=[],
        xlim=(-1.5, width + 0.5),
        ylim=(height + 0.5, -1.5),
        facecolor=SKY,
    )
    axis.spines[:].set_visible(False)


def map_mosaic(maps: Tensor) -> Figure:
    """Draw feature maps (C, h, w) side by side, dark where they are large, with their scale."""
    figure = new_figure(9, 2.6, layout="constrained")
    axis = figure.add_subplot()
    laid = mosaic(maps)
    drawn = axis.imshow(laid, cmap="gray_r")
    separate(axis, laid)
    figure.colorbar(drawn, ax=axis, label="output")
    return figure
