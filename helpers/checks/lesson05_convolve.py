"""Check of lesson 05's convolution by hand."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.checks.answers import a_tensor
from helpers.checks.verdict import NotYet, attempt, check
from helpers.figures import new_figure, png
from helpers.lesson05 import convolution


@check(
    "This is what a convolution layer does with each kernel and channel; then it adds up the "
    "channels, and a bias. Its other name is cross-correlation: the kernel is not flipped.",
    "Replace the three dots in `convolve` and run the cell again.",
)
def convolve(answer: Callable[[Tensor, Tensor], Tensor]) -> bytes:
    """Examine `convolve(image, kernel)`, stride 1 and no padding, and draw it."""
    image = torch.zeros(12, 9)
    image[2:10, 2:4] = image[8:10, 2:8] = 1.0
    kernel = torch.tensor([[1.0, 2, 0], [0, 0, 0], [0, -1, -2]])
    target = convolution.convolve(image, kernel)
    given = a_tensor(attempt(answer, image.clone(), kernel.clone()))
    _compare_maps(image, kernel, target, given)
    larger = torch.arange(25.0).view(5, 5) / 10
    given_larger = attempt(answer, image.clone(), larger.clone())
    if not isinstance(given_larger, Tensor) or given_larger.shape != (8, 5):
        raise NotYet("It works for a 3×3 kernel, but not for 5×5: take k from the kernel.")
    if not torch.allclose(given_larger.float(), convolution.convolve(image, larger), atol=1e-4):
        raise NotYet("It works for a 3×3 kernel, but a 5×5 kernel gives wrong numbers.")
    return _side_by_side(given, target)


def _compare_maps(image: Tensor, kernel: Tensor, target: Tensor, given: Tensor) -> None:
    shape, wanted = tuple(given.shape), tuple(target.shape)
    if shape == tuple(image.shape):
        raise NotYet(
            f"Your output is as large as the image, {shape}. Without padding a 3×3 kernel has "
            f"only {wanted} places."
        )
    if shape == (wanted[0] - 1, wanted[1] - 1):
        raise NotYet(f"Your output is {shape}: the last place of each axis is missing, H − k + 1.")
    if shape != wanted:
        raise NotYet(f"Your output has shape {shape}; the kernel has {wanted} places.")
    if torch.allclose(given.float(), target, atol=1e-4):
        return
    picture = _side_by_side(given, target)
    if torch.allclose(given.float(), convolution.convolve(image, kernel.flip(0, 1)), atol=1e-4):
        raise NotYet("The kernel is flipped. PyTorch lays it on the image as it is.", picture)
    if torch.allclose(given.float(), convolution.convolve(image, torch.ones(3, 3)), atol=1e-4):
        raise NotYet("The window is summed up without the kernel: multiply them first.", picture)
    raise NotYet("The shape is right, the numbers are not. Compare the pictures.", picture)


def _side_by_side(given: Tensor, target: Tensor) -> bytes:
    figure = new_figure(5, 3, layout="constrained")
    for axis, name, values in zip(
        figure.subplots(1, 2),
        ("yours", "target"),
        (given.detach().float().numpy(), target.numpy()),
        strict=True,
    ):
        axis.imshow(values, cmap="RdBu_r", vmin=-4, vmax=4)
        axis.set(title=name, xticks=[], yticks=[])
    return png(figure)
