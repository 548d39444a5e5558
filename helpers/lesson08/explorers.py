"""Train a network without and one with dropout on points of your choice, and see both fits."""

import ipywidgets as widgets
import torch

from helpers.explorer import Explorer
from helpers.figures import BLACK, BLUE, RED, SKY, new_figure
from helpers.lesson08.pairs import RULES, fit_pair

STEPS, RATE = 300, 0.02  # enough to see overfitting, and few enough for a quick answer
PLACES = torch.linspace(-1, 1, 81).unsqueeze(1)
UNITS = 40  # the mask shows at most so many units, because more would be too small to see
LOSSES = (0.004, 0.6)  # the range of the loss axis, fixed so that settings can be compared
TICKS = (0.01, 0.03, 0.1, 0.3)
HEIGHT = 2.1  # the fits are shown from -HEIGHT to HEIGHT


class DropoutExplorer(Explorer):
    """Both fits, their losses and a mask; every change of a control trains both networks again.

    The two networks are rows of one tensor, and their 300 steps run on one thread: on a machine
    that does nothing else, they take about 30 ms.
    """

    together = (("hidden", "p"), ("points", "p"), ("rule", "noise"))

    def __init__(self) -> None:
        """Begin with the settings of the lesson: 20 points, 300 hidden units and p = 0.5."""
        figure = new_figure(9.9, 3.1)
        fits, losses, masks = figure.subplots(1, 3, width_ratios=(2.3, 1, 1.3))
        figure.subplots_adjust(0.06, 0.19, 0.99, 0.87, wspace=0.28)
        fits.set(xlim=(-1.05, 1.05), ylim=(-HEIGHT, HEIGHT), xlabel="x")
        (self._points,) = fits.plot(
            [], [], "o", color=SKY, mec=BLACK, mew=0.5, ms=5, label="points"
        )
        (self._rule,) = fits.plot([], [], ":", color=BLACK, lw=1.5, label="rule")
        (self._plain,) = fits.plot([], [], "-", color=BLUE, label="plain")
        (self._drop,) = fits.plot([], [], "--", color=RED, lw=2.5, label="dropout")
        fits.set_ylabel("y", rotation=0)
        fits.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 0.96),
            ncols=4,
            frameon=False,
            columnspacing=1.2,
            handlelength=1.8,
        )
        losses.set(xlim=(-0.4, 1.4), xticks=(0, 1), yscale="log", ylim=LOSSES)
        losses.set_xticklabels(["training", "test"])
        losses.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
        losses.minorticks_off()
        losses.set_title("mean squared error")
        (self._plain_losses,) = losses.plot([], [], "-o", color=BLUE, ms=7)
        (self._drop_losses,) = losses.plot([], [], "--s", color=RED, ms=7)
        masks.set(xticks=[], yticks=[], xlabel=f"hidden units ({UNITS} at most)", ylabel="points")
        masks.set_title("a mask (dark: dropped)")
        self._mask = masks.imshow(
            torch.ones(1, 1).numpy(),
            cmap="gray",
            vmin=-0.3,
            vmax=1,
            aspect="auto",
            extent=(0, 1, 0, 1),
        )
        integer, number = widgets.IntSlider, widgets.FloatSlider
        controls = {
            "p": number(0.5, min=0, max=0.9, step=0.1, description="p", readout_format=".1f"),
            "hidden": widgets.SelectionSlider(
                options=(3, 10, 30, 100, 300), value=300, description="hidden units"
            ),
            "points": integer(20, min=5, max=40, step=5, description="points"),
            "noise": number(0.3, min=0, max=0.6, step=0.1, description="noise",
                            readout_format=".1f"),
            "draw": integer(8, min=0, max=19, description="draw"),
            "rule": widgets.Dropdown(options=list(RULES), description="rule"),
        }  # fmt: skip
        for control in controls.values():
            control.layout = widgets.Layout(width="310px")
            control.style = {"description_width": "116px"}
        super().__init__(
            figure,
            [self._points, self._rule, self._plain, self._drop,
             self._plain_losses, self._drop_losses, self._mask],
            controls,
            "Noisy points with the curves of two networks, one without and one with dropout. "
            "Beside them are the training and test losses of both, and a mask of dark and light "
            "cells.",
        )  # fmt: skip

    def draw(self, p: float, hidden: int, points: int, noise: float, draw: int, rule: str) -> str:
        """Train a pair of networks with these settings; return a sentence with their losses."""
        pair = fit_pair(PLACES, points, noise, rule, hidden, p, STEPS, RATE, seed=draw)
        places = PLACES[:, 0]
        self._points.set_data(pair.x[:, 0], pair.y[:, 0])
        self._rule.set_data(places, RULES[rule](places))
        for line, curve in zip((self._plain, self._drop), pair.curves):
            line.set_data(places, curve.clamp(-2 * HEIGHT, 2 * HEIGHT))
        both = torch.stack([pair.train, pair.test], 1).clamp(*LOSSES)  # (net, kind)
        self._plain_losses.set_data([0, 1], both[0])
        self._drop_losses.set_data([0, 1], both[1])
        self._mask.set_data(pair.mask[:, :UNITS].numpy())
        (train, drop_train), (test, drop_test) = pair.train.tolist(), pair.test.tolist()
        return (
            f"After {STEPS} steps on {points} points. Without dropout: training loss {train:.3f}, "
            f"test loss {test:.3f}. With p = {p:.1f}: {drop_train:.3f} and {drop_test:.3f}."
        )
