"""Check of lesson 05's network for larger pictures in colour."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.checks.answers import a_tensor, like
from helpers.checks.verdict import NotYet, attempt, check


@check(
    "Only two numbers changed for colour and a larger image: the first layer's input channels "
    "and the linear layer's input, 32·8·8.",
    "Replace the three dots in `colour_net` and run the cell again.",
)
def colour_net(answer: Callable[[], nn.Module]) -> None:
    """Examine `colour_net()`, for images (N, 3, 32, 32), two blocks with 16 and 32 channels."""
    net = attempt(answer)
    if not isinstance(net, nn.Module):
        raise NotYet(f"Return a network (`nn.Sequential`); this is a {type(net).__name__}.")
    convolutions = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]
    if [layer.out_channels for layer in convolutions] != [16, 32]:
        raise NotYet("The net should have two convolutions, with 16 and 32 output channels.")
    if convolutions[0].in_channels != 3:
        raise NotYet(
            f"The first convolution takes {convolutions[0].in_channels} input channel(s). A "
            "colour image has 3: red, green and blue. Its height plays no part here."
        )
    linear = [layer for layer in net.modules() if isinstance(layer, nn.Linear)]
    if any(layer.in_features == 32 * 7 * 7 for layer in linear):
        raise NotYet("32·7·7 belongs to 28×28 pixels. Two poolings turn 32×32 into 8×8.")
    if any(isinstance(layer, nn.Softmax | nn.LogSoftmax) for layer in net.modules()):
        raise NotYet("Leave the softmax out: `cross_entropy` takes the raw scores.")
    images = torch.randn(2, 3, 32, 32)
    scores = a_tensor(attempt(net, images, explain=_misfit))
    if tuple(scores.shape) != (2, 10):
        raise NotYet(f"For 2 images the scores have shape {tuple(scores.shape)}, not (2, 10).")
    _judge_stages(convolutions, linear, images, scores)


def _misfit(error: Exception) -> str | None:
    if "cannot be multiplied" in str(error):
        return (
            "The linear layer gets numbers of another shape than it expects. It takes rows: put "
            "`nn.Flatten()` before it. And two poolings turn 32×32 into 8×8, in 32 maps."
        )
    return None


def _judge_stages(
    convolutions: list[nn.Conv2d], linear: list[nn.Linear], x: Tensor, scores: Tensor
) -> None:
    """Compare the scores of x with those of the same layers, put together as they should be."""
    if any(layer.kernel_size != (5, 5) for layer in convolutions):
        raise NotYet("The kernels should be 5 × 5, with a padding of 2.")
    for layer in convolutions:
        x = F.relu(F.max_pool2d(layer(x), 2))
    if x.shape[1:] != (32, 8, 8) or len(linear) != 1 or linear[0].in_features != 2048:
        raise NotYet(
            "Each convolution keeps the size, and a pool of 2 after it halves it: 32, 16, 8. Then "
            "comes one linear layer, from 32·8·8 numbers to 10."
        )
    if not like(scores, linear[0](x.flatten(1))):
        raise NotYet(
            "The layers are right, but not what is between them: a 2 × 2 max-pool and a ReLU "
            "after each convolution, and nothing after the linear layer."
        )
