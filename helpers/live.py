"""Pictures that move in place while a loop runs, and let an interrupt end the loop alone."""

import time
from collections.abc import Callable, Sequence

import torch
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure

from helpers.figures import BLUE, Picture, new_figure

FRAME_SECONDS = 0.3  # between two pictures: each takes about 0.03 s from the training


class LivePicture:
    """A figure that is redrawn in place during a loop.

    An interrupt (Kernel > Interrupt) ends the loop and not the notebook: everything computed
    so far stays as it is, and two lines say how far the loop came and what that means.

        with LivePicture(figure, "What it shows.", redraw) as live:
            for ...:
                live.update()  # calls redraw(steps) when the last picture is old enough
    """

    def __init__(
        self,
        figure: Figure,
        alt: str,
        redraw: Callable[[int], object],
        seconds: float = FRAME_SECONDS,
    ) -> None:
        """Show `figure`; `redraw` gets the number of updates so far and changes its artists.

        There are `seconds` between two pictures, and more where drawing is slow: at least twice
        the time of the last picture, so that a loop never spends more than a third of its time
        on pictures. With 0 seconds, each update draws, however long that takes.
        """
        self.steps, self._redraw, self._seconds = 0, redraw, seconds
        self._handle, self._next, self._stopped = None, 0.0, False
        self._picture = Picture(figure, alt)

    def __enter__(self) -> "LivePicture":
        """Show the picture as it is, where there is a notebook to show it."""
        try:
            self._handle = display(self._picture, display_id=True) if get_ipython() else None
        except KeyboardInterrupt:  # it must be raised inside the `with`, so that it can end there
            self._stopped = True
        self._next = time.monotonic() + self._seconds
        return self

    def update(self, steps: int = 1) -> None:
        """Count the steps since the last call, and redraw if the last picture is old enough."""
        if self._stopped:
            raise KeyboardInterrupt
        self.steps += steps
        begin = time.monotonic()
        if begin >= self._next:
            self._draw()
            end = time.monotonic()
            self._next = end + max(self._seconds, 2 * (end - begin)) if self._seconds else end

    def __exit__(self, kind, error, trace) -> bool:
        """Draw the end; take an interrupt as the learner's wish to stop here."""
        stopped = kind is KeyboardInterrupt
        try:
            self._draw()
        except KeyboardInterrupt:  # it came late, while the last picture was being drawn
            stopped = kind in (None, KeyboardInterrupt)
        if stopped:
            print(
                f"Interrupted after {self.progress()}. The weights and losses so far are kept.\n"
                "The cells below can be run. Where one needs the whole training, it says so."
            )
        return stopped

    def progress(self) -> str:
        """Return how far the loop is, in words."""
        return f"{self.steps} steps"

    def _draw(self) -> None:
        self._redraw(self.steps)
        if self._handle:
            self._handle.update(self._picture)


class _Nothing:
    """Stands where a live picture might: shows nothing, and leaves an interrupt alone."""

    def __enter__(self) -> "_Nothing":
        return self

    def update(self) -> None:
        pass

    def __exit__(self, kind, error, trace) -> None:
        pass


nothing = _Nothing()


class LiveLoss(LivePicture):
    """A live picture of a growing list of losses, for a training loop.

    with LiveLoss(losses, steps) as live:
        for ...:
            losses.append(loss.item())
            live.update()
    """

    def __init__(self, losses: Sequence[float], steps: int, window: int = 25) -> None:
        """Watch `losses`, which will have `steps` entries; smooth over `window` of them."""
        self.losses, self.total, self.window = losses, steps, window
        figure = new_figure(7, 2.4, layout="constrained")
        self._axis = figure.add_subplot(xlabel="step", ylabel="training loss")
        self._axis.set(xlim=(0, steps), yscale="log")
        (self._raw,) = self._axis.plot([], [], "-", color=BLUE, alpha=0.3, lw=1, label="each step")
        (self._smooth,) = self._axis.plot([], [], "-", color=BLUE, label=f"mean of {window} steps")
        self._axis.legend(loc="upper right", fontsize=11)
        alt = f"The training loss of each step, and the mean of the last {window} losses."
        super().__init__(figure, alt, self._show_losses)

    def progress(self) -> str:
        """Return how many losses there are, of how many."""
        return f"{len(self.losses)} of {self.total} steps"

    def _show_losses(self, _: int) -> None:
        done = len(self.losses)
        if done:
            losses = torch.tensor(self.losses)
            width = min(self.window, done)
            steps = range(1, done + 1)
            self._raw.set_data(steps, losses)
            self._smooth.set_data(steps[width - 1 :], losses.unfold(0, width, 1).mean(1))
            title, finite = f"{done} of {self.total} steps", losses[losses.isfinite()]
            if len(finite):
                low, high = finite.min().item(), finite.max().item()
                room = 0.2 * max(abs(low), abs(high)) or 1.0
                # a loss that can be 0 or less has no place on a logarithmic axis
                self._axis.set_yscale("log" if low > 0 else "linear")
                self._axis.set_ylim(0.8 * low if low > 0 else low - room, high + room)
            if len(finite) < done:
                first = int((~losses.isfinite()).nonzero()[0]) + 1
                title += f" (not a finite number since step {first})"
            self._axis.set_title(title, loc="right")
