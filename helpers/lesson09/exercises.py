"""The exercises of lesson 09."""

from collections import Counter
from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: F401 (a wrong solution below calls it)
from torch import Tensor, nn

from helpers.exercise import (
    FunctionsUsed,
    Raised,
    attempt,
    exercise,
    is_ordinary,
    same,
    share_parameters,
    with_fixed_weights,
)
from helpers.verdict import NotYet

CHANCE = torch.Generator().manual_seed(9)
# the variances of some features are small, so that it shows where epsilon is added
BATCHES = [
    (torch.randn(6, 4, generator=CHANCE) * torch.tensor([0.02, 1.0, 5.0, 0.01])
     + torch.tensor([0.0, 3.0, -8.0, 0.1]),
     torch.tensor([2.0, 0.5, -1.0, 3.0]), torch.tensor([1.0, -3.0, 0.0, 10.0]), 1e-3),
    (torch.randn(9, 3, generator=CHANCE) * torch.tensor([0.004, 2.0, 0.5])
     + torch.tensor([0.0, -1.0, 2.0]),
     torch.tensor([1.5, -2.0, 0.7]), torch.tensor([-0.2, 4.0, 0.3])),
    # a feature that is the same in all samples
    (torch.full((5, 2), 3.0), torch.tensor([2.0, 0.5]), torch.tensor([1.0, -3.0])),
]  # fmt: skip


READY_MADE = ("batch_norm", "layer_norm", "instance_norm", "group_norm", "rms_norm")


def _normalized(answer: Callable) -> dict:
    with FunctionsUsed() as used:
        given = [answer(*batch) for batch in BATCHES]
    ready_made = any(name.endswith(READY_MADE) for name in used.names)
    return {"": given, "ready-made": ready_made}


@exercise(
    "These four equations are all that the layer computes in training mode: a mean, a variance "
    "and two parameters for each feature.",
    ask=_normalized,
    mistakes=[
        ("The variance divides by N − 1. Batch norm normalizes with the biased one: "
         "`x.var(0, correction=0)`.", "0, correction=0", "0"),
        ("There is one mean and one variance for all numbers. Each feature (column) has its own: "
         "take both over axis 0.",
         "x.mean(0), x.var(0, correction=0)", "x.mean(), x.var(correction=0)"),
        ("There is one mean for all numbers. Each feature (column) has its own: `x.mean(0)`.",
         "x.mean(0)", "x.mean()"),
        ("The mean and the variance are taken along the features of one sample. Take them over "
         "the batch, axis 0.",
         "x.mean(0), x.var(0, correction=0)",
         "x.mean(1, True), x.var(1, correction=0, keepdim=True)"),
        ("The mean and the variance are taken along the features of one sample. Take them over "
         "the batch, axis 0.",
         "x.mean(0), x.var(0, correction=0)", "x.mean(1, True), x.var(1, keepdim=True)"),
        ("The `eps` comes too late: add it to the variance, before you take the root.",
         "torch.sqrt(var + eps)", "(torch.sqrt(var) + eps)"),
        ("You divide by the variance: its square root is missing.", "torch.sqrt(", "("),
        ("The variance divides by N − 1, and `eps` is left out, as in `x.std(0)`: take the root "
         "of the biased variance plus `eps`.", "torch.sqrt(var + eps)", "x.std(0)"),
        ("The `eps` is missing: a feature that is the same in all samples gives nan.",
         " + eps", ""),
        ("It works only for `eps` = 1e-5: use the `eps` that is passed.", "+ eps", "+ 1e-5"),
        ("The fourth equation is missing: multiply by `gamma`, and add `beta`.",
         "gamma * ", "", " + beta", ""),
        ("`beta` is missing: add it at the end.", " + beta", ""),
        ("`gamma` is missing: multiply by it before you add `beta`.", "gamma * ", ""),
        ("`gamma` and `beta` have changed places: gamma is the factor.",
         "return gamma", "return beta", "+ beta", "+ gamma"),
        ("`beta` is multiplied by `gamma` as well: add it last.",
         "gamma * (x - mean) / torch.sqrt(var + eps) + beta",
         "gamma * ((x - mean) / torch.sqrt(var + eps) + beta)"),
        ("The mean is not subtracted.", "(x - mean)", "x"),
        ("There is one variance for all numbers. Each feature (column) has its own: take the mean "
         "of the squared distances over axis 0.",
         "x.var(0, correction=0)", "((x - x.mean(0)) ** 2).mean()"),
        ("Put `x - mean` in brackets: otherwise only the mean is divided.",
         "(x - mean) / torch", "x - mean / torch"),
        ("The variance is not divided by N: it is the *mean* of the squared distances.",
         "x.var(0, correction=0)", "((x - x.mean(0)) ** 2).sum(0)"),
        ("That is what a new `nn.BatchNorm1d` returns. It doesn't use the `gamma`, the `beta` and "
         "the `eps` that are passed, and here you should write the four equations out.",
         "gamma * (x - mean) / torch.sqrt(var + eps) + beta", "nn.BatchNorm1d(x.shape[1])(x)"),
        ("The numbers are right, but PyTorch's own normalization computes them. Write the "
         "four equations out.",
         "gamma * (x - mean) / torch.sqrt(var + eps) + beta",
         "F.batch_norm(x, None, None, gamma, beta, True, eps=eps)"),
    ],
    otherwise={
        "": "With gamma 1 and beta 0, each column should have mean 0 and variance 1; then gamma "
            "scales it, and beta shifts it.",
    },
)  # fmt: skip
def batch_norm(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0), x.var(0, correction=0)
    return gamma * (x - mean) / torch.sqrt(var + eps) + beta


