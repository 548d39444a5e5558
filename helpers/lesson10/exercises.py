"""The exercises of lesson 10."""

from typing import Any

import torch
from torch import Tensor, nn

from helpers.exercise import Answer, Raised, a_number, exercise, same
from helpers.verdict import NotYet

WHERE = "next(net.parameters()).device"
ONE_BY_ONE = "`parameters()` returns the parameters one by one: `next(...)` takes the first one."
WRITTEN_IN = (
    "The name of a device is written into your code, and the network is somewhere else here. Ask "
    f"the network: `{WHERE}`."
)


class SmallNet(nn.Module):
    """A network that can't be indexed and has no weight of its own, like most networks."""

    def __init__(self, inputs: int, scores: int) -> None:
        """Make two layers."""
        super().__init__()
        self.body = nn.Sequential(nn.Linear(inputs, 5), nn.ReLU(), nn.Linear(5, scores))

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores."""
        return self.body(x)


def _two_places(answer: Answer) -> dict:
    here, there = SmallNet(3, 2).to("cpu"), SmallNet(7, 4).to("meta")
    near = answer(here, torch.randn(4, 3))
    far = answer(there, torch.randn(6, 7), may_change=[there])  # it has no numbers to compare
    for given in (near, far):
        error = given.error if isinstance(given, Raised) else None
        if isinstance(error, AttributeError) and any(error.obj is net for net in (here, there)):
            raise NotYet(
                f"This network has no `.{error.name}`, and many others have none. What every "
                f"network with parameters has is `{WHERE}`."
            )
    parameters = [*here.parameters(), *there.parameters()]
    found = {
        "moved": [parameter.device.type for parameter in parameters],
        "asks": all(parameter.requires_grad for parameter in parameters),
        "scores": near,
        "elsewhere": far,
    }
    if isinstance(near, Tensor) and isinstance(far, Tensor):
        found["elsewhere"] = {"device": far.device.type, "shape": tuple(far.shape)}
        found["graph"] = [near.grad_fn is not None, far.grad_fn is not None]
    return found


def _of_elsewhere(theirs: Any, ours: dict) -> str:
    if not isinstance(theirs, dict):
        return f"Return the scores as a tensor; this is a {type(theirs).__name__}."
    return (
        f"The network is on `meta` here, and its scores have shape {ours['shape']}. Yours have "
        f"shape {theirs['shape']} and are on `{theirs['device']}`. Return them as they come out."
    )


@exercise(
    "The function finds out by itself where the network is, so the same code runs with and "
    "without a GPU. Many libraries look at a parameter of the network for this.",
    ask=_two_places,
    mistakes=[
        ("The network is on `meta` here, and `x` is still on the CPU when they meet. Ask the "
         "network for its device, move `x` there, and keep what `.to` returns.",
         f"x.to({WHERE})", "x"),
        ("Your function moves the network. Move the data to the network instead.",
         f"net(x.to({WHERE}))", "net.to(x.device)(x)"),
        ("Your function moves the network. Move the data to the network instead.",
         f"net(x.to({WHERE}))", "net.to('meta')(x.to('meta'))"),
        ("The scores are taken off the network's device. Leave them where they come out.",
         f"net(x.to({WHERE}))", f"net(x.to({WHERE})).cpu()"),
        (WRITTEN_IN, WHERE, "'cuda'"),
        (WRITTEN_IN, WHERE, "'mps'"),
        (WRITTEN_IN, WHERE, "'mps:0'"),
        (WRITTEN_IN, WHERE, "'meta'"),
        (ONE_BY_ONE, "next(net.parameters())", "net.parameters()[0]"),
        (ONE_BY_ONE, "next(net.parameters())", "net.parameters()"),
        ("Not every network has layers that can be taken by number. What every network with "
         f"parameters has is `{WHERE}`.",
         WHERE, "net[0].weight.device"),
        ("`.to` wants a device here, that of a parameter, and not the network or the parameter.",
         WHERE, "net"),
        ("The parameters no longer require gradients, so no training could follow: leave "
         "`requires_grad_(False)` out.",
         "    return", "    net.requires_grad_(False)\n    return"),
        ("The scores have lost their graph, so nothing could be trained with them. Return them as "
         "the network computes them, without `detach` or `no_grad`.",
         f"net(x.to({WHERE}))", f"net(x.to({WHERE})).detach()"),
        ("You return the probabilities. The scores are what the network returns.",
         f"net(x.to({WHERE}))", f"net(x.to({WHERE})).softmax(1)"),
        ("You return the position of the highest score. Return the scores themselves.",
         f"net(x.to({WHERE}))", f"net(x.to({WHERE})).argmax(1)"),
    ],
    otherwise={
        "moved": "Your function moves the network. Move the data to the network instead.",
        "scores": "The scores are not those that the network returns for `x`.",
        "graph": "The scores have no graph, so nothing could be trained with them. Return them as "
        "the network computes them.",
        "elsewhere": _of_elsewhere,
    },
)  # fmt: skip
def scores_of(net, x):
    return net(x.to(next(net.parameters()).device))


ASKING, WORK, FIRST, WAITING = 0.02, 1.0, 50.0, 0.25  # seconds


class SimulatedGPU:
    """A queue and a clock: a call of `work` returns at once, and the work is done later."""

    def __init__(self, now: float = 700.0) -> None:
        """Start at some time, as every clock does, with an empty queue."""
        self.now = self.free = now
        self.calls = self.waits = self.readings = 0

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
        self.readings += 1
        return self.now


def _timed(answer: Answer) -> dict:
    found = []
    for calls, now in ((20, 700.0), (7, 4321.0)):
        gpu = SimulatedGPU(now)
        given = answer(gpu.work, gpu.wait, gpu.clock, calls)
        found.append(given)
        if a_number(given) is None or same(given, (ASKING + calls * WORK + WAITING) / calls):
            continue
        if not gpu.readings:
            raise NotYet("You never call `clock()`. The time here is the simulated GPU's own.")
        if not gpu.waits:
            raise NotYet(
                "You never call `wait()`: this is the time that it takes to *ask* for the work, "
                "which is done later."
            )
        if gpu.calls < calls:
            raise NotYet(
                f"`work()` should be called {calls} times after the warm-up. Calls in total: "
                f"{gpu.calls}. (`work` without brackets doesn't call it.)"
            )
    return {"": found}


COLD = (
    "The first call takes much longer, and it is in your time: warm up, and wait, before you read "
    "the clock."
)
EACH = "You wait at every call, and each wait takes time, too: wait once, after all the calls."
NOT_CALLED = "`clock` is a function: call it with brackets, `clock()`."
ALL_CALLS = "    for _ in range(calls):\n        work()\n    wait()\n"
WAIT_EACH = "    for _ in range(calls):\n        work()\n        wait()\n"
WARM_UP = "    work()  # warm-up\n    wait()\n"


@exercise(
    "This is what a `Timer` does inside. A block of calls also makes short work measurable, "
    "because its calls share the time of one wait and of two looks at the clock.",
    ask=_timed,
    mistakes=[
        ("The clock stops before the work is done: wait once more before you read it.",
         ALL_CALLS, ALL_CALLS.replace("    wait()\n", "")),
        ("The warm-up is still in the queue when the clock starts: wait for it first.",
         WARM_UP, "    work()\n"),
        ("You read the clock before the wait for the warm-up. Read it after that wait.",
         "    wait()\n    start = clock()\n", "    start = clock()\n    wait()\n"),
        (COLD, WARM_UP, ""),
        (COLD, WARM_UP, "", ALL_CALLS, WAIT_EACH),
        ("The warm-up is in your time: start the clock after it, and after a wait.",
         WARM_UP + "    start = clock()\n", "    start = clock()\n" + WARM_UP),
        ("The warm-up is one of the calls in your time: start the clock after it, and divide by "
         "`calls`.",
         WARM_UP + "    start = clock()\n", "    start = clock()\n    work()\n",
         "/ calls", "/ (calls + 1)"),
        ("This is the time of all the calls together: divide by `calls`.", " / calls", ""),
        (EACH, ALL_CALLS, WAIT_EACH),
        (EACH, ALL_CALLS, WAIT_EACH + "    wait()\n"),
        (EACH, ALL_CALLS, ALL_CALLS.replace("        work()", "        wait()\n        work()")),
        ("Your time is negative: take the start from the end.",
         "clock() - start", "start - clock()"),
        ("One call of `work()` is missing: the warm-up is not one of the calls.",
         "range(calls)", "range(calls - 1)"),
        ("You divide by one call too many: the warm-up is not in your time.",
         "/ calls", "/ (calls + 1)"),
        ("You return the time at the end. Read the clock before the calls, too, and take the "
         "difference.",
         "(clock() - start)", "clock()"),
        (NOT_CALLED, "clock()", "clock"),
        (NOT_CALLED, "start = clock()", "start = clock"),
        (NOT_CALLED, "(clock() - start)", "(clock - start)"),
    ],
    otherwise=lambda theirs, ours:
        f"{a_number(theirs):.3f} s is not the time of one call here; that is {ours:.3f} s. Warm "
        "up, wait, read the clock; all the calls; wait, read the clock; divide."
        if a_number(theirs) is not None
        else f"Return one number, the seconds; this is a {type(theirs).__name__}.",
)  # fmt: skip
def seconds_per_call(work, wait, clock, calls):
    work()  # warm-up
    wait()
    start = clock()
    for _ in range(calls):
        work()
    wait()
    return (clock() - start) / calls


COUNTS_LESS = "Divided by its count, a part with more rows counts less. It should count more."
ONLY_TWO = "There may be more than two parts: add over all of them."


@exercise(
    "If all parts have the same size, this is the plain average. Several processes that train one "
    "network take the plain average, too, so they are given parts of the same size: see *Going "
    "further*.",
    cases=[([torch.tensor([1.5, -2]), torch.tensor([0.25, 4])], [1, 5]),
           ([torch.tensor([3.0, 1, -7]), torch.tensor([0.5, -6, 2]), torch.tensor([-4.0, 0, 9])],
            [3, 1, 4])],
    mistakes=[
        ("This is the plain average: a part with one row counts as much as one with many.",
         "g * count", "g", "sum(counts)", "len(counts)"),
        ("The gradients are added up, so with more parts your step would be longer. Take an "
         "average.",
         "g * count", "g", "total / sum(counts)", "total"),
        ("The weights are right, but you don't divide by their sum, the number of all rows.",
         "total / sum(counts)", "total"),
        ("You divide by the number of parts. Divide by the number of all rows: `sum(counts)`.",
         "sum(counts)", "len(counts)"),
        (COUNTS_LESS, "g * count", "g / count", "total / sum(counts)", "total"),
        (COUNTS_LESS, "g * count", "g / count", "sum(counts)", "len(counts)"),
        (COUNTS_LESS, "g * count", "g / count"),
        ("Each gradient is already a mean over its own rows. Multiplied by its count, it is their "
         "sum; only then divide by the number of all rows.",
         "g * count", "g"),
        ("The counts are multiplied along the columns. Each count belongs to a whole gradient: "
         "`[:, None]` turns the counts into a column.",
         "sum(g * count for g, count in zip(gradients, counts))",
         "(torch.stack(gradients) * torch.tensor(counts)).sum(0)"),
        ("You add up the numbers of each gradient. Add over the parts instead.",
         "sum(g * count for g, count in zip(gradients, counts))",
         "(torch.stack(gradients) * torch.tensor(counts)[:, None]).sum(1)"),
        ("This is the gradient of the part with the most rows alone. The others count, too.",
         "total / sum(counts)", "gradients[counts.index(max(counts))]"),
        (ONLY_TWO, "zip(gradients, counts)", "zip(gradients[:2], counts[:2])"),
        (ONLY_TWO, "zip(gradients, counts)", "zip(gradients[:2], counts[:2])",
         "sum(counts)", "sum(counts[:2])"),
    ],
    otherwise="Weight each gradient by the number of its rows, add over the parts and nothing "
              "else, and divide by the number of all rows.",
)  # fmt: skip
def global_gradient(gradients, counts):
    total = sum(g * count for g, count in zip(gradients, counts))
    return total / sum(counts)
