"""The look of every figure, pictures with a text alternative, and the layouts we repeat."""

import base64
import html
import io

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

# Okabe and Ito, "Color Universal Design" (2008): told apart with any color vision
BLACK, ORANGE, SKY, GREEN, BLUE, RED, PINK = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
DPI = 100
READABLE = 640  # pixels: where there is less room, a picture keeps them and is moved sideways

STYLE = {
    "figure.dpi": DPI,
    "figure.constrained_layout.use": True,
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[BLUE, RED, GREEN, ORANGE, PINK, SKY, BLACK])
    + cycler(linestyle=["-", "--", "-.", ":", "-", "--", "-."]),
    "lines.linewidth": 2,
}
# What the lessons say of their pictures must be true whatever style a matplotlibrc has set.
matplotlib.rcdefaults()
matplotlib.rcParams.update(STYLE)


def new_figure(width: float, height: float, layout: str = "none") -> Figure:
    """Return a figure of `width` x `height` inches, drawn in memory and unknown to pyplot.

    The layout "constrained" fits all labels, at 20 ms for each redrawing.
    """
    figure = Figure(figsize=(width, height), dpi=DPI, layout=layout)
    FigureCanvasAgg(figure)
    return figure


def png(figure: Figure) -> bytes:
    """Draw the figure and return it as a PNG file, sharp on a screen with twice as many pixels.

    It has at most 256 colors, which is enough for a drawing and makes the file a third as large.
    """
    try:
        # A multiple of figure.dpi would grow for good if an interrupt came before it is set back.
        figure.set_dpi(2 * DPI)
        canvas = FigureCanvasAgg(figure)  # drawn here, whatever backend the learner has chosen
        canvas.draw()
        return canvas_png(canvas, few_colors=True)
    finally:
        figure.set_dpi(DPI)


def canvas_png(canvas: FigureCanvasAgg, few_colors: bool = False) -> bytes:
    """Return what is drawn on the canvas as a PNG file, compressed lightly to be quick.

    With few colors, 256 at most, the file is a third as large, and takes longer to be made.
    """
    file = io.BytesIO()
    canvas_image(canvas, few_colors).save(file, "png", optimize=few_colors, compress_level=3)
    return file.getvalue()


def canvas_image(canvas: FigureCanvasAgg, few_colors: bool = False) -> Image.Image:
    """Return what is drawn on the canvas as an image, with 256 colors at most if wanted."""
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    return image.quantize(256, Image.Quantize.FASTOCTREE) if few_colors else image


def bundle(picture: bytes, alt: str, width: int, note: str = "") -> tuple[dict, dict]:
    """Return a PNG file as Jupyter shows it, `width` pixels of the screen wide.

    Screen readers find the alternative in the HTML; JupyterLab and nbconvert show that, and GitHub
    the PNG. `note` is a sentence to be shown below the picture.
    """
    encoded = base64.b64encode(picture).decode()
    text = html.escape(alt)
    page = (
        f'<img alt="{text}" width="{width}" style="display: block; max-width: 100%; '
        f'min-width: {least_width(width)}; height: auto" src="data:image/png;base64,{encoded}">'
    )
    page += f"<p><em>{html.escape(note)}</em></p>" if note else ""
    data = {"text/html": page, "image/png": encoded, "text/plain": alt}
    return data, {"image/png": {"alt": alt, "width": width}}


def least_width(width: int) -> str:
    """Return how narrow a picture of so many pixels may be shown, as CSS takes it."""
    return f"{min(width, READABLE)}px"


def width_on_screen(figure: Figure) -> int:
    """Return the width of a figure in pixels of a screen of density 1."""
    return round(figure.get_figwidth() * DPI)


class Picture:
    """A figure with its text alternative, as `display` takes it."""

    def __init__(self, figure: Figure, alt: str) -> None:
        """Keep the figure; `alt` is a sentence that says what it shows, with no measured value."""
        self.figure, self.alt = figure, alt

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        return bundle(png(self.figure), self.alt, width_on_screen(self.figure))


def show(figure: Figure, alt: str) -> None:
    """Show a figure under the cell, with a sentence for those who can't see it, and close it."""
    display(Picture(figure, alt))
    plt.close(figure)


def fixed(number: float) -> str:
    """Return the number with two decimals and, where it is negative, a proper minus sign."""
    return f"{round(number, 2) + 0.0:.2f}".replace("-", "−")  # never −0.00


def image_grid(images, titles, columns: int = 10, size: float = 1.0) -> Figure:
    """Return a figure with one small picture for each image (H, W), with its title above it.

    `size` is the width of one picture in inches.
    """
    rows = -(-len(images) // columns)
    figure = new_figure(size * columns, size * rows * 1.3, layout="constrained")
    for i, (image, title) in enumerate(zip(images, titles)):
        axis = figure.add_subplot(rows, columns, i + 1)
        axis.imshow(image, cmap="gray_r")
        axis.set_axis_off()
        axis.set_title(title, fontsize=11.5)
    return figure
