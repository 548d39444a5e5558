"""Checks of the exercises of lesson 06: states after each row in the module beside it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor, like
from helpers.checks.lesson06_states import beliefs, both_ends
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["as_sequence", "beliefs", "both_ends", "gru_reader"]


@check(
    "You can now feed any image to a recurrent network. The same step turns a line of text or "
    "a sound into a sequence: decide what the time is, and what the features are.",
    "Replace the three dots in `as_sequence` and run the cell again.",
)
def as_sequence(answer: Callable[[Tensor], Tensor]) -> None:
    """Examine `as_sequence(images)`, images (N, 1, 28, 28)."""
    images = torch.arange(3 * 784.0).view(3, 1, 28, 28)
    given, rows = a_tensor(attempt(answer, images.clone())), images[:, 0]
    wrong = {
        "The columns became the time: step 10 of yours is column 10. Reading by rows, "
        "height is the time and comes before width.": rows.transpose(1, 2),
        "The rows come from the bottom. The first step is the top row.": rows.flip(1),
        "Each row is read from the right. Leave the features in their order.": rows.flip(2),
        "The time stands before the batch. Here the batch comes first: (batch, time, feature).":
            rows.transpose(0, 1),
        "The shape has time before batch, and `reshape` has torn the images apart to get there. "
        "The batch comes first, and no number needs to move.": images.reshape(28, 3, 28),
        "The pixels are a single row of 784 numbers. Keep 28 steps of 28.": rows.flatten(1),
        "This is still the image with its channel axis. It has to go.": images,
        "Only the first image came through: the batch is lost.": rows[0],
    }  # fmt: skip
    for hint, values in wrong.items():
        if like(given, values):
            raise NotYet(hint)
    if given.shape != rows.shape:
        raise NotYet(
            f"For 3 images the shape is {tuple(given.shape)}. Wanted is (3, 28, 28): batch, "
            "time, feature."
        )
    if not like(given, rows):
        raise NotYet("The shape is right, but the pixels are not in their places.")
    single = a_tensor(attempt(answer, images[:1].clone()))
    if single.shape != (1, 28, 28):
        raise NotYet(
            f"For a single image the shape is {tuple(single.shape)}, and the batch is lost. Name "
            "the axis that goes: `squeeze(1)`."
        )


@check(
    "You have built a recurrent classifier from nothing. Another kind of layer is one word "
    "away, and longer sequences need no change at all.",
    "Replace the three dots in `GRUReader` and run the cell again.",
)
def gru_reader(answer: Callable[[], nn.Module]) -> None:
    """Examine the class `GRUReader`: an `nn.GRU` of 32 units, the last step, ten scores."""
    torch.manual_seed(0)
    net = attempt(answer)
    if not isinstance(net, nn.Module):
        raise NotYet(f"Pass a class made from `nn.Module`; it gave a {type(net).__name__}.")
    x = torch.randn(5, 28, 28)
    scores = attempt(net, x)
    layers = [part for part in net.modules() if isinstance(part, nn.RNNBase)]
    linear = [part for part in net.modules() if isinstance(part, nn.Linear)]
    if len(layers) != 1 or not isinstance(layers[0], nn.GRU):
        found = ", ".join(type(part).__name__ for part in layers) or "none"
        raise NotYet(f"The net should have one recurrent layer, an `nn.GRU`. Found: {found}.")
    gru = layers[0]
    if (gru.input_size, gru.hidden_size, gru.num_layers) != (28, 32, 1) or gru.bidirectional:
        raise NotYet(
            f"The GRU takes {gru.input_size} numbers a step, has {gru.hidden_size} units and "
            f"{gru.num_layers} layer(s). Wanted are 28, 32 and 1, in one direction."
        )
    if not gru.batch_first:
        raise NotYet(
            "The GRU takes the images for time steps, so its memory runs from one image into "
            "the next: `batch_first=True` is missing."
        )
    if len(linear) != 1 or linear[0].out_features != 10:
        raise NotYet("After the GRU, one linear layer should give ten scores.")
    if isinstance(scores, tuple):
        raise NotYet("Your forward returns a tuple. The scores alone are wanted.")
    _compare_scores(a_tensor(scores), *gru(x), linear[0])


def _compare_scores(scores: Tensor, r_out: Tensor, h_n: Tensor, out: nn.Linear) -> None:
    shape = tuple(scores.shape)
    if shape == (5, 28, 10):
        raise NotYet("These are scores after every step, (N, 28, 10). Take the last step alone.")
    if shape == (1, 5, 10):
        raise NotYet(
            "Your scores have the shape (1, N, 10): `h_n` has an axis for the layers in front. "
            "`h_n[-1]` takes the last layer."
        )
    if shape == (28, 10):
        raise NotYet("`r_out[-1]` is the last image with all its steps. The time is axis 1.")
    if shape == (10,):
        raise NotYet(
            "The scores of one image came back for all. With batch first, the last step of "
            "every image is `r_out[:, -1]`; `h_n` has axes (layer, batch, unit)."
        )
    if shape != (5, 10):
        raise NotYet(f"For 5 sequences the scores have the shape {shape}, not (5, 10).")
    if like(scores, out(r_out[:, -1])):
        return
    if like(scores, out(r_out[:, 0])):
        raise NotYet("You took the first step, when one row was read. The last is `[:, -1]`.")
    if like(scores, out(r_out.mean(1))):
        raise NotYet("You took the mean over all steps. Wanted is the last one alone.")
    if like(scores, out(r_out[:, -1]).softmax(1)):
        raise NotYet("Leave the softmax out: `cross_entropy` takes the raw scores.")
    raise NotYet("The shape is right, but these are not the scores of the last hidden state.")
