"""Small tensors drawn as tiles with their numbers."""

from collections.abc import Sequence

from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.figures import BLACK, ORANGE, new_figure

GAP = 1.3  # between two tensors, in tiles
SIDE = 0.4  # of one tile, in inches


def tiles(
    tensors: Sequence[Tensor],
    titles: Sequence[str],
    marked: Sequence[Tensor] | None = None,
    signs: Sequence[str] = (),
    repeated: Sequence[int | None] = (),
) -> Figure:
    """Draw tensors of 0 to 2 axes side by side; the larger a number, the darker its tile.

    A tensor (H, W) has H rows of W tiles, one of shape (W,) has a single row. `marked` holds a
    tensor for each: tiles whose number is in it are orange with a thick edge. `signs`, such as
    + and =, are written in the gaps. `repeated` holds for each tensor the axis along which its
    first row (0) or column (1) is only repeated: the repetitions are pale, with dashed edges.
    Raises ValueError for more than 2 axes.
    """
    tables = [_table(tensor) for tensor in tensors]
    chosen = [part.flatten().tolist() for part in marked or []] or [[]] * len(tables)
    low = min(float(table.min()) for table in tables)
    high = max(float(table.max()) for table in tables)
    rows = max(len(table) for table in tables)
    # a title may be wider than its tensor: about 0.27 tiles for a letter
    widths = [max(table.shape[1], 0.27 * len(name)) for table, name in zip(tables, titles)]
    total = sum(widths) + GAP * (len(tables) + 1)
    figure = new_figure(total * SIDE, (rows + 1.2) * SIDE)
    axis = figure.add_axes((0, 0, 1, 1), aspect="equal")
    axis.set_axis_off()
    axis.set(xlim=(0, total), ylim=(rows + 0.2, -1))
    left = GAP
    pale = [*repeated, *[None] * (len(tables) - len(repeated))]
    for i, (table, numbers, title, width) in enumerate(zip(tables, chosen, titles, widths)):
        corner = left + (width - table.shape[1]) / 2, (rows - len(table)) / 2
        axis.text(left + width / 2, corner[1] - 0.25, title, ha="center", fontsize=11)
        _draw(axis, table, numbers, corner, low, high, pale[i])
        left += width + GAP
        if i < len(signs):
            axis.text(left - GAP / 2, rows / 2, signs[i], ha="center", va="center", fontsize=16)
    return figure


def _table(tensor: Tensor) -> Tensor:
    if tensor.ndim > 2:
        raise ValueError(f"tiles have at most 2 axes, and this tensor has {tensor.ndim}")
    if not tensor.numel():
        raise ValueError(f"a tensor without numbers, {tuple(tensor.shape)}, has no tiles")
    return tensor.detach().reshape(-1, tensor.shape[-1] if tensor.ndim else 1)


def _draw(axis, table: Tensor, marked: list, corner, low: float, high: float, pale) -> None:
    for row, numbers in enumerate(table.tolist()):
        for column, number in enumerate(numbers):
            chosen = number in marked
            copied = pale is not None and (row, column)[pale] > 0
            shade = 0.05 + 0.45 * (number - low) / ((high - low) or 1)
            color = "white" if copied else ORANGE if chosen else colormaps["Blues"](shade)
            place = corner[0] + column, corner[1] + row
            axis.add_patch(
                Rectangle(
                    place, 1, 1, fc=color,
                    ec=BLACK if chosen else "0.6",
                    lw=2 if chosen else 0.8,
                    ls="--" if copied else "-",
                    zorder=2 if chosen else 1,
                )
            )  # fmt: skip
            axis.text(
                place[0] + 0.5, place[1] + 0.53, f"{number:.3g}",
                ha="center", va="center", fontsize=11, weight="bold" if chosen else "normal",
                color="0.45" if copied else BLACK,
                zorder=3,
            )  # fmt: skip
