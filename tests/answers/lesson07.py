"""Typical answers to the exercises of lesson 07."""

CUT = "def cut(series, size):\n    count = len(series) // size\n    return "
STEP = """
def train_step(net, optimizer, x, y, h_state):
    prediction, h_state = net(x, h_state)
    loss = F.mse_loss(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), h_state.detach()
"""
GENERATE = """
def generate_values(net, seen, n):
    values = []
    with torch.no_grad():
        prediction, h_state = net(seen, None)
        for _ in range(n):
            value = prediction[:, -1:]
            values.append(value.flatten())
            prediction, h_state = net(value, h_state)
    return torch.cat(values)
"""


def step(old, new):
    assert old in STEP
    return STEP.replace(old, new)


def generate(old, new):
    assert old in GENERATE
    return GENERATE.replace(old, new)


# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", CUT + "series[: count * size].view(count, size)", "axis is missing"),
    ("exercise-1-code", CUT + "series[: count * size].view(size, count, 1)", "are swapped"),
    ("exercise-1-code", CUT + "series.unfold(0, size, size - 1)[..., None]", "overlap by one"),
    ("exercise-1-code", CUT + "series.unfold(0, size, 1)[..., None]", "slide by one"),
    ("exercise-1-code", CUT + "series[: count * size].view(count, 1, size)", "the last one"),
    ("exercise-1-code", CUT + "series.view(1, -1, 1)", "as long as the series"),
    ("exercise-1-code", CUT + "series.view(-1, size, 1)", "drop the two left over"),
    ("exercise-1-code", CUT + "series[-count * size :].view(-1, size, 1)", "*last* two"),
    ("exercise-1-code", CUT + "series[: count * size].view(size, count).T[..., None]",
     "follow each other"),
    ("exercise-1-code", CUT + "[series[i * size :][:size] for i in range(count)]",
     "Return a tensor"),
    ("exercise-1-code", CUT + "torch.stack([F.pad(w, (0, size - len(w))) for w in "
     "series.split(size)])[..., None]", "don't fill a window"),
    ("exercise-1-code", CUT + "series[: (count - 1) * size].view(-1, size, 1)",
     "a window is missing"),
    ("exercise-1-code", CUT + "torch.stack([series[i * size :][:size] for i in "
     "range(count - 1)])[..., None]", "a window is missing"),
    ("exercise-1-code", CUT + "series[: len(series) // 10 * 10].view(-1, 10, 1)",
     "Use `size`, not a fixed number"),
    ("exercise-1-code", CUT + "series.sum()", "count windows"),
    ("exercise-2-code", step(".detach()", ""), "not detached"),
    ("exercise-2-code",
     step(".detach()", "").replace("net(x, h_state)", "net(x, h_state.detach())"),
     "so that any caller can use it"),
    ("exercise-2-code", step("mse_loss(prediction, y)", "mse_loss(prediction.squeeze(), y)"),
     "Your loss broadcasts"),
    ("exercise-2-code", step("mse_loss(prediction, y)", "mse_loss(prediction, y.flatten())"),
     "Your loss broadcasts"),
    ("exercise-2-code", step("(prediction, y)", '(prediction, y, reduction="sum")'), "the *sum*"),
    ("exercise-2-code", step("mse_loss(prediction, y)", "mse_loss(prediction[:, -1:], y[:, -1:])"),
     "not where they should be"),
    ("exercise-2-code",
     step("    loss =", "    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)\n    loss ="),
     "not by the `optimizer`"),
    ("exercise-2-code",
     step("    loss =", "    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)\n    loss ="),
     "not by the `optimizer`"),
    ("exercise-2-code", step("net(x, h_state)", "net(x, None)"), "not carried"),
    ("exercise-2-code", step("net(x, h_state)", "net(x)"), "not carried"),
    ("exercise-2-code", step("F.mse_loss(prediction,", "F.mse_loss(prediction.detach(),"),
     "Detach the state alone"),
    ("exercise-2-code", step("prediction, h_state =", "prediction, new ="), "state that came in"),
    ("exercise-2-code", step("    optimizer.zero_grad()\n", ""), "Old gradients pile up"),
    ("exercise-2-code", step("    optimizer.step()\n", ""), "`step()` is missing"),
    ("exercise-2-code", step("    loss.backward()\n", ""), "`backward()` is missing"),
    ("exercise-2-code", step("loss.item()", "loss"), "`.item()` makes it a number"),
    ("exercise-2-code", step("loss.item(), ", ""), "Return two things"),
    ("exercise-2-code", step("mse_loss", "l1_loss"), "mean *absolute* error"),
    ("exercise-2-code", step("h_state.detach()", "prediction.detach()"), "the state that the net"),
    ("exercise-3-code", generate("net(value, h_state)", "net(seen[:, -1:], h_state)"),
     "the loop is open"),
    ("exercise-3-code", generate("net(value, h_state)", "net(value)"), "state is lost"),
    ("exercise-3-code", generate("net(value, h_state)", "net(value, None)"), "state is lost"),
    ("exercise-3-code", generate("net(seen, None)", "net(seen[:, -1:], None)"),
     "read all of `seen`"),
    ("exercise-3-code",
     generate("net(seen, None)\n", "net(seen, None)\n"
              "        prediction, h_state = net(seen[:, -1:], h_state)\n"), "goes in twice"),
    ("exercise-3-code",
     generate("net(seen, None)\n", "net(seen, None)\n"
              "        prediction, h_state = net(prediction[:, -1:], h_state)\n"),
     "One value is missing"),
    ("exercise-3-code",
     generate("net(seen, None)", "seen[:, -1:], net(seen[:, :-1], None)[1]"),
     "Your first value is the last"),
    ("exercise-3-code", generate("    values = []", "    values = [seen.flatten()]"),
     "new values alone"),
    ("exercise-3-code", generate("torch.no_grad()", "torch.enable_grad()"), "torch.no_grad()"),
    ("exercise-3-code", generate("value.flatten()", "value"), "`.flatten()` helps"),
    ("exercise-3-code", generate("range(n)", "range(n + 1)"), "it returns 13"),
    ("exercise-3-code", generate("return torch.cat(values)", "return values"),
     "12 values as a tensor"),
    ("exercise-3-code", generate("torch.cat(values)", "torch.cat(values).tolist()"),
     "as a tensor; this is a list"),
    ("exercise-3-code", generate("prediction, h_state = net(value", "prediction, _ = net(value"),
     "The state never moves on"),
    ("exercise-3-code",
     generate("net(value, h_state)", "net(seen := torch.cat([seen[:, 1:], value], 1), h_state)"),
     "the state already holds them"),
    ("exercise-3-code",
     generate("net(value, h_state)", "net(seen := torch.cat([seen, value], 1), h_state)"),
     "the state already holds them"),
    ("exercise-3-code",
     generate("net(value, h_state)", "net(seen := torch.cat([seen[:, 1:], value], 1))"),
     "is read from zeros at each step"),
    ("exercise-3-code",
     generate("net(seen, None)\n", "net(seen, None)\n        prediction = prediction[:, :1]\n"),
     "the *first* sample of `seen`"),
    ("exercise-3-code", generate("net(value, h_state)", "net(prediction, h_state)"),
     "The whole prediction goes back in"),
    ("exercise-3-code",
     "def generate_values(net, seen, n):\n    return net(seen)[0].flatten()[-n:]",
     "nothing was fed back"),
    ("exercise-1-code", "def cut(series, size):\n    parts = range(0, len(series), size)\n"
     "    return torch.tensor([[[v] for v in series.tolist()[i:i + size]] for i in parts])",
     "drop the two left over"),
    ("exercise-2-code", step("loss.item()", "[loss.item()]"), "One number was due here"),
    ("exercise-2-code", step("loss.item()", "float('nan')"), "The loss should be"),
    ("exercise-3-code", GENERATE.replace("return torch.cat(values)",
                                         "return torch.cat(values).squeeze()"), "Asked for one"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-3-code", GENERATE.replace("return torch.cat(values)",
                                         "return torch.cat(values).double()")),
]  # fmt: skip
