"""Interactive pictures: controls that a browser moves, numbers that a test can call."""

from helpers.explorers.base import Explorer
from helpers.explorers.batches import BatchExplorer
from helpers.explorers.devices import DeviceExplorer
from helpers.explorers.drawing import DigitPad, DrawADigit
from helpers.explorers.dropout import DropoutExplorer
from helpers.explorers.graph import GraphExplorer
from helpers.explorers.histograms import HistogramExplorer
from helpers.explorers.kernel import KernelExplorer
from helpers.explorers.paths import PathExplorer
from helpers.explorers.regression import TrainingExplorer
from helpers.explorers.rows import RowExplorer
from helpers.explorers.tangent import TangentExplorer
from helpers.explorers.waves import SineExplorer

__all__ = [
    "BatchExplorer",
    "DeviceExplorer",
    "DigitPad",
    "DrawADigit",
    "DropoutExplorer",
    "Explorer",
    "GraphExplorer",
    "HistogramExplorer",
    "KernelExplorer",
    "PathExplorer",
    "RowExplorer",
    "SineExplorer",
    "TangentExplorer",
    "TrainingExplorer",
]
