"""How fast is the lesson's way of training, beside the classic one?

    python tests/bench.py [ROUNDS]      (default: 3)

Both train the network of lesson 05 on all of MNIST, one after the other, in turn, in the
same process. The classic way is the one of most tutorials. It goes on for up to three epochs
until it has met both targets, and is looked at every 200 steps; looking is not timed.
Needs the full data set; takes about two minutes a round.
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
EPOCH = 1200  # steps of 50 images
# how many steps of 64 images, and which peak, reach a target with some margin
BUDGETS = {0.985: {"steps": 400, "batch": 64, "peak": 0.008},
           0.99: {"epochs": 1, "batch": 64, "peak": 0.008}}  # fmt: skip


def network(pool_first: bool) -> nn.Module:
    """Return lesson 05's network; the classic order is ReLU, then pool."""

    def stage(inputs: int, outputs: int) -> list[nn.Module]:
        rest = [nn.ReLU(), nn.MaxPool2d(2)]
        return [nn.Conv2d(inputs, outputs, 5, padding=2), *(rest[::-1] if pool_first else rest)]

    return nn.Sequential(*stage(1, 16), *stage(16, 32), nn.Flatten(), nn.Linear(1568, 10))


def classic(seed: int, digits) -> Iterator[tuple[float, float, int]]:
    """Yield (seconds, accuracy on all test images, steps) every 200 steps, 3,600 at most.

    torchvision's MNIST, ToTensor, DataLoader, batch 50, Adam 1e-3, a test on 2,000 images
    every 50 steps with gradients on.
    """
    torch.manual_seed(seed)
    data = MNIST(data_folder(), train=True, download=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=50, shuffle=True)
    x_test = digits.test_images[:, None] / 255
    net = network(pool_first=False)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    seconds, steps = 0.0, 0
    start = time.perf_counter()
    for _ in range(3):
        for x, y in loader:
            loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if steps % 50 == 0:
                (net(x_test[:2000]).argmax(1) == digits.test_labels[:2000]).float().mean().item()
            steps += 1
            if steps % 200 == 0:
                seconds += time.perf_counter() - start
                yield seconds, accuracy(net, x_test, digits.test_labels), steps
                start = time.perf_counter()


def lesson(seed: int, digits, target: float, bf16: bool) -> tuple[float, float]:
    """Return (seconds, accuracy) of the lesson's way with the budget for `target`.

    The time includes making the tensors ready, as the classic way's includes `ToTensor`.
    """
    torch.manual_seed(seed)
    start = time.perf_counter()
    x_train = ((digits.train_images / 255 - 0.1307) / 0.3081)[:, None]
    net = network(pool_first=True).to(memory_format=torch.channels_last)
    # without the cache, which would keep the first step's weights for the whole training
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16, cache_enabled=False):
        fit(net, x_train, digits.train_labels, **BUDGETS[target])
    seconds = time.perf_counter() - start
    x_test = ((digits.test_images / 255 - 0.1307) / 0.3081)[:, None]
    return seconds, accuracy(net, x_test, digits.test_labels)


def main(rounds: int) -> None:
    """Measure, print a line a run, then the ratios."""
    os.environ["LESSON_DEVICE"] = "cpu"  # both ways on the same device
    digits = mnist()
    if not digits.full:
        sys.exit("The benchmark needs the full MNIST.")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {os.cpu_count()} cores")
    fit(network(True), torch.randn(640, 1, 28, 28), torch.arange(640) % 10, epochs=4)  # warm up
    ratios: dict[str, list[float]] = {}
    for seed in range(rounds):
        reached: dict[float, float] = {}
        for seconds, share, steps in classic(seed, digits):
            for target in TARGETS:
                if share >= target and target not in reached:
                    reached[target] = seconds
                    print(f"classic, {target:.1%} at step {steps}: {seconds:.1f} s", flush=True)
            if steps == EPOCH:
                print(f"classic, one epoch: {seconds:.1f} s  {share:.2%}", flush=True)
            if len(reached) == len(TARGETS) and steps >= EPOCH:
                break
        for bf16 in (False, True):
            name = "bf16" if bf16 else "fp32"
            for target in TARGETS:
                seconds, share = lesson(seed, digits, target, bf16)
                met = share >= target
                print(f"lesson {name}, for {target:.1%}: {seconds:.1f} s  {share:.2%}"
                      + ("" if met else "  MISSED"), flush=True)  # fmt: skip
                if met and target in reached:
                    ratios.setdefault(f"{name}, time to {target:.1%}", []).append(
                        reached[target] / seconds
                    )
    print("\ntimes faster than the classic way (median, all)")
    for name, values in ratios.items():
        listed = ", ".join(f"{value:.1f}" for value in values)
        print(f"{name}: {statistics.median(values):.1f} ({listed})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
