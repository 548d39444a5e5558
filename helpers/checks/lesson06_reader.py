"""Check of lesson 06 about a whole net: a GRU that reads an image and answers at the end."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor, like
from helpers.checks.verdict import NotYet, attempt, check


@check(
    "You have built a recurrent classifier from nothing. Another kind of layer is one word "
    "away, and longer sequences need no change at all.",
    "Replace every `...` in `GRUReader` and run the cell again.",
)
def gru_reader(answer: Callable[[], nn.Module]) -> None:
    """Examine the class `GRUReader`: an `nn.GRU` of 32 units, the last step, ten scores."""
    torch.manual_seed(0)
    net = attempt(answer)
    if not isinstance(net, nn.Module):
        raise NotYet(f"Pass a class made from `nn.Module`; it gave a {type(net).__name__}.")
    layers = [part for part in net.modules() if isinstance(part, nn.RNNBase)]
    with torch.no_grad():  # a long memory: the first rows, and a first state, show at the end
        for layer in layers:
            if isinstance(layer, nn.GRU) and layer.bias:
                layer.bias_ih_l0[layer.hidden_size : 2 * layer.hidden_size] += 3
    read: list[Tensor] = []  # what the recurrent layer was given
    for layer in layers:
        layer.register_forward_pre_hook(lambda _, given: read.extend(given[:1]))
    x = torch.randn(5, 28, 28)
    scores = attempt(net, x, explain=lambda _: _left_out(net))
    gru, out = _layers(net, layers)
    if isinstance(scores, tuple):
        raise NotYet("Your forward returns a tuple. The scores alone are wanted.")
    _compare_scores(a_tensor(scores), x, read, gru, out)
    single = a_tensor(attempt(net, x[:1]))
    if single.shape != (1, 10):
        raise NotYet(
            f"For a single image the batch is lost: the scores have the shape "
            f"{tuple(single.shape)}, not (1, 10). Instead of `squeeze()` take `h_n[-1]`."
        )


def _left_out(net: nn.Module) -> str | None:
    names = [f"`self.{name}`" for name, value in vars(net).items() if value is ...]
    return f"Not attempted yet: {' and '.join(names)}." if names else None


def _layers(net: nn.Module, recurrent: list[nn.RNNBase]) -> tuple[nn.GRU, nn.Linear]:
    linear = [part for part in net.modules() if isinstance(part, nn.Linear)]
    if len(recurrent) != 1 or not isinstance(recurrent[0], nn.GRU):
        found = ", ".join(type(part).__name__ for part in recurrent) or "none"
        raise NotYet(f"The net should have one recurrent layer, an `nn.GRU`. Found: {found}.")
    gru = recurrent[0]
    if gru.bidirectional:
        raise NotYet("The GRU reads in two directions. Wanted is one, from the top.")
    if (gru.input_size, gru.hidden_size, gru.num_layers) != (28, 32, 1):
        raise NotYet(
            f"The GRU takes {gru.input_size} numbers a step, has {gru.hidden_size} units and "
            f"{gru.num_layers} layer(s). Wanted are 28, 32 and 1."
        )
    if len(linear) != 1 or linear[0].out_features != 10:
        raise NotYet("After the GRU, one linear layer should give ten scores.")
    if not gru.bias or linear[0].bias is None:
        raise NotYet("Leave the biases in: `bias=False` was not asked for.")
    return gru, linear[0]


def _compare_scores(
    scores: Tensor, x: Tensor, read: list[Tensor], gru: nn.GRU, out: nn.Linear
) -> None:
    hidden = gru(x if gru.batch_first else x.transpose(0, 1))[0]
    r_out = hidden if gru.batch_first else hidden.transpose(0, 1)
    if like(scores, out(r_out[:, -1])):
        return
    if not gru.batch_first and read and like(read[0], x):
        raise NotYet(
            "The GRU takes the images for time steps, so its memory runs from one image into "
            "the next: `batch_first=True` is missing."
        )
    if gru.batch_first and read and like(read[0], x.transpose(0, 1)):
        raise NotYet(
            "The time stands in front, but the GRU has `batch_first=True`: leave the "
            "`transpose` out."
        )
    last = "`r_out[:, -1]`" if gru.batch_first else "`r_out[-1]`"
    _compare_shapes(scores, gru.batch_first, last)
    wrong = {
        f"You took the first step, when one row was read. The last is {last}.": out(r_out[:, 0]),
        "You took the mean over all steps. Wanted is the last one alone.": out(r_out.mean(1)),
        "Leave the softmax out: `cross_entropy` takes the raw scores.":
            out(r_out[:, -1]).softmax(1),
        "Leave the log-softmax out: `cross_entropy` takes the raw scores.":
            out(r_out[:, -1]).log_softmax(1),
        "A ReLU stands before the linear layer, and all that is negative is lost. Hand over "
        "the hidden state as it is.": out(r_out[:, -1].relu()),
        "A ReLU stands after the linear layer. Scores may be negative: leave it out.":
            out(r_out[:, -1]).relu(),
    }  # fmt: skip
    for hint, values in wrong.items():
        if like(scores, values):
            raise NotYet(hint)
    raise NotYet(
        "The shape is right, but these are not the scores of the last hidden state: `self.out` "
        f"of {last}, with nothing in between and nothing after; all rows read, from zeros."
    )


def _compare_shapes(scores: Tensor, batch_first: bool, last: str) -> None:
    shape = tuple(scores.shape)
    if shape in ((5, 28, 10), (28, 5, 10)):
        raise NotYet(f"These are scores after every step, {shape}. Take the last step alone.")
    if shape == (1, 5, 10):
        raise NotYet(
            "Your scores have the shape (1, N, 10): `h_n` has an axis for the layers in front. "
            "`h_n[-1]` takes the last layer."
        )
    if shape == (28, 10):
        axis = "`r_out[-1]` is the last image with all its steps. The time is axis 1."
        raise NotYet(axis if batch_first else f"That is one image with all its steps: {last}.")
    if shape == (10,):
        raise NotYet(
            f"The scores of one image came back for all. The last step of every image is {last}; "
            "`h_n` has axes (layer, batch, unit)."
        )
    if shape == (5,):
        raise NotYet("This is one number an image. Wanted are all ten scores, without `argmax`.")
    if shape != (5, 10):
        raise NotYet(f"For 5 sequences the scores have the shape {shape}, not (5, 10).")
