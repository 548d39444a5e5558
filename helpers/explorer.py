"""What all explorers share: controls, one picture, and a sentence that says what it shows."""

from pathlib import Path

import anywidget
import ipywidgets as widgets
import traitlets
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from helpers.figures import bundle, canvas_png


class Caption(anywidget.AnyWidget):
    """A sentence that screen readers announce when it changes; it names the picture, too."""

    _esm = Path(__file__).with_name("caption.js")
    _css = Path(__file__).with_name("caption.css")
    text = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)


class Explorer(widgets.VBox):
    """Controls above one picture, which is redrawn when a control's value changes.

    A subclass makes the figure's artists once and overrides `draw`, which only changes those
    that it named as moving: the rest of the figure is drawn once and kept as a background.
    Where no kernel runs, the stored PNG of the picture stands in for the live widget.
    """

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
        figure.canvas.draw()
        self._background = figure.canvas.copy_from_bbox(figure.bbox)
        self.picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%"))
        self.caption = Caption(alt=alt)
        for control in controls.values():
            control.observe(lambda _: self.refresh(), "value")
        super().__init__(self.arrange())
        self.add_class("explorer")
        self.refresh()

    def arrange(self) -> list[widgets.Widget]:
        """Return the rows of the explorer, from top to bottom."""
        row = widgets.Layout(flex_flow="row wrap", grid_gap="2px 20px")
        controls = widgets.Box(list(self.controls.values()), layout=row)
        return [controls, self.picture, self.caption]

    def draw(self, **values) -> str:
        """Change the artists to show `values`, one for each control; return what is seen."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Redraw the picture from the controls' present values."""
        values = {name: control.value for name, control in self.controls.items()}
        self.caption.text = self.draw(**values)
        canvas = self.figure.canvas
        canvas.restore_region(self._background)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        self.picture.value = canvas_png(canvas)

    def _repr_mimebundle_(self, **kwargs) -> tuple[dict, dict]:
        data, metadata = bundle(self.picture.value, self.caption.alt)
        return super()._repr_mimebundle_(**kwargs) | data, metadata
