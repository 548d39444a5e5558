"""What checks ask of many answers: is it a tensor, a number, the same as another?"""

from numbers import Real
from typing import Any

import torch
from torch import Tensor

from helpers.checks.verdict import NotYet


def a_tensor(given: Any, what: str = "") -> Tensor:
    """Return `given` if it is a tensor; else the answer, or `what` of it, is not there yet."""
    named = f"{what} as a tensor" if what else "a tensor"
    if not isinstance(given, Tensor):
        raise NotYet(f"Return {named}; this is a {type(given).__name__}.")
    if given.is_complex() or given.layout is not torch.strided:
        raise NotYet(f"Return {named} of ordinary numbers; this one is special.")
    return given


def is_number(value: Any) -> bool:
    """Say whether `value` is one number, a tensor with one number included."""
    return isinstance(value, Real) or (isinstance(value, Tensor) and value.numel() == 1)


def a_number(value: Any) -> float:
    """Return `value` as a plain number; else the answer is not there yet."""
    if is_number(value):
        return float(value)
    raise NotYet(f"One number was due here, not a {type(value).__name__}: {str(value)[:60]}")


def like(values: Any, others: Any) -> bool:
    """Say whether tensors, or lists of numbers, have one shape and nearly the same values."""
    a, b = (torch.as_tensor(part).float() for part in (values, others))
    return a.shape == b.shape and torch.allclose(a, b, atol=1e-5)
