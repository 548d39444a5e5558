"""What lesson 07 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson07 import exercises as check
from helpers.lesson07.explorers import SineExplorer
from helpers.lesson07.waves import follow, series_figure, wave

__all__ = [
    "SineExplorer",
    "check",
    "follow",
    "series_figure",
    "wave",
]
