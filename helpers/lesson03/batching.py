"""Which sample is in which batch, a drawing of it, and small pictures to load."""

import timeit
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image, ImageDraw
from torch.utils.data import DataLoader

from helpers.figures import BLACK, BLUE, GREEN, ORANGE, PINK, RED, SKY, new_figure
from helpers.scripts import scratch_folder

COLORS = (SKY, ORANGE, GREEN, PINK, BLUE, RED)  # of the batches, one after the other
SIDEWAYS = 6  # the EXIF value for a picture that must be turned clockwise by 90 degrees


def batches(
    samples: int,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    epoch: int = 0,
    drop_last: bool = False,
) -> list[list[int]]:
    """Return the sample numbers of each batch that a `DataLoader` returns in one epoch.

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
    """Draw how the samples 0, 1, 2 ... are brought into `order` and then cut into batches."""
    cuts = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    height = max(4.3, 1.3 * len(cuts) + 0.4)  # in tiles
    figure = new_figure(10, 2.1 * height / 4.3)
    axis = figure.add_axes((0, 0, 1, 1), aspect="equal")
    axis.set_axis_off()
    half = -(-len(order) // 2)
    for left, title, numbers in ((0, "dataset", sorted(order)), (half + 4.4, "shuffled", order)):
        axis.text(left + half / 2, 3.0, title, ha="center")
        for place, number in enumerate(numbers):
            color = "white" if left == 0 else COLORS[place // batch_size % len(COLORS)]
            _tile(axis, left + place % half, 1 - place // half + 0.6, number, color)
    left = 2 * (half + 4.4)
    for step, batch in enumerate(cuts):
        y = (len(cuts) / 2 - step - 1) * 1.3 + 1.75
        for place, number in enumerate(batch):
            _tile(axis, left + place, y, number, COLORS[step % len(COLORS)])
        axis.text(left + batch_size + 0.4, y + 0.5, f"batch {step} → step {step}", va="center")
    for x, label in ((half + 0.4, "shuffle"), (2 * half + 4.8, "cut")):
        axis.annotate("", (x + 3.4, 1.6), (x, 1.6), arrowprops={"arrowstyle": "->", "lw": 1.8})
        axis.text(x + 1.7, 1.8, label, ha="center", va="bottom")
    axis.set(xlim=(-0.5, left + batch_size + 5.2), ylim=(1.75 - height / 2, 1.75 + height / 2))
    return figure


def _tile(axis: Axes, x: float, y: float, number: int, color: str) -> None:
    axis.add_patch(Rectangle((x + 0.05, y + 0.05), 0.9, 0.9, fc=color, ec=BLACK, lw=1))
    axis.text(x + 0.5, y + 0.48, number, ha="center", va="center", color=ink_on(color))


def ink_on(color: str) -> str:
    """Return the color of text that can be read on one of `COLORS`, or on white."""
    return "white" if color == BLUE else "black"


def draw_pet(kind: str, number: int) -> Image.Image:
    """Draw the head of a "cat" (pointed ears) or a "dog" (hanging ears), in RGB.

    `number` decides the color of its fur and the size of the picture, 40 to 72 pixels. Raises
    ValueError for other kinds.
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
        pen.ellipse((220, 140, 300, 225), fill=dark)  # around one eye, so that a mirror shows
    for x in (145, 255):
        pen.ellipse((x - 18, 170, x + 18, 206), fill=(20, 20, 20))
    pen.polygon([(180, 240), (220, 240), (200, 265)], fill=(20, 20, 20))
    if kind == "cat":
        for y in (250, 270, 290):
            pen.line((60, y - 10, 170, 265), fill=dark, width=6)
            pen.line((340, y - 10, 230, 265), fill=dark, width=6)
    size = 40 + 8 * int(5 * side)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def messy_folder() -> Path:
    """Return a new folder of pictures as they are found in real life, sorted by class.

    "cat" holds a picture with a palette, one in gray, and a hidden file that is no picture; "dog"
    holds one of 16 bits and one that its EXIF data turns upright; "bird" and a hidden folder are
    empty.
    """
    root = scratch_folder()
    for name in ("cat", "dog", "bird", ".ipynb_checkpoints"):
        (root / name).mkdir()
    cat, dog = draw_pet("cat", 1), draw_pet("dog", 2)
    cat.quantize(16, method=Image.Quantize.FASTOCTREE).save(root / "cat" / "palette.png")
    cat.convert("L").save(root / "cat" / "gray.png")
    (root / "cat" / "._gray.png").write_bytes(b"what macOS notes about gray.png")
    deep = np.asarray(dog.convert("L")).astype(np.uint16) * 257  # 0 to 65535 instead of 0 to 255
    Image.fromarray(deep).save(root / "dog" / "deep.png")
    exif = Image.Exif()
    exif[0x0112] = SIDEWAYS  # the tag "Orientation"
    dog.rotate(90).save(root / "dog" / "sideways.jpg", quality=95, exif=exif)
    return root


def fastest(function: Callable[[], object], repeats: int = 3) -> float:
    """Return the seconds of the fastest of some calls: the one that was disturbed the least."""
    return min(timeit.repeat(function, number=1, repeat=repeats))
