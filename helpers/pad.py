"""A square to draw a digit in, in the browser."""

from pathlib import Path

import anywidget
import torch
import traitlets
from torch import Tensor, nn

PIXELS = 140  # side of the drawing as the browser sends it


class DigitPad(anywidget.AnyWidget):
    """A square to draw a digit in, with mouse, finger or keys. Its value is the drawing."""

    _esm = Path(__file__).with_name("pad.js")
    _css = Path(__file__).with_name("pad.css")
    # ink of each pixel, 0 to 255, row by row: from the browser, or from `put`
    value = traitlets.CBytes(bytes(PIXELS * PIXELS)).tag(sync=True)
    # how often `put` has been called: tells the browser to paint `value`
    placed = traitlets.Int(0).tag(sync=True)

    @traitlets.validate("value")
    def _right_length(self, proposal: dict) -> bytes:
        if len(proposal["value"]) != PIXELS * PIXELS:
            raise traitlets.TraitError(f"a drawing is {PIXELS} x {PIXELS} bytes")
        return proposal["value"]

    def put(self, drawing: Tensor) -> None:
        """Show `drawing` (H, W), ink 0 to 255, on the pad as if it had been drawn."""
        square = nn.functional.interpolate(drawing[None, None].float(), (PIXELS, PIXELS))
        self.value = square.clamp(0, 255).byte().numpy().tobytes()
        self.placed += 1

    def drawing(self) -> Tensor:
        """Return the drawing, uint8 (140, 140)."""
        return torch.frombuffer(bytearray(self.value), dtype=torch.uint8).view(PIXELS, PIXELS)
