"""Five optimizers in a few lines each, as lesson 04 writes them.

Every rule takes the parameter `w`, its gradient `g`, a dict `memory` that is empty before the
first step, and the learning rate, and it returns the new parameter. The rules work element by
element, on numbers, NumPy arrays and tensors of any shape. The formulas and the defaults are those
of `torch.optim`: see the pages of SGD, Adagrad, RMSprop and Adam in its documentation.
"""

from collections.abc import Callable
from typing import Any

Rule = Callable[..., Any]


def sgd(w: Any, g: Any, memory: dict, lr: float) -> Any:
    """Step against the gradient. The memory is not used."""
    return w - lr * g


def momentum(w: Any, g: Any, memory: dict, lr: float, mu: float = 0.9) -> Any:
    """Step along the velocity, a sum of gradients that is multiplied by `mu` at every step."""
    memory["v"] = mu * memory.get("v", 0) + g
    return w - lr * memory["v"]


def adagrad(w: Any, g: Any, memory: dict, lr: float, eps: float = 1e-10) -> Any:
    """Divide by the root of the sum of all squared gradients so far."""
    memory["sum"] = memory.get("sum", 0) + g**2
    return w - lr * g / (memory["sum"] ** 0.5 + eps)


def rmsprop(
    w: Any, g: Any, memory: dict, lr: float, alpha: float = 0.99, eps: float = 1e-8
) -> Any:
    """Divide by the root of a moving average of the squared gradients."""
    memory["s"] = alpha * memory.get("s", 0) + (1 - alpha) * g**2
    return w - lr * g / (memory["s"] ** 0.5 + eps)


def adam(
    w: Any,
    g: Any,
    memory: dict,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> Any:
    """Divide a moving average of the gradients by the root of that of their squares.

    Both averages start at 0 and are corrected for it.
    """
    t = memory.get("t", 0) + 1
    memory["t"] = t
    memory["m"] = beta1 * memory.get("m", 0) + (1 - beta1) * g
    memory["s"] = beta2 * memory.get("s", 0) + (1 - beta2) * g**2
    mean, square = memory["m"] / (1 - beta1**t), memory["s"] / (1 - beta2**t)
    return w - lr * mean / (square**0.5 + eps)


RULES: dict[str, Rule] = {
    "SGD": sgd,
    "Momentum": momentum,
    "AdaGrad": adagrad,
    "RMSprop": rmsprop,
    "Adam": adam,
}
