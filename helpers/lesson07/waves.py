"""Sines and the cosines that belong to them, and a recurrent net that follows one to the other."""

import math
from collections.abc import Mapping

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers.figures import BLACK, BLUE, GREEN, ORANGE, RED, new_figure

STEP = math.pi / 10  # from one sample to the next: 20 samples for a whole wave


def wave(
    samples: int, frequency: float = 1.0, phase: float = 0.0, noise: float = 0.0, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Return a sine with normal noise of that standard deviation, and its clean cosine.

    Both are (samples,). `phase` is in radians; at `frequency` 1 a wave has 20 samples. The
    random state is left as it was.
    """
    chance = torch.Generator().manual_seed(seed)
    t = torch.arange(samples) * (STEP * frequency) + phase
    return t.sin() + noise * torch.randn(samples, generator=chance), t.cos()


@torch.no_grad()
def follow(net: nn.Module, x: Tensor, window: int, carry: bool = True) -> Tensor:
    """Return what `net` says to x (samples,), read in windows, as (samples,).

    `net(x, h_state)` takes (batch, time, 1) and gives a prediction and the new state. With
    `carry` the state goes from window to window, which is the same as one long window;
    without, every window begins with zeros, as the samples of a batch do. Raises
    RuntimeError if the windows don't fill x.
    """
    parts = x.view(-1, window, 1)
    return net(parts.reshape(1, -1, 1) if carry else parts)[0].flatten()


def by_place(prediction: Tensor, target: Tensor, window: int) -> Tensor:
    """Return the mean distance of two series (samples,) at each place in a window: (window,)."""
    return (prediction - target).abs().view(-1, window).mean(0)


def series_figure(curves: Mapping[str, Tensor], window: int = 0, arrows: str = "") -> Figure:
    """Draw series (samples,) by name, the first dotted; `window` > 0 also draws the seams.

    `arrows` names what is handed over each seam. Raises ValueError for more than four series.
    """
    figure = new_figure(9, 2.4)
    axis = figure.add_axes((0.05, 0.22, 0.93, 0.62), xlabel="time step")
    looks = ((BLACK, ":"), (BLUE, "-"), (RED, "--"), (GREEN, "-."))
    if len(curves) > len(looks):
        raise ValueError(f"at most {len(looks)} series can be told apart")
    for (name, values), (color, line) in zip(curves.items(), looks):
        axis.plot(values, line, color=color, label=name)
    samples = len(next(iter(curves.values())))
    for seam in range(window, samples, window) if window else ():
        axis.axvline(seam - 0.5, color="0.8", lw=1, ls="-", zorder=0)
        if arrows:
            way = {"arrowstyle": "-|>", "lw": 3, "color": ORANGE}
            axis.annotate("", (seam + 1.5, 1.2), (seam - 2.5, 1.2), arrowprops=way)
            axis.text(seam - 0.5, 1.35, arrows, ha="center", fontsize=11)
            axis.set_ylim(-1.2, 1.8)
    axis.set_xlim(-1, samples)
    axis.legend(loc="lower right", bbox_to_anchor=(1, 0.97), ncols=len(looks), frameon=False)
    return figure
