"""Sines and their cosines, and what a recurrent network predicts from the one for the other."""

import math
from collections.abc import Mapping

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers.figures import BLACK, BLUE, ORANGE, RED, new_figure

STEP = math.pi / 10  # from one sample to the next: 20 samples are a whole wave
GRAY = "0.75"


def wave(
    samples: int, frequency: float = 1.0, phase: float = 0.0, noise: float = 0.0, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Return a sine with normal noise of that standard deviation, and its clean cosine.

    Both have the shape (samples,). `phase` is in radians; at `frequency` 1, a wave has 20
    samples. PyTorch's own random state isn't changed.
    """
    chance = torch.Generator().manual_seed(seed)
    t = torch.arange(samples) * (STEP * frequency) + phase
    return t.sin() + noise * torch.randn(samples, generator=chance), t.cos()


@torch.no_grad()
def follow(net: nn.Module, x: Tensor, window: int, carry: bool = True) -> Tensor:
    """Return the predictions of `net` for x, which it reads in windows; both are (samples,).

    `net(x, h_state)` takes (batch, time, 1) and returns a prediction and the new state. With
    `carry`, the state goes from window to window, which is the same as one long window.
    Without it, every window starts from zeros, as the samples of a batch do. Raises
    RuntimeError if the windows don't fill x.
    """
    parts = x.view(-1, window, 1)
    return net(parts.reshape(1, -1, 1) if carry else parts)[0].flatten()


def by_step(prediction: Tensor, target: Tensor, window: int) -> Tensor:
    """Return the mean distance of two series (samples,) at each step of a window: (window,)."""
    return (prediction - target).abs().view(-1, window).mean(0)


def series_figure(curves: Mapping[str, Tensor], window: int = 0, arrows: str = "") -> Figure:
    """Draw series (samples,) by name; `window` > 0 also draws the seams between windows.

    The first is a broad gray band, so that it is seen where another series covers it. `arrows`
    names what is carried across each seam. Raises ValueError for more than four series.
    """
    figure = new_figure(9, 2.6)
    axis = figure.add_axes((0.09, 0.2, 0.89, 0.65), xlabel="time step", ylabel="value")
    looks = ((GRAY, "-", 7), (BLUE, "-", 2), (RED, "--", 2), (BLACK, "-.", 2))
    if len(curves) > len(looks):
        raise ValueError(f"at most {len(looks)} series can be told apart")
    for (name, values), (color, line, width) in zip(curves.items(), looks):
        axis.plot(values, line, color=color, lw=width, label=name)
    samples = len(next(iter(curves.values())))
    for seam in range(window, samples, window) if window else ():
        name = "seam" if seam == window else None  # one entry in the legend
        axis.axvline(seam - 0.5, color="0.6", lw=1, ls="-", zorder=0, label=name)
        if arrows:
            way = {"arrowstyle": "-|>", "lw": 3, "color": ORANGE}
            axis.annotate("", (seam + 1.5, 1.2), (seam - 2.5, 1.2), arrowprops=way)
            axis.text(seam - 0.5, 1.35, arrows, ha="center", fontsize=11)
            axis.set_ylim(-1.2, 1.8)
    axis.set_xlim(-1, samples)
    axis.legend(loc="lower right", bbox_to_anchor=(1, 0.97), ncols=5, frameon=False)
    return figure
