"""The training of a classifier, and the test that follows it."""

import contextlib
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.devices import best_device
from helpers.live import LiveLoss, nothing


def fit(
    net: nn.Module,
    images: Tensor,
    labels: Tensor,
    steps: int,
    batch: int = 128,
    peak: float = 0.01,
    live: bool = True,
) -> list[float]:
    """Train a classifier in place for some steps and return the loss of each.

    `images` (N, ...) and `labels` (N,) stay in memory and are cut into batches of `batch`
    in a new random order each epoch. Adam's learning rate rises to `peak` and falls again
    (`OneCycleLR`). Lesson 05 writes this loop out. It computes on `best_device()`; the net is
    brought back to where it was. An interrupt ends the training and keeps what was learned. With
    `live=False` there is no picture, and an interrupt goes on to the caller. Raises ValueError
    for fewer than 10 steps.
    """
    if steps < 10:
        raise ValueError(
            f"{steps} steps are too few for a learning rate that rises and falls; give at least 10"
        )
    home, device = next(net.parameters()).device, best_device()
    images, labels = images.to(device), labels.to(device)  # may not fit: before the network moves
    net.to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=peak, betas=(0.95, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=peak, total_steps=steps, pct_start=0.2
    )
    losses: list[float] = []
    net.train()
    try:
        with LiveLoss(losses, steps) if live else nothing as picture:
            while len(losses) < steps:
                for rows in torch.randperm(len(images)).split(batch)[: steps - len(losses)]:
                    loss = F.cross_entropy(net(images[rows]), labels[rows])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    schedule.step()
                    losses.append(loss.item())
                    picture.update()
    finally:
        net.to(home)
    return losses


@contextlib.contextmanager
def evaluating(net: nn.Module) -> Iterator[None]:
    """Put a network into evaluation mode, and each layer back into its own mode at the end."""
    modes = [(layer, layer.training) for layer in net.modules()]
    net.eval()
    try:
        yield
    finally:
        for layer, was_training in modes:
            layer.training = was_training


def predict(net: nn.Module, images: Tensor, batch: int = 500) -> Tensor:
    """Return the class scores (N, classes) of `net` in evaluation mode, without gradients."""
    with evaluating(net), torch.inference_mode():
        return torch.cat([net(part) for part in images.split(batch)])


def accuracy(net: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Return the share of images, 0 to 1, whose highest score is at their label."""
    return (predict(net, images).argmax(1) == labels).float().mean().item()
