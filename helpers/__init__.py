"""What the lessons share: data, figures, training, explorers and checks."""

from helpers.errors import shorten_errors

shorten_errors()

if not __debug__:
    print(
        "Python leaves out every `assert` here, because it was started with -O, or because the "
        "environment variable PYTHONOPTIMIZE is set. The lessons show with asserts what is true: "
        "start Jupyter again without that."
    )
