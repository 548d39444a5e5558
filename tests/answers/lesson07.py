"""Answers to the exercises of lesson 07 that no edit of a solution describes."""

CUT = "def cut(series, size):\n    "
STEP = """
def train_step(net, optimizer, x, y, h_state):
    prediction, new = net(x, h_state)
    loss = ((prediction - y) ** 2).mean()
"""
DONE = "    loss.backward()\n    optimizer.step()\n"
GENERATE = """
def generate_values(net, seen, n):
    values = []
    with torch.no_grad():
        prediction, h_state = net(seen)
        for _ in range(n):
            values.append(prediction[:, -1])
            prediction, h_state = net(prediction[:, -1:], h_state)
"""
KEPT = "it keeps something from one call to the next"
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", CUT + "return torch.stack(series.chunk(size)).unsqueeze(-1)",
     "You made `size` windows"),
    ("exercise-1-code", CUT + "return series.unfold(0, size, size).flip(0).unsqueeze(-1)",
     "in the wrong order"),
    ("exercise-1-code", CUT + "return list(series.unfold(0, size, size))", "Return a tensor"),
    ("exercise-1-code", CUT + "return torch.tensor([[[v] for v in series.tolist()[i:i + size]] "
     "for i in range(0, len(series), size)])", "drop the two left over"),
    ("exercise-1-code", CUT + "return series.unfold(0, 4, 4).unsqueeze(-1)", "Use `size`"),
    ("exercise-1-code", "def cut(series, size, kept=[]):\n    kept.extend(series.unfold(0, size, "
     "size))\n    return torch.stack(kept).unsqueeze(-1)", KEPT),
    ("exercise-1-code", CUT + "windows = series.unfold(0, size, size)[..., None].clone()\n    "
     "series.zero_()\n    return windows", "changes `series` itself"),
    ("exercise-2-code", STEP + DONE + "    return loss.item()", "Return two things"),
    ("exercise-2-code", STEP + DONE + "    return [loss.item()], new", "should be one number"),
    ("exercise-2-code", STEP + "    optimizer.zero_grad()\n" + DONE +
     "    return float('nan'), new.detach()", "yours is nan"),
    ("exercise-2-code", STEP + "    loss.backward()\n    optimizer.zero_grad()\n"
     "    optimizer.step()\n    return loss.item(), new.detach()", "It had no gradients"),
    ("exercise-2-code", STEP + "    optimizer.zero_grad()\n" + DONE +
     "    return loss.item(), net(x, h_state)[1].detach()", "came with the prediction"),
    ("exercise-2-code", STEP + "    optimizer.zero_grad()\n" + DONE +
     "    h_state.copy_(new)\n    return loss.item(), h_state.detach()", "changes `h_state`"),
    ("exercise-2-code", STEP + "    optimizer.zero_grad()\n" + DONE +
     "    return new.detach(), loss.item()", "Swap the two results"),
    ("exercise-3-code", GENERATE + "    return torch.stack(values)", "The axes are: the series"),
    ("exercise-3-code", GENERATE + "    return values", "Return a tensor"),
    ("exercise-3-code", GENERATE.replace("range(n)", "range(n + 1)") +
     "    return torch.stack(values, 1)", "the 12 new values of each series, and nothing else"),
    ("exercise-3-code", GENERATE.replace("range(n)", "range(12)") +
     "    return torch.stack(values, 1)[:, :n]", "fixed numbers"),
    ("exercise-3-code", GENERATE.replace("no_grad", "enable_grad") +
     "    return torch.stack(values, 1)", "has recorded its graph"),
    ("exercise-3-code", GENERATE.replace("no_grad", "enable_grad") +
     "    return torch.tensor(torch.stack(values, 1).tolist())", "has recorded its graph"),
    ("exercise-3-code", GENERATE.replace("n):\n    values = []", "n, values=[]):") +
     "    return torch.stack(values, 1)", KEPT),
    ("exercise-3-code", GENERATE + "    net.out.weight.data.zero_()\n"
     "    return torch.stack(values, 1)", "changes the network `net`"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", CUT + "return series.double().unfold(0, size, size).unsqueeze(-1)"),
    ("exercise-1-code", CUT + "print(len(series))\n    return torch.stack([w for w in "
     "series.split(size) if len(w) == size])[:, :, None]"),
    ("exercise-2-code", STEP + DONE + "    net.zero_grad()\n    return loss.detach(), new.data"),
    ("exercise-2-code", """
def train_step(net, optimizer, x, y, h_state):
    def closure():
        nonlocal h_state
        optimizer.zero_grad()
        prediction, h_state = net(x, h_state)
        loss = F.mse_loss(prediction, y)
        loss.backward()
        return loss
    return [optimizer.step(closure).detach().numpy(), h_state.detach()]
"""),
    ("exercise-3-code", GENERATE + "    return torch.stack(values, 1).double()"),
    ("exercise-3-code", """
def generate_values(net, seen, n):  # one series after the other, value by value
    result = torch.zeros(len(seen), n, 1)
    for i, series in enumerate(seen):
        with torch.no_grad():
            prediction, h_state = net(series[None])
            for step in range(n):
                result[i, step] = prediction[0, -1].item()
                prediction, h_state = net(result[i : i + 1, step : step + 1], h_state)
    return result
"""),
    ("exercise-3-code", """
@torch.inference_mode()
def generate_values(net, seen, n):  # reads everything again at each step
    for _ in range(n):
        seen = torch.cat([seen, net(seen)[0][:, -1:]], 1)
    return seen[:, -n:]
"""),
]  # fmt: skip
