"""Scrub through the training of a small regression network."""

import ipywidgets as widgets
import numpy as np
import torch
from torch import Tensor

from helpers.explorer import Explorer
from helpers.figures import BLACK, BLUE, ORANGE, RED, SKY, new_figure
from helpers.lesson02.regression import ACTIVATIONS, Recording, record

STEPS = 200
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
LOSSES = (0.003, 3.0)  # of the loss axis, fixed so that trainings can be compared


class TrainingExplorer(Explorer):
    """The fitted curve and the loss at any step of a training, which is rerun when changed."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        """Train on x (N, 1), in rising order, and y (N, 1), which is x² and noise."""
        self.x, self.y = x, y
        self._trained: tuple | None = None
        self.recording: Recording
        figure = new_figure(9, 3)
        fit, loss = figure.subplots(1, 2)
        figure.subplots_adjust(0.06, 0.17, 0.98, 0.9, wspace=0.2)
        self._places = x[:, 0].numpy()
        fit.plot(self._places, y[:, 0].numpy(), "o", color=SKY, ms=4)
        fit.plot(self._places, self._places**2, ":", color=BLACK, lw=1.5)
        room = 0.3 * (y.max() - y.min()).item()
        fit.set(xlabel="x", ylim=(y.min().item() - room, y.max().item() + room))
        fit.set_title("data, x² (dotted) and the fit (line)")
        (self._fit,) = fit.plot([], [], "-", color=RED, lw=3)
        loss.set(xlabel="step", xlim=(-6, STEPS + 6), yscale="log", ylim=LOSSES)
        loss.set_title("loss at each step")
        (self._all,) = loss.plot([], [], "-", color=BLUE, lw=1, alpha=0.5)
        (self._past,) = loss.plot([], [], "-", color=BLUE, lw=2.5)
        (self._now,) = loss.plot([], [], "o", color=ORANGE, mec=BLACK, ms=10)
        controls = {
            "step": widgets.IntSlider(STEPS, min=0, max=STEPS, description="step"),
            "hidden": widgets.IntSlider(10, min=1, max=64, description="hidden units"),
            "rate": widgets.SelectionSlider(
                options=[(f"{rate:g}", rate) for rate in RATES],
                value=0.1,
                description="learning rate",
            ),
            "activation": widgets.Dropdown(options=list(ACTIVATIONS), description="activation"),
        }
        for control in controls.values():
            control.layout = widgets.Layout(width="430px")
            control.style = {"description_width": "130px"}
        super().__init__(
            figure,
            [self._fit, self._all, self._past, self._now],
            controls,
            "Noisy points of a parabola with the network's curve through them, and the loss "
            "against the step with a mark at the step shown.",
        )

    def draw(self, step: int, hidden: int, rate: float, activation: str) -> str:
        """Show the net after `step` steps; train it anew if one of the others has changed."""
        if self._trained != (hidden, rate, activation):
            self.recording = record(self.x, self.y, hidden, activation, rate, STEPS)
            self._trained = (hidden, rate, activation)
            # matplotlib can't draw what is far outside, and a diverging net gets there
            self._curves = self.recording.predictions.nan_to_num(1e3).clamp(-1e3, 1e3).numpy()
            losses = self.recording.losses.nan_to_num(1e6).clamp(max=1e6)
            self._losses = losses.numpy()
            self._all.set_data(np.arange(STEPS + 1), self._losses)
        self._fit.set_data(self._places, self._curves[step])
        self._past.set_data(np.arange(step + 1), self._losses[: step + 1])
        self._now.set_data([step], [np.clip(self._losses[step], *LOSSES)])
        said = (
            f"{3 * hidden + 1} parameters, after {step} of {STEPS} steps: "
            f"loss {self.recording.losses[step]:.4g}."
        )
        if torch.isfinite(self.recording.losses[step]) and not self.recording.diverged:
            return said
        return said + " This training diverges: the learning rate is too large for this net."
