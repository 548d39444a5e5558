"""What all explorers share: controls, one picture, and a sentence that says what it shows."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import anywidget
import ipywidgets as widgets
import traitlets
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from helpers.figures import DPI, bundle, canvas_png, least_width, width_on_screen

STILL = "Run this cell to move the controls."  # shown where no kernel runs
COLUMN = "300px"  # for a control that has no width of its own: about what ipywidgets gives it
# What a caption adds when such a number is in it, because a network went wrong
ODD = {
    "nan": "(nan means “not a number”. If a network gave it, train this network again.)",
    "inf": "(inf means infinite: the number became too large for its dtype.)",
}
NARROWEST = 490  # pixels of the screen, for a picture of 740 beside a pad
MOST = 21  # about as many values of a slider are listed for a page without a kernel


class Caption(anywidget.AnyWidget):
    """A sentence that screen readers announce when it changes; it names the picture, too."""

    _esm = Path(__file__).with_name("caption.js")
    _css = Path(__file__).with_name("caption.css")
    text = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    density = traitlets.Int(1).tag(sync=True)  # pixels of the learner's screen, for one of ours


class Explorer(widgets.VBox):
    """Controls above one picture, which is redrawn when a control's value changes.

    A subclass makes the figure's artists once and overrides `draw`, which only changes those
    that it named as moving: the rest of the figure is drawn once and kept as a background.
    Where no kernel runs, the stored PNG of the picture stands in for the live widget. On the
    site, where none runs either, the page looks up what `states` has gone through.
    """

    # controls that tell most when two of them are moved together; else the first two
    together: tuple[tuple[str, str], ...] = ()

    def __init__(
        self,
        figure: Figure,
        moving: list[Artist],
        controls: dict[str, widgets.Widget],
        alt: str,
    ) -> None:
        """Keep the figure, watch the controls by name; `alt` says what the picture shows."""
        self.figure, self.moving, self.controls = figure, moving, controls
        for artist in moving:
            artist.set_animated(True)  # left out when the background is drawn
        width = width_on_screen(figure)
        layout = widgets.Layout(
            width=f"{width}px", min_width=least_width(width), align_self="flex-start"
        )
        self.picture = widgets.Image(format="png", layout=layout)
        self.caption = Caption(alt=alt)
        for control in controls.values():
            control.observe(lambda _: self.refresh(), "value")
        self.caption.observe(lambda change: self.set_density(change["new"]), "density")
        super().__init__(self.arrange())
        self.add_class("explorer")
        self.redraw_background()
        self.refresh()

    def arrange(self) -> list[widgets.Widget]:
        """Return the rows of the explorer, from top to bottom."""
        return [in_columns(self.controls.values()), self.picture, self.caption]

    def draw(self, **values) -> str:
        """Change the artists to show `values`, one for each control; return what is seen."""
        raise NotImplementedError

    def redraw_background(self) -> None:
        """Draw all that doesn't move, after a change of it, and keep it."""
        self.figure.canvas.draw()
        self._background = self.figure.canvas.copy_from_bbox(self.figure.bbox)

    def set_density(self, density: int) -> None:
        """Draw with 1 or 2 pixels for each pixel of the layout, as the screen has them."""
        self.figure.set_dpi(DPI * min(max(density, 1), 2))
        self.redraw_background()
        self.refresh()

    def refresh(self) -> None:
        """Redraw the picture from the controls' present values."""
        values = {name: control.value for name, control in self.controls.items()}
        caption = self.draw(**values)
        odd = [meaning for number, meaning in ODD.items() if re.search(rf"\b{number}\b", caption)]
        self.caption.text = " ".join([caption, *odd])
        canvas = self.figure.canvas
        canvas.restore_region(self._background)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        self.picture.value = canvas_png(canvas)

    def listed(self) -> dict[str, widgets.Widget]:
        """Return the controls whose values can be listed, which a drawing's can't, by name."""
        return {name: control for name, control in self.controls.items() if choices(control)}

    def pairs(self) -> list[tuple[str, ...]]:
        """Return the controls that can be moved together on a page where no kernel runs."""
        listed = list(self.listed())
        return list(self.together) or ([tuple(listed[:2])] if len(listed) > 1 else [])

    def states(self) -> Iterator[dict[str, int]]:
        """Go through the start, each control alone from there, and the `pairs`.

        Yields which controls are moved, each with the number of its value among its `choices`.
        At each of these points the picture, the caption and all controls are as a learner would
        find them after moving these controls.
        """
        listed = self.listed()
        values = {name: [value for _, value in choices(c)] for name, c in listed.items()}
        start = {name: control.value for name, control in listed.items()}

        def go(moved: dict[str, int]) -> dict[str, int]:
            if any(listed[name].value != start[name] for name in start.keys() - moved.keys()):
                for name, value in start.items():
                    listed[name].value = value
            for name, i in moved.items():
                listed[name].value = values[name][i]
            return moved

        yield go({})
        for name in listed:
            for i in range(len(values[name])):
                yield go({name: i})
        for first, second in self.pairs():
            for i in range(len(values[first])):
                go({first: i})
                for j, value in enumerate(values[second]):  # without going back: that takes time
                    listed[second].value = value
                    yield {first: i, second: j}
        go({})

    def _repr_mimebundle_(self, **kwargs) -> tuple[dict, dict]:
        self.set_density(2)
        picture = canvas_png(self.figure.canvas, few_colors=True)
        self.set_density(self.caption.density)
        width = width_on_screen(self.figure)
        data, metadata = bundle(picture, self.caption.alt, width, STILL)
        return super()._repr_mimebundle_(**kwargs) | data, metadata


def choices(control: widgets.Widget) -> list[tuple[str, object]]:
    """Return the values of a control, each with its text, or none if they can't be listed.

    Of a slider with many steps, they are its ends, 0, its present value, and every so many steps.
    """
    if isinstance(control, widgets.Checkbox):
        return [("off", False), ("on", True)]
    if hasattr(control, "options"):
        return [o if isinstance(o, tuple) else (str(o), o) for o in control.options]
    if not hasattr(control, "step"):
        return []
    steps = round((control.max - control.min) / control.step)
    here = round((control.value - control.min) / control.step)
    every = max(1, -(-steps // (MOST - 1)))
    zero = min(max(round(-control.min / control.step), 0), steps)
    kept = sorted({0, zero, steps, *range(here % every, steps + 1, every)})
    values = [round(control.min + i * control.step, 10) for i in kept]
    return [(format(value, control.readout_format), value) for value in values]


def beside(pad: widgets.Widget, picture: widgets.Image) -> widgets.Box:
    """Return a pad with the picture on its right, which shrinks to the room that there is.

    Where that is less than `NARROWEST` pixels, in which its text can still be read, it goes below
    the pad.
    """
    picture.layout.max_width, picture.layout.min_width = picture.layout.width, f"{NARROWEST}px"
    picture.layout.flex = f"1 1 {NARROWEST}px"
    row = widgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="12px")
    return widgets.Box([pad, picture], layout=row)


def in_columns(controls: Iterable[widgets.Widget]) -> widgets.GridBox:
    """Return controls in aligned columns, as many as there is room for.

    The columns are as wide as the widest of the controls, whose layouts give widths in pixels.
    """
    controls = list(controls)
    widths = [control.layout.width or COLUMN for control in controls]
    widest = max(widths, key=lambda width: float(width.removesuffix("px")))
    layout = widgets.Layout(
        grid_template_columns=f"repeat(auto-fill, {widest})", grid_gap="2px 20px", width="100%"
    )
    return widgets.GridBox(controls, layout=layout)
