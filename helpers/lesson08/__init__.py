"""What only lesson 08 uses: its exercises, its explorer, its drawing and its pairs of networks."""

from helpers.lesson08 import exercises as check
from helpers.lesson08.drawings import thinned_diagram
from helpers.lesson08.explorers import DropoutExplorer
from helpers.lesson08.pairs import (
    each_loss,
    first_weights,
    fit_pair,
    noisy,
    predict_all,
    train_pairs,
)

__all__ = [
    "DropoutExplorer",
    "check",
    "each_loss",
    "first_weights",
    "fit_pair",
    "noisy",
    "predict_all",
    "thinned_diagram",
    "train_pairs",
]
