"""The drawings of lesson 05: feature maps as one image, and a network as stacks of maps."""

import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.figures import BLACK, SKY, new_figure


def mosaic(maps: torch.Tensor, columns: int = 8) -> torch.Tensor:
    """Lay maps (C, h, w) out as one image, `columns` side by side, with a gap of NaN between."""
    maps = F.pad(maps, (0, 1, 0, 1), value=float("nan"))
    empty = -len(maps) % columns
    maps = F.pad(maps, (0, 0, 0, 0, 0, empty), value=float("nan"))
    rows = maps.view(-1, columns, *maps.shape[1:])
    return rows.permute(0, 2, 1, 3).flatten(2).flatten(0, 1)[:-1, :-1]


Stage = tuple[str, tuple[int, int, int]]


def network_diagram(stages: list[Stage], steps: list[str]) -> Figure:
    """Draw each stage, (name, (channels, height, width)), as a stack of maps.

    `steps` names what leads from each stage to the next, one fewer than the stages.
    """
    figure = new_figure(10, 2.9)
    axis = figure.add_axes((0, 0, 1, 1), aspect="equal")
    axis.set_axis_off()
    x = 0.0
    for i, (name, (channels, height, width)) in enumerate(stages):
        depth = min(channels, 8)
        for layer in reversed(range(depth)):
            corner = (x + layer * 0.8, -height / 2 + layer * 0.8)
            axis.add_patch(Rectangle(corner, width, height, fc=SKY, ec=BLACK, lw=0.8))
        middle = x + (width + depth * 0.8) / 2
        label = f"{name}\n{channels}×{height}×{width}" if height > 1 else f"{name}\n{channels}"
        axis.text(middle, -18, label, ha="center", va="top", fontsize=12)
        x += width + depth * 0.8
        if i < len(steps):
            axis.annotate("", (x + 17, 0), (x + 2, 0), arrowprops={"arrowstyle": "->", "lw": 1.8})
            axis.text(x + 9.5, 2, steps[i], ha="center", va="bottom", fontsize=11)
            x += 19
    axis.set(xlim=(-3, x + 3), ylim=(-27, 22))
    return figure
