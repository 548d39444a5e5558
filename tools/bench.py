"""How much faster do lessons 05 and 06 train than a classic loop?

    python tools/bench.py [cnn|lstm|live] [ROUNDS]      (default: all three, 3 rounds each)

`cnn` and `lstm` train the network of a lesson on all of MNIST, in turn in two ways. The classic
way is that of most tutorials: torchvision's `MNIST` with `ToTensor`, a `DataLoader`, Adam with a
fixed learning rate, a test on 2,000 images every 50 steps. We look every 100 steps whether it has
reached a target; looking is not timed. Where it has not after four epochs, its time until then
counts, and the lesson's way is *at least* so many times faster. The lesson's way has a fixed
number of steps for each target. If it misses one in any round, the exit status is 1.

`live` measures what the live picture of lesson 07 costs. `cnn` and `lstm` need the full MNIST and
take a few minutes a round.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jupyter_client.manager import run_kernel
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import MNIST

from helpers.data import Digits, data_folder, mnist
from helpers.training import accuracy, fit
from tools.lessons import ROOT, source

LOOK = 100  # steps of the classic way between two tests on all test images
EPOCHS = 4  # of the classic way, at most


def named(lesson: str, cells: Sequence[str]) -> dict:
    """Return what some cells of a lesson define."""
    names: dict = {"torch": torch, "nn": nn}
    for cell in cells:
        exec(source(ROOT / "notebooks" / lesson, cell).split("\n\n\n")[0], names)
    return names


CNN = named("05_cnn_mnist.ipynb", ["cnn"])["CNN"]
LSTM = named("06_lstm_mnist.ipynb", ["reader", "open-gates"])


def classic_cnn() -> nn.Module:
    """Return the network of lesson 05 in the usual order: first ReLU, then pooling."""
    net = CNN()
    for stage in (net.stage1, net.stage2):
        stage[1], stage[2] = stage[2], stage[1]
    return net


def lesson_cnn() -> nn.Module:
    """Return the network of lesson 05 as it is trained there, with channels last in memory."""
    return CNN().to(memory_format=torch.channels_last)


def classic_lstm() -> nn.Module:
    """Return the network of lesson 06 for images (N, 1, 28, 28)."""
    return nn.Sequential(nn.Flatten(1, 2), LSTM["Reader"]())


def lesson_lstm() -> nn.Module:
    """Return the same with its forget gates open, as the lesson trains it."""
    net = classic_lstm()
    LSTM["open_forget_gates"](net[1].rnn)
    return net


class Task(NamedTuple):
    """Two networks, the classic batch and learning rate, and the lesson's steps per target."""

    classic: Callable[[], nn.Module]
    lesson: Callable[[], nn.Module]
    batch: int
    rate: float
    steps: dict[float, int]  # of 64 images, with a learning rate that peaks at 0.008


# With seeds 0, 1 and 2 the CNN came to 98.7 % or more, and 99.1 % or more; with one epoch (938
# steps) it missed 99 % with three of six seeds. The LSTM came to 97.8 % or more with 1,000 steps
# and five seeds, and with 1,400 steps and six seeds to 98.05 % or more.
TASKS = {
    "cnn": Task(classic_cnn, lesson_cnn, 50, 0.001, {0.985: 600, 0.99: 1876}),
    "lstm": Task(classic_lstm, lesson_lstm, 64, 0.01, {0.974: 1000, 0.98: 1800}),
}


def classic(task: Task, seed: int, digits: Digits) -> Iterator[tuple[float, float]]:
    """Train in the classic way; yield (seconds, accuracy on all test images) now and then."""
    torch.manual_seed(seed)
    x_test, y_test = digits.test_images[:, None] / 255, digits.test_labels
    data = MNIST(data_folder(), transform=transforms.ToTensor(), download=True)
    loader = DataLoader(data, batch_size=task.batch, shuffle=True)
    net = task.classic()
    optimizer = torch.optim.Adam(net.parameters(), lr=task.rate)
    seconds, steps = 0.0, 0
    start = time.perf_counter()
    for _ in range(EPOCHS):
        for x, y in loader:
            loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if steps % 50 == 0:
                (net(x_test[:2000]).argmax(1) == y_test[:2000]).float().mean().item()
            steps += 1
            if steps % LOOK == 0:
                seconds += time.perf_counter() - start
                yield seconds, accuracy(net, x_test, y_test)
                start = time.perf_counter()


