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
    if given.shape == (28,):
        raise NotYet("This is one number a row. Wanted are ten probabilities, without `argmax`.")
    if given.shape == (1, 28, 10):
        raise NotYet("The batch of one is still there: take its only image, `[0]`.")
    if given.shape in ((10,), (1, 10), (1, 1, 10)):
        raise NotYet(
            "This is one answer, not 28: `h_n` is the last step alone, and so is "
            "`r_out[:, -1]`. Give all of `r_out` to `net.out`."
        )
    if tuple(given.shape) != (28, 10):
        raise NotYet(f"Your shape is {tuple(given.shape)}: wanted is (28, 10), a row for a row.")
    _compare_beliefs(given, net, rows, scores)


def _compare_beliefs(given: Tensor, net: _Reader, rows: Tensor, scores: Tensor) -> None:
    hidden = net.rnn(rows[None])[0][0]
    before = net.out(hidden.softmax(1))
    columns = net.out(net.rnn(rows.T[None])[0][0])
    alone = net.out(net.rnn(rows[:, None])[0])[:, 0]
    wrong = {
        "These are scores, not probabilities: a softmax is missing.": [scores],
        "Each column adds up to 1, over the rows. Probabilities are shared among the ten "
        "digits: `softmax(1)`.": [scores.softmax(0)],
        "A log-softmax is the logarithm of a probability: take `softmax(1)`.":
            [scores.log_softmax(1)],
        "Each row should add up to 1. A sigmoid judges each digit by itself: take "
        "`softmax(1)`.": [scores.sigmoid()],
        "Apply the softmax to the scores, after `net.out`, and not to the hidden states.":
            [before, before.softmax(1)],
        "The columns became the time: hand the rows over as they are, `rows[None]`.":
            [columns.softmax(1), columns],
        "Each row was read without memory, as a sequence of its own: 28 sequences of one "
        "step. One sequence of 28 steps is `rows[None]`.": [alone.softmax(1), alone],
    }  # fmt: skip
    for hint, found in wrong.items():
        if any(like(given, values) for values in found):
            raise NotYet(hint)
    if not like(given.sum(1), torch.ones(28)):
        raise NotYet("The shape is right, but each row should add up to 1. Is it a softmax?")
    raise NotYet(
        "The shape is right, and each row adds up to 1, but these are not the beliefs of the "
        "net: first `net.rnn`, then `net.out`, at the end the softmax."
    )


@check(
    "Whoever takes `r_out[:, -1]` here throws half of the net's reading away, without an "
    "error. It is one of the most common mistakes with two directions.",
    "Replace the three dots in `both_ends` and run the cell again.",
)
def both_ends(answer: Callable[[Tensor], Tensor]) -> None:
    """Examine `both_ends(r_out)`, r_out (N, T, 2·H)."""
    torch.manual_seed(0)
    for steps, units in ((28, 64), (6, 80)):  # the second is not the lesson's size
        layer = nn.LSTM(5, units, batch_first=True, bidirectional=True)
        r_out, (h_n, _) = layer(torch.randn(3, steps, 5))
        _compare_ends(a_tensor(attempt(answer, r_out.detach().clone())), r_out, h_n, units)


def _compare_ends(given: Tensor, r_out: Tensor, h_n: Tensor, units: int) -> None:
    wanted = torch.cat([h_n[0], h_n[1]], 1)
    if like(given, wanted):
        return
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
        "The time is axis 1: you took two images, `r_out[-1]` and `r_out[0]`, with all their "
        "steps.": torch.cat([down[-1], up[0]], 1),
        "This is the mean over all steps. Wanted are two of them, one for each half.":
            r_out.mean(1),
    }  # fmt: skip
    for hint, values in wrong.items():
        if like(given, values):
            raise NotYet(hint)
    if any(like(given, torch.stack([h_n[0], h_n[1]], axis)) for axis in range(3)):
        raise NotYet(
            "`torch.stack` makes a new axis. (N, 2·H) is wanted: `torch.cat`, not `stack`."
        )
    if given.shape != wanted.shape:
        n, steps, _ = r_out.shape
        raise NotYet(
            f"For {n} sequences of {steps} steps and H = {units} your shape is "
            f"{tuple(given.shape)}, not {tuple(wanted.shape)}: take N, T and H from `r_out`."
        )
    _compare_cuts(given, r_out, units)
    raise NotYet("The shape is right, but these are not the two ends, each with its own half.")


def _compare_cuts(given: Tensor, r_out: Tensor, units: int) -> None:
    for cut in range(1, 2 * units):
        if like(given, torch.cat([r_out[:, -1, :cut], r_out[:, 0, cut:]], 1)):
            raise NotYet(
                f"You cut at {cut}, but for H = {units} the second half begins at {units}: take "
                "H from `r_out.shape[2] // 2`."
            )
    halves = (("downwards", given[:, :units], -1), ("upwards", given[:, units:], 0))
    for (name, half, end), part in zip(halves, r_out.split(units, 2)):
        for step in range(r_out.shape[1]):
            if step != end % r_out.shape[1] and like(half, part[:, step]):
                raise NotYet(
                    f"Your {name} half is that of step {step}. It has read the whole sequence "
                    f"at step {'−1' if end else '0'}."
                )
