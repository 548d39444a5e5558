"""Histograms of what flows through a net, layer by layer, that change in place."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from torch import Tensor

from helpers.figures import BLUE, RED, SKY, new_figure

BINS, WIDTH = 41, 0.125  # an odd number of bins, so that 0 is in the middle of one
EDGE = BINS * WIDTH / 2
TOP = 0.2  # share of the values at which a bar is cut: one high bar would flatten all others
GAP = 0.7  # between two layers, in units of the values
WITHOUT, WITH = "without batch norm", "with batch norm"
LOOKS = {
    WITHOUT: {"facecolor": "none", "edgecolor": RED, "lw": 2.2, "zorder": 3},
    WITH: {"facecolor": SKY, "edgecolor": BLUE, "lw": 0.8, "zorder": 2},
}


def shares(values: Tensor) -> Tensor:
    """Return the share of the values in each of `BINS` bins around 0: (BINS,), sum 1.

    Values outside count in the first and the last bin.
    """
    inside = values.flatten().clamp(-EDGE, EDGE)
    return torch.histc(inside, BINS, -EDGE, EDGE) / inside.numel()


class LayerHistograms:
    """A figure of histograms: a row for each name, in it a panel for each layer.

    A panel shows two histograms: of a network without batch normalization (an outline) and of
    one with it (filled). All panels have the same scale, about -2.5 to 2.5, and values beyond it
    count in the outermost bars. A bar that holds more than a fifth of the values is cut off.
    """

    def __init__(self, rows: Sequence[str], layers: int = 8, bars: float = 0.34) -> None:
        """Make the figure and its artists once; `set` gives them values.

        `rows` are the headings, by which `set` knows the rows. `bars` is the height of a row of
        bars in inches.
        """
        self.rows = list(rows)
        top, row, foot = 0.3, bars + 0.26, 0.5  # inches
        height = top + row * len(rows) + foot
        self.figure = new_figure(9.8, height)
        self._xs = np.repeat(np.linspace(-EDGE, EDGE, BINS + 1), 2) + (
            np.arange(layers)[:, None] * (2 * EDGE + GAP)
        )
        middles = np.arange(layers) * (2 * EDGE + GAP)
        self._drawn: dict[tuple[str, str], PolyCollection] = {}
        for i, name in enumerate(rows):
            bottom = foot + row * (len(rows) - 1 - i)
            axis = self.figure.add_axes((0.01, bottom / height, 0.98, bars / height))
            axis.set(ylim=(0, TOP), xlim=(-EDGE - 0.2, middles[-1] + EDGE + 0.2), yticks=[])
            axis.spines["left"].set_visible(False)
            axis.vlines(middles, 0, TOP, color="0.85", lw=1, zorder=0)
            axis.set_title(name, loc="left", fontsize=11.5, pad=2)
            ticks = [(m + x, f"{x:g}".replace("-", "−")) for m in middles for x in (-2, 0, 2)]
            axis.set_xticks([x for x, _ in ticks], [label for _, label in ticks])
            axis.tick_params(length=3, labelsize=11.5, labelbottom=i == len(rows) - 1)
            for look, options in LOOKS.items():
                self._drawn[name, look] = axis.add_collection(PolyCollection([], **options))
        for layer, middle in enumerate(middles):
            axis.text(middle, -0.45 / bars * TOP, f"layer {layer + 1}", ha="center", fontsize=11.5)
        handles = [self._drawn[rows[0], look] for look in LOOKS]
        self.headline = self.figure.text(
            0.01,
            1 - 0.145 / height,
            "across: values; height: their share, cut off at 20 %",
            fontsize=11.5,
            va="center",
        )
        self.figure.legend(handles, list(LOOKS), loc="upper right", ncols=2, frameon=False,
                           borderaxespad=0.1, fontsize=11.5)  # fmt: skip

    @property
    def artists(self) -> list[Artist]:
        """The artists that `set` and `clear` change."""
        return list(self._drawn.values())

    def set(self, row: str, look: str, layers: Sequence[Tensor]) -> None:
        """Show the values of each layer; `look` is `WITHOUT` or `WITH`."""
        heights = torch.stack([shares(values) for values in layers]).numpy()
        ys = np.zeros_like(self._xs)
        ys[:, 1:-1] = np.repeat(heights, 2, axis=1)
        self._drawn[row, look].set(verts=np.stack([self._xs, ys], 2), visible=True)

    def clear(self, row: str, look: str) -> None:
        """Show nothing of this network."""
        self._drawn[row, look].set_visible(False)
