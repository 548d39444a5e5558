"""How many learners fit on this machine: real kernels play a lesson, and are timed and weighed.

    python tools/simulate_class.py --lesson 05 --learners 1 2 4 8

First one learner plays the lesson alone and without pauses: this gives the seconds that each cell
takes on this machine. Then come the classes. Their learners arrive at random, run each cell, and
pause for a random time before the next. What a cell takes longer than alone, its learner *waits*.
Run it while the machine does nothing else, on Linux, and with MNIST in `data/`.

Not simulated: browsers, the server that JupyterHub starts for each learner, and explorers.
"""

import argparse
import asyncio
import contextlib
import copy
import os
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from nbclient import NotebookClient

from tools.lessons import LESSONS, ROOT, minutes, read

SEED = 0  # of the arrivals and the pauses
GIGABYTE = 1e9
PLANNED = (50, 500)  # learners


@dataclass
class Learner:
    """What was measured of one learner."""

    seconds: dict[str, float] = field(default_factory=dict)  # for each cell
    computed: float = 0.0  # seconds of processor time
    process: psutil.Process | None = None
    own: float = 0.0  # bytes that no other process shares, at most

    def weigh(self) -> float:
        """Return the bytes of the kernel and what it started, shared ones divided (PSS)."""
        own = total = 0.0
        with contextlib.suppress(psutil.Error):  # it may have just ended
            for process in [self.process, *self.process.children(recursive=True)]:
                memory = process.memory_full_info()
                own, total = own + memory.uss, total + memory.pss
            times = self.process.cpu_times()
            self.computed = sum(times[:4])  # its own and, once they have ended, its children's
        self.own = max(self.own, own)
        return total


async def play(learner: Learner, lesson: Path, options: argparse.Namespace, pauses: list) -> None:
    """Run a lesson's cells in a kernel of its own, after a pause before each."""
    notebook = copy.deepcopy(read(lesson))
    with tempfile.TemporaryDirectory() as folder:
        # each has weights of its own, and all of them read one file of MNIST
        os.symlink(ROOT / "data" / "mnist.pt", Path(folder, "mnist.pt"))
        environment = os.environ | {"LESSON_DATA": folder, "PYTHONPATH": str(ROOT)}
        if options.threads:
            environment |= {"OMP_NUM_THREADS": str(options.threads)}
        place = {"metadata": {"path": folder}}
        client = NotebookClient(notebook, kernel_name="python3", timeout=1200, resources=place)
        # errors come as messages; what remains is a warning of each kernel about its connection
        async with client.async_setup_kernel(env=environment, stderr=subprocess.DEVNULL):
            learner.process = psutil.Process(client.km.provisioner.pid)
            for i, cell in enumerate(notebook.cells):
                if cell.cell_type == "code":
                    await asyncio.sleep(pauses.pop())
                    begun = time.monotonic()
                    await client.async_execute_cell(cell, i)
                    learner.seconds[cell.id] = time.monotonic() - begun
            learner.weigh()
            learner.process = None


async def hold(number: int, lesson: Path, options: argparse.Namespace, alone: bool) -> tuple:
    """Let a class play, and return its learners, its most memory, and the seconds it took."""
    chance = random.Random(SEED)
    learners = [Learner() for _ in range(number)]
    cells = len(read(lesson).cells)
    average = 0 if alone else options.pause
    begun = time.monotonic()

    async def come(learner: Learner) -> None:
        pauses = [chance.expovariate(1 / average) if average else 0.0 for _ in range(cells)]
        await asyncio.sleep(chance.uniform(0, average * number))
        await play(learner, lesson, options, pauses)

    playing = [asyncio.create_task(come(learner)) for learner in learners]
    most = 0.0
    while not all(task.done() for task in playing):
        await asyncio.wait(playing, timeout=5)  # weighing takes processor time itself
        most = max(most, sum(one.weigh() for one in learners if one.process))
    await asyncio.gather(*playing)  # which raises what went wrong
    return learners, most, time.monotonic() - begun


def main() -> None:
    """Measure, print a line for each class, and what follows for larger ones."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lesson", default="05", help="its number")
    parser.add_argument("--learners", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--pause", type=float, default=10, help="mean seconds before a cell")
    parser.add_argument("--threads", type=int, default=1, help="of a kernel; 0: as torch chooses")
    options = parser.parse_args()
    (lesson,) = [path for path in LESSONS if path.name.startswith(f"{options.lesson}_")]
    if not (ROOT / "data" / "mnist.pt").exists():
        parser.error("MNIST is not in data/: run lesson 05 once while you are online.")

    (one,), _, seconds = asyncio.run(hold(1, lesson, options, alone=True))
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / GIGABYTE
    print(
        f"{cores} cores, {memory:.0f} GB. "
        f"{lesson.name} alone: {seconds:.0f} s, of them {one.computed:.0f} s of processor time; "
        f"the longest cell {max(one.seconds.values()):.1f} s; {one.own / GIGABYTE:.2f} GB.\n\n"
        "          seconds that a cell waits  gigabytes  cores\n"
        "learners   median    95%  longest    all  one   busy"
    )
    for number in options.learners:
        learners, most, seconds = asyncio.run(hold(number, lesson, options, alone=False))
        waits = [
            max(0.0, taken - one.seconds[name])
            for learner in learners
            for name, taken in learner.seconds.items()
        ]
        own = statistics.median(learner.own for learner in learners) / GIGABYTE
        p95 = statistics.quantiles(waits, n=20)[-1]
        busy = sum(learner.computed for learner in learners) / seconds
        print(
            f"{number:8} {statistics.median(waits):8.2f} {p95:6.2f} {max(waits):8.1f} "
            f"{most / GIGABYTE:6.2f} {own:.2f} {busy:6.2f}",
            flush=True,
        )
    share = one.computed / (60 * minutes(lesson))  # of a core, at the pace of a real learner
    room = int(0.8 * memory / own)
    print(
        f"\nA kernel takes {own:.2f} GB, so 80% of this memory is enough for {room} of them. A "
        f"learner takes {minutes(lesson)} minutes for the lesson, and so {share:.4f} cores on "
        f"average: {cores} cores are enough for {cores / share:.0f} learners who are spread out, "
        f"and for {cores} who run the longest cell at once."
    )
    for number in PLANNED:
        print(f"{number} learners: {number * own:.0f} GB, {number * share:.1f} cores on average.")


if __name__ == "__main__":
    main()