def _series(features: int, *sizes: int) -> list[Tensor]:
    return [3 * torch.randn(size, features, generator=CHANCE) + 4 for size in sizes]


def _said_of_two(theirs: object, ours: tuple[Tensor, Tensor]) -> str:
    """Say how two running statistics differ from ours."""
    if not isinstance(theirs, tuple | list) or len(theirs) != 2:
        return "Return two tensors: `return mean, var`."
    for name, yours, due in zip(("mean", "variance"), theirs, ours):
        if not is_ordinary(yours):
            return f"Return two tensors; the running {name} is a {type(yours).__name__}."
        if yours.shape != due.shape:
            return (
                f"For {len(due)} features the running {name} should have the shape "
                f"{tuple(due.shape)}, and yours is {tuple(yours.shape)}."
            )
    return (
        "The numbers differ. One step is (1 − momentum) · old + momentum · new, for the mean and "
        "for the variance, and every batch makes one."
    )


OLD_AND_NEW = ("    for batch in batches:\n"
               "        mean = (1 - momentum) * mean + momentum * batch.mean(0)\n"
               "        var = (1 - momentum) * var + momentum * batch.var(0)\n")  # fmt: skip


@exercise(
    "In this way, a layer estimates the statistics of all the data, although it sees one batch at "
    "a time. This is why a network can predict for a single sample after `eval()`.",
    cases=[(_series(3, 5, 5, 5, 5),), (_series(3, 6, 6, 6), 0.3), (_series(2, 8, 8),)],
    mistakes=[
        ("There is one mean and one variance for all features. Each feature has its own, along "
         "axis 0: `batch.mean(0)`, `batch.var(0)`.", ".mean(0)", ".mean()", ".var(0)", ".var()"),
        ("The mean and the variance are taken along the features. Take both over the samples, "
         "axis 0: `batch.mean(0)`, `batch.var(0)`.", ".mean(0)", ".mean(1)", ".var(0)", ".var(1)"),
        ("The mean and the variance are taken along the features. Take both over the samples, "
         "axis 0: `batch.mean(0)`, `batch.var(0)`.",
         "(1 - momentum) * mean + momentum * batch.mean(0)",
         "momentum * batch.mean(1) + (1 - momentum) * mean"),
        ("There is one mean for all features. Each feature has its own, along axis 0: "
         "`batch.mean(0)`.", ".mean(0)", ".mean()"),
        ("There is one variance for all features. Each feature has its own, along axis 0: "
         "`batch.var(0)`.", ".var(0)", ".var()"),
        ("The running variance comes from the biased variance. The layer stores the unbiased "
         "one: `batch.var(0)`.", ".var(0)", ".var(0, correction=0)"),
        ("Old and new have changed places: `momentum` is the share of the *new* batch here.",
         "    for batch", "    momentum = 1 - momentum\n    for batch"),
        ("The running variance starts at 1, not at 0.", "ones", "zeros"),
        ("The running mean starts at 0, not at 1.", "zeros", "ones"),
        ("Your values start with the first batch. The layer starts at 0 and 1, and the first "
         "batch changes them like any other.",
         "torch.zeros(features), torch.ones(features)\n    for batch in batches:",
         "batches[0].mean(0), batches[0].var(0)\n    for batch in batches[1:]:"),
        ("That is the plain average over the batches. With a `momentum` of 0.1, the last batches "
         "count more than the first ones.",
         OLD_AND_NEW,
         "    mean = sum(batch.mean(0) for batch in batches) / len(batches)\n"
         "    var = sum(batch.var(0) for batch in batches) / len(batches)\n"),
        ("Only the last batch is left: a share of the old value must stay in.",
         "(1 - momentum) * mean + momentum * ", "", "(1 - momentum) * var + momentum * ", ""),
        ("Each batch starts at 0 and 1 again: keep the running values from batch to batch.",
         "        mean = (1",
         "        mean, var = torch.zeros(features), torch.ones(features)\n        mean = (1"),
        ("Each batch starts at 0 and 1 again: keep the running values from batch to batch.",
         "        mean = (1",
         "        mean, var = torch.zeros(3), torch.ones(3)\n        mean = (1"),
        ("The running values are still 0 and 1: the batches have no effect yet.",
         OLD_AND_NEW, ""),
        ("The old values must shrink: multiply them by 1 − momentum before you add the share of "
         "the new ones.", "(1 - momentum) * mean", "mean", "(1 - momentum) * var", "var"),
        ("Only the first batch counts. Is the `return` inside of the loop?",
         "    return", "        return"),
        ("That is the mean and the variance of all samples together. The layer sees one batch at "
         "a time.",
         OLD_AND_NEW,
         "    mean, var = torch.cat(batches).mean(0), torch.cat(batches).var(0)\n"),
        ("Mean and variance have changed places: return the mean first.",
         "return mean, var", "return var, mean"),
        ("You store standard deviations, and the layer stores variances.",
         "batch.var(0)", "batch.std(0)"),
        ("It works only for 3 features: take their number from the batches, "
         "`batches[0].shape[1]`.", "batches[0].shape[1]", "3"),
        ("It works only for a `momentum` of 0.1: use the one that is passed.",
         "    for batch", "    momentum = 0.1\n    for batch"),
    ],
    partly="It works for the first batches, of 3 features and with a `momentum` of 0.1, and not "
           "for others. Use the `momentum` that is passed, take the number of features from the "
           "batches, `batches[0].shape[1]`, and keep nothing from one call to the next.",
    otherwise=_said_of_two,
)  # fmt: skip
def remember(batches, momentum=0.1):
    features = batches[0].shape[1]
    mean, var = torch.zeros(features), torch.ones(features)
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        var = (1 - momentum) * var + momentum * batch.var(0)
    return mean, var


