"""What lesson 03 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson03 import batching
from helpers.lesson03 import exercises as check
from helpers.lesson03.explorers import BatchExplorer

__all__ = [
    "BatchExplorer",
    "batching",
    "check",
]
