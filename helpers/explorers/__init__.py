"""Interactive pictures: controls that a browser moves, numbers that a test can call."""

from helpers.explorers.base import Explorer
from helpers.explorers.drawing import DigitPad, DrawADigit
from helpers.explorers.kernel import KernelExplorer

__all__ = ["DigitPad", "DrawADigit", "Explorer", "KernelExplorer"]
