"""Values run forward through a graph, gradients back: both on the same picture."""

import ipywidgets as widgets
from matplotlib.patches import FancyArrowPatch

from helpers.explorers.base import Explorer
from helpers.figures import BLUE, ORANGE, RED, new_figure
from helpers.slopes import fixed, relu_graph

SLIDER = widgets.Layout(width="280px")
NARROW = {"description_width": "30px"}
# where the nodes of the graph stand, and the edges between them
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


class GraphExplorer(Explorer):
    """The graph of y = relu(w·x + b) with the value and the gradient on each edge."""

    def __init__(self) -> None:
        """Start where relu lets the sum pass."""
        figure = new_figure(9.6, 3.4)
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
                           color=colour, fontsize=12, weight="bold")
                for across, lift, up, colour in zip(
                    sides, (0.1, -0.1), ("bottom", "top"), (BLUE, RED))
            ]  # fmt: skip
        for name, (x, y) in NODES.items():
            form = "round,pad=0.35" if name in "xwby" else "circle,pad=0.3"
            box = {"boxstyle": form, "fc": "w" if name in "xwby" else "0.9", "ec": "0.35"}
            graph.text(x, y, name, ha="center", va="center", fontsize=13, bbox=box)
        graph.text(7.2, 4.6, "→ value, forward", color=BLUE, fontsize=12, weight="bold")
        graph.text(7.2, 3.95, "← gradient of y, backward", color=RED, fontsize=12, weight="bold")

        gate = figure.add_axes((0.8, 0.16, 0.19, 0.72), title="relu", xlabel="w·x + b")
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
            "gradient on each edge; beside it the curve of relu with the present place.",
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
                f"{said}: relu lets it pass. The gradient for w is x = {fixed(x)}, for x it is "
                f"w = {fixed(w)}, for b it is 1."
            )
        return f"{said}: relu answers 0 and is flat there, so every gradient behind it is 0."
