"""What the lessons share: data, figures, training, explorers and checks."""

from helpers.errors import shorten_errors

shorten_errors()
