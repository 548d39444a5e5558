"""What lesson 10 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson10 import exercises as check
from helpers.lesson10.explorers import DeviceExplorer

__all__ = [
    "DeviceExplorer",
    "check",
]
