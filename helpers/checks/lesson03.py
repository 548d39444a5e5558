"""Checks of the exercises of lesson 03."""

from collections.abc import Callable
from math import ceil

import torch
from torch.utils.data import Dataset

from helpers.checks.lesson03_loading import mean_and_std, pad_batch
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["count_steps", "mean_and_std", "pad_batch", "windows"]

# (samples, batch_size, epochs, drop_last) that tell the right count from each wrong one below
CASES = [
    (10, 5, 3, False),
    (10, 8, 3, False),
    (10, 8, 3, True),
    (10, 5, 3, True),
    (7, 9, 2, True),
    (60_000, 128, 10, False),
    (60_000, 128, 10, True),
    (7, 9, 2, False),
]


def right_steps(n: int, b: int, e: int, drop: bool) -> int:
    """Return how many training steps `e` epochs over `n` samples in batches of `b` have."""
    return e * (n // b if drop else ceil(n / b))


NEAREST = "`round` goes to the nearest whole number: round up, or down with drop_last."
OVER_THE_END = (
    "A batch never reaches over the end of an epoch: round within one epoch, then multiply."
)
IN_SAMPLES = "You counted samples, not steps: each step takes `batch_size` of them."
WRONG_STEPS: list[tuple[Callable, str]] = [
    (lambda n, b, e, d: e * (n // b),
     "The short last batch is lost: without drop_last, 10 samples in batches of 8 make 2 steps."),
    (lambda n, b, e, d: e * ceil(n / b),
     "drop_last has no effect yet: it leaves out the short batch, so round down."),
    (lambda n, b, e, d: right_steps(n, b, 1, d),
     "That is one epoch: the epochs have no effect yet."),
    (lambda n, b, e, d: e * (n // b if d else n // b + 1),
     "When the batches fit exactly, no short one is left: 10 samples in batches of 5 make "
     "2 steps, and not 3."),
    (lambda n, b, e, d: e * n // b if d else ceil(e * n / b), OVER_THE_END),
    (lambda n, b, e, d: e * n // b if d else e * ceil(n / b), OVER_THE_END),
    (lambda n, b, e, d: e * (n // b) if d else ceil(e * n / b), OVER_THE_END),
    (lambda n, b, e, d: e * n, IN_SAMPLES),
    (lambda n, b, e, d: e * b * (n // b) if d else e * n, IN_SAMPLES),
    (lambda n, b, e, d: e * round(n / b), NEAREST),
    (lambda n, b, e, d: e * (n // b if d else round(n / b)), NEAREST),
    (lambda n, b, e, d: round(e * n / b), NEAREST),
    (lambda n, b, e, d: e * (ceil(n / b) if d else n // b),
     "The two cases are exchanged: drop_last leaves the short batch out, so it rounds down."),
    (lambda n, b, e, d: e * n / b,
     "A step is a whole number: round up with `math.ceil` or -(-n // b), down with //."),
]  # fmt: skip


@check(
    "Schedules and progress bars need this number before the training starts; lesson 05 "
    "computes it in its first line.",
    "Replace the three dots in `count_steps` and run the cell again.",
)
def count_steps(answer: Callable[[int, int, int, bool], int]) -> None:
    """Examine `count_steps(samples, batch_size, epochs, drop_last)`."""
    given = [attempt(answer, *case) for case in CASES]
    right = [right_steps(*case) for case in CASES]
    if not all(isinstance(steps, int | float) for steps in given):
        raise NotYet(f"Return a number; this is a {type(given[0]).__name__}.")
    for formula, hint in WRONG_STEPS:
        if given == [formula(*case) for case in CASES]:
            raise NotYet(hint)
    for case, ours, theirs in zip(CASES, right, given):
        n, b, e, drop = case
        said = f"For {n} samples in batches of {b}, {e} epochs and drop_last={drop}"
        if ours != theirs:
            raise NotYet(f"{said}, the answer is {ours}, and yours is {theirs!r}.")
        if type(theirs) is not int:
            raise NotYet(f"{theirs!r} is the right number, but not an int: divide with //.")


@check(
    "Any data that can be counted and fetched by number can now be trained on. Lesson 07 cuts "
    "a wave into windows like these.",
    "Replace the three dots in both methods of `Windows` and run the cell again.",
)
def windows(answer: type[Dataset]) -> None:
    """Examine a class `Windows(series, size)`: sample i is (series[i:i+size], series[i+size])."""
    series, size = torch.arange(10.0) ** 2, 3
    dataset = attempt(answer, series, size)
    for method, purpose in (("__getitem__", "give sample i"), ("__len__", "say how many")):
        # torch's own Dataset has a __getitem__ that only raises
        if getattr(type(dataset), method, None) in (None, Dataset.__getitem__):
            raise NotYet(f"A dataset needs a method `{method}`, to {purpose}.")
    first = attempt(dataset.__getitem__, 0)
    count = attempt(dataset.__len__)
    if not (isinstance(first, tuple | list) and len(first) == 2):
        raise NotYet("A sample is a pair: `return inputs, target`.")
    try:
        inputs, target = (torch.as_tensor(part, dtype=torch.float32) for part in first)
    except (TypeError, ValueError, RuntimeError):
        raise NotYet("Both parts of the pair come out of `self.series`, by index.") from None
    if inputs.dim() == 0 and target.shape == (size,):
        raise NotYet("The pair is swapped: inputs come first, the target second.")
    if inputs.shape != (size,):
        raise NotYet(
            f"The inputs of sample 0 have shape {tuple(inputs.shape)}; a window of size {size} "
            f"has ({size},): `self.series[i : i + self.size]`."
        )
    if target.dim() != 0:
        raise NotYet("The target is one number and no slice: one index, without a colon.")
    if not torch.equal(inputs, series[:3]):
        raise NotYet(f"Sample 0 begins with number 0 of the series; yours is {inputs.tolist()}.")
    if target == series[2]:
        raise NotYet(
            "Your target is the last number of the window itself, so there is nothing to "
            "predict. It is the next one: index `i + self.size`."
        )
    if target != series[3]:
        far = ": one place too far" if target == series[4] else ""
        raise NotYet(
            f"The target of sample 0 is `series[3]`, which is 9; yours is {target:g}{far}."
        )
    second = attempt(lambda: torch.as_tensor(dataset[1][0]).tolist())
    if second == series[3:6].tolist():
        raise NotYet("Windows overlap: sample i begins at place i, not at i * size.")
    _compare_count(count, len(series), size)
    last = attempt(dataset.__getitem__, count - 1)
    if not torch.equal(torch.as_tensor(last[0]), series[6:9]) or last[1] != series[9]:
        raise NotYet("Sample 0 is right, the last one is not: the window must move with i.")
    other = attempt(answer, series, 5)
    inputs, target = attempt(other.__getitem__, 0)
    if attempt(other.__len__) != 5 or len(inputs) != 5 or target != series[5]:
        raise NotYet("It works for a size of 3, but not for 5: use `self.size`.")


def _compare_count(count: object, length: int, size: int) -> None:
    if not isinstance(count, int):
        raise NotYet(f"`__len__` gives back a whole number, not a {type(count).__name__}.")
    if count == length:
        raise NotYet(
            f"`__len__` says {count}, as many as the series has numbers. The last {size} of them "
            "have no complete window and target after them."
        )
    if count == length - size + 1:
        raise NotYet(
            f"`__len__` says {count}: one too many. The last window must leave a number for its "
            "target."
        )
    if count == length - size - 1:
        raise NotYet(f"`__len__` says {count}: one too few, the last sample is never seen.")
    if count != length - size:
        raise NotYet(f"10 numbers have 7 windows of 3 with a target; `__len__` says {count!r}.")
