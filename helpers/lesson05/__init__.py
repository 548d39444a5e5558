"""What lesson 05 alone uses: its exercises, its explorers, and its own drawings and numbers."""

from helpers.lesson05 import drawings
from helpers.lesson05 import exercises as check
from helpers.lesson05.explorers import DrawADigit, KernelExplorer
from helpers.memory import megabytes_kept

__all__ = [
    "DrawADigit",
    "KernelExplorer",
    "check",
    "drawings",
    "megabytes_kept",
]
