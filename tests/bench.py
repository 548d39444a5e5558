"""How fast is the lesson's way of training, beside the classic one?

    python tests/bench.py [ROUNDS]      (default: 3)

Both train the network of lesson 05 on all of MNIST, one after the other, in turn, in the
same process. The classic way is the one of most tutorials; it goes on for up to three epochs
until it has met both targets. Needs the full data set; takes about three minutes a round.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import MNIST

from helpers.data import data_folder, mnist
from helpers.training import accuracy, fit

TARGETS = (0.985, 0.99)
# how many steps of 64 images, and which peak, reach a target with some margin
BUDGETS = {0.985: {"steps": 400, "batch": 64, "peak": 0.008},
           0.99: {"epochs": 1, "batch": 64, "peak": 0.008}}  # fmt: skip


def network(pool_first: bool) -> nn.Module:
    """Return lesson 05's network; the classic order is ReLU, then pool."""

    def stage(inputs: int, outputs: int) -> list[nn.Module]:
        rest = [nn.ReLU(), nn.MaxPool2d(2)]
        return [nn.Conv2d(inputs, outputs, 5, padding=2), *(rest[::-1] if pool_first else rest)]

    return nn.Sequential(*stage(1, 16), *stage(16, 32), nn.Flatten(), nn.Linear(1568, 10))


def classic(seed: int, digits) -> Iterator[tuple[float, float, str]]:
    """Yield (seconds, accuracy on all test images, what) after each epoch, three at most.

    torchvision's MNIST, ToTensor, DataLoader, batch 50, Adam 1e-3, a test on 2,000 images
    every 50 steps with gradients on. The test on all images is not counted in the time.
    """
    torch.manual_seed(seed)
    data = MNIST(data_folder(), train=True, download=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=50, shuffle=True)
    x_test = digits.test_images[:, None] / 255
    net = network(pool_first=False)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    seconds = 0.0
    for epoch in range(1, 4):
        start = time.perf_counter()
        for step, (x, y) in enumerate(loader):
            loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 50 == 0:
                (net(x_test[:2000]).argmax(1) == digits.test_labels[:2000]).float().mean().item()
        seconds += time.perf_counter() - start
        yield seconds, accuracy(net, x_test, digits.test_labels), f"{epoch} epoch(s)"


def lesson(seed: int, digits, target: float, bf16: bool) -> tuple[float, float]:
    """Return (seconds, accuracy) of the lesson's way with the budget for `target`.

    The time includes making the tensors ready, as the classic way's includes `ToTensor`.
    """
    torch.manual_seed(seed)
    start = time.perf_counter()
    x_train = ((digits.train_images / 255 - 0.1307) / 0.3081)[:, None]
    net = network(pool_first=True).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        fit(net, x_train, digits.train_labels, **BUDGETS[target])
    seconds = time.perf_counter() - start
    x_test = ((digits.test_images / 255 - 0.1307) / 0.3081)[:, None]
    return seconds, accuracy(net, x_test, digits.test_labels)


def main(rounds: int) -> None:
    """Measure, print a line a run, then the ratios."""
    digits = mnist()
    if not digits.full:
        sys.exit("The benchmark needs the full MNIST.")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {os.cpu_count()} cores")
    fit(network(True), torch.zeros(640, 1, 28, 28), torch.zeros(640).long())  # warm up
    ratios: dict[str, list[float]] = {}
    for seed in range(rounds):
        reached: dict[float, float] = {}
        for seconds, share, what in classic(seed, digits):
            print(f"classic        {what}: {seconds:6.1f} s  {share:.2%}", flush=True)
            if "1 epoch" in what:
                one_epoch = seconds
            for target in TARGETS:
                if share >= target:
                    reached.setdefault(target, seconds)
            if len(reached) == len(TARGETS):
                break
        for bf16 in (False, True):
            name = "bf16" if bf16 else "fp32"
            for target in TARGETS:
                seconds, share = lesson(seed, digits, target, bf16)
                hit = "reached" if share >= target else "MISSED"
                print(f"lesson {name}, for {target:.1%}: {seconds:6.1f} s  {share:.2%} {hit}",
                      flush=True)  # fmt: skip
                if share < target:
                    continue
                ratios.setdefault(f"{name}, {target:.1%} against one classic epoch", []).append(
                    one_epoch / seconds
                )
                if target in reached:
                    ratios.setdefault(f"{name}, time to {target:.1%}", []).append(
                        reached[target] / seconds
                    )
    print("\ntimes faster than the classic way (median, all)")
    for name, values in ratios.items():
        listed = ", ".join(f"{value:.1f}" for value in values)
        print(f"{name}: {statistics.median(values):.1f} ({listed})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
