"""What measured times say: between two sizes, in operations a second, and which is faster."""

import math
from collections.abc import Mapping

import numpy as np

Row = Mapping[int, float]  # seconds by size
CLEARLY = 0.9  # of the other's time: less than that is called faster, more may be chance


def operations(n: float) -> float:
    """Return the multiplications and additions in a product of two n x n matrices."""
    return 2 * n**3


def at(row: Row, n: float) -> float | None:
    """Return the seconds at size n, or None outside the measured sizes.

    Between two of them time is taken as a power of the size: a line in a log-log picture.
    """
    sizes = sorted(row)
    if not sizes or not sizes[0] <= n <= sizes[-1]:
        return None
    seconds = [row[size] for size in sizes]
    return math.exp(np.interp(math.log(n), np.log(sizes), np.log(seconds)))


def crossing(slow: Row, fast: Row) -> float | None:
    """Return the size from which `fast` is clearly faster at all larger sizes measured in both.

    That is where its line falls below `CLEARLY` times the other's; the smallest size if it
    always is, and None if it isn't at the largest, or if no size was measured in both.
    """
    sizes = sorted(set(slow) & set(fast))
    gains = [math.log(CLEARLY * slow[n] / fast[n]) for n in sizes]
    if not sizes or gains[-1] <= 0:
        return None
    last = max((i for i, gain in enumerate(gains) if gain <= 0), default=None)
    if last is None:
        return sizes[0]
    share = gains[last] / (gains[last] - gains[last + 1])
    return sizes[last] * (sizes[last + 1] / sizes[last]) ** share


def in_words(seconds: float) -> str:
    """Return a time with its unit and two to three digits."""
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if seconds >= 0.9995 * size:  # else it would be rounded to 1e+03
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
