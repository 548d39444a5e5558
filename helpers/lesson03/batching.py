"""Which sample is in which batch, a drawing of it, and small pictures to load."""

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image, ImageDraw
from torch.utils.data import DataLoader

from helpers.figures import BLACK, BLUE, GREEN, ORANGE, PINK, RED, SKY, new_figure

COLOURS = (SKY, ORANGE, GREEN, PINK, BLUE, RED)  # of the batches, in turn


def batches(
    samples: int,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    epoch: int = 0,
    drop_last: bool = False,
) -> list[list[int]]:
    """Return the sample numbers of each batch that a `DataLoader` hands out in one epoch.

    The loader's generator is seeded once, before epoch 0. Raises ValueError for a batch size
    below 1.
    """
    generator = torch.Generator().manual_seed(seed)
    # a dataset is anything with a length and numbered samples: here, the numbers themselves
    loader = DataLoader(
        range(samples), batch_size, shuffle, drop_last=drop_last, generator=generator
    )
    for _ in range(epoch):
        list(loader)
    return [batch.tolist() for batch in loader]


def loader_diagram(order: list[int], batch_size: int) -> Figure:
    """Draw the way of the samples 0, 1, 2 ...: stored, brought into `order`, cut into batches."""
    cuts = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    height = max(4.3, 1.3 * len(cuts) + 0.4)  # in tiles
    figure = new_figure(10, 2.1 * height / 4.3)
    axis = figure.add_axes((0, 0, 1, 1), aspect="equal")
    axis.set_axis_off()
    half = -(-len(order) // 2)
    for left, title, numbers in ((0, "dataset", sorted(order)), (half + 4.4, "shuffled", order)):
        axis.text(left + half / 2, 3.0, title, ha="center")
        for place, number in enumerate(numbers):
            colour = "white" if left == 0 else COLOURS[place // batch_size % len(COLOURS)]
            _tile(axis, left + place % half, 1 - place // half + 0.6, number, colour)
    left = 2 * (half + 4.4)
    for step, batch in enumerate(cuts):
        y = (len(cuts) / 2 - step - 1) * 1.3 + 1.75
        for place, number in enumerate(batch):
            _tile(axis, left + place, y, number, COLOURS[step % len(COLOURS)])
        axis.text(left + batch_size + 0.4, y + 0.5, f"batch {step} → step {step}", va="center")
    for x, label in ((half + 0.4, "shuffle"), (2 * half + 4.8, "cut")):
        axis.annotate("", (x + 3.4, 1.6), (x, 1.6), arrowprops={"arrowstyle": "->", "lw": 1.8})
        axis.text(x + 1.7, 1.8, label, ha="center", va="bottom")
    axis.set(xlim=(-0.5, left + batch_size + 5.2), ylim=(1.75 - height / 2, 1.75 + height / 2))
    return figure


def _tile(axis: Axes, x: float, y: float, number: int, colour: str) -> None:
    axis.add_patch(Rectangle((x + 0.05, y + 0.05), 0.9, 0.9, fc=colour, ec=BLACK, lw=1))
    axis.text(x + 0.5, y + 0.48, number, ha="center", va="center", color=ink_on(colour))


def ink_on(colour: str) -> str:
    """Return the colour of text that can be read on one of `COLOURS`, or on white."""
    return "white" if colour == BLUE else "black"


def draw_pet(kind: str, number: int) -> Image.Image:
    """Draw the head of a "cat" (pointed ears) or a "dog" (hanging ears), in RGB.

    `number` decides its fur and its size, 40 to 72 pixels. Raises ValueError for other kinds.
    """
    if kind not in ("cat", "dog"):
        raise ValueError(f"I can draw a cat or a dog, and not a {kind}")
    chance = torch.Generator().manual_seed(100 * number + len(kind) + (kind == "dog"))
    red, spread, side = torch.rand(3, generator=chance).tolist()
    fur = (int(150 + 80 * red), int(110 + 60 * red), int(60 + 60 * spread))
    dark = tuple(shade // 2 for shade in fur)
    picture = Image.new("RGB", (400, 400), (205, 228, 240))
    pen = ImageDraw.Draw(picture)
    if kind == "cat":
        pen.polygon([(80, 200), (90, 30), (210, 120)], fill=fur)
        pen.polygon([(320, 200), (310, 30), (190, 120)], fill=fur)
    pen.ellipse((70, 90, 330, 350), fill=fur)
    if kind == "dog":
        pen.ellipse((30, 90, 120, 300), fill=dark)
        pen.ellipse((280, 90, 370, 300), fill=dark)
        pen.ellipse((140, 220, 260, 330), fill=(240, 230, 215))
    for x in (145, 255):
        pen.ellipse((x - 18, 170, x + 18, 206), fill=(20, 20, 20))
    pen.polygon([(180, 240), (220, 240), (200, 265)], fill=(20, 20, 20))
    if kind == "cat":
        for y in (250, 270, 290):
            pen.line((60, y - 10, 170, 265), fill=dark, width=6)
            pen.line((340, y - 10, 230, 265), fill=dark, width=6)
    size = 40 + 8 * int(5 * side)
    return picture.resize((size, size), Image.Resampling.LANCZOS)
