"""Checks of the exercises of lesson 08: the layer here, nets in the modules beside it."""

from collections.abc import Callable
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.checks.answers import a_tensor, like
from helpers.checks.lesson08_asking import ask_many, take_a_look
from helpers.checks.lesson08_net import dropout_net
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["ask_many", "dropout", "dropout_net", "take_a_look"]

P = 0.3
CALLS = 40  # if one draw decides for all, these agree once in a million: 0.7 to the 40th


class _Forbidden(Exception):
    pass


def _forbidden(*arguments: object, **options: object) -> None:
    raise _Forbidden


def _explain(error: Exception) -> str | None:
    if isinstance(error, _Forbidden):
        return "That asks PyTorch's own dropout. Draw the mask yourself, with `torch.rand_like`."
    if "requires grad" in str(error) and "numpy" in str(error):
        return "NumPy can't follow gradients, so the net would not learn. Stay with tensors."
    return None


@check(
    "That is all of `nn.Dropout`. Because it scales while training, there is nothing left to do "
    "when you predict.",
    "Replace the three dots in `dropout` and run the cell again.",
)
def dropout(answer: Callable[[Tensor, float, bool], Tensor]) -> None:
    """Examine `dropout(x, p, training)`, the same as `F.dropout`."""
    if any(answer is own for own in (F.dropout, torch.dropout)):
        raise NotYet(_explain(_Forbidden()) or "")
    with patch.object(F, "dropout", _forbidden), patch.object(torch, "dropout", _forbidden):
        _examine(lambda x, p, training: attempt(answer, x, p, training, explain=_explain))


def _examine(ask: Callable[[Tensor, float, bool], Tensor]) -> None:
    x = torch.linspace(1, 2, 10_000).view(200, 50)
    mine = x.clone()
    given = a_tensor(ask(mine, P, True))
    if given.shape != x.shape:
        raise NotYet(f"The shape should stay {tuple(x.shape)}; yours is {tuple(given.shape)}.")
    if not torch.equal(mine, x):
        raise NotYet("Your function changes `x` itself. Make a new tensor: `x * mask`.")
    if given.any() == given.all():
        _judge_all_or_nothing(given, [a_tensor(ask(x.clone(), P, True)) for _ in range(CALLS)])
    _judge_mask(given != 0)
    _judge_scale(given, x)
    if torch.equal(ask(x.clone(), P, True), given):
        raise NotYet("The mask is the same at every call: leave the seed alone.")
    for shape in ((7,), (2, 3, 4)):
        found = tuple(a_tensor(ask(torch.ones(shape), P, True)).shape)
        if found != shape:
            raise NotYet(f"`x` may have any shape: for {shape}, yours is {found}.")
    _judge_evaluation(ask(x.clone(), P, False), x)
    if not like(ask(x.clone(), 0.0, True), x):
        raise NotYet("With `p` = 0 nothing may change.")
    if not a_tensor(ask(x.clone().requires_grad_(), P, True)).requires_grad:
        raise NotYet(
            "The numbers are right, but no gradient flows through them, so the layers before "
            "would not learn. Compute with `x` itself: no `.detach()`, no `no_grad()`."
        )


def _judge_all_or_nothing(given: Tensor, others: list[Tensor]) -> None:
    if any(other.any() != given.any() for other in others):
        raise NotYet("One draw decides for all numbers: draw in the shape of `x`.")
    if given.any():
        raise NotYet("Nothing is dropped, though `training` is True.")
    raise NotYet(f"Everything is dropped. With p = {P}, about {1 - P:.0%} should be kept.")


def _judge_mask(kept: Tensor) -> None:
    share = kept.float().mean().item()
    if (kept == kept[:1]).all():
        raise NotYet(
            "All rows have one mask: a unit is silent for every point. Each activation needs a "
            "chance of its own, so draw in the shape of `x`."
        )
    if (kept == kept[:, :1]).all():
        raise NotYet(
            "Whole rows are dropped: a point loses all of its units or none. Draw in the shape "
            "of `x`."
        )
    if abs(share - P) < 0.05:
        raise NotYet(
            f"A share of {share:.2f} is kept with p = {P}. `p` is the probability to be *dropped*."
        )
    if abs(share - (1 - P)) > 0.05:
        raise NotYet(f"With p = {P}, about {P:.0%} should be dropped, not {1 - share:.0%}.")


def _judge_scale(given: Tensor, x: Tensor) -> None:
    kept = given != 0
    factor = (given[kept] / x[kept]).float()
    for wrong, said in {
        1.0: "What is kept is not scaled, so the mean falls: divide it by 1 − p.",
        1 / P: "You divide by p. The share that is kept is 1 − p: divide by that.",
        1 - P: "You multiply by 1 − p, which makes the mean smaller still: divide by it.",
    }.items():
        if torch.allclose(factor, torch.tensor(wrong)):
            raise NotYet(said)
    if not torch.allclose(factor, torch.tensor(1 / (1 - P))):
        raise NotYet("What is kept should be `x` divided by 1 − p, each number by the same.")


def _judge_evaluation(given: Tensor, x: Tensor) -> None:
    if a_tensor(given).shape != x.shape:
        raise NotYet("With `training` False, return `x` as it is.")
    if (given == 0).any():
        raise NotYet("It drops with `training` False, too. Then it should hand on `x` as it is.")
    if not like(given, x):
        raise NotYet(
            "With `training` False nothing is dropped, so nothing is scaled either: return `x`."
        )
