"""What all explorers share: controls, one picture, and a sentence that says what it shows."""

import html

import ipywidgets as widgets
from matplotlib.figure import Figure

from helpers.figures import bundle, png

UNSEEN = "position: absolute; clip-path: inset(50%); white-space: nowrap"


class Explorer(widgets.VBox):
    """Controls above one picture, which is redrawn when a control's value changes.

    A subclass makes the figure's artists once and overrides `draw`, which only changes them.
    Where no kernel runs, the stored PNG of the picture stands in for the live widget.
    """

    def __init__(self, figure: Figure, controls: dict[str, widgets.Widget], alt: str) -> None:
        """Keep the figure, watch the controls by name; `alt` says what the picture shows."""
        self.figure, self.controls, self.alt = figure, controls, alt
        self.picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%"))
        self.sentence = widgets.HTML()
        for control in controls.values():
            control.observe(lambda _: self.refresh(), "value")
        super().__init__(self.arrange())
        self.refresh()

    def arrange(self) -> list[widgets.Widget]:
        """Return the rows of the explorer, from top to bottom."""
        row = widgets.Layout(flex_flow="row wrap", grid_gap="4px 16px")
        return [
            widgets.Box(list(self.controls.values()), layout=row),
            self.picture,
            self.sentence,
        ]

    def draw(self, **values) -> str:
        """Change the artists to show `values`, one for each control; return what is seen."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Redraw the picture from the controls' present values."""
        said = self.draw(**{name: control.value for name, control in self.controls.items()})
        self.picture.value = png(self.figure)
        # ipywidgets' Image takes no alternative text: readers of the screen get it from here
        self.sentence.value = (
            f'<span style="{UNSEEN}">{html.escape(self.alt)}</span>'
            f'<span role="status" aria-live="polite">{html.escape(said)}</span>'
        )

    def _repr_mimebundle_(self, **kwargs) -> tuple[dict, dict]:
        data, metadata = bundle(self.picture.value, self.alt)
        return super()._repr_mimebundle_(**kwargs) | data, metadata
