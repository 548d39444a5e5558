"""Bring any drawing of a digit to the form of MNIST's images."""

import torch
import torch.nn.functional as F

SIDE = 28  # pixels, an MNIST image
BOX = 20  # pixels, the square that the digit itself fills


def mnist_form(drawing: torch.Tensor) -> torch.Tensor:
    """Size-normalize and center a drawing (H, W), ink high and paper 0, in 0 to 255.

    Returns uint8 (28, 28): the ink's bounding box is scaled to fit 20 x 20 pixels with its
    proportions kept, and its center of mass is put on pixel (14, 14). That is how
    the data set was made (LeCun, Cortes, Burges: The MNIST database of handwritten digits).
    An empty drawing gives an empty image. Raises ValueError if it isn't (H, W).
    """
    if drawing.dim() != 2:
        raise ValueError(f"a drawing has shape (H, W), this one has {tuple(drawing.shape)}")
    ink = drawing.float()
    image = torch.zeros(SIDE, SIDE, dtype=torch.uint8)
    rows, columns = (ink > 25).nonzero(as_tuple=True)
    if len(rows) == 0:
        return image
    ink = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = BOX / max(ink.shape)
    size = [max(1, round(side * scale)) for side in ink.shape]
    ink = F.interpolate(ink[None, None], size, mode="bilinear", antialias=True)[0, 0]
    top, left = _corner(ink.sum(1)), _corner(ink.sum(0))
    image[top : top + size[0], left : left + size[1]] = ink.round().clamp(0, 255).byte()
    return image


def _corner(mass: torch.Tensor) -> int:
    """Where to start, on one axis, so that the center of mass is on pixel 14.

    The center of a symmetric digit is often halfway between two pixels. We round it first, so
    that the last bits of a sum, which differ between machines, don't decide for one of them.
    """
    mass = mass.double()
    center = (mass * torch.arange(len(mass))).sum() / mass.sum()
    corner = round(SIDE / 2 - round(center.item(), 3))
    return min(max(corner, 0), SIDE - len(mass))
