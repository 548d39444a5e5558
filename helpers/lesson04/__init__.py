"""What only lesson 04 uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson04 import exercises as check
from helpers.lesson04.explorers import PathExplorer
from helpers.lesson04.surfaces import all_paths, contours, draw_line

__all__ = [
    "PathExplorer",
    "all_paths",
    "check",
    "contours",
    "draw_line",
]
