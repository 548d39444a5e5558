"""What lesson 02 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson02 import exercises as check
from helpers.lesson02.diagram import neuron_diagram
from helpers.lesson02.explorers import TrainingExplorer

__all__ = [
    "TrainingExplorer",
    "check",
    "neuron_diagram",
]
