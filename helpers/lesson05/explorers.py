"""The explorers of lesson 05: slide a kernel over a digit, and draw a digit to be read."""

from collections.abc import Callable

import ipywidgets as widgets
import torch
import torch.nn.functional as F
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from helpers.digits import mnist_form
from helpers.explorer import Explorer, beside
from helpers.figures import BLUE, ORANGE, fixed, new_figure
from helpers.lesson05.drawings import mosaic, separate
from helpers.pad import DigitPad
from helpers.training import evaluating

# the explorer opens with the first, which is not the answer to the question above it
KERNELS = {
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "horizontal edge": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "vertical edge": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "blur 3x3": [[1 / 9] * 3] * 3,
    "blur 5x5": [[1 / 25] * 5] * 5,
    "even blur 4x4": [[1 / 16] * 4] * 4,
}
WIDE = {"description_width": "80px"}
LARGEST = 36  # pixels: 28 and a padding of 4 on both sides


class KernelExplorer(Explorer):
    """A digit with the kernel's window, the kernel's weights, and the output up to here."""

    together = (("kernel", "position"), ("kernel", "stride"))

    def __init__(self, images: Tensor) -> None:
        """Offer the images, uint8 (N, 28, 28), one by one."""
        self.images = images
        figure = new_figure(9.6, 3.2)
        names = ("image and window", "kernel", "output")
        axes = figure.subplots(1, 3, width_ratios=(5, 3, 5))
        figure.subplots_adjust(0.01, 0.02, 0.88, 0.9, wspace=0.06)
        for axis, name in zip(axes, names):
            axis.set_title(name)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(True)
        self._title = axes[2].title
        empty = torch.zeros(LARGEST, LARGEST)
        self._image = axes[0].imshow(empty, cmap="gray_r", vmin=0, vmax=1)
        self._window = axes[0].add_patch(Rectangle((0, 0), 1, 1, fill=False, ec=ORANGE, lw=3))
        self._kernel = axes[1].imshow(torch.zeros(5, 5), cmap="gray_r", vmin=-1, vmax=1)
        self._weights = [
            axes[1].text(0, 0, "", ha="center", va="center", fontsize=11) for _ in range(25)
        ]
        self._output = axes[2].imshow(empty, cmap="gray_r", vmin=-1, vmax=1)
        axes[2].patch.set(facecolor="white", edgecolor="0.8", hatch="//")  # not yet computed
        self._here = axes[2].add_patch(Rectangle((0, 0), 1, 1, fill=False, ec=ORANGE, lw=3))
        # its scale changes with the kernel, but what black and white mean does not
        scale = figure.colorbar(
            ScalarMappable(Normalize(-1, 1), "gray_r"),
            cax=figure.add_axes((0.895, 0.2, 0.02, 0.5)),
        )
        scale.set_ticks([-1, 0, 1], labels=["negative", "zero", "positive"], fontsize=11)
        slider = widgets.IntSlider
        layout = widgets.Layout(width="300px")
        controls = {
            "kernel": widgets.Dropdown(options=list(KERNELS), description="kernel"),
            "stride": slider(1, min=1, max=4, description="stride"),
            "padding": slider(0, min=0, max=4, description="padding"),
            "image": slider(0, min=0, max=len(images) - 1, description="image"),
            "position": slider(355, min=0, max=675, description="position"),
        }
        for control in controls.values():
            control.layout, control.style = layout, WIDE
        moving = [self._image, self._window, self._kernel, *self._weights, self._output]
        # the edges last, because an image covers half of a thin line
        edges = [edge for axis in axes for edge in axis.spines.values()]
        super().__init__(
            figure,
            [*moving, *edges, self._here, self._title],
            controls,
            "A digit with an orange window on it, the weights of the kernel, and the output, "
            "filled row by row up to the position of the window.",
        )

    def draw(self, kernel: str, stride: int, padding: int, image: int, position: int) -> str:
        """Show the output as far as `position`, counted from 0, row by row."""
        weights = torch.tensor(KERNELS[kernel], dtype=torch.float32)
        digit = self.images[image] / 255
        output = F.conv2d(digit[None, None], weights[None, None], None, stride, padding)[0, 0]
        k, m = len(weights), len(output)
        self.controls["position"].max = m * m - 1
        position = min(position, m * m - 1)
        row, column = divmod(position, m)

        side = 28 + 2 * padding
        self._image.set_data(F.pad(digit, [padding] * 4))
        self._image.set_extent((0, side, side, 0))
        self._window.set_bounds(column * stride, row * stride, k, k)
        self._show_kernel(weights)
        shown = torch.full_like(output, torch.nan).flatten()
        shown[: position + 1] = output.flatten()[: position + 1]
        self._output.set_data(shown.view(m, m))
        self._output.set_extent((0, m, m, 0))
        limit = output.abs().max().item() or 1
        self._output.set_clim(-limit, limit)
        self._here.set_bounds(column, row, 1, 1)
        self._title.set_text(f"output, {m} × {m}")
        total = fixed(output[row, column].item())
        return (
            f"Size: (28 + 2·{padding} − {k}) / {stride} + 1, rounded down = {m}. Image {image}, "
            f"row {row}, column {column}: the products add up to {total}."
        )

    def _show_kernel(self, weights: Tensor) -> None:
        k = len(weights)
        limit = weights.abs().max().item()
        self._kernel.set(data=weights, extent=(0, k, k, 0), clim=(-limit, limit))
        for i, text in enumerate(self._weights):
            inside = i < k * k
            row, column = divmod(i, k)
            weight = f"{weights[row, column]:.2g}".replace("-", "−") if inside else ""
            text.set_text(weight)
            text.set_position((column + 0.5, row + 0.5))
            if inside:
                text.set_color("white" if weights[row, column] > 0.25 * limit else "black")


