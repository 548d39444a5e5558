"""The explorer of lesson 04: five optimizers on one surface, with the same learning rate."""

import ipywidgets as widgets
import numpy as np

from helpers.explorer import Explorer
from helpers.figures import BLACK, new_figure
from helpers.lesson04.surfaces import FAR, LOOK, SURFACES, all_paths, contours, draw_line

RATES = [round(a * 10**b, 4) for b in (-3, -2, -1) for a in (1, 1.5, 2, 3, 5, 7)] + [1.0]
SHARES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)  # for averages of squares
SPANS = (20, 50, 100, 200, 300)  # The axis of steps ends at one of these.
LOWEST, HIGHEST = 1e-9, 500.0  # The axis of losses is fixed, so that walks can be compared.


class PathExplorer(Explorer):
    """The paths on a surface from above, and beside them the loss after each step."""

    together = (("surface", "y"), ("surface", "momentum"))

    def __init__(self, surface: str = "ravine") -> None:
        """Show `surface`, a key of `SURFACES`, at first."""
        self._backgrounds: dict[tuple, object] = {}
        self._surface, self._settling = surface, False
        figure = new_figure(10, 2.8)
        self._above, self._side = figure.subplots(1, 2, width_ratios=(1.1, 1))
        figure.subplots_adjust(0.07, 0.175, 0.82, 0.89, wspace=0.17)
        self._above.set_title("seen from above, lowest points at +")
        self._side.set(xlabel="step", yscale="log", ylim=(LOWEST, HIGHEST))
        self._side.set_title("loss after each step")
        self._paths, self._heights = {}, {}
        for name in LOOK:
            last = {"markevery": [-1]}  # one marker, at the end of the line
            self._paths[name] = draw_line(self._above, name, [], [], zorder=3, **last)
            self._heights[name] = draw_line(
                self._side, name, [], [], clip_on=False, label=name, **last
            )
        # 13 points are 18 pixels, which can still be read where the picture is shrunk.
        figure.legend(loc="center right", fontsize=13, frameon=False, labelspacing=0.8)
        (self._start,) = self._above.plot([], [], "o", mfc="none", mec=BLACK, ms=13, mew=2)
        moving = [*self._paths.values(), self._start, *self._heights.values()]
        super().__init__(
            figure,
            moving,
            self._make_controls(),
            "A surface seen from above with the path of each optimizer, told apart by color, "
            "line style and marker, and beside it the loss of each after every step.",
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
        """Redraw. If another surface was chosen, set its own start, rate and steps first."""
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
        """Show all paths from (x, y), and return the losses in words, the lowest first."""
        self._show_background(surface, next(span for span in SPANS if span >= steps))
        paths = all_paths(surface, steps=steps, start=(x, y), **rates)
        self._start.set_data([x], [y])
        last, away = {}, []
        for name, path in paths.items():
            height = SURFACES[surface].height(*path.T)
            self._paths[name].set_data(*path.T)
            seen = shown(height)
            self._heights[name].set_data(np.arange(len(seen)), seen)
            last[name] = height[-1]
            if abs(path[-1]).max() >= FAR:
                away.append(name)
        order = sorted((name for name in paths if name not in away), key=last.get)
        said = ", ".join(f"{name} {in_words(last[name])}" for name in order)
        said = f"Loss after {steps} steps, the lowest first: {said or 'none is left'}."
        return said + (f" Gone from the picture: {', '.join(away)}." if away else "")

    def _show_background(self, surface: str, span: int) -> None:
        """Put the surface and the axes behind the paths. They are drawn once and then kept."""
        self._side.set_xlim(0, span)
        wanted = surface, span, self.figure.dpi
        if wanted not in self._backgrounds:
            drawn = contours(self._above, surface)
            self.redraw_background()
            self._backgrounds[wanted] = self._background
            for artist in drawn:
                artist.remove()
        self._background = self._backgrounds[wanted]


def shown(losses: np.ndarray) -> np.ndarray:
    """Return the part of a curve that is drawn: up to where it leaves the picture for good."""
    inside = np.flatnonzero(losses > LOWEST)
    end = inside[-1] + 2 if len(inside) else 1
    return losses[:end].clip(LOWEST, HIGHEST)


def in_words(height: float) -> str:
    """Return a loss, rounded, or where the picture ends if the loss is lower."""
    return f"{height:.2g}" if height > LOWEST else f"below {LOWEST:g}"
