"""What lesson 06 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson06 import exercises as check
from helpers.lesson06.explorers import RowExplorer
from helpers.lesson06.reading import reading_diagram

__all__ = [
    "RowExplorer",
    "check",
    "reading_diagram",
]
