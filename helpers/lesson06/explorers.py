"""Read a digit row by row: probabilities, memory and gates of an LSTM as far as it has read."""

from collections.abc import Callable

import ipywidgets as widgets
import numpy as np
import torch
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from torch import Tensor, nn

from helpers.digits import mnist_form
from helpers.explorer import Explorer, beside, in_columns
from helpers.figures import BLUE, ORANGE, new_figure
from helpers.lesson06.reading import RowReader, trace
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
    """A pad, and beside it the image, the probabilities and the units as far as was read."""

    together = (("image", "row"), ("units", "row"), ("network", "row"))

    def __init__(
        self, nets: dict[str, nn.Module], prepare: Callable[[Tensor], Tensor], images: Tensor
    ) -> None:
        """Offer the networks by name, all of one size, and the images, uint8 (N, 28, 28).

        `RowReader` says what it expects of a network and of `prepare`.
        """
        self._readers = {name: RowReader(net, prepare) for name, net in nets.items()}
        self._known: tuple[str, bytes] | None = None
        figure = new_figure(7.3, 3.7)
        axes = figure.subplots(1, 3, width_ratios=(1, 0.8, 1.3), sharey=True)
        figure.subplots_adjust(0.085, 0.41, 0.915, 0.925, wspace=0.08)
        self._maps = []
        units = next(iter(nets.values())).rnn.hidden_size
        # the last runs from dark to bright, so that it can be read without seeing colors
        colors = ("gray_r", "gray_r", "cividis")
        for axis, columns, color in zip(axes, (SIDE, 10, units), colors):
            # rows that are not yet read are hatched
            axis.patch.set(facecolor="white", edgecolor="0.8", hatch="//")
            self._maps.append(
                axis.imshow(np.zeros((SIDE, columns)), cmap=color, aspect="auto",
                            interpolation="nearest", vmin=0, vmax=1,
                            extent=(-0.5, columns - 0.5, SIDE + 0.5, 0.5))
            )  # fmt: skip
            axis.set(xticks=[])
        axes[0].set(title="read so far", ylabel="row", yticks=[1, 7, 14, 21, 28])
        axes[1].set(title="probabilities", xticks=range(10))
        self._lines = [axis.axhline(1, color=ORANGE, lw=2.5) for axis in axes]
        self._title = axes[2].set_title("")
        scale = figure.colorbar(
            ScalarMappable(Normalize(0, 1), "cividis"),
            cax=figure.add_axes((0.925, 0.41, 0.015, 0.515)),
        )
        scale.set_ticks([])
        self._scale = [  # its ends and its middle mean other numbers for each kind of unit
            scale.ax.text(1.5, height, "", va="center", transform=scale.ax.transAxes)
            for height in (0.03, 0.5, 0.97)
        ]
        below = figure.add_axes((0.085, 0.085, 0.83, 0.18))
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
            "network": widgets.Dropdown(options=list(nets), description="network"),
        }
        for control in (self.example, *list(controls.values())[1:]):
            control.layout = widgets.Layout(width="245px")
            control.style = {"description_width": "80px"}
        super().__init__(
            figure,
            [*self._maps, *self._lines, *self._bars, self._title, self._now, *self._scale],
            controls,
            "Side by side, row by row as far as the network has read: a digit, the probabilities "
            "of the ten digits, and the units of its memory. Below, the present probabilities as "
            "bars.",
        )

    def arrange(self) -> list[widgets.Widget]:
        """Put the sliders above, and the pad and the picture side by side."""
        above = [self.example, *list(self.controls.values())[1:]]
        return [in_columns(above), beside(self.pad, self.picture), self.caption]

    def listed(self) -> dict[str, widgets.Widget]:
        """Return the slider for the images, too, which chooses a drawing."""
        return {"image": self.example, **super().listed()}

    def readers(self) -> dict[str, nn.Module]:
        """Return what reads a drawing, by the network's name, for a page where no Python runs."""
        return self._readers

    def draw(self, drawing: bytes, row: int, units: str, network: str) -> str:
        """Show what the network has computed after `row` rows, 1 to 28."""
        if self._known != (network, drawing):  # the slider only draws what is computed here
            reader, self.image = self._readers[network], mnist_form(self.pad.drawing())
            with torch.inference_mode():
                self.traced = trace(reader.net.rnn, reader.prepare(self.image[None])[0])
                self.probabilities = reader(self.image)
            self._known = network, drawing
        kind = SHOWN[units]
        values = self.traced[kind]
        for picture, whole in zip(self._maps, (self.image / 255, self.probabilities, values)):
            shown = whole.clone()
            shown[row:] = torch.nan
            picture.set_data(shown.numpy())
        low, high = RANGES[kind]
        self._maps[2].set_clim(low, high)
        for label, value in zip(self._scale, (low, (low + high) / 2, high)):
            label.set_text(f"{value:g}")
        for line in self._lines:
            line.set_ydata([row + 0.5] * 2)
        size = "cut off at ±4" if kind == "c" else f"{values.shape[1]} units"
        self._title.set_text(f"{units}, {size}")
        self._now.set_text(f"probability of each digit after row {row}")
        present = self.probabilities[row - 1]
        first, second = present.topk(2).indices.tolist()
        for digit, bar in enumerate(self._bars):
            bar.set_height(present[digit].item())
            bar.set_facecolor(ORANGE if digit == first else BLUE)
        if not self.image.any():
            return "The pad is empty: draw a digit from 0 to 9, large, in the middle."
        return (
            f"After {row} of 28 rows, the network reads a {first}, with probability "
            f"{present[first]:.2f}. A {second} follows, with {present[second]:.2f}. The panel on "
            f"the right shows the {units}."
        )
