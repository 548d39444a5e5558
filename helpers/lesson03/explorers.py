"""Samples as tiles: which one gets into which batch, for every setting of a data loader."""

import functools

import ipywidgets as widgets
import numpy as np
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from helpers.explorer import Explorer
from helpers.figures import new_figure
from helpers.lesson03.batching import COLORS, batches, ink_on

SAMPLES = 20
GAP = 0.3  # between two batches; a tile is 1 wide
WIDTH = SAMPLES + GAP * (SAMPLES - 1)
STORED, BATCHED = 3.4, 0.0  # heights of the two rows
LEFT = (WIDTH - SAMPLES) / 2  # of the upper row
LARGE, SMALL = 0.46, 0.42  # heights of writing
WIDE = {"description_width": "96px"}


def places(cut: list[list[int]], samples: int) -> dict[int, tuple[float, int | None]]:
    """Return for each sample the left edge of its tile in the row of batches, and its batch.

    The row is centered between 0 and `WIDTH`. Samples that are in no batch come at its end, and
    their batch is None.
    """
    found: dict[int, tuple[float, int | None]] = {}
    x = 0.0
    for step, batch in enumerate(cut):
        for sample in batch:
            found[sample] = (x, step)
            x += 1
        x += GAP
    for sample in sorted(set(range(samples)) - set(found)):
        found[sample] = (x, None)
        x += 1
    shift = (WIDTH - max(left for left, _ in found.values()) - 1) / 2
    return {sample: (left + shift, step) for sample, (left, step) in found.items()}


@functools.cache
def _centered(text: str, size: float) -> Path:
    path = TextPath((0, 0), text, size=size)
    return path.transformed(Affine2D().translate(-path.get_extents().width / 2, 0))


def _word(text: str, x: float, y: float, size: float = LARGE) -> Path:
    """Return the outline of a text, `x` at its middle and `y` at its foot."""
    return _centered(text, size).transformed(Affine2D().translate(x, y))


class BatchExplorer(Explorer):
    """Twenty samples as they are stored, and below them the batches of one epoch."""

    together = (
        ("batch_size", "drop_last"),
        ("epoch", "shuffle"),
        ("epoch", "drop_last"),
        ("seed", "drop_last"),
    )

    def __init__(self) -> None:
        """Start with batches of six, shuffled."""
        figure = new_figure(9.6, 2.7)
        axis = figure.add_axes((0, 0, 1, 1), aspect="equal")
        axis.set_axis_off()
        axis.set(xlim=(-0.3, WIDTH + 0.3), ylim=(-1.4, 5.4))
        axis.text(LEFT, STORED + 1.35, "the dataset, with the step that each sample is used in")
        # three collections: a hundred single texts and tiles take five times as long
        self._ways = axis.add_collection(LineCollection([], lw=1.6))
        self._tiles = axis.add_collection(PolyCollection([], ec="black", lw=1))
        self._words = axis.add_collection(PathCollection([], lw=0))
        slider, layout = widgets.IntSlider, widgets.Layout(width="300px")
        controls = {
            "batch_size": slider(6, min=1, max=SAMPLES, description="batch size"),
            "seed": slider(0, min=0, max=99, description="seed"),
            "epoch": slider(0, min=0, max=9, description="epoch"),
            "shuffle": widgets.Checkbox(True, description="shuffle"),
            "drop_last": widgets.Checkbox(False, description="drop_last"),
        }
        for control in controls.values():
            control.layout, control.style = layout, WIDE
        super().__init__(
            figure,
            [self._ways, self._tiles, self._words],
            controls,
            "Twenty numbered tiles, the samples, and below them the same tiles in the order "
            "of one epoch, colored and numbered by batch.",
        )

    def draw(self, batch_size: int, seed: int, epoch: int, shuffle: bool, drop_last: bool) -> str:
        """Show the batches of this epoch."""
        cut = batches(SAMPLES, batch_size, shuffle, seed, epoch, drop_last)
        where = places(cut, SAMPLES)
        corners, ways, words, fills, lines, inks = [], [], [], [], [], []
        for sample, (x, step) in where.items():
            above = LEFT + sample
            fills += 2 * ["white" if step is None else COLORS[step % len(COLORS)]]
            lines += 2 * ["--" if step is None else "-"]
            corners += [(above, STORED), (x, BATCHED)]
            ways.append([(above + 0.47, STORED), (x + 0.47, BATCHED + 0.94)])
            words += [
                _word(str(sample), above + 0.47, STORED + 0.5),
                _word("→–" if step is None else f"→{step}", above + 0.47, STORED + 0.12, SMALL),
                _word(str(sample), x + 0.47, BATCHED + 0.3),
            ]
            inks += 3 * [ink_on(fills[-1])]
        below = self._below(cut, where)
        square = np.array([(0, 0), (0.94, 0), (0.94, 0.94), (0, 0.94)])
        self._tiles.set(verts=[square + corner for corner in corners], fc=fills, linestyle=lines)
        grays = ["0.6" if fill == "white" else fill for fill in fills[::2]]
        self._ways.set(segments=ways, color=grays, linestyle=lines[::2])
        self._words.set(paths=words + below, fc=inks + ["black"] * len(below))
        return self._sentence(cut, drop_last)

    def _below(
        self, cut: list[list[int]], where: dict[int, tuple[float, int | None]]
    ) -> list[Path]:
        """Write below each batch the step that it is for, and below the rest that it is left."""
        groups = [(f"step {step}" if len(cut[0]) > 1 else str(step), cut[step])
                  for step in range(len(cut))]  # fmt: skip
        groups.append(("left out", [i for i in where if where[i][1] is None]))
        return [
            _word(name, sum(where[i][0] for i in group) / len(group) + 0.47, BATCHED - 0.6)
            for name, group in groups
            if group
        ]

    def _sentence(self, cut: list[list[int]], drop_last: bool) -> str:
        sizes = [len(batch) for batch in cut]
        steps, each = (f"{n} {word}{'s' * (n > 1)}" for n, word in
                       ((len(cut), "step"), (sizes[0], "sample")))  # fmt: skip
        last = f", the last with {sizes[-1]}" if sizes[-1] < sizes[0] else ""
        left_out = ""
        if drop_last:
            left_out = f" {SAMPLES - sum(sizes)} of {SAMPLES} are left out of this epoch."
        return f"{steps} of {each}{last}.{left_out} Step 0 gets {', '.join(map(str, cut[0]))}."
