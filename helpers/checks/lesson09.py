"""Checks of the exercises of lesson 09: the layer here, the rest in the modules beside it."""

from collections.abc import Callable
from unittest import mock

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor, like
from helpers.checks.lesson09_deep import deep_net
from helpers.checks.lesson09_memory import remember
from helpers.checks.lesson09_settle import settle
from helpers.checks.verdict import NotYet, attempt, check
from helpers.lesson09 import norms

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
    x = torch.randn(6, 4) * torch.tensor([0.02, 1.0, 5.0, 0.01]) + torch.tensor([0.0, 3, -8, 0.1])
    target = norms.batch_norm(x, GAMMA, BETA, 1e-3)
    handed = [x.clone(), GAMMA.clone(), BETA.clone()]
    ready_made = nn.functional.batch_norm  # the layer calls this function, too
    with mock.patch.object(nn.functional, "batch_norm", wraps=ready_made) as used:
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
    if used.called:
        raise NotYet(
            "The numbers are right, but PyTorch's own batch norm made them. Write the four "
            "equations out."
        )
    if not all(map(torch.equal, handed, (x, GAMMA, BETA))):
        raise NotYet(
            "The numbers are right, but `x`, `gamma` or `beta` itself was changed (`-=` and the "
            "like do that): others still need it. Make new tensors."
        )
    constant = a_tensor(attempt(answer, torch.ones(5, 4), GAMMA.clone(), BETA.clone()))
    if not like(constant, BETA.expand(5, 4)):
        raise NotYet("A feature that is the same in all examples should give `beta`.")