def lesson(task: Task, seed: int, digits: Digits, steps: int) -> tuple[float, float]:
    """Train in the lesson's way; return (seconds, accuracy on all test images).

    The seconds include the conversion of the images, as those of the classic way do.
    """
    torch.manual_seed(seed)
    start = time.perf_counter()
    x_train = (digits.train_images[:, None] / 255).sub_(0.1307).div_(0.3081)
    net = task.lesson()
    fit(net, x_train, digits.train_labels, steps, batch=64, peak=0.008)
    seconds = time.perf_counter() - start
    x_test = (digits.test_images[:, None] / 255 - 0.1307) / 0.3081
    return seconds, accuracy(net, x_test, digits.test_labels)


def compare(name: str, rounds: int, digits: Digits) -> bool:
    """Print a line for each training and the medians; return whether the lesson's way sufficed."""
    task = TASKS[name]
    fit(task.lesson(), torch.randn(640, 1, 28, 28), torch.arange(640) % 10, 20)  # warm up
    slow: dict[float, list[float]] = {target: [] for target in task.steps}
    fast: dict[float, list[float]] = {target: [] for target in task.steps}
    missed = dict.fromkeys(("classic", "lesson"), 0)

    def report(way: str, target: float, seconds: float, share: float) -> float:
        missed[way] += share < target
        said = "  MISSED" if share < target else ""
        print(f"{name}, {way}, {target:.1%}: {seconds:.1f} s  {share:.2%}{said}", flush=True)
        return seconds

    for seed in range(rounds):
        left, seconds, share = list(task.steps), 0.0, 0.0
        for seconds, share in classic(task, seed, digits):
            while left and share >= left[0]:
                target = left.pop(0)
                slow[target].append(report("classic", target, seconds, share))
            if not left:
                break
        for target in left:
            slow[target].append(report("classic", target, seconds, share))
        for target, steps in task.steps.items():
            fast[target].append(report("lesson", target, *lesson(task, seed, digits, steps)))
    for target in task.steps:
        ratios = [a / b for a, b in zip(slow[target], fast[target])]
        print(
            f"{name}, {target:.1%}: median {statistics.median(slow[target]):.1f} s classic, "
            f"{statistics.median(fast[target]):.1f} s lesson; "
            f"{statistics.median(ratios):.1f} times faster "
            f"({', '.join(f'{ratio:.1f}' for ratio in ratios)})"
        )
    for way, times in missed.items():
        if times:
            print(f"{name}: the {way} way missed a target {times} times.")
    return not missed["lesson"]


MEASURE = """
import time
x, y = waves(4000)
for drawn in (False, True):
    torch.manual_seed(0)
    net, live = ShortNet(), LivePicture(moving, "The fit.", redraw, 0.02) if drawn else nothing
    start = time.perf_counter()
    losses = train(net, x, y, lr=0.0002, live=live)
    print(time.perf_counter() - start)
"""


def live(rounds: int) -> None:
    """Train as in lesson 07, without and with its live picture, which needs a kernel to show."""
    path = ROOT / "notebooks" / "07_rnn_sine.ipynb"
    with run_kernel(kernel_name="python3", cwd=str(path.parent)) as kernel:

        def run(code: str) -> list[float]:
            printed: list[str] = []

            def listen(message: dict) -> None:
                if message["msg_type"] == "error":
                    sys.exit("\n".join(message["content"]["traceback"]))
                printed.append(message["content"].get("text", ""))

            kernel.execute_interactive(code, output_hook=listen, timeout=300)
            return [float(line) for line in "".join(printed).splitlines()]

        for cell in ("set-up", "waves", "net-loop", "net", "train-loop", "live-figure"):
            run(f"%%capture\n{source(path, cell)}")
        run(MEASURE)  # the first time is slower
        shares = []
        for _ in range(rounds):
            bare, drawn = run(MEASURE)
            shares.append(1 - bare / drawn)
            print(f"live, 4,000 steps: {bare:.1f} s bare, {drawn:.1f} s with the picture")
    print(f"live: the picture takes {statistics.median(shares):.0%} of the time (median)")


def main(arguments: list[str]) -> None:
    """Measure what is named, or everything."""
    names = [name for name in arguments if name in (*TASKS, "live")] or [*TASKS, "live"]
    rounds = next((int(number) for number in arguments if number.isdigit()), 3)
    os.environ["LESSON_DEVICE"] = "cpu"  # both ways on the same device
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {os.cpu_count()} cores")
    reached = []
    if names != ["live"]:
        digits = mnist()
        if not digits.full:
            sys.exit("The benchmark needs the full MNIST.")
        reached = [compare(name, rounds, digits) for name in names if name in TASKS]
    if "live" in names:
        live(rounds)
    sys.exit(not all(reached))


if __name__ == "__main__":
    main(sys.argv[1:])
