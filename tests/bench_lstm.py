"""How fast does lesson 06 train its LSTM, beside two classic ways?

    python tests/bench_lstm.py [ROUNDS]      (default: 3)

All train on all of MNIST, in turn, in the same process. The first classic way is that of many
notes: one layer of 64 units, batch 64, Adam 0.01, a test on 2,000 images every 50 steps. The
second is the usual example of two layers of 128 units, batch 100. Both load with torchvision's
`MNIST`, `ToTensor` and `DataLoader`. Each goes on until it has met its targets, for a few
epochs at most, and is looked at every 100 steps; looking is not timed. Needs the full data
set; takes some minutes a round.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import MNIST

from helpers.data import data_folder, mnist
from helpers.lesson06.reading import open_forget_gates
from helpers.training import accuracy, fit

LOOK = 100  # steps
# how many steps of 64 images, peaking at 0.008, reach a target with some margin
BUDGETS = {0.965: 500, 0.97: 600, 0.974: 800, 0.98: 1400}


class Classic(NamedTuple):
    """A classic way: its network, its loader, when it tests, and what it should reach."""

    name: str
    units: int
    layers: int
    batch: int
    rate: float
    epochs: int  # at most
    test_every: int  # steps; 0 is after each epoch alone
    targets: tuple[float, ...]


WAYS = [
    Classic("first classic", 64, 1, 64, 0.01, 3, 50, (0.965, 0.97, 0.98)),
    Classic("second classic", 128, 2, 100, 0.01, 4, 0, (0.965, 0.97, 0.974, 0.98)),
]
RATIOS = {"first classic": 0.965, "second classic": 0.974}  # what the lesson is held against


class Reader(nn.Module):
    """The network of lesson 06, with any number of layers."""

    def __init__(self, units: int = 64, layers: int = 1) -> None:
        super().__init__()
        self.rnn = nn.LSTM(28, units, layers, batch_first=True)
        self.out = nn.Linear(units, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        r_out, _ = self.rnn(x)
        return self.out(r_out[:, -1])


def classic(way: Classic, seed: int, digits) -> Iterator[tuple[float, float, int]]:
    """Yield (seconds, accuracy on all test images, steps) every `LOOK` steps and at the end."""
    torch.manual_seed(seed)
    data = MNIST(data_folder(), train=True, download=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=way.batch, shuffle=True)
    x_test = digits.test_images / 255
    net = Reader(way.units, way.layers)
    optimizer = torch.optim.Adam(net.parameters(), lr=way.rate)
    seconds, steps = 0.0, 0
    start = time.perf_counter()
    for _ in range(way.epochs):
        for x, y in loader:
            loss = F.cross_entropy(net(x.view(-1, 28, 28)), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if way.test_every and steps % way.test_every == 0:
                right = net(x_test[:2000]).argmax(1) == digits.test_labels[:2000]
                right.float().mean().item()
            steps += 1
            if steps % LOOK == 0:
                seconds += time.perf_counter() - start
                yield seconds, accuracy(net, x_test, digits.test_labels), steps
                start = time.perf_counter()


def lesson(seed: int, digits, target: float) -> tuple[float, float]:
    """Return (seconds, accuracy) of the lesson's way with the budget for `target`.

    The seconds include bringing the images to tensors.
    """
    torch.manual_seed(seed)
    start = time.perf_counter()
    x_train = (digits.train_images / 255).sub_(0.1307).div_(0.3081)
    net = Reader()
    open_forget_gates(net.rnn)
    fit(net, x_train, digits.train_labels, steps=BUDGETS[target], batch=64, peak=0.008)
    seconds = time.perf_counter() - start
    x_test = (digits.test_images / 255 - 0.1307) / 0.3081
    return seconds, accuracy(net, x_test, digits.test_labels)


def measure(way: Classic, seed: int, digits) -> dict[float, float]:
    """Run a classic way, print its progress, and return the seconds to each target it met."""
    reached: dict[float, float] = {}
    seconds = share = steps = 0.0
    for seconds, share, steps in classic(way, seed, digits):
        for target in way.targets:
            if share >= target and target not in reached:
                reached[target] = seconds
                print(f"{way.name}, {target:.1%} at step {steps}: {seconds:.1f} s", flush=True)
        if len(reached) == len(way.targets):
            break
    for target in way.targets:
        if target not in reached:
            print(f"{way.name}, {target:.1%} MISSED: {share:.2%} after {seconds:.1f} s")
    return reached


def main(rounds: int) -> None:
    """Measure, print a line a run, then the ratios."""
    os.environ["LESSON_DEVICE"] = "cpu"  # both ways on the same device
    digits = mnist()
    if not digits.full:
        sys.exit("The benchmark needs the full MNIST.")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {os.cpu_count()} cores")
    fit(Reader(), torch.randn(640, 28, 28), torch.arange(640) % 10, steps=20)  # warm up
    ratios: dict[str, list[float]] = {}
    for seed in range(rounds):
        taken: dict[float, float] = {}
        for target in BUDGETS:
            seconds, share = lesson(seed, digits, target)
            met = share >= target
            said = "" if met else "  MISSED"
            print(f"lesson, for {target:.1%}: {seconds:.1f} s  {share:.2%}{said}", flush=True)
            if met:
                taken[target] = seconds
        for way in WAYS:
            reached = measure(way, seed, digits)
            target = RATIOS[way.name]
            if target in reached and target in taken:
                name = f"{way.name}, time to {target:.1%}"
                ratios.setdefault(name, []).append(reached[target] / taken[target])
    print("\ntimes faster than the classic way (median, all)")
    for name, values in ratios.items():
        listed = ", ".join(f"{value:.1f}" for value in values)
        print(f"{name}: {statistics.median(values):.1f} ({listed})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
