"""Answers to the exercises of lesson 02 that no edit of our solution describes."""

FIFTY = "def fifty():\n    return "
STEP = """
def training_step(net, optimizer, x, y):
    loss = F.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
"""
LOSS = "def cross_entropy(logits, targets):\n    return "
RESTORE = """
def restore(path):
    net = nn.Sequential(OrderedDict(a=nn.Linear(1, 20), t=nn.Tanh(), b=nn.Linear(20, 1)))
    saved = torch.load(path, weights_only=True)
    net.load_state_dict(saved)
    return net.eval()
"""
UNNAMED = (
    RESTORE.replace("OrderedDict(a=", "")
    .replace("t=", "")
    .replace("b=", "")
    .replace(", 1)))", ", 1))")
)
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 9), nn.ReLU(), nn.Linear(9, 2))",
     "9 hidden units make 56 parameters"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(8, 3), nn.ReLU(), nn.Linear(2, 8))",
     "Here 8 go in, and 8 come out"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(10, 2))",
     "returns 8 numbers, and the second one expects 10"),
    ("exercise-1-code", FIFTY + "nn.Sequential([nn.Linear(3, 9), nn.ReLU()])", "no list of them"),
    ("exercise-1-code", FIFTY + "nn.Linear(3, 2)", "Return an `nn.Sequential`"),
    ("exercise-2-code", STEP.replace("net(x)", "net(x).detach()")
     .replace("    optimizer.z", "    loss.requires_grad = True\n    optimizer.z"),
     "the prediction was detached"),
    ("exercise-2-code", STEP.replace("    optimizer.step", "    nn.utils.clip_grad_norm_("
                                     "net.parameters(), 1.0)\n    optimizer.step"),
     "The gradients or the optimizer were changed"),
    ("exercise-2-code", STEP.replace("    optimizer.step()\n", "    with torch.no_grad():\n"
                                     "        for p in net.parameters():\n"
                                     "            p -= 0.1 * p.grad\n"),
     "not by the `optimizer` that was passed"),
    ("exercise-2-code", STEP.replace("loss.backward", "net(x).sum().backward"), "something else"),
    ("exercise-2-code", STEP.replace("loss.item()", 'float("nan")'), "yours is nan"),
    ("exercise-3-code", LOSS + "-(F.one_hot(targets) * logits.log_softmax(1)).sum(1).mean()",
     "if the last class is among the targets"),
    ("exercise-3-code", LOSS + "-logits.softmax(1)[[0, 1, 2], targets].log().mean()",
     "works for three samples alone"),
    ("exercise-3-code", LOSS + "-logits.softmax(1)[[0, 1], targets].log().mean()",
     "fits two rows only"),
    ("exercise-3-code", LOSS + "-(logits.exp() / logits.exp().sum())[torch.arange(len(targets)), "
     "targets].log().mean()", "by its own sum"),
    ("exercise-3-code", LOSS + "nn.CrossEntropyLoss()(logits, targets)", "cross-entropy made it"),
    ("exercise-3-code", LOSS + "F.cross_entropy(logits.softmax(1), targets)", "runs twice"),
    ("exercise-4-code", RESTORE.replace("(saved)", "(saved, strict=False)"), "`strict=False`"),
    ("exercise-4-code", RESTORE, 'Missing key(s) in state_dict: "a.weight"'),
    ("exercise-4-code", RESTORE.replace("net.eval()", "saved").replace("net.load", "#"),
     "the state_dict alone"),
    ("exercise-4-code", UNNAMED.replace("net.eval()", "net.eval"), "`net.eval()` calls it"),
    ("exercise-4-code", UNNAMED.replace("20", "10"), "with 20 hidden units"),
    ("exercise-4-code", RESTORE.replace("    net.load", "    return net.load")
     .replace("(saved)", "(saved, strict=False)"), "the report that `load_state_dict` returns"),
    ("exercise-1-code", "layers = nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2)\n" + FIFTY
     + "nn.Sequential(*layers)", "the same layers each time"),
    ("exercise-2-code", STEP.replace("    optimizer.zero_grad()\n", "").replace(
        "    optimizer.step", "    for p in net.parameters():\n        p.grad.zero_()\n"
        "    optimizer.step"), "comes between `backward` and `step`"),
    ("exercise-4-code", "net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))\n"
     "def restore(path):\n    net.load_state_dict(torch.load(path, weights_only=True))\n"
     "    return net.eval()", "Create the network inside the function"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", FIFTY + "nn.Sequential("
     "OrderedDict(a=nn.LazyLinear(8), relu=nn.ReLU(inplace=True), b=nn.LazyLinear(2)))"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Sequential(nn.Linear(3, 8), nn.ReLU()), "
     "nn.Linear(8, 2))"),
    ("exercise-2-code", """
def training_step(net, optimizer, x, y):
    def closure():
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        return loss
    return optimizer.step(closure).item()
"""),
    ("exercise-2-code", STEP.replace("optimizer.zero_grad()", "print(net(x).shape)\n"
                                     "    for p in net.parameters():\n        p.grad = None")
     .replace("loss.item()", "loss.detach().numpy()[()]")),
    ("exercise-2-code", """
def training_step(net, optimizer, x, y):
    optimizer.zero_grad()
    losses = [F.mse_loss(net(a), b) / len(x) for a, b in zip(x, y)]
    for loss in losses:
        loss.backward()
    optimizer.step()
    return sum(loss.item() for loss in losses)
"""),
    ("exercise-3-code", LOSS + "float((logits.logsumexp(1) - logits.gather(1, targets[:, None])"
     "[:, 0]).mean())"),
    ("exercise-3-code", "import math\n\n\n" + LOSS + "sum(math.log(sum(math.exp(z - row[t]) for z "
     "in row)) for row, t in zip(logits.tolist(), targets.tolist())) / len(targets)"),
    ("exercise-4-code",
     RESTORE.replace("(saved)", "(dict(zip(net.state_dict(), saved.values())))")),
    ("exercise-3-code", """
class Loss(nn.Module):
    def forward(self, logits, targets):
        return -logits.log_softmax(1).gather(1, targets[:, None]).mean()
cross_entropy = Loss()
"""),
]  # fmt: skip
