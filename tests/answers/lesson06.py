"""Answers to the exercises of lesson 06 that no edit of a solution describes."""

SEQUENCE = "def as_sequence(images):\n    return images"
GRU = """
class GRUReader(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.LazyLinear(10)
        self.layer = nn.GRU(28, 32)

    def forward(self, x):
        r_out, h_n = self.layer(x.transpose(0, 1))
        return self.head(r_out[-1])
"""  # right: lazy, in another order, and with the time first
BELIEFS = "def beliefs(net, rows):\n    states = net.rnn(rows[None])[0]\n    "
ENDS = """
def both_ends(r_out):
    down, up = r_out.chunk(2, dim=-1)
    return torch.cat((down[:, -1], up[:, 0]), dim=-1)
"""


def gru(old, new):
    assert old in GRU
    return GRU.replace(old, new)


# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", SEQUENCE + ".squeeze(1)[:, :14]", "should be (3, 28, 28)"),
    ("exercise-1-code", SEQUENCE + ".squeeze(1).roll(1, 1)", "its row and its column"),
    ("exercise-1-code", SEQUENCE + "[:, 0] if len(images) > 1 else images",
     "but not for a single one"),
    ("exercise-1-code", SEQUENCE + ".squeeze_(1) * 1", "changes `images` itself"),
    ("exercise-1-code", SEQUENCE + ".view(8, 28, 28)", "Your code expects eight images"),
    ("exercise-2-code", gru("r_out, h_n", "r_out, (h_n, c_n)"), "A GRU has no cell state"),
    ("exercise-2-code", gru("r_out[-1]", "self.layer(x)").replace("LazyLinear(", "Linear(32, "),
     "returns a tuple. Take it apart"),
    ("exercise-2-code", gru("nn.GRU", "nn.LSTM"), "Found: LSTM"),
    ("exercise-2-code", gru("32", "64"), "64 units in 1 layer(s)"),
    ("exercise-2-code", gru("nn.LazyLinear(10)", "nn.Sequential(nn.Linear(32, 32), nn.Linear(32, "
     "10))"), "Found: from 32 to 32 numbers and from 32 to 10 numbers"),
    ("exercise-2-code", gru("nn.LazyLinear(10)", "nn.Sequential(nn.LayerNorm(32), nn.Linear(32, "
     "10))"), "There should be no others"),
    ("exercise-2-code", gru("[-1])", "[-1]), h_n"), "returns a tuple"),
    ("exercise-2-code", gru("nn.LazyLinear(10)", "..."), "three dots after `self.head =`"),
    ("exercise-2-code", gru("[-1]", "[:, -1]"), "the last image with all its steps"),
    ("exercise-2-code", gru("[-1]", "[0]"), "You took the first step"),
    ("exercise-2-code", gru("32)", "32, batch_first=True)"), "takes the images for time steps"),
    ("exercise-2-code", gru("x.transpose(0, 1)", "x[:, 7:].transpose(0, 1)"), "read all rows"),
    ("exercise-2-code", gru("return", "x.zero_()\n        return"), "changes `x` itself"),
    ("exercise-2-code", GRU + "\nGRUReader = GRUReader()", "Pass the class itself"),
    ("exercise-3-code", BELIEFS + "return net.out(states).softmax(1)[0]", "`softmax(-1)`"),
    ("exercise-3-code", BELIEFS + "return net.out(states).softmax(2)", "axis of the batch of one"),
    ("exercise-3-code", BELIEFS + "return net.out(states[0, -1]).softmax(0)", "the last step"),
    ("exercise-3-code", BELIEFS + "return net.out(states[0]).argmax(1)", "without `argmax`"),
    ("exercise-3-code", BELIEFS + "return net.out(states[0]).exp()", "Is it a softmax"),
    ("exercise-3-code", BELIEFS + "return net(rows[None]).softmax(1).repeat(28, 1)",
     "not the probabilities of this network"),
    ("exercise-3-code", BELIEFS + "net.out.weight.data *= 2\n    return net.out(states[0])"
     ".softmax(1)", "changes the network `net`"),
    ("exercise-3-code", BELIEFS.replace("states", "states, h, c").replace("[0]", "") + "return h",
     "An LSTM returns two things"),
    ("exercise-4-code", ENDS.replace("down[:, -1]", "down[:, 27]"), "only 6 steps"),
    ("exercise-4-code", ENDS.replace("chunk(2, dim=-1)", "tensor_split([r_out.shape[2]], 2)"),
     "H is half the length of the last axis"),
    ("exercise-4-code", ENDS.replace("chunk(2, dim=-1)", "tensor_split([4], 2)"), "You cut at 4"),
    ("exercise-4-code", ENDS.replace("chunk(2, dim=-1)", "tensor_split([64], 2)"), "cut at 64"),
    ("exercise-4-code", ENDS.replace("torch.cat((down[:, -1], up[:, 0]), dim=-1)",
     "down[:, -1], up[:, 0]"), "Return a tensor"),
    ("exercise-4-code", ENDS.replace("down[:, -1], up[:, 0]", "r_out[:, -1], r_out[:, 0]"),
     "Return H numbers of each direction"),
    ("exercise-4-code", ENDS.replace("return torch", "ends = torch") + "    r_out.zero_()\n"
     "    return ends", "changes `r_out` itself"),
    ("exercise-2-code", "shared = nn.GRU(28, 32)\n" + gru("nn.GRU(28, 32)", "shared"),
     "use the same layers"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", SEQUENCE + ".double().view(-1, 28, 28)"),
    ("exercise-2-code", GRU),
    ("exercise-2-code", """
class GRUReader(nn.GRU):
    def __init__(self):
        super().__init__(28, 32, batch_first=True)
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        return self.out(super().forward(x)[0][:, -1])
"""),
    ("exercise-2-code", gru("r_out, h_n = self.layer(x.transpose(0, 1))", "r_out, h_n = [], None"
     "\n        for t in range(28):\n            h_n = self.layer(x[None, :, t], h_n)[1]"
     "\n            r_out.append(h_n[0])")),
    ("exercise-3-code", BELIEFS + "return torch.stack([net(rows[None, : k + 1])[0].softmax(0) for "
     "k in range(28)])"),
    ("exercise-4-code", ENDS),
]  # fmt: skip
