"""What flows through a deep net before its training, for every way to begin."""

import ipywidgets as widgets
import torch

from helpers.explorer import Explorer
from helpers.lesson09.histograms import LOOKS, LayerHistograms
from helpers.lesson09.norms import ACTIVATIONS, health, untrained

SCALES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
BEFORE, AFTER = "pre-activations", "outputs: the inputs of the next layer"
NOTHING = 0.01  # a layer that varies less says almost the same to every x


class HistogramExplorer(Explorer):
    """Histograms of a new net's eight hidden layers, and how many units are of use."""

    def __init__(self) -> None:
        """Start with the bad beginning of lesson 09, without batch normalization."""
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
            "Two rows of histograms, one for each of eight layers: what goes into the "
            "activation function, and what comes out of it.",
        )

    def draw(self, bias: float, scale: float, activation: str, norm: bool) -> str:
        """Pass one batch through a new net."""
        before, after = untrained(self.x, activation, norm, scale, bias)
        without, with_norm = LOOKS
        shown, hidden = (with_norm, without) if norm else (without, with_norm)
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
        lost = " Almost nothing of x arrives." if found.spread[-1] < NOTHING else ""
        return (
            f"{activation} {'with' if norm else 'without'} batch norm, bias {bias:.2f}, weight "
            f"scale {scale:g}: {state}. From example to example, layer 1 varies by "
            f"{found.spread[0]:.3f} and layer 8 by {found.spread[-1]:.3f}.{lost}"
        )