def _deep(answer: Callable) -> dict:
    """Describe networks of two sizes: their parameters, and what they compute."""
    x = torch.linspace(-1, 1, 6).unsqueeze(1)
    parameters, fresh, steady, settled = [], [], [], []
    if share_parameters(answer(2, 4), answer(3, 4)):
        raise NotYet("Your function uses the same layers in each network. Make new ones inside.")
    for depth, width in ((3, 4), (5, 7)):
        net = answer(depth, width)
        if not isinstance(net, nn.Module | Raised):
            raise NotYet(f"Return a network; this is a {type(net).__name__}.")
        # in evaluation mode: lazy layers are made here, and the batch norms should stay fresh
        out = net if isinstance(net, Raised) else attempt(net.eval(), x)
        if isinstance(out, Raised):
            failed = "Your network can't work on samples of the shape (6, 1)."
            return {"runs": net if net is out else f"{failed}\n{out}"}
        if not is_ordinary(out):
            raise NotYet("Your network should return a tensor of ordinary numbers.")
        if any(isinstance(p, nn.BatchNorm1d) and p.eps != 1e-5 for p in net.modules()):
            raise NotYet("Leave the `eps` of the batch norms as PyTorch sets it.")
        with_fixed_weights(net)
        calls: Counter[type] = Counter()
        for part in net.modules():
            for kind in (nn.Linear, nn.BatchNorm1d):
                if isinstance(part, kind):
                    part.register_forward_hook(lambda *_, k=kind, calls=calls: calls.update([k]))
        fresh.append(attempt(net, x))
        shapes = Counter(tuple(p.shape) for p in net.parameters() if p.requires_grad)
        used = [calls[nn.Linear], calls[nn.BatchNorm1d]]
        parameters.append([f"depth {depth} and width {width}", *used, dict(shapes)])
        steady.append(same(*(attempt(net.train(), x) for _ in range(2))))
        settled.append(attempt(net.eval(), x))
    return {"runs": "", "parameters": parameters, "fresh": fresh, "steady": steady,
            "settled": settled}  # fmt: skip


