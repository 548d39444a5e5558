"""The explorers of lesson 01: the graph of relu(w·x + b), and a curve with its tangent."""

import ipywidgets as widgets
import torch
from matplotlib.patches import FancyArrowPatch

from helpers.explorer import Explorer
from helpers.figures import BLUE, GREEN, ORANGE, RED, fixed, new_figure
from helpers.lesson01.slopes import (
    CORNERS,
    FUNCTIONS,
    relu_graph,
    rise_over_run,
    slope,
)

SLIDER = widgets.Layout(width="280px")
NARROW = {"description_width": "30px"}
WIDE = {"description_width": "80px"}
# the positions of the nodes of the graph, and the edges between them
NODES = {
    "x": (0.0, 4.7),
    "w": (0.0, 1.9),
    "b": (0.0, -0.4),
    "×": (3.4, 3.3),
    "+": (6.8, 2.0),
    "relu": (10.2, 2.0),
    "y": (13.2, 2.0),
}
EDGES = {
    "x": ("x", "×"),
    "w": ("w", "×"),
    "b": ("b", "+"),
    "product": ("×", "+"),
    "sum": ("+", "relu"),
    "y": ("relu", "y"),
}
EDGE = 2.0  # the curves are drawn from -EDGE to EDGE


class GraphExplorer(Explorer):
    """The graph of y = relu(w·x + b) with the value and the gradient on each edge."""

    together = (("w", "b"), ("x", "w"))

    def __init__(self) -> None:
        """Start where relu lets the sum pass."""
        figure = new_figure(9.6, 3.15)
        graph = figure.add_axes((0.01, 0.02, 0.74, 0.96))
        graph.set(xlim=(-0.7, 13.9), ylim=(-1.1, 5.4))
        graph.set_axis_off()
        self._texts = {}
        for name, (start, end) in EDGES.items():
            (x0, y0), (x1, y1) = NODES[start], NODES[end]
            graph.add_patch(
                FancyArrowPatch((x0, y0), (x1, y1), arrowstyle="-|>", shrinkA=16, shrinkB=17,
                                mutation_scale=14, color="0.35", lw=1.4)
            )  # fmt: skip
            # on the side where a slanting edge runs away from the text
            sides = ("center",) * 2 if y0 == y1 else ("left", "right")[:: 1 if y0 > y1 else -1]
            self._texts[name] = [
                graph.text((x0 + x1) / 2, (y0 + y1) / 2 + lift, "", ha=across, va=up,
                           color=color, fontsize=12, weight="bold")
                for across, lift, up, color in zip(
                    sides, (0.1, -0.1), ("bottom", "top"), (BLUE, RED))
            ]  # fmt: skip
        for name, (x, y) in NODES.items():
            form = "round,pad=0.35" if name in "xwby" else "circle,pad=0.3"
            box = {"boxstyle": form, "fc": "w" if name in "xwby" else "0.9", "ec": "0.35"}
            graph.text(x, y, name, ha="center", va="center", fontsize=13, bbox=box)
        graph.text(7.2, 4.6, "→ value, forward", color=BLUE, fontsize=12, weight="bold")
        graph.text(7.2, 3.95, "← gradient of y, backward", color=RED, fontsize=12, weight="bold")

        gate = figure.add_axes(
            (0.8, 0.19, 0.19, 0.63),
            title="relu, and its\nslope (dashed)",
            xlabel="w·x + b",
            ylabel="y",
        )
        gate.set(xlim=(-13, 13), ylim=(-2, 13), xticks=[-10, 0, 10], yticks=[0, 10])
        gate.plot([-13, 0, 13], [0, 0, 13], "-", color=BLUE)
        (self._slope,) = gate.plot([], [], "--", color=RED)
        (self._dot,) = gate.plot([], [], "o", color=ORANGE, mec="k", ms=9)
        controls = {
            name: widgets.FloatSlider(
                value, min=-3, max=3, step=0.25, description=name, layout=SLIDER, style=NARROW
            )
            for name, value in (("x", 2.0), ("w", 1.5), ("b", -1.0))
        }
        texts = [text for pair in self._texts.values() for text in pair]
        super().__init__(
            figure,
            [*texts, self._slope, self._dot],
            controls,
            "A graph from x, w and b through times, plus and relu to y, with a value and a "
            "gradient on each edge; beside it the curve of relu, with a dot at the current sum "
            "and a dashed line that shows the slope there.",
        )

    def draw(self, x: float, w: float, b: float) -> str:
        """Show values forward and gradients backward."""
        edges = relu_graph(x, w, b)
        for name, (value, gradient) in edges.items():
            forward, backward = self._texts[name]
            forward.set_text(f"→ {fixed(value)}")
            backward.set_text(f"← {fixed(gradient)}")
        total, passes = edges["sum"]
        y = edges["y"][0]
        self._dot.set_data([total], [y])
        self._slope.set_data([total - 3, total + 3], [y - 3 * passes, y + 3 * passes])
        sign = "+" if b >= 0 else "−"
        said = f"{fixed(w)} · {fixed(x)} {sign} {abs(b):.2f} = {fixed(total)}"
        if passes:
            return (
                f"{said}: relu returns it unchanged. The gradient for w is x = {fixed(x)}, for x "
                f"it is w = {fixed(w)}, and for b it is 1."
            )
        if total == 0:
            return (
                f"{said}: this is the corner of relu, where PyTorch uses the slope 0, so all "
                "gradients to the left of relu are 0."
            )
        return (
            f"{said}: relu returns 0 and is flat there, so all gradients to the left of relu "
            "are 0."
        )


