"""Slopes by autograd: of six functions, and on every edge of a small computation graph."""

from collections.abc import Callable

import torch
from torch import Tensor

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "x²": lambda x: x**2,
    "x³/3 − x": lambda x: x**3 / 3 - x,
    "sin 2x": lambda x: torch.sin(2 * x),
    "eˣ": torch.exp,
    "tanh x": torch.tanh,
    "|x|": torch.abs,
}
CORNERS = {"|x|": 0.0}  # where a function has no single slope


def slope(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return the slope of `function` at each number of `x`, in the shape of `x`.

    `function` takes a tensor and works on each number by itself. At a corner the result is
    what PyTorch has chosen, such as 0 for |x| at 0.
    """
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(function(x).sum(), x)[0]


def rise_over_run(function: Callable[[Tensor], Tensor], x: float, h: float) -> float:
    """Return the slope of the straight line through the curve at `x` and at `x + h`.

    Raises ValueError for h = 0, where there are not two points.
    """
    if h == 0:
        raise ValueError("h must not be 0: a line needs two points")
    here, there = function(torch.tensor([x, x + h], dtype=torch.float64))
    return ((there - here) / h).item()


def relu_graph(x: float, w: float, b: float) -> dict[str, tuple[float, float]]:
    """Return (value, gradient of y) of each edge in the graph of y = relu(w·x + b).

    The edges are named x, w, b, product (w·x), sum (w·x + b) and y.
    """
    edges = {name: torch.tensor(float(v), requires_grad=True) for name, v in zip("xwb", (x, w, b))}
    edges["product"] = edges["w"] * edges["x"]
    edges["sum"] = edges["product"] + edges["b"]
    edges["y"] = torch.relu(edges["sum"])
    for edge in edges.values():
        edge.retain_grad()  # without this, autograd keeps the gradients of leaves only
    edges["y"].backward()
    # adding 0 turns the -0.0 of arithmetic into the 0.0 that people write
    return {name: (edge.item() + 0.0, edge.grad.item() + 0.0) for name, edge in edges.items()}
