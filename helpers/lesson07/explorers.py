"""Give a recurrent network another sine than the one it learned, and take its memory away."""

from collections.abc import Mapping

import ipywidgets as widgets
from torch import nn

from helpers.explorer import Explorer
from helpers.figures import BLACK, BLUE, ORANGE, RED, SKY, new_figure
from helpers.lesson07.waves import by_step, follow, wave

WINDOWS = 6  # that are shown
BEFORE = 4  # windows that the network reads first, so that its start no longer matters
TOP = 1.8  # upper end of the axis of errors, which is fixed so that settings can be compared


class SineExplorer(Explorer):
    """A sine, its cosine and a network's prediction; beside them, the error at each step."""

    together = (("phase", "drop"), ("frequency", "drop"), ("hidden", "drop"))

    def __init__(self, nets: Mapping[int, nn.Module], window: int) -> None:
        """Offer trained `nets` by their number of hidden units; they are not trained any more."""
        self.nets, self.window = dict(nets), window
        count = WINDOWS * window
        figure = new_figure(9.8, 3.2)
        curves, errors = figure.subplots(1, 2, width_ratios=(2.6, 1))
        figure.subplots_adjust(0.065, 0.16, 0.985, 0.88, wspace=0.2)
        for seam in range(0, count + 1, window):
            curves.axvline(seam - 0.5, color="0.8", lw=1, ls="-")
        curves.set(xlim=(-1, count), ylim=(-2.2, 2.2), xlabel="time step", ylabel="value")
        (self._x,) = curves.plot([], [], ".", color=SKY, ms=6, label="sine (input)")
        (self._y,) = curves.plot([], [], ":", color=BLACK, label="cosine (target)")
        (self._net,) = curves.plot([], [], "-", color=RED, label="network")
        (self._first,) = curves.plot(
            [], [], "D", color=ORANGE, mec=BLACK, ms=7, label="start of a window"
        )
        curves.legend(loc="lower center", bbox_to_anchor=(0.5, 0.97), frameon=False, ncols=4,
                      fontsize=11.5, columnspacing=1.2, handletextpad=0.4)  # fmt: skip
        errors.set(xlim=(0.4, window + 0.6), ylim=(0, TOP))
        errors.set(
            xlabel="step of the window", ylabel="mean error", xticks=range(1, window + 1, 3)
        )
        (self._errors,) = errors.plot([], [], "-o", color=BLUE, ms=5, clip_on=False)
        self._time, self._steps = range(count), range(1, window + 1)
        slider = widgets.FloatSlider
        controls = {
            "frequency": slider(1.0, min=0.5, max=2, step=0.05, description="frequency"),
            "phase": slider(0.0, min=0, max=3.2, step=0.1, description="phase"),
            "noise": slider(0.0, min=0, max=0.5, step=0.02, description="noise"),
            "hidden": widgets.SelectionSlider(
                options=list(self.nets), value=max(self.nets), description="hidden units"
            ),
            "drop": widgets.Checkbox(
                False, description="drop the state between windows", indent=False
            ),
        }
        for name, control in controls.items():
            control.layout = widgets.Layout(width="345px" if name == "drop" else "310px")
            control.style = {"description_width": "initial" if name == "drop" else "110px"}
        super().__init__(
            figure,
            [self._x, self._y, self._net, self._first, self._errors],
            controls,
            "A sine as dots, its cosine as a dotted line and the network's curve, over six "
            "windows. A second plot shows the mean error at each step of a window.",
        )

    def draw(self, frequency: float, phase: float, noise: float, hidden: int, drop: bool) -> str:
        """Show the predictions of the network with `hidden` units, and return its errors."""
        x, y = wave((BEFORE + WINDOWS) * self.window, frequency, phase, noise)
        predicted = follow(self.nets[hidden], x, self.window, carry=not drop)
        shown = slice(BEFORE * self.window, None)
        x, y, predicted = x[shown], y[shown], predicted[shown]
        errors = by_step(predicted, y, self.window)
        self._x.set_data(self._time, x)
        self._y.set_data(self._time, y)
        self._net.set_data(self._time, predicted)
        self._first.set_data(self._time[:: self.window], predicted[:: self.window])
        self._errors.set_data(self._steps, errors.clamp(max=TOP))
        state = "dropped" if drop else "carried"
        units = f"{hidden} hidden unit{'s' * (hidden > 1)}"
        return (
            f"{units}, state {state}: mean error {errors[0]:.2f} at the first step of a "
            f"window, {errors[1:].mean():.2f} at the others."
        )
