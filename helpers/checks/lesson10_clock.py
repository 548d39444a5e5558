"""Check of lesson 10's clock, on a pretended GPU whose times are exact."""

from collections.abc import Callable

from helpers.checks.answers import a_number
from helpers.checks.verdict import NotYet, attempt, check

ASKING, WORK, FIRST, WAITING = 0.001, 1.0, 50.0, 0.25  # seconds


class PretendedGPU:
    """A queue and a clock: work is asked for at once and done later; nothing really waits."""

    def __init__(self) -> None:
        """Start at time 0 with an empty queue."""
        self.now = self.free = 0.0
        self.calls = self.waits = 0
        self.warm: int | None = None  # how many calls came before the clock was first read

    def work(self) -> None:
        """Put a job into the queue; the first one takes longer."""
        self.now += ASKING
        self.free = max(self.free, self.now) + (WORK if self.calls else FIRST)
        self.calls += 1

    def wait(self) -> None:
        """Let time pass until the queue is empty, and a bit for the waiting itself."""
        self.now = max(self.now, self.free) + WAITING
        self.waits += 1

    def clock(self) -> float:
        """Return the time."""
        self.warm = self.calls if self.warm is None else self.warm
        return self.now


def timed(calls: int, way: str = "right") -> float:
    """Return what the right function measures for `calls`, or one of the wrong ones we know."""
    gpu = PretendedGPU()
    if way != "cold":
        gpu.work()
    start = gpu.clock()
    if way != "no start":
        gpu.wait()
    if way != "start before wait":
        start = gpu.clock()
    if way == "warm-up counted":
        gpu = PretendedGPU()
        start = gpu.clock()
        gpu.work()
        gpu.wait()
    if way == "warm-up divided":
        return timed(calls + 1, "cold")
    for _ in range(calls):
        gpu.work()
        if way == "wait each":
            gpu.wait()
    if way not in ("no end", "wait each"):
        gpu.wait()
    return (gpu.clock() - start) / (1 if way == "whole" else calls)


WAYS = {
    "no end": "The clock stops before the work is done: wait once more before you read it.",
    "no start": "The warm-up is still in the queue when the clock starts: wait for it first.",
    "start before wait": "Read the clock after the wait for the warm-up, not before it.",
    "cold": "The first call takes much longer, and it is in your time: warm up before the clock.",
    "warm-up counted": "The warm-up is in your time: start the clock after it, and after a wait.",
    "warm-up divided": "The warm-up is one of the calls in your time: start the clock after it.",
    "whole": "This is the time of all the calls together: divide by `calls`.",
    "wait each": "You wait after every call, and each wait costs time too: wait once, after all.",
}


@check(
    "This is what a `Timer` does inside. A block of calls also makes short work measurable: "
    "the waiting is shared by all of them.",
    "Replace the three dots in `seconds_per_call` and run the cell again.",
)
def seconds_per_call(answer: Callable[..., float]) -> None:
    """Examine `seconds_per_call(work, wait, clock, calls)` on a pretended GPU."""
    for calls in (20, 7):
        gpu = PretendedGPU()
        given = a_number(attempt(answer, gpu.work, gpu.wait, gpu.clock, calls))
        if _near(given, timed(calls)):
            continue
        if not gpu.waits:
            raise NotYet(
                "You never call `wait()`: this is the time to *ask* for the work, which is done "
                "later."
            )
        if gpu.calls < calls:
            raise NotYet(f"`work()` was called {gpu.calls} times; {calls} calls were asked for.")
        for way, hint in WAYS.items():
            if _near(given, timed(calls, way)):
                raise NotYet(hint)
        if given < 0:
            raise NotYet("Your time is negative: take the start from the end.")
        if gpu.warm == 0:
            raise NotYet(WAYS["cold"])
        if gpu.waits > calls:
            raise NotYet(WAYS["wait each"])
        if gpu.calls == calls:
            raise NotYet(
                f"Besides the warm-up, `work()` was called {calls - 1} times; {calls} calls were "
                "asked for."
            )
        raise NotYet(
            f"{given:.3f} s is not the time of one call here, {timed(calls):.3f} s. Warm up, "
            "wait, read the clock; all calls; wait, read the clock; divide."
        )


def _near(a: float, b: float) -> bool:
    return abs(a - b) < 1e-6
