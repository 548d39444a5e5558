"""Typical answers to the exercises of lesson 10."""

SCORES = "def scores_of(net, x):\n    "
WHERE = "next(net.parameters()).device"
CLOCK = """
def seconds_per_call(work, wait, clock, calls):
    work()
    wait()
    start = clock()
    for _ in range(calls):
        work()
    wait()
    return (clock() - start) / calls
"""
MEAN = "def global_gradient(gradients, counts):\n    return "
PAIRS = "zip(gradients, counts)"


def clock(*changes):
    text = CLOCK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", SCORES + "return net(x)", "still on the CPU"),
    ("exercise-1-code", SCORES + f"x.to({WHERE})\n    return net(x)", "keep what `.to` gives"),
    ("exercise-1-code", SCORES + "return net.to(x.device)(x)", "Move the data to the network"),
    ("exercise-1-code", SCORES + f"return net(x.to({WHERE})).cpu()", "leave the scores where"),
    ("exercise-1-code", SCORES + "return net(x.to('cuda:99'))", "written into your code"),
    ("exercise-1-code", SCORES + "return net(x.to('mps:99'))", "written into your code"),
    ("exercise-1-code", SCORES + "return net(x.to(net.device))", "A network has no `.device`"),
    ("exercise-1-code", SCORES + "return net.to('meta')(x.to('meta'))", "has moved the network"),
    ("exercise-1-code", SCORES + f"return net(x.to({WHERE}))[0]", "have shape (4, 2)"),
    ("exercise-1-code", SCORES + f"return net(x.to({WHERE})).relu() + 1", "not those"),
    ("exercise-1-code", SCORES + f"net(x.to({WHERE}))", "`return` is missing"),
    ("exercise-1-code", SCORES + f"return net(x.to({WHERE})).detach()", "lost their graph"),
    ("exercise-1-code", SCORES + "return net(x.to(net.parameters()[0].device))", "one by one"),
    ("exercise-1-code", SCORES + "return net(x.to(net[0].weight.device))", "layers by number"),
    ("exercise-1-code", SCORES + "return net(x.to(net.weight.device))", "a weight of that name"),
    ("exercise-1-code", SCORES + "return net(x.to(net))", "wants a device"),
    ("exercise-2-code", clock(("    wait()\n", ""), ("    wait()\n", "")),
     "You never call"),
    ("exercise-2-code", clock(("    wait()\n    return", "    return")),
     "before the work is done"),
    ("exercise-2-code", clock(("    wait()\n", "")), "still in the queue"),
    ("exercise-2-code", clock(("    work()\n    wait()\n", "")), "warm up before the clock"),
    ("exercise-2-code", clock(("    work()\n    wait()\n", ""), ("    wait()\n", "")),
     "You never call `wait()`"),
    ("exercise-2-code",
     clock(("    work()\n    wait()\n    start = clock()\n",
            "    start = clock()\n    work()\n    wait()\n")), "The warm-up is in your time"),
    ("exercise-2-code",
     clock(("    wait()\n    start = clock()", "    start = clock()\n    wait()")),
     "after the wait for the warm-up"),
    ("exercise-2-code",
     clock(("    work()\n    wait()\n    start = clock()\n", "    start = clock()\n    work()\n"),
           ("/ calls", "/ (calls + 1)")), "is one of the calls"),
    ("exercise-2-code", clock((" / calls", "")), "divide by `calls`"),
    ("exercise-2-code", clock(("        work()\n", "        work()\n        wait()\n")),
     "after every call"),
    ("exercise-2-code", clock(("clock() - start", "start - clock()")), "is negative"),
    ("exercise-2-code", clock(("range(calls)", "range(calls - 1)")), "Besides the warm-up"),
    ("exercise-2-code",
     clock(("    for _ in range(calls):\n        work()\n", "    work()\n"), (" / calls", "")),
     "calls were asked for"),
    ("exercise-2-code", clock(("        work()\n    wait()", "        work()\n        wait()")),
     "after every call"),
    ("exercise-2-code", clock(("range(calls)", "range(5)")), "calls were asked for"),
    ("exercise-2-code", clock(("/ calls", "/ (calls + 1)")), "not the time of one call"),
    ("exercise-2-code", clock(("return (clock() - start) / calls", "return [clock() - start]")),
     "One number was due"),
    ("exercise-3-code", MEAN + "sum(gradients) / len(gradients)", "plain average"),
    ("exercise-3-code", MEAN + "sum(gradients)", "The gradients are added up"),
    ("exercise-3-code", MEAN + f"sum(g * n for g, n in {PAIRS})", "by the number of all rows"),
    ("exercise-3-code", MEAN + f"sum(g * n for g, n in {PAIRS}) / len(counts)",
     "number of processes"),
    ("exercise-3-code", MEAN + f"sum(g / n for g, n in {PAIRS})", "It must count more"),
    ("exercise-3-code", MEAN + "sum(gradients) / sum(counts)", "Each gradient is a mean over"),
    ("exercise-3-code",
     MEAN + "(torch.stack(gradients) * torch.tensor(counts)).sum(0) / sum(counts)",
     "along the columns"),
    ("exercise-3-code",
     MEAN.replace("return", f"for g, n in {PAIRS}:\n        g *= n\n    return")
     + "sum(gradients) / sum(counts)", "have changed"),
    ("exercise-3-code", MEAN + "gradients[counts.index(max(counts))]", "is heard"),
    ("exercise-3-code", MEAN + "torch.stack(gradients).mean()", "over nothing else"),
    ("exercise-3-code", MEAN + f"sum((g * n).tolist()[0] for g, n in {PAIRS})",
     "Return a tensor"),
    ("exercise-2-code", "def seconds_per_call(work, wait, clock, calls):\n    start = clock()\n"
     "    for _ in range(calls):\n        work()\n        wait()\n"
     "    return (clock() - start) / calls", "warm up before the clock"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-3-code", "def global_gradient(gradients, counts):\n"
     "    weights = torch.tensor(counts, dtype=torch.float64)[:, None]\n"
     "    return (torch.stack(gradients) * weights).sum(0) / weights.sum()"),
]  # fmt: skip
