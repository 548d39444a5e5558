"""Slide a kernel over a digit and watch the output grow."""

import ipywidgets as widgets
import torch
from matplotlib.patches import Rectangle

from helpers.convolution import KERNELS, convolve, output_size
from helpers.explorers.base import Explorer
from helpers.figures import ORANGE, new_figure

WIDE = {"description_width": "80px"}
LARGEST = 36  # pixels: 28 and a padding of 4 on both sides


class KernelExplorer(Explorer):
    """A digit with the kernel's window, the kernel's weights, and the output up to here."""

    def __init__(self, images: torch.Tensor) -> None:
        """Offer the images, uint8 (N, 28, 28), one by one."""
        self.images = images
        figure = new_figure(9, 3.2)
        names = ("image and window", "kernel", "output")
        axes = figure.subplots(1, 3, width_ratios=(5, 3, 5))
        figure.subplots_adjust(0.01, 0.02, 0.99, 0.9, wspace=0.06)
        for axis, name in zip(axes, names):
            axis.set_title(name)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(True)
        self._title = axes[2].title
        empty = torch.zeros(LARGEST, LARGEST)
        self._image = axes[0].imshow(empty, cmap="gray_r", vmin=0, vmax=1)
        self._window = axes[0].add_patch(Rectangle((0, 0), 1, 1, fill=False, ec=ORANGE, lw=3))
        self._kernel = axes[1].imshow(torch.zeros(5, 5), cmap="RdBu_r", vmin=-1, vmax=1)
        self._weights = [
            axes[1].text(0, 0, "", ha="center", va="center", fontsize=11) for _ in range(25)
        ]
        self._output = axes[2].imshow(empty, cmap="RdBu_r", vmin=-1, vmax=1)
        axes[2].set_facecolor("0.85")
        self._here = axes[2].add_patch(Rectangle((0, 0), 1, 1, fill=False, ec=ORANGE, lw=3))
        slider = widgets.IntSlider
        layout = widgets.Layout(width="300px")
        controls = {
            "kernel": widgets.Dropdown(options=list(KERNELS), description="kernel"),
            "stride": slider(1, min=1, max=4, description="stride"),
            "padding": slider(0, min=0, max=4, description="padding"),
            "image": slider(0, min=0, max=len(images) - 1, description="image"),
            "place": slider(355, min=0, max=675, description="place"),
        }
        for control in controls.values():
            control.layout, control.style = layout, WIDE
        moving = [self._image, self._window, self._kernel, *self._weights, self._output]
        super().__init__(
            figure,
            [*moving, self._here, self._title],
            controls,
            "A digit with an orange window on it, the weights of the kernel, and the output, "
            "filled row by row up to the window's place.",
        )

    def draw(self, kernel: str, stride: int, padding: int, image: int, place: int) -> str:
        """Show the output as far as `place`, counted from 0, row by row."""
        weights = torch.tensor(KERNELS[kernel], dtype=torch.float32)
        digit = self.images[image] / 255
        output = convolve(digit, weights, stride, padding)
        k, m = len(weights), len(output)
        assert m == output_size(28, k, stride, padding)
        self.controls["place"].max = m * m - 1
        place = min(place, m * m - 1)
        row, column = divmod(place, m)

        side = 28 + 2 * padding
        self._image.set_data(torch.nn.functional.pad(digit, [padding] * 4))
        self._image.set_extent((0, side, side, 0))
        self._window.set_bounds(column * stride, row * stride, k, k)
        self._show_kernel(weights)
        shown = torch.full_like(output, torch.nan).flatten()
        shown[: place + 1] = output.flatten()[: place + 1]
        self._output.set_data(shown.view(m, m))
        self._output.set_extent((0, m, m, 0))
        limit = output.abs().max().item() or 1
        self._output.set_clim(-limit, limit)
        self._here.set_bounds(column, row, 1, 1)
        self._title.set_text(f"output, {m} × {m}")
        return (
            f"Size: (28 + 2·{padding} − {k}) / {stride} + 1, rounded down = {m}. Image {image}, "
            f"row {row}, column {column}: the products add up to {output[row, column]:.2f}."
        )

    def _show_kernel(self, weights: torch.Tensor) -> None:
        k = len(weights)
        limit = weights.abs().max().item()
        self._kernel.set(data=weights, extent=(0, k, k, 0), clim=(-limit, limit))
        for i, text in enumerate(self._weights):
            inside = i < k * k
            row, column = divmod(i, k)
            text.set_text(f"{weights[row, column]:.2g}" if inside else "")
            text.set_position((column + 0.5, row + 0.5))
            if inside:
                text.set_color("white" if abs(weights[row, column]) > 0.6 * limit else "black")
