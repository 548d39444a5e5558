"""Check of lesson 02's cross-entropy."""

from collections.abc import Callable
from unittest import mock

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor
from helpers.checks.verdict import NotYet, attempt, check

LOGITS = torch.tensor([[2.0, 1.0, -1.0, 0.0], [0.0, 3.0, 0.5, 0.3], [1.0, 0.0, 0.2, -2.0]])
TARGETS = torch.tensor([0, 2, 3])
ROWS = torch.arange(3)
ALL_PAIRS = (
    "That takes every target from every row. Pair each row with its own target: index with "
    "`torch.arange(len(targets)), targets`."
)
FIXED = "It works for three examples alone: take their number from `len(targets)`."
WRONG_COSTS: list[tuple[Callable[[Tensor, Tensor], Tensor], str]] = [
    (lambda z, t: -z.softmax(1).log_softmax(1)[ROWS, t].mean(),
     "Softmax runs twice. What comes in are logits: one softmax (or `log_softmax`) is enough."),
    (lambda z, t: -z.softmax(0)[ROWS, t].log().mean(),
     "Softmax ran along the columns, over the examples. Each row is one example: `softmax(1)`."),
    (lambda z, t: z.softmax(1)[ROWS, t].log().mean(),
     "A cost can't be negative: the minus before the log is missing."),
    (lambda z, t: -z.softmax(1)[ROWS, t].log().sum(),
     "That is the sum over the examples. Return the mean."),
    (lambda z, t: -z.softmax(1)[ROWS, t].log(),
     "That is the cost of each example. Return the mean of them."),
    (lambda z, t: -z.softmax(1)[ROWS, t].mean(),
     "The log is missing: the cost is −log of the share."),
    (lambda z, t: -z.softmax(1)[ROWS, t].mean().log(),
     "The mean of the logs, not the log of the mean: first the log of each share."),
    (lambda z, t: -z[ROWS, t].mean(),
     "These are the logits themselves: turn them into shares with softmax first."),
    (lambda z, t: -z.log_softmax(1).mean(),
     "This averages over all classes. Only the share of the right class counts."),
    (lambda z, t: -z.softmax(1).amax(1).log().mean(),
     "That is the highest share of each row. Take the share of the right class."),
    (lambda z, t: -z.softmax(1)[:, t].log().mean(), ALL_PAIRS),
    (lambda z, t: -z.softmax(1)[:, t].log(), ALL_PAIRS),
]  # fmt: skip


@check(
    "Cross-entropy is the loss of nearly every classifier, of language models too. It wants "
    "logits because it brings its own softmax.",
    "Replace the three dots in `cross_entropy` and run the cell again.",
)
def cross_entropy(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Examine `cross_entropy(logits, targets)`."""
    ready_made = nn.functional.cross_entropy  # the layer calls this function, too
    with mock.patch.object(nn.functional, "cross_entropy", wraps=ready_made) as used:
        given = attempt(answer, LOGITS.clone(), TARGETS.clone())
    given = a_tensor(torch.as_tensor(given) if isinstance(given, int | float) else given)
    right = nn.functional.cross_entropy(LOGITS, TARGETS)
    if given.shape == right.shape and torch.isclose(given.float(), right, atol=1e-4):
        if used.called:
            raise NotYet(
                "The number is right, but PyTorch's own cross-entropy made it. Write it out: "
                "softmax, the share of the right class, −log, mean."
            )
        fewer = attempt(answer, LOGITS[1:].clone(), TARGETS[1:].clone(), explain=lambda _: FIXED)
        right = nn.functional.cross_entropy(LOGITS[1:], TARGETS[1:])
        if not torch.isclose(torch.as_tensor(fewer).float(), right, atol=1e-4):
            raise NotYet(FIXED)
        return
    if given.isnan().any():
        raise NotYet(
            "That is nan: the log of a negative number. A logit may be negative, a share can't: "
            "softmax is missing."
        )
    for formula, hint in WRONG_COSTS:
        wrong = formula(LOGITS, TARGETS)
        if given.shape == wrong.shape and torch.allclose(given.float(), wrong, atol=1e-4):
            raise NotYet(hint)
    if given.dim():
        raise NotYet(f"Return one number; this has shape {tuple(given.shape)}.")
    raise NotYet(f"The mean cost of three examples is {right:.3f}, and yours is {given:.3f}.")
