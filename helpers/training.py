"""The training loop of the lessons, its live picture, and the test that follows it."""

import math
import time
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from IPython import get_ipython
from IPython.display import display
from torch import Tensor, nn

from helpers.figures import BLUE, Picture, new_figure

FRAME_SECONDS = 0.3  # between two pictures: each takes about 0.03 s from the training


class LiveLoss:
    """A live picture of a growing list of losses, for a training loop.

    An interrupt (Kernel > Interrupt) ends the loop and not the notebook: weights and losses
    stay as they are, and one line says how far the training came.

        with LiveLoss(losses, steps) as live:
            for ...:
                losses.append(loss.item())
                live.update()
    """

    def __init__(self, losses: Sequence[float], steps: int, window: int = 25) -> None:
        """Watch `losses`, which will have `steps` entries; smooth over `window` of them."""
        self.losses, self.steps, self.window = losses, steps, window
        figure = new_figure(7, 2.4, layout="constrained")
        self._axis = figure.add_subplot(xlabel="step", ylabel="training loss")
        self._axis.set(xlim=(0, steps), yscale="log")
        (self._raw,) = self._axis.plot([], [], "-", color=BLUE, alpha=0.3, lw=1)
        (self._smooth,) = self._axis.plot([], [], "-", color=BLUE)
        self._picture = Picture(figure, "The training loss against the step, falling.")

    def __enter__(self) -> "LiveLoss":
        """Show the empty picture, where there is a notebook to show it."""
        self._handle = display(self._picture, display_id=True) if get_ipython() else None
        self._next = time.monotonic() + FRAME_SECONDS
        return self

    def update(self) -> None:
        """Redraw if the last picture is old enough; else cost nothing."""
        if time.monotonic() >= self._next:
            self._draw()
            self._next = time.monotonic() + FRAME_SECONDS

    def __exit__(self, kind, error, trace) -> bool:
        """Draw the end; take an interrupt as the learner's wish to stop here."""
        self._draw()
        if kind is not KeyboardInterrupt:
            return False
        print(
            f"Interrupted after {len(self.losses)} of {self.steps} steps. The weights and "
            "losses so far are kept, and the next cell works."
        )
        return True

    def _draw(self) -> None:
        done = len(self.losses)
        if done:
            losses = torch.tensor(self.losses)
            width = min(self.window, done)
            steps = range(1, done + 1)
            self._raw.set_data(steps, losses)
            self._smooth.set_data(steps[width - 1 :], losses.unfold(0, width, 1).mean(1))
            self._axis.set_ylim(losses.min() * 0.8, losses.max() * 1.2)
            self._axis.set_title(f"{done} of {self.steps} steps", loc="right")
        if self._handle:
            self._handle.update(self._picture)


def fit(
    net: nn.Module,
    images: Tensor,
    labels: Tensor,
    epochs: int = 1,
    batch: int = 128,
    peak: float = 0.01,
    steps: int | None = None,
) -> list[float]:
    """Train a classifier in place and return the loss of every step.

    `images` (N, ...) and `labels` (N,) stay in memory and are cut into batches of `batch`
    in a new random order each epoch; `steps` ends the training earlier than `epochs`. Adam's
    learning rate rises to `peak` and falls again (`OneCycleLR`). Lesson 05 writes this loop
    out. An interrupt ends the training and keeps what was learned. Raises ValueError for fewer
    than 10 steps.
    """
    steps = steps or epochs * math.ceil(len(images) / batch)
    if steps < 10:
        raise ValueError(
            f"{steps} steps are too few for a learning rate that rises and falls; give at least "
            "10: more epochs, or smaller batches"
        )
    optimizer = torch.optim.Adam(net.parameters(), lr=peak, betas=(0.8, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=peak, total_steps=steps, pct_start=0.2
    )
    losses: list[float] = []
    net.train()
    with LiveLoss(losses, steps) as live:
        while len(losses) < steps:
            for rows in torch.randperm(len(images)).split(batch)[: steps - len(losses)]:
                loss = F.cross_entropy(net(images[rows]), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
                live.update()
    return losses


def predict(net: nn.Module, images: Tensor, batch: int = 500) -> Tensor:
    """Return the class scores (N, classes) of `net` in evaluation mode, without gradients.

    The mode in which the net was before is put back.
    """
    was_training = net.training
    net.eval()
    with torch.inference_mode():
        scores = torch.cat([net(part) for part in images.split(batch)])
    net.train(was_training)
    return scores


def accuracy(net: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Return the share of images, 0 to 1, whose highest score is at their label."""
    return (predict(net, images).argmax(1) == labels).float().mean().item()
