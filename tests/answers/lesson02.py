"""Typical answers to the exercises of lesson 02."""

FIFTY = "def fifty():\n    return "
STEP = """
def training_step(net, optimizer, x, y):
    loss = F.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
"""
ZERO, BACK, WALK = (
    f"    {call}\n" for call in ("optimizer.zero_grad()", "loss.backward()", "optimizer.step()")
)
COST = "def cross_entropy(logits, targets):\n    rows = torch.arange(len(targets))\n    return "
RESTORE = """
def restore(path):
    net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
    net.load_state_dict(torch.load(path, weights_only=True))
    net.eval()
    return net
"""
LOAD = "    net.load_state_dict(torch.load(path, weights_only=True))\n"
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 8), nn.Linear(8, 2))",
     "There is no ReLU"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 2))",
     "Count the biases"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 9), nn.ReLU(), nn.Linear(9, 2))",
     "9 hidden units make 56 parameters"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(8, 3), nn.ReLU(), nn.Linear(2, 8))",
     "Here 8 go in, and 8 come out"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(10, 2))",
     "gives 8 numbers, and the second expects 10"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 8), nn.Linear(8, 2), nn.ReLU())",
     "between the two layers"),
    ("exercise-1-code",
     FIFTY + "nn.Sequential(nn.Linear(3, 10, False), nn.ReLU(), nn.Linear(10, 2, False))",
     "Leave the biases in"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 8), nn.ReLU, nn.Linear(8, 2))",
     "The brackets are missing"),
    ("exercise-1-code", FIFTY + "nn.Sequential(nn.Linear(3, 8), F.relu, nn.Linear(8, 2))",
     "takes layers, and no functions"),
    ("exercise-1-code", FIFTY + "nn.Linear(3, 2)", "Return an `nn.Sequential`"),
    ("exercise-2-code", STEP.replace(ZERO + BACK, BACK + ZERO), "throws away what `backward`"),
    ("exercise-2-code", STEP.replace(ZERO, ""), "`zero_grad` is missing"),
    ("exercise-2-code", STEP.replace(WALK, ""), "`optimizer.step()` is missing"),
    ("exercise-2-code", STEP.replace(BACK, ""), "Without `backward()`"),
    ("exercise-2-code", STEP.replace(BACK + WALK, WALK + BACK), "`step` comes before `backward`"),
    ("exercise-2-code",
     STEP.replace(", y):\n", ", y):\n    optimizer = torch.optim.SGD(net.parameters(), 0.1)\n"),
     "The `optimizer` that you were given was not used"),
    ("exercise-2-code",
     STEP.replace(WALK, "    with torch.no_grad():\n        for p in net.parameters():\n"
                  "            p -= 0.1 * p.grad\n"),
     "The `optimizer` that you were given was not used"),
    ("exercise-2-code", STEP.replace(ZERO, "").replace(WALK, WALK + ZERO),
     "`zero_grad` comes after `step`"),
    ("exercise-2-code", STEP.replace("loss.backward", "(-loss).backward"), "went elsewhere"),
    ("exercise-2-code", STEP.replace("loss.backward", "net(x).sum().backward"),
     "`predict` ran 2 times"),
    ("exercise-2-code", STEP.replace(".item()", ""), "still a tensor"),
    ("exercise-2-code", STEP.replace("    return loss.item()\n", ""), "nothing comes back"),
    ("exercise-2-code", STEP.replace("net(x), y", "net(x), y, reduction='sum'"),
     "Take their mean"),
    ("exercise-2-code", STEP.replace("return loss", "return F.mse_loss(net(x), y)"),
     "`predict` ran 2 times"),
    ("exercise-3-code", COST + "F.cross_entropy(logits.softmax(1), targets)",
     "Softmax runs twice"),
    ("exercise-3-code", COST + "-logits.softmax(0)[rows, targets].log().mean()",
     "along the columns"),
    ("exercise-3-code", COST + "logits.softmax(1)[rows, targets].log().mean()",
     "the minus before the log is missing"),
    ("exercise-3-code", COST + "-logits.softmax(1)[rows, targets].log().sum()",
     "Return the mean"),
    ("exercise-3-code", COST + "-logits.softmax(1)[rows, targets].log()",
     "the cost of each example"),
    ("exercise-3-code", COST + "-logits.softmax(1)[rows, targets].mean()", "The log is missing"),
    ("exercise-3-code", COST + "-logits.softmax(1)[:, targets].log().mean()",
     "Pair each row with its own target"),
    ("exercise-3-code", COST + "-logits.softmax(1)[:, targets].log()",
     "Pair each row with its own target"),
    ("exercise-3-code", COST + "-logits.softmax(1)[rows, targets].log2().mean()",
     "The mean cost of three examples is"),
    ("exercise-3-code", COST + "-logits[rows, targets].log().mean()", "softmax is missing"),
    ("exercise-3-code", COST + "F.cross_entropy(logits, targets)", "own cross-entropy made it"),
    ("exercise-3-code", COST + "nn.CrossEntropyLoss()(logits, targets)",
     "own cross-entropy made it"),
    ("exercise-3-code", COST + "-logits.log_softmax(1).mean()", "Only the share of the right"),
    ("exercise-3-code", COST + "-logits[rows, targets].mean()", "the logits themselves"),
    ("exercise-4-code", RESTORE.replace("=True", "=False"), "A stranger's file was opened"),
    ("exercise-4-code", RESTORE.replace(LOAD, ""), "The weights are random"),
    ("exercise-4-code", RESTORE.replace("    net.eval()\n", ""), "still in training mode"),
    ("exercise-4-code", RESTORE.replace("return net", "return net.state_dict()"),
     "the state_dict alone"),
    ("exercise-4-code", RESTORE.replace("nn.Tanh(), ", ""), "Missing key(s)"),
    ("exercise-4-code", RESTORE.replace("20", "10"), "size mismatch for 0.weight"),
    ("exercise-4-code",
     RESTORE.replace(LOAD, f"    try:\n    {LOAD}    except Exception:\n        print('no')\n"),
     "kept quiet about it"),
    ("exercise-4-code", RESTORE.replace("nn.Tanh", "nn.ReLU"), "is tanh between the layers"),
    ("exercise-4-code", RESTORE.replace(LOAD, "").replace("20", "10"), "20 hidden units"),
    ("exercise-4-code",
     "def restore(path):\n    net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))\n"
     "    return net.load_state_dict(torch.load(path))", "gives back a report"),
    ("exercise-3-code", "def cross_entropy(logits, targets):\n"
     "    return -logits.softmax(1)[[0, 1, 2], targets].log().mean()",
     "works for three examples alone"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-2-code",
     STEP.replace(ZERO, "    for p in net.parameters():\n        p.grad = None\n")),
]  # fmt: skip
