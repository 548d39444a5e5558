"""What only lesson 09 uses: its exercises, its explorer, its drawings and its numbers."""

from helpers.lesson09 import exercises as check
from helpers.lesson09.explorers import HistogramExplorer
from helpers.lesson09.histograms import LayerHistograms
from helpers.lesson09.norms import untrained

__all__ = [
    "HistogramExplorer",
    "LayerHistograms",
    "check",
    "untrained",
]
