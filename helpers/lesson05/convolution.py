"""Convolution by hand, and small kernels whose effect can be seen."""

import torch
from torch import Tensor

# the explorer opens with the first, which is not the answer to the question above it
KERNELS = {
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "horizontal edge": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "vertical edge": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "blur 3x3": [[1 / 9] * 3] * 3,
    "blur 5x5": [[1 / 25] * 5] * 5,
    "even blur 4x4": [[1 / 16] * 4] * 4,
}


def convolve(image: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """Slide `kernel` (k, k) over `image` (H, W); return the sums of products (H', W').

    Like `F.conv2d` with one channel and no bias: the kernel is not flipped.
    """
    k = len(kernel)
    padded = torch.nn.functional.pad(image, [padding] * 4)
    windows = padded.unfold(0, k, stride).unfold(1, k, stride)  # (H', W', k, k)
    return (windows * kernel).sum((2, 3))
