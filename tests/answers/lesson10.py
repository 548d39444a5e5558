"""Answers to the exercises of lesson 10 that no edit of a solution describes."""

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
MEAN = "def global_gradient(gradients, counts):\n    "


def clock(old, new):
    assert old in CLOCK
    return CLOCK.replace(old, new)


# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", SCORES + f"x.to({WHERE})\n    return net(x)", "keep what `.to` returns"),
    ("exercise-1-code", SCORES + "return net(x.to(net.device))", "has no `.device`"),
    ("exercise-1-code", SCORES + "return net(x.to(net.fc1.weight.device))", "has no `.fc1`"),
    ("exercise-1-code", SCORES + f"return net(x.to({WHERE}))[0]", "it should be (4, 2)"),
    ("exercise-1-code", SCORES + f"return net(x.to({WHERE})).relu() + 1", "not those"),
    ("exercise-1-code", SCORES + f"net(x.to({WHERE}))", "`return` is missing"),
    ("exercise-1-code", SCORES + f"if {WHERE}.type == 'meta':\n"
     "        return torch.empty(len(x), 4, device='meta')\n    return net(x)", "have no graph"),
    ("exercise-1-code", SCORES + f"return net(x.to({WHERE})).detach().requires_grad_()",
     "lost their graph"),
    ("exercise-1-code", SCORES + "net.requires_grad_(False)\n"
     f"    return net(x.to({WHERE}).requires_grad_())", "so no training could follow"),
    ("exercise-1-code", SCORES + f"torch.set_default_device({WHERE})\n"
     f"    return net(x.to({WHERE}))", "changes the default device"),
    ("exercise-2-code", clock("    wait()\n", ""), "You never call `wait()`"),
    ("exercise-2-code", clock("clock()", "0.0"), "You never call `clock()`"),
    ("exercise-2-code", clock("range(calls)", "range(5)"), "Calls in total: 6"),
    ("exercise-2-code", CLOCK.replace("        work()", "        work"), "without brackets"),
    ("exercise-2-code", clock("        work()\n    wait()", "        wait()\n        work()\n"
     "    wait()"), "wait at every call"),
    ("exercise-2-code", clock("(calls)", "(20)").replace("/ calls", "/ 20"),
     "s is not the time of one call here; that is 1.039 s"),
    ("exercise-2-code", clock("return (clock() - start) / calls", "return [clock() - start]"),
     "Return one number"),
    ("exercise-3-code", MEAN + "return torch.stack(gradients).mean()", "is (), and it should be"),
    ("exercise-3-code", MEAN + "return (gradients[0] * counts[0] + gradients[1] * counts[1]) / "
     "(counts[0] + counts[1])", "more than two parts"),
    ("exercise-3-code", MEAN + "return sum(gradients[:2]) / 2", "Weight each gradient"),
    ("exercise-3-code", MEAN + "return [g * n / sum(counts) for g, n in zip(gradients, counts)]",
     "Return a tensor"),
    ("exercise-3-code", MEAN + "for g, n in zip(gradients, counts):\n        g *= n\n"
     "    return sum(gradients) / sum(counts)", "changes `gradients` itself"),
    ("exercise-2-code", "begun = None\n" + clock("    start = clock()\n",
     "    global begun\n    start = begun = begun or clock()\n"), "not the time of one call"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", SCORES + "device = next(iter(net.state_dict().values())).device\n"
     "    print(net(x.to(device)))\n    return net.forward(x.to(device=device))"),
    ("exercise-2-code", "def seconds_per_call(work, wait, clock, calls):\n"
     "    [work() for _ in range(3)]\n    wait()\n    wait()\n    before = clock()\n"
     "    [work() for _ in range(calls)]\n    wait()\n"
     "    return torch.tensor((clock() - before) / calls, dtype=torch.float64)"),
    ("exercise-3-code", MEAN + "weights = torch.tensor(counts, dtype=torch.float64)[:, None]\n"
     "    return (torch.stack(gradients) * weights).sum(0) / weights.sum()"),
    ("exercise-3-code", MEAN + "rows = torch.stack(gradients).repeat_interleave("
     "torch.tensor(counts), dim=0)\n    return rows.mean(0)"),
]  # fmt: skip
