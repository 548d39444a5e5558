"""Check of lesson 09's running statistics."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from helpers.checks.answers import a_tensor, like
from helpers.checks.verdict import NotYet, attempt, check
from helpers.lesson09 import norms


def _wrong_memories(batches: Sequence[Tensor], m: float) -> list[tuple[tuple, str]]:
    """Return what known mistakes give, each with its hint."""
    means, unbiased = [b.mean(0) for b in batches], [b.var(0) for b in batches]
    biased = [b.var(0, correction=0) for b in batches]

    def run(values: Sequence[Tensor], start: Tensor, share: float) -> Tensor:
        for value in values:
            start = (1 - share) * start + share * value
        return start

    zero, one = torch.zeros_like(means[0]), torch.ones_like(means[0])
    plain = norms.running_statistics(batches, None)
    together = torch.cat(list(batches))
    mean, var = run(means, zero, m), run(unbiased, one, m)
    no_axis = "One number for all features: each has its own, along axis 0: `batch.{}(0)`."
    one_mean = run([b.mean().expand_as(zero) for b in batches], zero, m)
    one_var = run([b.var().expand_as(one) for b in batches], one, m)
    return [
        ((one_mean, one_var), no_axis.format("mean")),
        ((one_mean, var), no_axis.format("mean")),
        ((mean, one_var), no_axis.format("var")),
        ((mean, run(biased, one, m)),
         "The running variance is fed with the biased variance. The memory takes the unbiased "
         "one: `batch.var(0)`."),
        ((run(means, zero, 1 - m), run(unbiased, one, 1 - m)),
         "Old and new have changed places: `momentum` is the share of the *new* batch here."),
        ((mean, run(unbiased, zero, m)), "The running variance begins at 1, not at 0."),
        ((run(means, one, m), var), "The running mean begins at 0, not at 1."),
        ((run(means[1:], means[0], m), run(unbiased[1:], unbiased[0], m)),
         "It begins with the first batch. The memory begins at 0 and 1, and the first batch "
         "moves it like any other."),
        (plain, "That is the plain average of the batches. With a `momentum` of 0.1 the late "
         "ones count more."),
        ((means[-1], unbiased[-1]), "Only the last batch is left: the old value must stay in."),
        ((m * means[-1], (1 - m) * one + m * unbiased[-1]),
         "Every batch begins anew at 0 and 1: keep the running values from batch to batch."),
        ((run(means[:1], zero, m), run(unbiased[:1], one, m)),
         "Only the first batch is counted. Is the `return` inside the loop?"),
        ((together.mean(0), together.var(0)),
         "That is the mean and variance of all examples together. The layer sees one batch at "
         "a time."),
        ((var, mean), "Mean and variance have changed places: return the mean first."),
        ((mean, run([v.sqrt() for v in unbiased], one, m)),
         "It remembers standard deviations: the memory holds the variance."),
    ]  # fmt: skip


@check(
    "So a layer guesses the statistics of all the data without ever seeing them at once. This is "
    "why a net in `eval()` can answer about one example.",
    "Replace the three dots in `remember` and run the cell again.",
)
def remember(answer: Callable[..., tuple[Tensor, Tensor]]) -> None:
    """Examine `remember(batches, momentum=0.1)`, which gives the running mean and variance."""
    torch.manual_seed(0)
    batches = [3 * torch.randn(5, 3) + 4 for _ in range(4)]
    handed = [batch.clone() for batch in batches]
    given = attempt(answer, handed)
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise NotYet("Return two tensors: `return mean, var`.")
    for values in given:
        shape = tuple(a_tensor(values, "each of the two").shape)
        if shape != (3,):
            raise NotYet(f"For 3 features, both should be tensors (3,), and one is {shape}.")
    for values, hint in _wrong_memories(batches, 0.1):
        if all(map(like, given, values)):
            raise NotYet(hint)
    if not all(map(like, given, norms.running_statistics(batches))):
        raise NotYet(
            "The numbers differ. One step is: (1 − momentum) · old + momentum · new, for the "
            "mean and for the variance."
        )
    if not all(map(torch.equal, handed, batches)):
        raise NotYet(
            "The numbers are right, but the batches themselves were changed (`-=` and the like do "
            "that): others still need them. Make new tensors."
        )
    if not all(map(like, attempt(answer, batches, 0.3), norms.running_statistics(batches, 0.3))):
        raise NotYet("It works for 0.1 alone: use the `momentum` that you are given.")
    fewer, alone = [batch[:, :2] for batch in batches], "It works for 3 features alone: take "
    alone += "their number from the batches, `batches[0].shape[1]`."
    given = attempt(answer, fewer, explain=lambda error: alone)
    if not all(map(like, given, norms.running_statistics(fewer))):
        raise NotYet(alone)