class TangentExplorer(Explorer):
    """A curve with its tangent and a line through two points; beside it the slope so far."""

    def __init__(self) -> None:
        """Offer the six functions of `FUNCTIONS`."""
        self._x = torch.linspace(-EDGE, EDGE, 161)
        figure = new_figure(9, 3.0)
        curve, slopes = figure.subplots(1, 2)
        figure.subplots_adjust(0.075, 0.18, 0.985, 0.89, wspace=0.22)
        wide = (-1.1 * EDGE, 1.1 * EDGE)  # so that no marker at an end is cut by the frame
        curve.set(xlabel="x", ylabel="y", xlim=wide)
        slopes.set(title="slope of the curve, up to x", xlabel="x", ylabel="slope", xlim=wide)
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
            control.layout, control.style = SLIDER, WIDE
        lines = [self._curve, self._tangent, self._secant, self._here, self._slopes, self._now]
        super().__init__(
            figure,
            lines,
            controls,
            "On the left a curve with its tangent at x, and a dotted line to the point at x + h; "
            "on the right the slope of the curve at each x from the left end up to x.",
        )

    def draw(self, name: str, x: float, h: float) -> str:
        """Show the function called `name` around `x`."""
        function = FUNCTIONS[name]
        x, h = round(x, 2), round(h, 2)  # the browser may send 1e-17 for 0
        here, there = function(torch.tensor([x, x + h])).tolist()
        steep = slope(function, torch.tensor([x])).item() + 0.0
        values, slopes = function(self._x), slope(function, self._x)
        corner = CORNERS.get(name)
        if corner is not None:  # a gap in the line, because there is no slope to be drawn
            slopes[(self._x - corner).abs() < 1e-6] = torch.nan
        smooth = x != corner
        self._curve.set_data(self._x, values)
        far = torch.tensor([-2 * EDGE, 2 * EDGE])
        self._tangent.set_data(far, here + steep * (far - x))
        self._tangent.set_visible(smooth)
        self._secant.set_data([x, x + h], [here, there])
        self._here.set_data([x], [here])
        passed = self._x <= x + 1e-6
        self._slopes.set_data(self._x[passed], slopes[passed])
        self._now.set_data([x], [steep])
        self._now.set_visible(smooth)
        if name != self._scaled_for:
            self._scale(values, slopes)
            self._scaled_for = name
        if not smooth:
            said = (
                f"At the corner of {name} there is no single slope; PyTorch returns "
                f"{fixed(steep)}."
            )
        else:
            way = "flat" if abs(steep) < 0.005 else "uphill" if steep > 0 else "downhill"
            said = f"At x = {fixed(x)} the slope of {name} is {fixed(steep)}: {way} to the right."
        return f"{said} Rise over run with h = {h:.2f}: {fixed(rise_over_run(function, x, h))}."

    def _scale(self, *shown: torch.Tensor) -> None:
        """Fit both axes to what they show, and draw them again into the background."""
        for axis, values in zip(self._axes, shown):
            values = values[~values.isnan()]
            low, high = values.min().item(), values.max().item()
            room = 0.12 * (high - low)
            axis.set_ylim(low - room, high + room)
        self.redraw_background()
