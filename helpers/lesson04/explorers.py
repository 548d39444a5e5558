"""Five optimizers walk down the same surface, with the same learning rate, side by side."""

import ipywidgets as widgets
import numpy as np

from helpers.explorer import Explorer
from helpers.figures import BLACK, new_figure
from helpers.lesson04.surfaces import FAR, LOOK, SURFACES, all_paths, contours

RATES = [round(a * 10**b, 4) for b in (-3, -2, -1) for a in (1, 1.5, 2, 3, 5, 7)] + [1.0]
SHARES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)  # kept by a mean of squares
SPANS = (20, 50, 100, 200, 300)  # ends of the axis of steps; the last is the most there are
LOWEST, HIGHEST = 1e-6, 500.0  # of the height axis, fixed so that walks can be compared
LINE = 17  # pixels from one label to the next


class PathExplorer(Explorer):
    """The paths on a surface from above, and beside them the height after each step."""

    def __init__(self, surface: str = "ravine") -> None:
        """Begin on `surface`, a key of `SURFACES`."""
        self._backgrounds: dict[tuple, object] = {}
        self._surface, self._settling = surface, False
        figure = new_figure(10, 2.8)
        self._above, self._side = figure.subplots(1, 2, width_ratios=(1.1, 1))
        figure.subplots_adjust(0.07, 0.175, 0.885, 0.89, wspace=0.17)
        self._above.set_title("from above, lowest points at +")
        self._side.set(xlabel="step", yscale="log", ylim=(LOWEST, HIGHEST))
        self._side.set_title("height after each step")
        self._paths, self._heights, self._labels = {}, {}, {}
        for name, look in LOOK.items():
            size = 15 if look["marker"] == "*" else 9
            look = look | {"lw": 2, "ms": size, "mec": "white", "markevery": [-1]}
            (self._paths[name],) = self._above.plot([], [], **look, zorder=3)
            (self._heights[name],) = self._side.plot([], [], **look, clip_on=False)
            self._labels[name] = self._side.text(0, 0, name, va="center", fontsize=11)
        (self._start,) = self._above.plot([], [], "o", mfc="none", mec=BLACK, ms=13, mew=2)
        moving = [*self._paths.values(), self._start, *self._heights.values()]
        super().__init__(
            figure,
            [*moving, *self._labels.values()],
            self._make_controls(),
            "A surface from above with the path of each optimizer, told apart by colour, line "
            "and end mark, and beside it the height of each after every step.",
        )

    def _make_controls(self) -> dict[str, widgets.Widget]:
        ours = SURFACES[self._surface]

        def share(value: float, name: str, options: tuple | list = SHARES) -> widgets.Widget:
            options = [(f"{option:g}", option) for option in options]
            return widgets.SelectionSlider(options=options, value=value, description=name)

        def slider(value: float, low: float, high: float, step: float, name: str):
            return widgets.FloatSlider(value, min=low, max=high, step=step, description=name)

        controls = {
            "surface": widgets.Dropdown(
                options=list(SURFACES), value=self._surface, description="surface"
            ),
            "lr": share(ours.lr, "learning rate", RATES),
            "steps": widgets.IntSlider(ours.steps, min=1, max=SPANS[-1], description="steps"),
            "momentum": slider(0.9, 0, 0.99, 0.01, "momentum"),
            "beta1": slider(0.9, 0, 0.99, 0.01, "Adam's β1"),
            "beta2": share(0.999, "Adam's β2"),
            "alpha": share(0.99, "RMSprop's α"),
            "x": slider(ours.start[0], -2, 2, 0.05, "start x"),
            "y": slider(ours.start[1], -1.4, 1.4, 0.02, "start y"),
        }
        for control in controls.values():
            control.layout = widgets.Layout(width="330px")
            control.style = {"description_width": "120px"}
        return controls

    def refresh(self) -> None:
        """Redraw; a surface that was just chosen begins with its own start, rate and steps."""
        chosen = self.controls["surface"].value
        if self._settling:
            return
        if chosen != self._surface:
            self._surface, self._settling = chosen, True
            ours = SURFACES[chosen]
            own = {"lr": ours.lr, "steps": ours.steps, "x": ours.start[0], "y": ours.start[1]}
            for name, value in own.items():
                self.controls[name].value = value
            self._settling = False
        super().refresh()

    def draw(self, surface: str, x: float, y: float, steps: int, **rates: float) -> str:
        """Show all paths from (x, y); return the optimizers' order, the lowest first."""
        self._show_background(surface, next(span for span in SPANS if span >= steps))
        paths = all_paths(surface, steps=steps, start=(x, y), **rates)
        self._start.set_data([x], [y])
        last, away = {}, []
        for name, path in paths.items():
            height = SURFACES[surface].height(*path.T)
            self._paths[name].set_data(*path.T)
            self._heights[name].set_data(np.arange(len(path)), height.clip(LOWEST, HIGHEST))
            last[name] = height[-1]
            if abs(path[-1]).max() >= FAR:
                away.append(name)
        self._place_labels()
        order = sorted((name for name in paths if name not in away), key=last.get)
        said = ", ".join(f"{name} {in_words(last[name])}" for name in order)
        said = f"Height after {steps} steps, the lowest first: {said or 'nobody is left'}."
        return said + (f" Out of the picture for good: {', '.join(away)}." if away else "")

    def _show_background(self, surface: str, span: int) -> None:
        """Put contour lines and axes behind; they are drawn when first asked for."""
        self._side.set_xlim(0, span)
        wanted = surface, span, self.figure.dpi
        if wanted not in self._backgrounds:
            drawn = contours(self._above, surface)
            self.redraw_background()
            self._backgrounds[wanted] = self._background
            for artist in drawn:
                artist.remove()
        self._background = self._backgrounds[wanted]

    def _place_labels(self) -> None:
        """Write each name beside the end of its curve, moved away where names would collide."""
        ends = {}
        for name, line in self._heights.items():
            last = line.get_xdata()[-1], line.get_ydata()[-1]
            ends[name] = self._side.transData.transform(last)
        order = sorted(ends, key=lambda name: ends[name][1])
        low, high = self._side.bbox.y0 + LINE / 2, self._side.bbox.y1
        heights = spread([max(low, ends[name][1]) for name in order], LINE, high)
        to_data = self._side.transData.inverted().transform
        for name, height in zip(order, heights):
            self._labels[name].set_position(to_data((ends[name][0] + 11, height)))


def in_words(height: float) -> str:
    """Return a height, rounded; where the picture ends, it is told no finer."""
    return f"{height:.2g}" if height > LOWEST else f"below {LOWEST:g}"


def spread(places: list[float], gap: float, top: float) -> list[float]:
    """Return rising places at least `gap` apart and at most `top`, near the rising ones given."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else place)
    for i in reversed(range(len(moved))):
        moved[i] = min(moved[i], moved[i + 1] - gap if i + 1 < len(moved) else top)
    return moved
