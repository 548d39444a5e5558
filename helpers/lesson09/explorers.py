"""What each layer of a deep network computes before training, for many initializations."""

import ipywidgets as widgets
import torch

from helpers.explorer import Explorer
from helpers.figures import fixed
from helpers.lesson09.histograms import WITH, WITHOUT, LayerHistograms
from helpers.lesson09.norms import ACTIVATIONS, health, untrained

SCALES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
BEFORE, AFTER = "pre-activations", "outputs: the inputs of the next layer"
NOTHING = 0.01  # a layer whose outputs vary less is almost constant
HUGE = 100  # from here on, we call it an explosion


class HistogramExplorer(Explorer):
    """Histograms of a new network's eight hidden layers, and how its units do."""

    together = (("activation", "scale"), ("norm", "bias"), ("norm", "scale"))

    def __init__(self) -> None:
        """Start with the bad initialization of lesson 09, without batch normalization."""
        self.x = torch.linspace(-1, 1, 200).unsqueeze(1)
        self.histograms = LayerHistograms([BEFORE, AFTER], bars=0.85)
        controls = {
            "bias": widgets.FloatSlider(
                -0.2, min=-1, max=1, step=0.05, description="initial bias"
            ),
            "scale": widgets.SelectionSlider(
                options=[(f"{scale:g}", scale) for scale in SCALES],
                value=0.1,
                description="weight scale",
            ),
            "activation": widgets.Dropdown(options=list(ACTIVATIONS), description="activation"),
            "norm": widgets.Checkbox(False, description="batch norm", indent=False),
        }
        for name, control in controls.items():
            width = {"activation": "240px", "norm": "160px"}.get(name, "345px")
            control.layout = widgets.Layout(width=width)
            control.style = {"description_width": "initial" if name == "norm" else "122px"}
        super().__init__(
            self.histograms.figure,
            self.histograms.artists,
            controls,
            "Two rows of eight histograms, one for each hidden layer: the inputs of its "
            "activation function above, the outputs below.",
        )

    def draw(self, bias: float, scale: float, activation: str, norm: bool) -> str:
        """Compute the layers of a new network for one batch, and show them."""
        before, after = untrained(self.x, activation, norm, scale, bias)
        shown, hidden = (WITH, WITHOUT) if norm else (WITHOUT, WITH)
        for row, layers in ((BEFORE, before), (AFTER, after)):
            self.histograms.set(row, shown, layers)
            self.histograms.clear(row, hidden)
        return self._sentence(activation, norm, bias, scale, after)

    def _sentence(self, activation, norm, bias, scale, after) -> str:
        found = health(after)
        if activation == "relu":
            state = f"{found.dead} of {found.units} units are dead (0 for every x)"
        else:
            state = f"{found.saturated:.0%} of all outputs are saturated (beyond ±0.95)"
        end = ""
        if found.spread[-1] < NOTHING:
            end = " In layer 8, almost nothing is left of x."
        elif found.spread[-1] > HUGE:
            end = " The numbers explode."
        return (
            f"{activation} {'with' if norm else 'without'} batch norm, bias {fixed(bias)}, weight "
            f"scale {scale:g}: {state}. From sample to sample, the outputs vary by "
            f"{found.spread[0]:,.3f} in layer 1 and by {found.spread[-1]:,.3f} in layer 8.{end}"
        )
