"""What lesson 10 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.checks import lesson10 as check
from helpers.lesson10.explorers import DeviceExplorer

__all__ = [
    "DeviceExplorer",
    "check",
]
