"""Typical answers to the exercises of lesson 09."""

NORM = """
def batch_norm(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0), x.var(0, correction=0)
    return gamma * (x - mean) / torch.sqrt(var + eps) + beta
"""
REMEMBER = """
def remember(batches, momentum=0.1):
    features = batches[0].shape[1]
    mean, var = torch.zeros(features), torch.ones(features)
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        var = (1 - momentum) * var + momentum * batch.var(0)
    return mean, var
"""
DEEP = """
def deep_net(depth, width):
    layers, size = [], 1
    for _ in range(depth):
        layers += [nn.Linear(size, width, bias=False), nn.BatchNorm1d(width), nn.Tanh()]
        size = width
    return nn.Sequential(*layers, nn.Linear(width, 1))
"""
BLOCK = "nn.Linear(size, width, bias=False), nn.BatchNorm1d(width), nn.Tanh()"
LIST = """
class Listed(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        self.layers, size = [], 1
        for _ in range(depth):
            self.layers += [nn.Linear(size, width, bias=False), nn.BatchNorm1d(width), nn.Tanh()]
            size = width
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.out(x)


deep_net = Listed
"""
SHARED = """
def deep_net(depth, width):
    layers = [nn.Linear(1, width, bias=False), nn.BatchNorm1d(width), nn.Tanh()]
    layers += (depth - 1) * [nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.Tanh()]
    return nn.Sequential(*layers, nn.Linear(width, 1))
"""
SETTLE = """
def settle(net, batches):
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm1d)]
    before = [layer.momentum for layer in norms]
    for layer in norms:
        layer.reset_running_stats()
        layer.momentum = None
    net.train()
    with torch.no_grad():
        for batch in batches:
            net(batch)
    for layer, momentum in zip(norms, before):
        layer.momentum = momentum
    return net.eval()
"""
RESET, NONE = "        layer.reset_running_stats()\n", "        layer.momentum = None\n"


def norm(old, new):
    assert old in NORM
    return NORM.replace(old, new)


def remember(old, new):
    assert old in REMEMBER
    return REMEMBER.replace(old, new)


def deep(old, new):
    assert old in DEEP
    return DEEP.replace(old, new)


def settle(old, new):
    assert old in SETTLE
    return SETTLE.replace(old, new)


# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", norm("0, correction=0", "0"), "divides by N − 1"),
    ("exercise-1-code", norm("x.mean(0), x.var(0, correction=0)", "x.mean(), x.var(correction=0)"),
     "One mean for all numbers"),
    ("exercise-1-code",
     norm("x.mean(0), x.var(0, correction=0)",
          "x.mean(1, True), x.var(1, correction=0, keepdim=True)"), "along the features"),
    ("exercise-1-code",
     norm("x.mean(0), x.var(0, correction=0)", "x.mean(1, True), x.var(1, keepdim=True)"),
     "along the features"),
    ("exercise-1-code", norm("torch.sqrt(var + eps)", "(torch.sqrt(var) + eps)"), "too late"),
    ("exercise-1-code", norm("torch.sqrt(var + eps)", "(var + eps)"), "square root is missing"),
    ("exercise-1-code", norm("var + eps", "var"), "`eps` is missing"),
    ("exercise-1-code", norm("torch.sqrt(var + eps)", "x.std(0)"), "leaves `eps` out"),
    ("exercise-1-code",
     norm("    return gamma * (x - mean)", "    x -= mean\n    return gamma * x"),
     "itself was changed"),
    ("exercise-1-code", norm("var + eps", "var + 1e-5"), "one `eps` only"),
    ("exercise-1-code", norm(" + beta", ""), "`beta` is missing"),
    ("exercise-1-code", norm("gamma * (x", "(x"), "`gamma` is missing"),
    ("exercise-1-code",
     norm("gamma * (x - mean) / torch.sqrt(var + eps) + beta", "(x - mean) / (var + eps).sqrt()"),
     "fourth equation"),
    ("exercise-1-code",
     norm("gamma * (x - mean) / torch.sqrt(var + eps) + beta",
          "beta * (x - mean) / (var + eps).sqrt() + gamma"), "changed places"),
    ("exercise-1-code",
     norm("gamma * (x - mean) / torch.sqrt(var + eps) + beta",
          "gamma * ((x - mean) / (var + eps).sqrt() + beta)"), "add it last"),
    ("exercise-1-code", norm("(x - mean)", "x"), "The mean is not subtracted"),
    ("exercise-1-code", norm("+ beta", "+ beta, mean"), "Return a tensor"),
    ("exercise-1-code", norm("+ beta", "- beta"), "numbers differ"),
    ("exercise-2-code", remember("batch.var(0)", "batch.var(0, correction=0)"),
     "takes the unbiased one"),
    ("exercise-2-code",
     remember("    for batch", "    momentum = 1 - momentum\n    for batch"),
     "share of the *new*"),
    ("exercise-2-code", remember("torch.ones", "torch.zeros"), "begins at 1, not at 0"),
    ("exercise-2-code", remember("torch.zeros(features), ", "torch.ones(features), "),
     "begins at 0, not at 1"),
    ("exercise-2-code",
     remember("torch.zeros(features), torch.ones(features)\n    for batch in batches:",
              "batches[0].mean(0), batches[0].var(0)\n    for batch in batches[1:]:"),
     "begins with the first batch"),
    ("exercise-2-code",
     "def remember(batches, momentum=0.1):\n    together = torch.stack(batches)\n"
     "    return together.mean((0, 1)), together.var(1).mean(0)", "plain average"),
    ("exercise-2-code",
     "def remember(batches, momentum=0.1):\n    together = torch.cat(batches)\n"
     "    return together.mean(0), together.var(0)", "one batch at a time"),
    ("exercise-2-code",
     remember("(1 - momentum) * mean + momentum * batch.mean(0)", "batch.mean(0)").replace(
         "(1 - momentum) * var + momentum * batch.var(0)", "batch.var(0)"), "Only the last batch"),
    ("exercise-2-code",
     remember("        mean = (1", "        mean, var = torch.zeros(3), torch.ones(3)\n"
              "        mean = (1"), "begins anew"),
    ("exercise-2-code", remember("    return mean, var", "        return mean, var"),
     "`return` inside the loop"),
    ("exercise-2-code", remember("return mean, var", "return var, mean"), "return the mean first"),
    ("exercise-2-code", remember("return mean, var", "return mean"), "Return two tensors"),
    ("exercise-2-code", remember("batch.var(0)", "batch.std(0)"), "remembers standard deviations"),
    ("exercise-2-code", remember(".mean(0)", ".mean()").replace("zeros(features)", "tensor(0.0)"),
     "both should be tensors (3,)"),
    ("exercise-2-code", remember(".mean(0)", ".mean()"), "`batch.mean(0)`"),
    ("exercise-2-code", remember(".var(0)", ".var()"), "`batch.var(0)`"),
    ("exercise-2-code", remember(".mean(0)", ".mean()").replace(".var(0)", ".var()"),
     "One number for all features"),
    ("exercise-2-code", remember("batches[0].shape[1]", "3"), "works for 3 features alone"),
    ("exercise-2-code", remember("    for batch", "    momentum = 0.1\n    for batch"),
     "works for 0.1 alone"),
    ("exercise-2-code", remember("mean = (1 - momentum) * mean", "mean = mean"), "numbers differ"),
    ("exercise-3-code", LIST, "plain Python list"),
    ("exercise-3-code", SHARED, "stands in it several times"),
    ("exercise-3-code", deep(", bias=False", ""), "`bias=False`"),
    ("exercise-3-code", deep("nn.Linear(width, 1)", "nn.Linear(width, 1, bias=False)"),
     "leave it its bias"),
    ("exercise-3-code",
     deep("nn.BatchNorm1d(width), nn.Tanh()", "nn.Tanh(), nn.BatchNorm1d(width)"),
     "comes after tanh"),
    ("exercise-3-code", deep(", nn.Tanh()", ""), "no tanh in it"),
    ("exercise-3-code", deep("nn.Tanh()", "nn.ReLU()"), "and not ReLU"),
    ("exercise-3-code", deep("nn.Linear(width, 1))", "nn.Linear(width, 1), nn.Tanh())"),
     "could not say 3"),
    ("exercise-3-code", deep("nn.Linear(width, 1))", "nn.Linear(width, 1), nn.BatchNorm1d(1))"),
     "only the blocks"),
    ("exercise-3-code", deep(" nn.BatchNorm1d(width),", ""), "5 batch norms, not 0"),
    ("exercise-3-code", deep("*layers, nn.Linear(width, 1)", "*layers"), "yours has 5"),
    ("exercise-3-code", deep("range(depth)", "range(depth - 1)"), "yours has 5"),
    ("exercise-3-code", deep("range(depth)", "range(5)"), "one size alone"),
    ("exercise-3-code", deep("def deep_net(depth, width):\n",
                             "def deep_net(depth, width):\n    width = 10\n"),
     "1 → 10, 10 → 10"),
    ("exercise-3-code", deep("nn.Sequential(*layers, nn.Linear(width, 1))", "layers"),
     "Return a network"),
    ("exercise-3-code", deep(BLOCK, "nn.BatchNorm1d(size), nn.Linear(size, width, bias=False), "
                             "nn.Tanh()"), "as many features as come out"),
    ("exercise-3-code",
     deep("nn.BatchNorm1d(width),", "nn.BatchNorm1d(width), nn.BatchNorm1d(width),"),
     "5 batch norms, not 10"),
    ("exercise-3-code", deep("BatchNorm1d(width)", "BatchNorm1d(width, affine=False)"),
     "leave them in"),
    ("exercise-3-code", deep("BatchNorm1d(width)", "BatchNorm1d(width, momentum=0.9)"),
     "as PyTorch sets them"),
    ("exercise-3-code", deep("(*layers,", "(*layers[:-1],"), "a tanh is missing"),
    ("exercise-3-code", deep("(*layers, nn.Linear(width, 1))", "(layers + [nn.Linear(width, 1)])"),
     "A star is missing"),
    ("exercise-3-code",
     deep("nn.Sequential(*layers, nn.Linear(width, 1))",
          "nn.ModuleList([*layers, nn.Linear(width, 1)])"), "no forward pass of its own"),
    ("exercise-4-code", settle(RESET + NONE, "        pass\n"), "on top of the old values"),
    ("exercise-4-code", settle(RESET, ""), "Something of the old"),
    ("exercise-4-code", settle(NONE, ""), "late batches count more"),
    ("exercise-4-code", settle("    net.train()\n", ""), "remembers nothing"),
    ("exercise-4-code", "def settle(net, batches):\n    return net.eval()", "remembers nothing"),
    ("exercise-4-code", settle("net.eval()", "net"), "it must be in `eval()`"),
    ("exercise-4-code", settle("reset_running_stats", "reset_parameters"), "gamma and beta, too"),
    ("exercise-4-code", settle("torch.no_grad()", "torch.enable_grad()"), "recorded for nothing"),
    ("exercise-4-code", settle(NONE, NONE + "        break\n"), "Only the first batch norm"),
    ("exercise-4-code", settle("net.modules()", "net.children()"), "doesn't look into blocks"),
    ("exercise-4-code", settle("layer.momentum = momentum", "pass"), "Put the `momentum`"),
    ("exercise-4-code",
     settle(RESET, "        layer.running_mean.zero_()\n        layer.running_var.fill_(1)\n"),
     "counts on from the old"),
    ("exercise-4-code", settle("    net.train()\n", "    net.train().requires_grad_(False)\n"),
     "no longer ask for gradients"),
    ("exercise-4-code", settle("net(batch)", "net(batch)\n            break"), "Only one batch"),
    ("exercise-4-code", settle("in batches", "in [torch.cat(batches)]"), "went in as one"),
    ("exercise-4-code", settle("return net.eval()", "return net.state_dict()"), "Return the net"),
    ("exercise-1-code", "def batch_norm(x, gamma, beta, eps=1e-5):\n"
     "    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)",
     "PyTorch's own batch norm made them"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", "def batch_norm(x, gamma, beta, eps=1e-5):\n"
     "    mean = x.sum(0) / len(x)\n    var = (x**2).sum(0) / len(x) - mean**2\n"
     "    return gamma * (x - mean) / (var + eps).sqrt() + beta"),
]  # fmt: skip
