"""Answers to the exercises of lesson 08 that are no edits of a solution."""

# (exercise, a wrong answer, part of the hint)
WRONG = [
    ("exercise-1-code", "def dropout(x, p, training):\n    return x * 1", "Nothing is dropped"),
    ("exercise-1-code", "def dropout(x, p, training):\n"
     "    return x * (torch.rand_like(x) >= 1) if training else x", "Everything is dropped"),
    ("exercise-1-code", "def dropout(x, p, training):\n"
     "    return nn.Dropout(p).train(training)(x)", "PyTorch's own"),
    ("exercise-1-code", "def dropout(x, p, training):\n    if training:\n"
     "        x[torch.rand_like(x) < p] = 0\n        x /= 1 - p\n    return x", "`x` itself"),
    ("exercise-1-code", "def dropout(x, p, training):\n    if not training:\n        return x\n"
     "    mask = torch.ones(x.numel())\n"
     "    mask[torch.randperm(x.numel())[: int(p * x.numel())]] = 0\n"
     "    return x * mask.view(x.shape) / (1 - p)", "same number of activations"),
    ("exercise-1-code", "masks = {}\ndef dropout(x, p, training):\n    if not training:\n"
     "        return x\n    mask = masks.setdefault(x.shape, torch.rand_like(x) >= p)\n"
     "    return x * mask / (1 - p)", "same at every call"),
    ("exercise-1-code", "def dropout(x, p, training):\n    if not training or p == 0:\n"
     "        return x\n    return x * (torch.rand_like(x) >= 0.3) / 0.7", "whatever `p` is"),
    ("exercise-1-code", "def dropout(x, p, training):\n    if not training:\n        return x\n"
     "    return x * (torch.rand_like(x) >= 0.5) / (1 - p)", "about 0.5 is kept"),
    ("exercise-2-code", "def dropout_net():\n    return nn.Sequential(nn.Linear(4, 50), "
     "nn.ReLU(), nn.Dropout(0.2), nn.Linear(50, 50), nn.ReLU(), nn.Dropout(0.25), "
     "nn.Linear(50, 1))",
     "is `nn.Dropout(0.25)`"),
    ("exercise-2-code", "def dropout_net():\n    return nn.Sequential(nn.Linear(4, 50), "
     "nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Dropout(0.2), nn.Linear(50, 1))",
     "There should be one `nn.Dropout(0.2)` after"),
    ("exercise-2-code", "def dropout_net():\n    return nn.Sequential(nn.Linear(4, 50), "
     "nn.ReLU(), nn.Dropout(0.2), nn.Linear(50, 1))", "Yours: 4 → 50, 50 → 1"),
    ("exercise-2-code", "def dropout_net():\n    return nn.Sequential(nn.Linear(4, 50), "
     "nn.ReLU(), nn.Dropout(0.8), nn.Linear(50, 50), nn.ReLU(), nn.Dropout(0.8), "
     "nn.Linear(50, 1))", "is `nn.Dropout(0.8)`"),
    ("exercise-2-code", "class Net(nn.Sequential):\n    def forward(self, x):\n"
     "        for layer in self[:2]:\n"
     "            x = F.dropout(layer(x).relu(), 0.3, self.training)\n"
     "        return self[2](x)\ndef dropout_net():\n"
     "    return Net(nn.Linear(4, 50), nn.Linear(50, 50), nn.Linear(50, 1))",
     "There should be one `nn.Dropout(0.2)` after"),
    ("exercise-2-code", "def dropout_net():\n    return nn.Sequential(nn.Linear(4, 50), "
     "nn.ReLU(), nn.Dropout(0.2), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 1))",
     "There should be one `nn.Dropout(0.2)` after"),
    ("exercise-3-code", "def take_a_look(net, x):\n    mode = net.training\n"
     "    for child in net.children():\n        child.eval()\n    with torch.no_grad():\n"
     "        predictions = net(x)\n    net.train(mode)\n    return predictions",
     "Only the layers"),
    ("exercise-3-code", "def take_a_look(net, x):\n    mode = net.training\n"
     "    predictions = net.eval()(x).detach()\n    net.train(mode)\n    return predictions",
     "Gradients were recorded"),
    ("exercise-3-code", "def take_a_look(net, x):\n    mode = net.training\n    net.eval()\n"
     "    torch.set_grad_enabled(False)\n    predictions = net(x)\n    net.train(mode)\n"
     "    return predictions", "leaves gradients switched off"),
    ("exercise-4-code", "def ask_many(net, x, n):\n    net.eval()\n"
     "    for layer in net.modules():\n        if isinstance(layer, nn.Dropout):\n"
     "            layer.train()\n    with torch.no_grad():\n"
     "        answers = torch.stack([net(x) for _ in range(n)])\n"
     "    return answers.mean(0), answers.std(0)", "The network itself is not"),
    ("exercise-4-code", "def ask_many(net, x, n):\n    net.train()\n    with torch.no_grad():\n"
     "        answers = torch.stack([net(x) for _ in range(6)])\n"
     "    return answers.mean(0), answers.std(0)", "6 times instead of 4 times"),
    ("exercise-4-code", "def ask_many(net, x, n):\n    net.train()\n    with torch.no_grad():\n"
     "        return torch.stack([net(x) for _ in range(n)]).mean(0)", "Return two tensors"),
    ("exercise-2-code", """
class Centered(nn.Module):
    def forward(self, x):
        x -= x.mean()
        return x
def dropout_net():
    return nn.Sequential(
        Centered(), nn.Linear(4, 50), nn.ReLU(), nn.Dropout(0.2), nn.Linear(50, 50), nn.ReLU(),
        nn.Dropout(0.2), nn.Linear(50, 1))
""", "nothing else that acts in evaluation mode"),
    ("exercise-3-code", """
def take_a_look(net, x):
    mode = net.training
    net.eval()
    net.zero_grad()
    with torch.no_grad():
        predictions = net(x)
    net.train(mode)
    return predictions
""", "its parameters, their gradients"),
]  # fmt: skip
# (exercise, a right answer that doesn't look like ours)
RIGHT = [
    ("exercise-1-code", "import numpy as np\ndef dropout(x, p, training):\n    if not training:\n"
     "        return x\n    return x * torch.from_numpy(np.random.rand(*x.shape) >= p) / (1 - p)"),
    ("exercise-1-code", "def dropout(x, p, training):\n    print(x.shape)\n"
     "    mask = torch.empty_like(x).bernoulli_(1 - p) if training else torch.ones_like(x)\n"
     "    return x.clone() * mask.div_(1 - p if training else 1)"),
    ("exercise-2-code", "def dropout_net():\n    drop = nn.Dropout(0.2)\n"
     "    hidden = [nn.Sequential(nn.LazyLinear(50), drop, nn.ReLU(inplace=True)) for _ in '12']\n"
     "    return nn.Sequential(*hidden, nn.LazyLinear(1))"),
    ("exercise-2-code", "class Net(nn.Module):\n    def __init__(self):\n"
     "        super().__init__()\n        self.out, self.second = nn.Linear(50, 1), "
     "nn.Linear(50, 50)\n        self.first = nn.Linear(4, 50)\n    def forward(self, x):\n"
     "        for layer in (self.first, self.second):\n"
     "            x = F.dropout(layer(x).relu(), 0.2, self.training)\n"
     "        return self.out(x)\ndropout_net = Net"),
    ("exercise-3-code", "def take_a_look(net, x):\n    from copy import deepcopy\n"
     "    with torch.no_grad():\n        return deepcopy(net).eval()(x)"),
    ("exercise-3-code", "@torch.inference_mode()\ndef take_a_look(net, x):\n"
     "    if not net.training:\n        return net(x)\n    try:\n        return net.eval()(x)\n"
     "    finally:\n        net.train()"),
    ("exercise-3-code", "def take_a_look(net, x):\n    print(net(x))\n    mode = net.training\n"
     "    with torch.no_grad():\n        rows = torch.cat([net.eval()(row[None]) for row in x])\n"
     "    net.train(mode)\n    return rows"),
    ("exercise-4-code", "def ask_many(net, x, n):\n    mode = net.training\n    net.train()\n"
     "    with torch.no_grad():\n        answers = net(x.repeat(n, 1)).view(n, len(x), -1)\n"
     "    net.train(mode)\n    return answers.mean(0), answers.std(0)"),
    ("exercise-4-code", "def ask_many(net, x, n):\n    mode = net.training\n"
     "    print(net.train()(x))\n    with torch.inference_mode():\n"
     "        answers = net(x.expand(n, *x.shape))\n    net.train(mode)\n"
     "    return [answers.mean(0), answers.std(0, correction=0)]"),
    ("exercise-4-code", """
def ask_many(net, x, n):
    mode = net.training
    net.train()
    with torch.no_grad():
        print(net(x))
        answers = torch.stack([net(x) for _ in range(n)])
        print(net(x))
    net.train(mode)
    return answers.mean(0), answers.std(0)
"""),
]  # fmt: skip
