"""Read a digit row by row: belief, memory and gates of an LSTM as far as it has read."""

from collections.abc import Callable

import ipywidgets as widgets
import numpy as np
import torch
from torch import Tensor, nn

from helpers.explorer import Explorer, beside, in_columns
from helpers.figures import BLUE, ORANGE, new_figure
from helpers.lesson06.reading import read_rows
from helpers.pad import DigitPad

SIDE = 28
SHOWN = {
    "hidden state h": "h",
    "cell state c": "c",
    "input gate i": "i",
    "forget gate f": "f",
    "candidate g": "g",
    "output gate o": "o",
}
# what a color means: gates lie between 0 and 1, the others on both sides of 0; c has no bounds
RANGES = {"i": (0, 1), "f": (0, 1), "o": (0, 1), "g": (-1, 1), "h": (-1, 1), "c": (-4, 4)}


class RowExplorer(Explorer):
    """A pad, and beside it the image, the belief and the units as far as the net has read."""

    def __init__(
        self, nets: dict[str, nn.Module], prepare: Callable[[Tensor], Tensor], images: Tensor
    ) -> None:
        """Offer the nets by name, all of one size, and the images, uint8 (N, 28, 28).

        `read_rows` says what it expects of a net and of `prepare`.
        """
        self._read = lambda net, drawing: read_rows(nets[net], prepare, drawing)
        self._known: tuple[str, bytes] | None = None
        figure = new_figure(7.3, 3.7)
        axes = figure.subplots(1, 3, width_ratios=(1, 0.8, 1.3), sharey=True)
        figure.subplots_adjust(0.085, 0.41, 0.99, 0.925, wspace=0.08)
        self._maps = []
        units = next(iter(nets.values())).rnn.hidden_size
        colors = ("gray_r", "Blues", "RdBu_r")
        for axis, columns, color in zip(axes, (SIDE, 10, units), colors):
            axis.set_facecolor("0.88")
            self._maps.append(
                axis.imshow(np.zeros((SIDE, columns)), cmap=color, aspect="auto",
                            interpolation="nearest", vmin=0, vmax=1,
                            extent=(-0.5, columns - 0.5, SIDE + 0.5, 0.5))
            )  # fmt: skip
            axis.set(xticks=[])
        axes[0].set(title="read so far", ylabel="row", yticks=[1, 7, 14, 21, 28])
        axes[1].set(title="belief after each row", xticks=range(10))
        self._lines = [axis.axhline(1, color=ORANGE, lw=2.5) for axis in axes]
        self._title = axes[2].set_title("")
        below = figure.add_axes((0.085, 0.085, 0.905, 0.18))
        below.set(xticks=range(10), yticks=[0, 1], ylim=(0, 1))
        self._bars = below.bar(range(10), [0.0] * 10, color=BLUE)
        self._now = below.set_title("")
        self.pad = DigitPad()
        self.example = widgets.IntSlider(0, min=0, max=len(images) - 1, description="image")
        self.example.observe(lambda change: self.pad.put(images[change["new"]]), "value")
        self.pad.put(images[0])
        controls = {
            "drawing": self.pad,
            "row": widgets.IntSlider(14, min=1, max=SIDE, description="row"),
            "units": widgets.Dropdown(options=list(SHOWN), description="units"),
            "net": widgets.Dropdown(options=list(nets), description="net"),
        }
        for control in (self.example, *list(controls.values())[1:]):
            control.layout = widgets.Layout(width="245px")
            control.style = {"description_width": "62px"}
        super().__init__(
            figure,
            [*self._maps, *self._lines, *self._bars, self._title, self._now],
            controls,
            "Side by side, row by row as far as the net has read: a digit, the belief in each "
            "of ten digits, and the units of its memory. Below, the present belief as bars.",
        )

    def arrange(self) -> list[widgets.Widget]:
        """Put the sliders above, and the pad and the picture side by side."""
        above = [self.example, *list(self.controls.values())[1:]]
        return [in_columns(above), beside(self.pad, self.picture), self.caption]

    def draw(self, drawing: bytes, row: int, units: str, net: str) -> str:
        """Show all that the net knows after `row` rows, 1 to 28."""
        if self._known != (net, drawing):  # the slider only draws what is computed once here
            self.image, self.told, self.belief = self._read(net, self.pad.drawing())
            self._known = net, drawing
        kind = SHOWN[units]
        for picture, values in zip(
            self._maps, (self.image / 255, self.belief, self.told[kind]), strict=True
        ):
            shown = values.clone()
            shown[row:] = torch.nan
            picture.set_data(shown.numpy())
        gate = RANGES[kind][0] == 0
        self._maps[2].set(cmap="Oranges" if gate else "RdBu_r", clim=RANGES[kind])
        for line in self._lines:
            line.set_ydata([row + 0.5] * 2)
        size = "cut off at ±4" if kind == "c" else f"{self.told[kind].shape[1]} units"
        self._title.set_text(f"{units}, {size}")
        self._now.set_text(f"belief after row {row}")
        belief = self.belief[row - 1]
        first, second = belief.topk(2).indices.tolist()
        for digit, bar in enumerate(self._bars):
            bar.set_height(belief[digit].item())
            bar.set_facecolor(ORANGE if digit == first else BLUE)
        if not self.image.any():
            return "The pad is empty: draw a digit from 0 to 9, large, in the middle."
        return (
            f"After {row} of 28 rows the net believes in a {first} with probability "
            f"{belief[first]:.2f}, then in a {second} with {belief[second]:.2f}. The map on the "
            f"right shows the {units}."
        )