def _said_of_parameters(theirs: list, ours: list) -> str:
    size = ours[0]
    for name, yours, due in zip(("linear layers", "batch norms"), theirs[1:3], ours[1:3]):
        if yours != due:
            return f"For {size}, a forward pass should use {due} {name}, and yours uses {yours}."
    yours, due = (
        ", ".join(f"{count} × {shape}" for shape, count in sorted(part[3].items()))
        for part in (theirs, ours)
    )
    return f"For {size}, the shapes of the parameters should be {due}. Yours are {yours}."


LISTED = """
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


@exercise(
    "All layers are registered, so that an optimizer trains them and `.to` moves them to another "
    "device. The biases are gone, and beta takes their place.",
    ask=_deep,
    mistakes=[
        ("There is a list among the layers, and `nn.Sequential` takes the layers themselves. Put "
         "a star before a list of layers, `*layers`, and collect the layers with `+=`: `append` "
         "would put a whole list into the list.",
         "(*layers, nn.Linear(width, 1))", "(layers + [nn.Linear(width, 1)])"),
        ("A `ModuleList` holds layers and has no forward pass of its own: return "
         "`nn.Sequential(*layers)`.",
         "nn.Sequential(*layers, nn.Linear(width, 1))",
         "nn.ModuleList([*layers, nn.Linear(width, 1)])"),
        ("Only the first block takes one number. Each later block takes `width` numbers, because "
         "that is what the block before it returns. (If you repeat a list with `*`, it contains "
         "the same layers several times: make new ones in each round of a loop.)",
         "nn.Linear(size", "nn.Linear(1"),
        ("`nn.Sequential` takes layers: write `nn.Tanh()`, and not the function `torch.tanh`.",
         "nn.Tanh()", "torch.tanh"),
        ("The brackets are missing: `nn.Tanh` is a class, and `nn.Tanh()` makes a layer of it.",
         "nn.Tanh()", "nn.Tanh"),
        ("The blocks are in a plain Python list, where the network doesn't find them. Use "
         "`nn.ModuleList`, or `nn.Sequential(*layers)`.", LISTED),
        ("One layer is used several times, so blocks share its parameters. Make new layers in "
         "each round of the loop.", SHARED),
        ("A linear layer before a batch norm needs no bias: `bias=False`.", ", bias=False", ""),
        ("No batch norm follows the output layer: leave it its bias.",
         "width, 1)", "width, 1, bias=False)"),
        ("There is no batch norm in your network.", " nn.BatchNorm1d(width),", ""),
        ("The output layer has a batch norm, too. Only the blocks should have one.",
         "nn.Linear(width, 1)", "nn.Linear(width, 1), nn.BatchNorm1d(1)"),
        ("The batch norm comes before its linear layer. It belongs after it, and has as many "
         "features as come out there.",
         "nn.Linear(size, width, bias=False), nn.BatchNorm1d(width)",
         "nn.BatchNorm1d(size), nn.Linear(size, width, bias=False)"),
        ("The output layer is missing: `width` numbers come out, and one should.",
         ", nn.Linear(width, 1)", ""),
        ("One block is missing: there should be `depth` blocks, and an output layer after them.",
         "range(depth)", "range(depth - 1)"),
        ("`affine=False` takes gamma and beta away: leave them in.",
         "BatchNorm1d(width", "BatchNorm1d(width, affine=False"),
        ("The batch norm comes after tanh: put it between the linear layer and tanh.",
         "nn.BatchNorm1d(width), nn.Tanh()", "nn.Tanh(), nn.BatchNorm1d(width)"),
        ("There is no tanh in it. Without an activation function, there is nothing in the blocks "
         "that bends.", ", nn.Tanh()", ""),
        ("The tanh of the last block is missing.", "*layers,", "*layers[:-1],"),
        ("The activation function should be tanh, and not ReLU.", "Tanh", "ReLU"),
        ("Nothing belongs after the output layer: after a tanh, the network could not predict 3.",
         "nn.Linear(width, 1)", "nn.Linear(width, 1), nn.Tanh()"),
        ("`track_running_stats=False` takes the running statistics away: leave them in.",
         "BatchNorm1d(width", "BatchNorm1d(width, track_running_stats=False"),
        ("There is something in the blocks whose result is random, like a dropout. Only a linear "
         "layer, a batch norm and tanh belong there.", "nn.Tanh()", "nn.Tanh(), nn.Dropout(0.5)"),
        ("Leave the `momentum` of the batch norms as PyTorch sets it.",
         "BatchNorm1d(width", "BatchNorm1d(width, momentum=0.9"),
    ],
    partly="It works for a depth of 3 and a width of 4, and not for others. Use the `depth` and "
           "the `width` that are passed, and keep nothing from one call to the next.",
    otherwise={
        "parameters": _said_of_parameters,
        "fresh": "The parameters have the right shapes, and the network computes something else. "
                 "A block is linear, batch norm, tanh, in this order, and the output layer comes "
                 "last. Leave the batch norms as PyTorch makes them.",
        "settled": "The running statistics are not those that PyTorch's batch norm keeps: use "
                   "`nn.BatchNorm1d(width)` as it is.",
    },
)  # fmt: skip
def deep_net(depth, width):
    layers, size = [], 1
    for _ in range(depth):
        layers += [nn.Linear(size, width, bias=False), nn.BatchNorm1d(width), nn.Tanh()]
        size = width
    return nn.Sequential(*layers, nn.Linear(width, 1))


def _unsettled() -> list[tuple[nn.Module, list[Tensor]]]:
    """Return two networks with old running statistics, each with new batches."""
    block = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4, momentum=0.2), nn.Tanh())
    one = nn.Sequential(block, nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    block = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Linear(5, 2))
    two = nn.Sequential(nn.BatchNorm1d(3, momentum=None), block, nn.BatchNorm1d(2, momentum=0.05))
    found = []
    for net, features, sizes in ((one, 2, (8, 8, 8, 8, 8)), (two, 3, (6, 9, 4))):
        with_fixed_weights(net)
        for _ in range(3):
            net(torch.randn(8, features) - 4)
        batches = [(1 + i) * torch.randn(size, features) + i for i, size in enumerate(sizes)]
        found.append((net, batches))
    one.eval()  # the other one comes in training mode
    return found


def _norms(net: nn.Module) -> list[nn.BatchNorm1d]:
    return [part for part in net.modules() if isinstance(part, nn.BatchNorm1d)]


def _settled(answer: Callable) -> dict:
    names = ("parameters", "statistics", "modes", "momentum", "asks", "graphs")
    found: dict[str, list] = {name: [] for name in names}
    for net, batches in _unsettled():
        graphs: list[bool] = []  # at each forward pass: were gradients recorded?
        layer = next(part for part in net.modules() if isinstance(part, nn.Linear))
        layer.register_forward_hook(lambda _, x, out, g=graphs: g.append(out.requires_grad))
        given = answer(net, batches, may_change=[net])
        if isinstance(given, Raised):
            return {"parameters": given}
        if not isinstance(given, nn.Module):
            raise NotYet(f"Return the network; this is a {type(given).__name__}.")
        if given is not net:
            raise NotYet("Change `net` itself, and return it. Yours returns another network.")
        if any(p.dtype != torch.float32 for p in given.parameters()):
            raise NotYet("The parameters have another dtype now. Leave them as they are.")
        found["parameters"].append({n: p.detach().clone() for n, p in given.named_parameters()})
        buffers = {n: b.clone() for n, b in given.named_buffers() if "num_batches" not in n}
        found["statistics"].append(buffers)
        found["modes"].append(any(part.training for part in given.modules()))
        found["momentum"].append([layer.momentum for layer in _norms(given)])
        found["asks"].append(all(p.requires_grad for p in given.parameters()))
        # a learner may ask once more, to print something
        unused = all(p.grad is None for p in given.parameters())
        found["graphs"].append(graphs.count(False) < len(batches) or not unused)
    return found


RESET, NONE = "        layer.reset_running_stats()\n", "        layer.momentum = None\n"


@exercise(
    "PyTorch has a function that computes these statistics, too: "
    "`torch.optim.swa_utils.update_bn`. Its documentation calls it for networks whose weights "
    "were averaged after the training. It leaves a network in the mode that it had before.",
    ask=_settled,
    mistakes=[
        ("The parameters have changed, and only the statistics should: `reset_parameters` resets "
         "gamma and beta, too.", "reset_running_stats", "reset_parameters"),
        ("The running statistics are still the old ones: no batch was read.",
         RESET + NONE, "        pass\n", "            net(batch)", "            pass"),
        ("A network may be in evaluation mode, in which it stores nothing: call `net.train()` "
         "before you read the batches.", "    net.train()\n", ""),
        ("The running statistics are still 0 and 1, as in a new layer: in evaluation mode a "
         "network stores nothing. Call `net.train()` before you read the batches.",
         "    net.train()\n", "    net.eval()\n"),
        ("The batches are read with the old `momentum`, on top of the old values: "
         "`reset_running_stats()` and `momentum = None` come first.",
         RESET + NONE, "        pass\n"),
        ("Something of the old statistics is left: `reset_running_stats()` clears them.",
         RESET, ""),
        ("The last batches count more than the first ones. `momentum = None` makes it the plain "
         "average.", NONE, ""),
        ("Only the first batch norm has new statistics: go through all of `net.modules()`.",
         NONE, NONE + "        break\n"),
        ("Only the outer layers have new statistics. `net.children()` doesn't look into blocks, "
         "and `net.modules()` does.", "net.modules()", "net.children()"),
        ("The values are reset, but `num_batches_tracked` still counts the old batches, so the "
         "new ones get too little weight. `reset_running_stats()` resets all three.",
         RESET, "        layer.running_mean.zero_()\n        layer.running_var.fill_(1)\n"),
        ("Only one batch was read: read all of them.",
         "net(batch)", "net(batch)\n            break"),
        ("All batches went in as one. Read them one by one, as they come in training.",
         "in batches", "in [torch.cat(batches)]"),
        ("The statistics are right. To be ready to predict, the network must be in evaluation "
         "mode: `net.eval()`.", "net.eval()", "net"),
        ("The statistics are right. Set the `momentum` of each layer back to what it was. "
         "Otherwise further training would use another one.", "layer.momentum = momentum", "pass"),
        ("The parameters no longer require gradients, so the network can't be trained further. "
         "Read the batches in `no_grad`, and leave `requires_grad` as it is.",
         "net.train()", "net.train().requires_grad_(False)"),
        ("Gradients were recorded for nothing: read the batches in `no_grad`.",
         "no_grad", "enable_grad"),
    ],
    otherwise={
        "parameters": "The parameters have changed, and only the running statistics should.",
        "statistics": lambda theirs, ours: (
            "The running statistics are not the plain average over the batches: clear the old "
            "ones, set `momentum = None`, and read all batches in training mode."
            if theirs.keys() == ours.keys()
            else "Running statistics are gone from the network, and new ones should be there."
        ),
        "modes": "To be ready to predict, the network must be in evaluation mode: `net.eval()`.",
        "momentum": "Set the `momentum` of each layer back to what it was in this layer.",
        "asks": "Some parameters no longer require gradients: leave `requires_grad` as it is.",
        "graphs": "Gradients were recorded for nothing: read the batches in `no_grad`.",
    },
)  # fmt: skip
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
