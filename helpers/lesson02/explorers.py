"""Scrub through the training of a small regression network."""

import ipywidgets as widgets
import numpy as np
from torch import Tensor

from helpers.explorer import Explorer
from helpers.figures import BLACK, BLUE, ORANGE, RED, SKY, new_figure
from helpers.lesson02.regression import ACTIVATIONS, Recording, record

STEPS = 200
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
LOSSES = (0.003, 3.0)  # of the loss axis, fixed so that trainings can be compared


class TrainingExplorer(Explorer):
    """The fitted curve and the losses at any step of a training, which is rerun when changed."""

    together = (("step", "rate"), ("step", "activation"), ("hidden", "rate"))

    def __init__(self, x: Tensor, y: Tensor, new_x: Tensor, new_y: Tensor) -> None:
        """Train on x (N, 1), in rising order, and y (N, 1), which is x² plus noise.

        The loss is also measured on `new_x` (M, 1) and `new_y` (M, 1).
        """
        self.points = x, y, new_x, new_y
        self._trained: tuple | None = None
        self.recording: Recording
        figure = new_figure(9.6, 3.3)
        fit, loss = figure.subplots(1, 2)
        figure.subplots_adjust(0.075, 0.16, 0.985, 0.97, wspace=0.24)
        self._places = x[:, 0].numpy()
        fit.plot(self._places, y[:, 0].numpy(), "o", color=SKY, ms=4, label="training set")
        fit.plot(self._places, self._places**2, ":", color=BLACK, lw=1.5, label="hidden rule")
        low, high = y.min().item(), y.max().item()
        fit.set(xlabel="x", ylabel="y", ylim=(low - 0.2 * (high - low), high + 0.7 * (high - low)))
        (self._fit,) = fit.plot([], [], "-", color=RED, lw=3, label="network")
        fit.legend(loc="upper center", fontsize=11)
        loss.set(xlabel="step", ylabel="loss", xlim=(-6, STEPS + 6), yscale="log", ylim=LOSSES)
        rule = ((new_x**2 - new_y) ** 2).mean().item()
        loss.axhline(rule, ls=":", color=BLACK, lw=1.5, label="hidden rule on the test set")
        (self._new,) = loss.plot([], [], "--", color=RED, lw=1.5, label="test set")
        (self._all,) = loss.plot([], [], "-", color=BLUE, lw=1, alpha=0.5)
        (self._past,) = loss.plot([], [], "-", color=BLUE, lw=2.5, label="training set")
        (self._now,) = loss.plot([], [], "o", color=ORANGE, mec=BLACK, ms=10, label="this step")
        loss.legend(loc="upper right", fontsize=11)
        controls = {
            "step": widgets.IntSlider(STEPS, min=0, max=STEPS, description="step"),
            "hidden": widgets.IntSlider(10, min=1, max=64, description="hidden units"),
            "rate": widgets.SelectionSlider(
                options=[(f"{rate:g}", rate) for rate in RATES],
                value=0.2,
                description="learning rate",
            ),
            "activation": widgets.Dropdown(options=list(ACTIVATIONS), description="activation"),
        }
        for control in controls.values():
            control.layout = widgets.Layout(width="430px")
            control.style = {"description_width": "130px"}
        super().__init__(
            figure,
            [self._fit, self._new, self._all, self._past, self._now],
            controls,
            "On the left, noisy points along a parabola and the network's curve. On the right, "
            "the losses on the training set and on the test set at each step, with a mark at the "
            "step that the curve shows, and a dotted line at the loss of the hidden rule.",
        )

    def draw(self, step: int, hidden: int, rate: float, activation: str) -> str:
        """Show the network after `step` steps; train again if one of the others has changed."""
        if self._trained != (hidden, rate, activation):
            self.recording = record(*self.points, hidden, activation, rate, STEPS)
            self._trained = (hidden, rate, activation)
            # matplotlib can't draw what is far outside, and a diverging network gets there
            self._curves = self.recording.predictions.nan_to_num(1e3).clamp(-1e3, 1e3).numpy()
            self._losses = self.recording.losses.nan_to_num(1e6).clamp(max=1e6).numpy()
            new = self.recording.new_losses.nan_to_num(1e6).clamp(max=1e6).numpy()
            self._all.set_data(np.arange(STEPS + 1), self._losses)
            self._new.set_data(np.arange(STEPS + 1), new)
        self._fit.set_data(self._places, self._curves[step])
        self._past.set_data(np.arange(step + 1), self._losses[: step + 1])
        self._now.set_data([step], [np.clip(self._losses[step], *LOSSES)])
        said = (
            f"{3 * hidden + 1} parameters, after {step} of {STEPS} steps: the loss is "
            f"{self.recording.losses[step]:.4f} on the training set and "
            f"{self.recording.new_losses[step]:.4f} on the test set."
        )
        if self.recording.diverged:
            said += " This training diverges: the learning rate is too large for this network."
        return said
