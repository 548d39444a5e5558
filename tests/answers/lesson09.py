"""Answers to the exercises of lesson 09 that no edit of a solution describes."""

NORM = "def batch_norm(x, gamma, beta, eps=1e-5):\n"
REMEMBER = "def remember(batches, momentum=0.1):\n"
DEEP = "def deep_net(depth, width):\n    layers, size = [], 1\n    for _ in range(depth):\n"
END = "        size = width\n    return nn.Sequential(*layers, nn.Linear(width, 1))"
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", NORM + "    x -= x.mean(0)\n"
     "    return gamma * x / torch.sqrt(x.var(0, correction=0) + eps) + beta",
     "changes `x` itself"),
    ("exercise-1-code", NORM + "    return nn.BatchNorm1d(len(gamma), eps=eps)(x) * gamma + beta",
     "PyTorch's own normalization"),
    ("exercise-1-code", NORM + "    return nn.BatchNorm1d(x.shape[1])(x)",
     "that are passed"),
    ("exercise-1-code", NORM + "    mean = x.mean(0)\n    var = x.var(0, correction=0)\n"
     "    return gamma * x - mean / torch.sqrt(var + eps) + beta", "in brackets"),
    ("exercise-1-code", NORM + "    return F.layer_norm(x, x.shape[1:], gamma, beta, eps)",
     "along the features of one sample"),
    ("exercise-2-code", REMEMBER + "    together = torch.stack(batches)\n"
     "    return together.mean((0, 1)), together.var(1).mean(0)", "plain average"),
    ("exercise-2-code", REMEMBER + "    layer = nn.BatchNorm1d(batches[0].shape[1])\n"
     "    for batch in batches:\n        layer(batch)\n"
     "    return layer.running_mean, layer.running_var", "only for a `momentum` of 0.1"),
    ("exercise-2-code", "mean, var = 0, 1\n" + REMEMBER + "    global mean, var\n"
     "    for batch in batches:\n        mean = (1 - momentum) * mean + momentum * batch.mean(0)\n"
     "        var = (1 - momentum) * var + momentum * batch.var(0)\n    return mean, var",
     "keep nothing from one call to the next"),
    ("exercise-2-code", REMEMBER + "    for batch in batches:\n        batch += 1\n"
     "    layer = nn.BatchNorm1d(batch.shape[1], momentum=momentum)\n    for batch in batches:\n"
     "        layer(batch - 1)\n    return layer.running_mean, layer.running_var",
     "changes `batches` itself"),
    ("exercise-3-code", "def deep_net(depth, width):\n    blocks, size = [], 1\n"
     "    for _ in range(depth):\n        blocks.append([nn.Linear(size, width, bias=False), "
     "nn.BatchNorm1d(width), nn.Tanh()])\n        size = width\n"
     "    return nn.Sequential(*blocks, nn.Linear(width, 1))", "`append` would put a whole list"),
    ("exercise-3-code", DEEP + "        layers += [nn.Linear(size, width, bias=False), "
     "nn.BatchNorm1d(width), nn.Tanh(), nn.Dropout(0.5)]\n" + END, "like a dropout"),
    ("exercise-3-code", DEEP + "        layers += [nn.Linear(size, width, bias=False),\n"
     "                   nn.BatchNorm1d(width, track_running_stats=False), nn.Tanh()]\n" + END,
     "`track_running_stats=False`"),
    ("exercise-3-code", DEEP + "        layers += [nn.Linear(size, width, bias=False), "
     "nn.LayerNorm(width), nn.Tanh()]\n" + END, "3 batch norms, and yours uses 0"),
    ("exercise-3-code", DEEP.replace("depth)", "5)") + "        layers += [nn.Linear(size, width, "
     "bias=False), nn.BatchNorm1d(width), nn.Tanh()]\n" + END, "and yours uses 6"),
    ("exercise-3-code", DEEP + "        layers += [nn.Linear(size, width, bias=False), "
     "nn.BatchNorm1d(width), nn.Tanh()]\n" + END.replace("        size = width\n", ""),
     "Only the first block takes one number"),
    ("exercise-3-code", "def deep_net(depth, width):\n"
     "    block = [nn.Linear(1, width, bias=False), nn.BatchNorm1d(width), nn.Tanh()]\n"
     "    return nn.Sequential(*block * depth, nn.Linear(width, 1))", "the same layers"),
    ("exercise-3-code", DEEP + "        layers += [nn.Linear(size, width, bias=False), "
     "nn.BatchNorm1d(width + 1), nn.Tanh()]\n" + END, "can't work on samples"),
    ("exercise-3-code", "outs = {}\n" + DEEP + "        layers += [nn.Linear(size, width, "
     "bias=False), nn.BatchNorm1d(width), nn.Tanh()]\n"
     + END.replace("nn.Linear(width, 1)", "outs.setdefault(width, nn.Linear(width, 1))"),
     "the same layers in each network"),
    ("exercise-4-code", "import copy\ndef settle(net, batches):\n    net = copy.deepcopy(net)\n"
     "    return torch.optim.swa_utils.update_bn(batches, net) or net.eval()",
     "Yours returns another network"),
    ("exercise-4-code", "def settle(net, batches):\n    for layer in net.modules():\n"
     "        if isinstance(layer, nn.BatchNorm1d):\n"
     "            layer.track_running_stats = False\n"
     "            layer.running_mean = layer.running_var = None\n    return net.eval()",
     "Running statistics are gone"),
    ("exercise-4-code", "def settle(net, batches):\n    return net.state_dict()",
     "Return the network"),
    ("exercise-4-code", "def settle(net, batches):\n"
     "    torch.optim.swa_utils.update_bn(batches, net)\n"
     "    for parameter in net.parameters():\n        parameter.data.zero_()\n"
     "    return net.eval()", "The parameters have changed"),
    ("exercise-3-code", DEEP + "        layers += [nn.Linear(size, width, bias=False),\n"
     "                   nn.BatchNorm1d(width, eps=1e-4), nn.Tanh()]\n" + END, "Leave the `eps`"),
    ("exercise-1-code", NORM + "    return torch.native_batch_norm("
     "x, gamma, beta, None, None, True, 0.1, eps)[0]", "PyTorch's own normalization"),
]  # fmt: skip
# (exercise, a right answer that doesn't look like ours)
RIGHT = [
    ("exercise-1-code", NORM + "    mean = x.sum(0) / len(x)\n"
     "    var = (x**2).sum(0) / len(x) - mean**2\n"
     "    return gamma * (x - mean) / (var + eps).sqrt() + beta"),
    ("exercise-1-code", "import numpy as np\n" + NORM + "    a = x.numpy()\n"
     "    scaled = torch.from_numpy((a - a.mean(0)) / np.sqrt(a.var(0) + eps))\n"
     "    return gamma * scaled + beta"),
    ("exercise-2-code", REMEMBER + "    layer = nn.BatchNorm1d(batches[0].shape[1], "
     "momentum=momentum)\n    for batch in batches:\n        print(layer(batch).shape)\n"
     "    return [layer.running_mean, layer.running_var]"),
    ("exercise-3-code", "class Deep(nn.Module):\n    def __init__(self, depth, width):\n"
     "        super().__init__()\n        self.out, self.bend = nn.Linear(width, 1), nn.Tanh()\n"
     "        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in range(depth))\n"
     "        self.linears = nn.ModuleList(nn.LazyLinear(width, bias=False) for _ in self.norms)\n"
     "    def forward(self, x):\n        for linear, norm in zip(self.linears, self.norms):\n"
     "            x = self.bend(norm(linear(x)))\n        return self.out(x)\ndeep_net = Deep"),
    ("exercise-3-code", "def deep_net(depth, width):\n    blocks = [nn.Sequential(nn.Linear(size, "
     "width, bias=False), nn.LazyBatchNorm1d(), nn.Tanh())\n"
     "              for size in [1] + (depth - 1) * [width]]\n"
     "    return nn.Sequential(*blocks, nn.Linear(width, 1)).eval()"),
    ("exercise-4-code", "def settle(net, batches):\n    print(net(batches[0]))\n"
     "    with torch.no_grad():\n        torch.optim.swa_utils.update_bn(batches, net)\n"
     "    return net.eval()"),
    ("exercise-1-code", NORM + "    mean = x.mean(0)\n"
     "    var = torch.linalg.vector_norm(x - mean, dim=0) ** 2 / len(x)\n"
     "    return gamma * (x - mean) / torch.sqrt(var + eps) + beta"),
]  # fmt: skip