class Reader(nn.Module):
    """What a network makes of an image, and its first stage: one module, which can be exported."""

    def __init__(
        self, net: nn.Module, stage: nn.Module, prepare: Callable[[Tensor], Tensor]
    ) -> None:
        """Keep the network and its first stage; `prepare` makes its input of images (N, 28, 28).

        The parameters stay those of `net`.
        """
        super().__init__()
        self.net, self.stage, self.prepare = net, stage, prepare

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return the probabilities (1, 10) for an image (28, 28), 0 to 255, and the maps."""
        prepared = self.prepare(image[None])
        return self.net(prepared).softmax(1), self.stage(prepared)[0]


def answer(reader: Reader, drawing: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what goes into a network for a drawing (H, W), and what it computes from it.

    These are the image uint8 (28, 28), the class probabilities (10,), and the maps of the first
    stage (channels, h, w), in evaluation mode.
    """
    image = mnist_form(drawing)
    with evaluating(reader.net), torch.inference_mode():
        probabilities, maps = reader(image)
    return image, probabilities[0], maps


class DrawADigit(Explorer):
    """A pad to draw on, and beside it the network's input, its probabilities and feature maps."""

    def __init__(
        self,
        net: nn.Module,
        stage: nn.Module,
        prepare: Callable[[Tensor], Tensor],
        example: Tensor,
    ) -> None:
        """Start with `example`, an image (28, 28); the other arguments are those of `Reader`."""
        self._reader = Reader(net, stage, prepare)
        figure = new_figure(7.4, 3.9)
        grid = figure.add_gridspec(
            2, 2, height_ratios=(1, 1.05), width_ratios=(1, 1.9), hspace=0.42, wspace=0.12,
            left=0.03, right=0.98, top=0.93, bottom=0.02,
        )  # fmt: skip
        seen = figure.add_subplot(grid[0, 0], title="the network's input")
        bars = figure.add_subplot(grid[0, 1], title="probability of each digit")
        maps = figure.add_subplot(
            grid[1, :], title="feature maps of the first stage, dark where they are large"
        )
        seen.set(xticks=[], yticks=[])
        seen.spines[:].set_visible(True)
        self._seen = seen.imshow(torch.zeros(28, 28), cmap="gray_r", vmin=0, vmax=255)
        self._bars = bars.bar(range(10), [0.0] * 10, color=BLUE)
        bars.set(xticks=range(10), yticks=[0, 0.5, 1], ylim=(0, 1))
        laid = mosaic(answer(self._reader, example)[2])
        self._maps = maps.imshow(laid, cmap="gray_r", aspect="equal")
        separate(maps, laid)
        self.pad = DigitPad()
        self.pad.put(example)
        super().__init__(
            figure,
            # the edges after the image, which covers half of a thin line
            [self._seen, *seen.spines.values(), *self._bars, self._maps],
            {"drawing": self.pad},
            "The drawing as it goes into the network, a bar for each digit's probability, and the "
            "feature maps of the network's first stage.",
        )

    def arrange(self) -> list[widgets.Widget]:
        """Put the pad and the picture side by side."""
        return [beside(self.pad, self.picture), self.caption]

    def readers(self) -> dict[str, nn.Module]:
        """Return what reads a drawing, for a page where no Python runs."""
        return {"the network of this lesson": self._reader}

    def draw(self, drawing: bytes) -> str:
        """Show what the network reads on the pad."""
        pixels = self.pad.drawing()
        image, probabilities, maps = answer(self._reader, pixels)
        if not probabilities.isfinite().all():
            for bar in self._bars:
                bar.set_height(0)
            return "The probabilities are nan."
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
            return "The pad is empty: draw a large digit from 0 to 9 in the middle."
        return f"The network reads a {best}, with probability {probabilities[best]:.2f}."
