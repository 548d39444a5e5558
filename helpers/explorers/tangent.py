"""Feel a slope: a curve, its tangent, and a line through two points of it."""

import ipywidgets as widgets
import torch

from helpers.explorers.base import Explorer
from helpers.figures import BLUE, GREEN, RED, new_figure
from helpers.slopes import FUNCTIONS, fixed, rise_over_run, slope

SLIDER = widgets.Layout(width="280px")
NARROW = {"description_width": "70px"}
EDGE = 2.0  # the curves are drawn from -EDGE to EDGE


class TangentExplorer(Explorer):
    """A curve with its tangent and a line through two points; beside it the slope so far."""

    def __init__(self) -> None:
        """Offer the six functions of `FUNCTIONS`."""
        self._x = torch.linspace(-EDGE, EDGE, 161)
        figure = new_figure(9, 3.3)
        curve, slopes = figure.subplots(1, 2)
        figure.subplots_adjust(0.06, 0.15, 0.985, 0.9, wspace=0.16)
        curve.set(xlabel="x", xlim=(-EDGE, EDGE))
        slopes.set(title="its slope, from the left up to x", xlabel="x", xlim=(-EDGE, EDGE))
        for axis in (curve, slopes):
            axis.axhline(0, color="0.8", lw=1, ls="-", zorder=0)
        (self._curve,) = curve.plot([], [], "-", color=BLUE, label="curve")
        (self._tangent,) = curve.plot([], [], "--", color=RED, label="tangent")
        (self._secant,) = curve.plot([], [], ":o", color=GREEN, mfc="w", label="x to x + h")
        (self._here,) = curve.plot([], [], "o", color=RED, ms=9)
        (self._slopes,) = slopes.plot([], [], "-", color=RED)
        (self._now,) = slopes.plot([], [], "o", color=RED, ms=9)
        curve.legend(loc="lower center", bbox_to_anchor=(0.5, 0.98), frameon=False, ncols=3)
        self._axes, self._scaled_for = (curve, slopes), ""
        controls = {
            "name": widgets.Dropdown(options=list(FUNCTIONS), description="function"),
            "x": widgets.FloatSlider(1.0, min=-EDGE, max=EDGE, step=0.05, description="x"),
            "h": widgets.FloatSlider(1.0, min=0.05, max=2, step=0.05, description="h"),
        }
        for control in controls.values():
            control.layout, control.style = SLIDER, NARROW
        lines = [self._curve, self._tangent, self._secant, self._here, self._slopes, self._now]
        super().__init__(
            figure,
            lines,
            controls,
            "On the left a curve with its tangent at x and a dotted line to the point at x + h; "
            "on the right the slope at each place up to x.",
        )

    def draw(self, name: str, x: float, h: float) -> str:
        """Show the function called `name` around `x`."""
        function = FUNCTIONS[name]
        x, h = round(x, 2), round(h, 2)  # the browser may send 1e-17 for 0
        here, there = function(torch.tensor([x, x + h])).tolist()
        steep = slope(function, torch.tensor([x])).item() + 0.0
        values, slopes = function(self._x), slope(function, self._x)
        self._curve.set_data(self._x, values)
        far = torch.tensor([-2 * EDGE, 2 * EDGE])
        self._tangent.set_data(far, here + steep * (far - x))
        self._secant.set_data([x, x + h], [here, there])
        self._here.set_data([x], [here])
        passed = self._x <= x + 1e-6
        self._slopes.set_data(self._x[passed], slopes[passed])
        self._now.set_data([x], [steep])
        if name != self._scaled_for:
            self._scale(values, slopes)
            self._scaled_for = name
        if name == "|x|" and x == 0:
            said = "At the corner of |x| there is no single slope; PyTorch answers 0.00."
        else:
            way = "flat" if abs(steep) < 0.005 else "uphill" if steep > 0 else "downhill"
            said = f"At x = {fixed(x)} the slope of {name} is {fixed(steep)}: {way} to the right."
        return f"{said} Rise over run with h = {h:.2f}: {fixed(rise_over_run(function, x, h))}."

    def _scale(self, *shown: torch.Tensor) -> None:
        """Fit both axes to what they show, and draw them anew into the background."""
        for axis, values in zip(self._axes, shown):
            low, high = values.min().item(), values.max().item()
            room = 0.12 * (high - low)
            axis.set_ylim(low - room, high + room)
        self.figure.canvas.draw()
        self._background = self.figure.canvas.copy_from_bbox(self.figure.bbox)
