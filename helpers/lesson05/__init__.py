"""What lesson 05 alone uses: its exercises, its explorers, and its own drawings and numbers."""

from helpers.lesson05 import exercises as check
from helpers.lesson05.drawings import mosaic, network_diagram
from helpers.lesson05.explorers import DrawADigit, KernelExplorer

__all__ = [
    "DrawADigit",
    "KernelExplorer",
    "check",
    "mosaic",
    "network_diagram",
]
