"""Typical answers to the exercises of lesson 08."""

DROPOUT = """
def dropout(x, p, training):
    if not training:
        return x
    return x * (torch.rand_like(x) >= p) / (1 - p)
"""
NET = """
def dropout_net():
    return nn.Sequential(
        nn.Linear(4, 50), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(50, 50), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(50, 1),
    )
"""
LOOK = """
def take_a_look(net, x):
    mode = net.training
    net.eval()
    with torch.no_grad():
        predictions = net(x)
    net.train(mode)
    return predictions
"""
MANY = """
def ask_many(net, x, n):
    net.train()
    with torch.no_grad():
        answers = torch.stack([net(x) for _ in range(n)])
    return answers.mean(0), answers.std(0)
"""


def dropout(old, new):
    assert old in DROPOUT
    return DROPOUT.replace(old, new)


def net(old, new, count=-1):
    assert old in NET
    return NET.replace(old, new, count)


def look(old, new):
    assert old in LOOK
    return LOOK.replace(old, new)


def many(old, new):
    assert old in MANY
    return MANY.replace(old, new)


TAIL = "nn.Linear(50, 1),\n"
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", dropout(" / (1 - p)", ""), "not scaled"),
    ("exercise-1-code", dropout("/ (1 - p)", "/ p"), "divide by p"),
    ("exercise-1-code", dropout("/ (1 - p)", "* (1 - p)"), "multiply by 1 − p"),
    ("exercise-1-code", dropout("/ (1 - p)", "/ (1 - p) ** 2"), "each number by the same"),
    ("exercise-1-code", dropout(">=", "<"), "probability to be *dropped*"),
    ("exercise-1-code", dropout("rand_like(x)", "rand(x.shape[-1])"), "All rows have one mask"),
    ("exercise-1-code", dropout("rand_like(x)", "rand(len(x), 1)"), "Whole rows"),
    ("exercise-1-code", dropout("    if not training:\n        return x\n", ""),
     "drops with `training` False"),
    ("exercise-1-code", dropout("return x\n", "return x * (1 - p)\n"), "nothing is scaled"),
    ("exercise-1-code", dropout("not training", "training"), "Nothing is dropped"),
    ("exercise-1-code", dropout("return x *", "torch.manual_seed(0)\n    return x *"),
     "same at every call"),
    ("exercise-1-code", dropout("return x *", "x[:] = x *") + "    return x\n",
     "changes `x` itself"),
    ("exercise-1-code", dropout("rand_like(x) >= p", "rand_like(x) >= 0.5"), "about 30% should"),
    ("exercise-1-code", dropout(") / (1 - p)", ").sum() / (1 - p)"), "Nothing is dropped"),
    ("exercise-1-code", dropout("torch.rand_like(x)", "torch.rand(1)"), "One draw decides"),
    ("exercise-1-code", dropout(">= p", ">= 1"), "Everything is dropped"),
    ("exercise-1-code", dropout("return x *", "return x.detach() *"), "no gradient flows"),
    ("exercise-1-code", dropout("return x * (torch.rand_like(x) >= p)",
                                "return torch.from_numpy(x.numpy() * (torch.rand_like(x) >= p)"
                                ".numpy())"), "Stay with tensors"),
    ("exercise-1-code", "def dropout(x, p, training):\n    return F.dropout(x, p, training)\n",
     "PyTorch's own"),
    ("exercise-1-code", "def dropout(x, p, training):\n"
     "    return nn.Dropout(p).train(training)(x)\n", "PyTorch's own"),
    ("exercise-2-code", net("nn.Linear(50, 1)", "nn.Linear(50, 1), nn.Dropout(0.2)"),
     "acts on the prediction"),
    ("exercise-2-code", net("nn.Linear(4, 50)", "nn.Dropout(0.2), nn.Linear(4, 50)"),
     "acts on the input"),
    ("exercise-2-code", net("0.2", "0.8"), "drops 80 %"),
    ("exercise-2-code", net("0.2", "0.5"), "one of yours has p = 0.5"),
    ("exercise-2-code", net(" nn.Dropout(0.2),", "", 1), "After the first hidden layer there is "
     "no `nn.Dropout`"),
    ("exercise-2-code", net(" nn.ReLU(),", ""), "there is no ReLU"),
    ("exercise-2-code", net("nn.Linear(50, 50), nn.ReLU(), nn.Dropout(0.2),", ""), "50 → 50"),
    ("exercise-2-code", net("nn.ReLU(),", "nn.ReLU(), nn.ReLU(),", 1), "are enough"),
    ("exercise-2-code", net(TAIL + "    )", TAIL + "    ).eval()"), "in training mode"),
    ("exercise-2-code", net(TAIL, "nn.Linear(50, 1), nn.ReLU(),\n"), "after the last"),
    ("exercise-3-code", look("    net.eval()\n", ""), "`net.eval()` first"),
    ("exercise-3-code", look("    net.train(mode)\n", ""), "left in evaluation mode"),
    ("exercise-3-code", look("net.train(mode)", "net.train()"), "leave it in training mode"),
    ("exercise-3-code", look("with torch.no_grad()", "with torch.enable_grad()"),
     "Gradients were recorded"),
    ("exercise-3-code", look("net.eval()", "net.training = False"), "reaches the net alone"),
    ("exercise-3-code", look("net.train(mode)", "net.training = mode"), "the dropout in it"),
    ("exercise-3-code", look("predictions = net(x)", "predictions = net(x).mean()"),
     "Return the predictions"),
    ("exercise-3-code", look("predictions = net(x)", "predictions = x"), "never asked"),
    ("exercise-3-code", look("    with torch.no_grad():\n    ",
                             "    torch.set_grad_enabled(False)\n"), "leave gradients"),
    ("exercise-4-code", many("    with torch.no_grad():\n    ",
                             "    torch.set_grad_enabled(False)\n"), "leave gradients"),
    ("exercise-4-code", many("stack", "cat"), "not `torch.cat`"),
    ("exercise-4-code", many("[net(x) for", "[[torch.manual_seed(0), net(x)][1] for"),
     "the same masks"),
    ("exercise-4-code", many("answers.std(0)", "answers.std(0) / n ** 0.5"), "standard error"),
    ("exercise-4-code", many("net.train()", "net.eval()"), "all answers are the same"),
    ("exercise-4-code", many("    net.train()\n", ""), "all answers are the same"),
    ("exercise-4-code", many("net.train()", "net.training = True"), "does not reach the dropout"),
    ("exercise-4-code", many("[net(x) for _ in range(n)]", "[net(x)] * n"), "asked once"),
    ("exercise-4-code", many("range(n)", "range(n - 1)"), "asked 5 times and not 6"),
    ("exercise-4-code", many("with torch.no_grad()", "with torch.enable_grad()"),
     "Gradients were recorded"),
    ("exercise-4-code", many("answers.mean(0), answers.std(0)", "answers.mean(0)"),
     "Return two tensors"),
    ("exercise-4-code", many("answers.mean(0), answers.std(0)", "answers.mean(), answers.std()"),
     "over axis 0"),
    ("exercise-4-code", many("(0), answers.std(0)", "(1), answers.std(1)"), "over axis 0"),
    ("exercise-4-code", many("answers.std(0)", "answers.var(0)"), "is the variance"),
    ("exercise-4-code", many("answers.mean(0), answers.std(0)", "answers.std(0), answers.mean(0)"),
     "are swapped"),
    ("exercise-4-code", many("answers.mean(0)", "answers.median(0).values"), "not the mean"),
    ("exercise-4-code", many("answers.std(0)", "answers.std(0) / 2"),
     "not the standard deviation"),
    ("exercise-1-code", dropout("torch.rand_like(x)", "torch.rand(x.size(0), x.size(-1))"),
     "`x` may have any shape"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", "import numpy as np\n" + dropout(
        "torch.rand_like(x)", "torch.from_numpy(np.random.rand(*x.shape))")),
    ("exercise-3-code", "def take_a_look(net, x):\n    from copy import deepcopy\n"
     "    with torch.no_grad():\n        return deepcopy(net).eval()(x)"),
]  # fmt: skip
