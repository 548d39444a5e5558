"""What lesson 01 alone uses: its exercises, its explorers, and its own drawings and numbers."""

from helpers.lesson01 import exercises as check
from helpers.lesson01.explorers import GraphExplorer, TangentExplorer
from helpers.lesson01.tiles import tiles

__all__ = [
    "GraphExplorer",
    "TangentExplorer",
    "check",
    "tiles",
]
