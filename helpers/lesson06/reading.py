"""Read an image row by row with an LSTM: its gates, its memory, its probabilities."""

from collections.abc import Callable, Sequence

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers.figures import BLACK, BLUE, ORANGE, SKY, new_figure


def trace(lstm: nn.LSTM, rows: Tensor) -> dict[str, Tensor]:
    """Run a one-layer LSTM by hand over rows (T, features), from a state of zeros.

    Returns "i", "f", "g", "o" (gates and candidate), "c" (cell state) and "h" (hidden state),
    each (T, units). Source of the formulas: the documentation of `torch.nn.LSTM`. Lesson 06
    writes the step out.
    """
    h = c = torch.zeros(lstm.hidden_size)
    steps = []
    with torch.inference_mode():
        for row in rows:
            sums = lstm.weight_ih_l0 @ row + lstm.bias_ih_l0
            sums = sums + lstm.weight_hh_l0 @ h + lstm.bias_hh_l0
            i, f, g, o = sums.chunk(4)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            steps.append(torch.stack([i, f, g, o, c, h]))
    return dict(zip("ifgoch", torch.stack(steps, 1)))


class RowReader(nn.Module):
    """What a network makes of each row of an image: one module, which can be exported."""

    def __init__(self, net: nn.Module, prepare: Callable[[Tensor], Tensor]) -> None:
        """Keep a network with an LSTM `rnn` and a linear layer `out`, whose parameters it shares.

        `prepare` turns images (N, 28, 28) into the network's input (N, 28, 28).
        """
        super().__init__()
        self.net, self.prepare = net, prepare

    def forward(self, image: Tensor) -> Tensor:
        """Return the probabilities (28, 10) after each row of an image (28, 28), 0 to 255.

        They are those that the network would return if the image ended there.
        """
        hidden, _ = self.net.rnn(self.prepare(image[None]))
        return self.net.out(hidden[0]).softmax(1)


def reading_diagram(image: Tensor, shown: Sequence[int] = (0, 1, 8, 9, 27)) -> Figure:
    """Draw an image (28, 28) and some of its rows, each with an arrow into a box named LSTM."""
    figure = new_figure(10, 2.5)
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set_axis_off()
    axis.set(xlim=(0, 100), ylim=(0.8, 25.8))
    axis.text(9, 24, "one image", ha="center", fontsize=12)
    photo = figure.add_axes((0.02, 0.1, 0.14, 0.78))
    photo.imshow(image, cmap="gray_r")
    photo.set(xticks=[], yticks=[])
    photo.spines[:].set_visible(True)
    arrow = {"arrowstyle": "->", "lw": 1.8}
    places = [25.0 + 14.5 * k for k in range(len(shown))]
    for x, row, next_x in zip(places, shown, [*places[1:], 98.0]):
        strip = figure.add_axes(((x - 5) / 100, 0.185, 0.1, 0.075))
        strip.imshow(image[row : row + 1], cmap="gray_r", vmin=0, vmax=255, aspect="auto")
        strip.set(xticks=[], yticks=[])
        strip.spines[:].set_visible(True)
        axis.text(x, 3.6, f"row {row + 1}", ha="center", va="top", fontsize=12)
        axis.annotate("", (x, 12), (x, 7.8), arrowprops=arrow)
        box = {"boxstyle": "round,pad=0.5", "fc": SKY, "ec": BLACK}
        axis.text(x, 14.5, "LSTM", ha="center", va="center", fontsize=12, bbox=box)
        photo.axhline(row, color=ORANGE, lw=1.5)
        last = row == shown[-1]
        axis.annotate("", (next_x - 4.4, 14.5), (x + 4.2, 14.5), arrowprops=arrow)
        middle = (x + next_x) / 2
        axis.text(middle, 16.2, "h" if last else "h, c", ha="center", fontsize=11.5, color=BLUE)
        if last:
            axis.text(middle, 12.8, "linear", ha="center", va="top", fontsize=11.5)
        elif row + 1 not in shown:  # rows between these two are left out
            axis.text(middle, 9, "…", ha="center", fontsize=16)
    axis.text(97, 14.5, "10\nscores", ha="center", va="center", fontsize=12)
    return figure
