"""Draw a digit in the browser; the net answers while it is drawn."""

from collections.abc import Callable
from pathlib import Path

import anywidget
import ipywidgets as widgets
import torch
import traitlets
from torch import Tensor, nn

from helpers.digits import mnist_form
from helpers.explorers.base import Explorer
from helpers.figures import BLUE, ORANGE, mosaic, new_figure

PIXELS = 140  # side of the drawing as the browser sends it


class DigitPad(anywidget.AnyWidget):
    """A square to draw a digit in, with mouse, finger or keys. Its value is the drawing."""

    _esm = Path(__file__).with_name("pad.js")
    _css = Path(__file__).with_name("pad.css")
    # ink of each pixel, 0 to 255, row by row: from the browser, or from `put`
    value = traitlets.CBytes(bytes(PIXELS * PIXELS)).tag(sync=True)
    # how often `put` has been called: tells the browser to paint `value`
    placed = traitlets.Int(0).tag(sync=True)

    @traitlets.validate("value")
    def _right_length(self, proposal: dict) -> bytes:
        if len(proposal["value"]) != PIXELS * PIXELS:
            raise traitlets.TraitError(f"a drawing is {PIXELS} x {PIXELS} bytes")
        return proposal["value"]

    def put(self, drawing: Tensor) -> None:
        """Show `drawing` (H, W), ink 0 to 255, on the pad as if it had been drawn."""
        square = nn.functional.interpolate(drawing[None, None].float(), (PIXELS, PIXELS))
        self.value = square.clamp(0, 255).byte().numpy().tobytes()
        self.placed += 1

    def drawing(self) -> Tensor:
        """Return the drawing, uint8 (140, 140)."""
        return torch.frombuffer(bytearray(self.value), dtype=torch.uint8).view(PIXELS, PIXELS)


def answer(
    net: nn.Module, layer: nn.Module, prepare: Callable[[Tensor], Tensor], drawing: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return what `net` sees and thinks of a drawing (H, W).

    The image uint8 (28, 28), the class probabilities (10,), and the output of `layer`, a
    part of the net, (channels, h, w). `prepare` turns uint8 (N, 28, 28) into the net's input.
    """
    image = mnist_form(drawing)
    seen: list[Tensor] = []
    hook = layer.register_forward_hook(lambda module, inputs, output: seen.append(output[0]))
    was_training = net.training
    net.eval()
    try:
        with torch.inference_mode():
            probabilities = net(prepare(image[None])).softmax(1)[0]
    finally:
        hook.remove()
        net.train(was_training)
    return image, probabilities, seen[0]


class DrawADigit(Explorer):
    """A pad to draw on, and beside it the net's input, probabilities and feature maps."""

    def __init__(
        self,
        net: nn.Module,
        layer: nn.Module,
        prepare: Callable[[Tensor], Tensor],
        example: Tensor,
    ) -> None:
        """Start with `example`, an image (28, 28); the other arguments are those of `answer`."""
        self._answer = lambda drawing: answer(net, layer, prepare, drawing)
        figure = new_figure(7.4, 3.9)
        grid = figure.add_gridspec(
            2, 2, height_ratios=(1, 1.05), width_ratios=(1, 1.9), hspace=0.42, wspace=0.12,
            left=0.03, right=0.98, top=0.93, bottom=0.02,
        )  # fmt: skip
        seen = figure.add_subplot(grid[0, 0], title="what the net sees")
        bars = figure.add_subplot(grid[0, 1], title="probability of each digit")
        maps = figure.add_subplot(grid[1, :], title="feature maps of the first layer")
        for axis in (seen, maps):
            axis.set(xticks=[], yticks=[])
        self._seen = seen.imshow(torch.zeros(28, 28), cmap="gray_r", vmin=0, vmax=255)
        self._bars = bars.bar(range(10), [0.0] * 10, color=BLUE)
        bars.set(xticks=range(10), yticks=[0, 0.5, 1], ylim=(0, 1))
        shape = mosaic(self._answer(example)[2]).shape
        self._maps = maps.imshow(torch.zeros(shape), cmap="gray_r", aspect="equal")
        maps.spines[:].set_visible(False)
        self.pad = DigitPad()
        self.pad.put(example)
        super().__init__(
            figure,
            [self._seen, *self._bars, self._maps],
            {"drawing": self.pad},
            "The drawing as the net sees it, a bar for each digit's probability, and the "
            "feature maps of the net's first layer.",
        )

    def arrange(self) -> list[widgets.Widget]:
        """Put the pad and the picture side by side."""
        row = widgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="12px")
        return [widgets.Box([self.pad, self.picture], layout=row), self.caption]

    def draw(self, drawing: bytes) -> str:
        """Show the net's answer to what is on the pad."""
        pixels = self.pad.drawing()
        image, probabilities, maps = self._answer(pixels)
        drawn = bool(image.any())
        best = int(probabilities.argmax())
        self._seen.set_data(image)
        for digit, bar in enumerate(self._bars):
            bar.set_height(probabilities[digit].item() if drawn else 0)
            bar.set_facecolor(ORANGE if digit == best else BLUE)
        picture = mosaic(maps)
        self._maps.set_data(picture)
        self._maps.autoscale()
        if not drawn:
            return "The pad is empty: draw a digit from 0 to 9, large, in the middle."
        return f"The net reads a {best}, with probability {probabilities[best]:.2f}."
