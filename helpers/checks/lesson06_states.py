"""Checks of lesson 06 about `r_out`: beliefs row by row, and the ends of two directions."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor, like
from helpers.checks.verdict import NotYet, attempt, check


class _Reader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.out = nn.LSTM(28, 12, batch_first=True), nn.Linear(12, 10)
        nn.init.normal_(self.out.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.rnn(x)[0][:, -1])


@check(
    "The same three lines show what any recurrent network thinks on its way: of a sentence "
    "word by word, or of a heartbeat.",
    "Replace the three dots in `beliefs` and run the cell again.",
)
def beliefs(answer: Callable[[nn.Module, Tensor], Tensor]) -> None:
    """Examine `beliefs(net, rows)`, rows (28, 28)."""
    torch.manual_seed(0)
    net, rows = _Reader(), torch.randn(28, 28)
    given = a_tensor(attempt(answer, net, rows.clone()))
    scores = net.out(net.rnn(rows[None])[0])[0].detach()
    if like(given, scores.softmax(1)):
        return
    if given.shape == (1, 28, 10):
        raise NotYet("The batch of one is still there: take its only image, `[0]`.")
    if given.shape in ((10,), (1, 10)):
        raise NotYet("This is one answer, not 28. Give all of `r_out` to `net.out`.")
    if tuple(given.shape) != (28, 10):
        raise NotYet(f"Your shape is {tuple(given.shape)}: wanted is (28, 10), a row for a row.")
    if like(given, scores):
        raise NotYet("These are scores, not probabilities: a softmax is missing.")
    if like(given, scores.softmax(0)):
        raise NotYet(
            "Each column adds up to 1, over the rows. Probabilities are shared among the ten "
            "digits: `softmax(1)`."
        )
    alone = net.out(net.rnn(rows[:, None])[0])[:, 0].softmax(1)
    if like(given, alone):
        raise NotYet(
            "Each row was read without memory, as a sequence of its own: 28 sequences of one "
            "step. One sequence of 28 steps is `rows[None]`."
        )
    raise NotYet("The shape is right, the numbers are not. Start with `net.rnn(rows[None])`.")


@check(
    "Whoever takes `r_out[:, -1]` here throws half of the net's reading away, without an "
    "error. It is one of the most common mistakes with two directions.",
    "Replace the three dots in `both_ends` and run the cell again.",
)
def both_ends(answer: Callable[[Tensor], Tensor]) -> None:
    """Examine `both_ends(r_out)`, r_out (N, T, 2·H)."""
    torch.manual_seed(0)
    for steps, units in ((6, 4), (28, 64)):
        layer = nn.LSTM(5, units, batch_first=True, bidirectional=True)
        r_out, (h_n, _) = layer(torch.randn(3, steps, 5))
        _compare_ends(a_tensor(attempt(answer, r_out.detach().clone())), r_out, h_n, units)


def _compare_ends(given: Tensor, r_out: Tensor, h_n: Tensor, units: int) -> None:
    wanted = torch.cat([h_n[0], h_n[1]], 1)
    down, up = r_out.split(units, 2)
    wrong = {
        "The half that reads upwards has seen one row at step −1. It ends at step 0.":
            r_out[:, -1],
        "The half that reads downwards has seen one row at step 0. It ends at step −1.":
            r_out[:, 0],
        "Both halves are taken where they begin: swap step 0 and step −1.":
            torch.cat([down[:, 0], up[:, -1]], 1),
        "The right numbers, in the wrong order: downwards first.":
            torch.cat([h_n[1], h_n[0]], 1),
        "This is the downwards half alone: (N, 2·H) is wanted.": h_n[0],
        "This is the upwards half alone: (N, 2·H) is wanted.": h_n[1],
        "The two halves are added up. Put them side by side, with `torch.cat`.": h_n.sum(0),
        "The two lie behind each other, (2·N, H). Join them along axis 1.":
            torch.cat([h_n[0], h_n[1]], 0),
        "This is the last image with all its steps. The time is axis 1.": r_out[-1],
    }  # fmt: skip
    for hint, values in wrong.items():
        if like(given, values):
            raise NotYet(hint)
    if given.shape != wanted.shape:
        n, steps, _ = r_out.shape
        raise NotYet(
            f"For {n} sequences of {steps} steps and H = {units} your shape is "
            f"{tuple(given.shape)}, not {tuple(wanted.shape)}: take N, T and H from `r_out`."
        )
    if not like(given, wanted):
        raise NotYet(
            f"The shape is right, but these are not the two ends. For H = {units} the second "
            f"half begins at {units}: take H from `r_out`, half of its last axis."
        )
