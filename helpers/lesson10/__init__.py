"""What lesson 10 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson10 import exercises as check
from helpers.lesson10.drawings import two_places
from helpers.lesson10.explorers import DeviceExplorer
from helpers.memory import megabytes_kept

__all__ = [
    "DeviceExplorer",
    "check",
    "megabytes_kept",
    "two_places",
]
