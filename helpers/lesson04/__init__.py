"""What lesson 04 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson04 import exercises as check
from helpers.lesson04.explorers import PathExplorer
from helpers.lesson04.surfaces import LOOK, all_paths, contours

__all__ = [
    "LOOK",
    "PathExplorer",
    "all_paths",
    "check",
    "contours",
]
