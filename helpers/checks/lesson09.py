"""Checks of the exercises of lesson 09: the arithmetic here, nets in the two modules beside it."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from helpers import norms
from helpers.checks.answers import a_tensor, like
from helpers.checks.lesson09_deep import deep_net
from helpers.checks.lesson09_settle import settle
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["batch_norm", "deep_net", "remember", "settle"]

# small variances in the first feature, so that the place of epsilon shows
GAMMA, BETA = torch.tensor([2.0, 0.5, -1.0, 3.0]), torch.tensor([1.0, -3.0, 0.0, 10.0])
WRONG_NORMS: list[tuple[Callable[..., Tensor], str]] = [
    (lambda x, g, b, e: g * (x - x.mean(0)) / (x.var(0) + e).sqrt() + b,
     "The variance divides by N − 1. Batch norm normalises with the biased one: "
     "`x.var(0, correction=0)`."),
    (lambda x, g, b, e: g * (x - x.mean()) / (x.var(correction=0) + e).sqrt() + b,
     "One mean for all numbers: each feature (column) has its own, `x.mean(0)`."),
    (lambda x, g, b, e: g * (x - x.mean(1, True)) / (x.var(1, True, keepdim=True) + e).sqrt() + b,
     "The mean goes along the features of one example. Take it over the batch, axis 0."),
    (lambda x, g, b, e: g * (x - x.mean(1, True))
     / (x.var(1, correction=0, keepdim=True) + e).sqrt() + b,
     "The mean goes along the features of one example. Take it over the batch, axis 0."),
    (lambda x, g, b, e: g * (x - x.mean(0)) / (x.var(0, correction=0).sqrt() + e) + b,
     "The `eps` comes too late: add it to the variance, before the root."),
    (lambda x, g, b, e: g * (x - x.mean(0)) / (x.var(0, correction=0) + e) + b,
     "It is divided by the variance: its square root is missing."),
    (lambda x, g, b, e: g * (x - x.mean(0)) / x.std(0) + b,
     "`x.std(0)` divides by N − 1 and leaves `eps` out: take the root of the biased variance "
     "plus `eps`."),
    (lambda x, g, b, e: g * (x - x.mean(0)) / x.var(0, correction=0).sqrt() + b,
     "The `eps` is missing: a feature that is the same in all examples would give nan."),
    (lambda x, g, b, e: (x - x.mean(0)) / (x.var(0, correction=0) + e).sqrt(),
     "The fourth equation is missing: times `gamma`, plus `beta`."),
    (lambda x, g, b, e: g * (x - x.mean(0)) / (x.var(0, correction=0) + e).sqrt(),
     "`beta` is missing: add it at the end."),
    (lambda x, g, b, e: (x - x.mean(0)) / (x.var(0, correction=0) + e).sqrt() + b,
     "`gamma` is missing: multiply by it before you add `beta`."),
    (lambda x, g, b, e: b * (x - x.mean(0)) / (x.var(0, correction=0) + e).sqrt() + g,
     "`gamma` and `beta` have changed places: gamma is the factor."),
    (lambda x, g, b, e: g * ((x - x.mean(0)) / (x.var(0, correction=0) + e).sqrt() + b),
     "`beta` is multiplied by `gamma`, too: add it last."),
    (lambda x, g, b, e: g * x / (x.var(0, correction=0) + e).sqrt() + b,
     "The mean is not subtracted."),
]  # fmt: skip


@check(
    "These four equations are the whole layer in train mode: a mean, a variance and two "
    "parameters for each feature.",
    "Replace the three dots in `batch_norm` and run the cell again.",
)
def batch_norm(answer: Callable[..., Tensor]) -> None:
    """Examine `batch_norm(x, gamma, beta, eps=1e-5)` for x (N, features)."""
    torch.manual_seed(0)
    x = torch.randn(6, 4) * torch.tensor([0.02, 1.0, 5.0, 0.01]) + torch.tensor([0.0, 3, -8, 1])
    target = norms.batch_norm(x, GAMMA, BETA, 1e-3)
    handed = [x.clone(), GAMMA.clone(), BETA.clone()]
    given = a_tensor(attempt(answer, *handed, 1e-3))
    if given.shape != x.shape:
        raise NotYet(f"For x (6, 4) your shape is {tuple(given.shape)}: it stays the same.")
    for formula, hint in WRONG_NORMS:
        if like(given, formula(x, GAMMA, BETA, 1e-3)):
            raise NotYet(hint)
    if like(given, norms.batch_norm(x, GAMMA, BETA, 1e-5)):
        raise NotYet("It works for one `eps` only: use the one that you are given.")
    if not like(given, target):
        raise NotYet(
            "The numbers differ. With gamma 1 and beta 0, each column should have mean 0 and "
            "variance 1."
        )
    if not all(map(torch.equal, handed, (x, GAMMA, BETA))):
        raise NotYet(
            "The numbers are right, but `x`, `gamma` or `beta` itself was changed (`-=` and the "
            "like do that): others still need it. Make new tensors."
        )
    constant = a_tensor(attempt(answer, torch.ones(5, 4), GAMMA.clone(), BETA.clone()))
    if not like(constant, BETA.expand(5, 4)):
        raise NotYet("A feature that is the same in all examples should give `beta`.")


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
    given = attempt(answer, [batch.clone() for batch in batches])
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
    if not all(map(like, attempt(answer, batches, 0.3), norms.running_statistics(batches, 0.3))):
        raise NotYet("It works for 0.1 alone: use the `momentum` that you are given.")
    fewer, alone = [batch[:, :2] for batch in batches], "It works for 3 features alone: take "
    alone += "their number from the batches, `batches[0].shape[1]`."
    given = attempt(answer, fewer, explain=lambda error: alone)
    if not all(map(like, given, norms.running_statistics(fewer))):
        raise NotYet(alone)
