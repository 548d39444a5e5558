"""What lesson 08 alone uses: its exercises, its explorer, and its own drawings and numbers."""

from helpers.lesson08 import exercises as check
from helpers.lesson08.explorers import DropoutExplorer
from helpers.lesson08.pairs import each_loss, first_weights, noisy, predict_all, train_pairs

__all__ = [
    "DropoutExplorer",
    "check",
    "each_loss",
    "first_weights",
    "noisy",
    "predict_all",
    "train_pairs",
]
