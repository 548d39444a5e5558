"""What lesson 06 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.checks import lesson06 as check
from helpers.lesson06.explorers import RowExplorer
from helpers.lesson06.reading import reading_diagram

__all__ = [
    "RowExplorer",
    "check",
    "reading_diagram",
]
