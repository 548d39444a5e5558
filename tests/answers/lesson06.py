"""Typical answers to the exercises of lesson 06."""

SEQUENCE = "def as_sequence(images):\n    return images"
GRU = """
class GRUReader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(28, 32, batch_first=True)
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        r_out, h_n = self.rnn(x)
        return self.out(r_out[:, -1])
"""
FIRST = (
    GRU.replace(", batch_first=True", "")
    .replace("(x)", "(x.transpose(0, 1))")
    .replace("[:, -1]", "[-1]")
)  # right: the time in front, as section 7 shows
BELIEFS = """
def beliefs(net, rows):
    r_out, _ = net.rnn(rows[None])
    return net.out(r_out[0]).softmax(1)
"""
ENDS = """
def both_ends(r_out):
    units = r_out.shape[2] // 2
    return torch.cat([r_out[:, -1, :units], r_out[:, 0, units:]], dim=1)
"""
TAKE = "def both_ends(r_out):\n    return r_out"
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", SEQUENCE, "still the image with its channel"),
    ("exercise-1-code", SEQUENCE + ".squeeze(1).transpose(1, 2)", "step 10 of yours is column 11"),
    ("exercise-1-code", SEQUENCE + ".squeeze(1).flip(1)", "from the bottom"),
    ("exercise-1-code", SEQUENCE + ".squeeze(1).flip(2)", "read from the right"),
    ("exercise-1-code", SEQUENCE + ".squeeze(1).transpose(0, 1)", "time stands before the batch"),
    ("exercise-1-code", SEQUENCE + ".view(28, -1, 28)", "torn the images apart"),
    ("exercise-1-code", SEQUENCE + "[0, 0]", "Only the first image"),
    ("exercise-1-code", SEQUENCE + ".squeeze()", "the batch is lost"),
    ("exercise-1-code", SEQUENCE + ".flatten(1)", "Keep 28 steps of 28"),
    ("exercise-1-code", SEQUENCE + ".squeeze(1)[:, :14]", "Wanted is (3, 28, 28)"),
    ("exercise-1-code", SEQUENCE + ".squeeze(1).roll(1, 1)", "not in their places"),
    ("exercise-2-code", GRU.replace("[:, -1]", "[:, 0]"), "took the first step"),
    ("exercise-2-code", GRU.replace("[:, -1]", "[-1]"), "last image with all its steps"),
    ("exercise-2-code", GRU.replace(", batch_first=True", ""), "`batch_first=True` is missing"),
    ("exercise-2-code", GRU.replace("r_out[:, -1]", "r_out"), "scores after every step"),
    ("exercise-2-code", GRU.replace("r_out[:, -1]", "h_n"), "`h_n[-1]` takes the last layer"),
    ("exercise-2-code", GRU.replace("r_out[:, -1]", "h_n[:, -1]"), "(1, 10), not (5, 10)"),
    ("exercise-2-code", GRU.replace("r_out[:, -1]", "h_n[0, -1]"), "one image came back for all"),
    ("exercise-2-code", GRU.replace("r_out[:, -1]", "r_out.mean(1)"), "mean over all steps"),
    ("exercise-2-code", GRU.replace("nn.GRU", "nn.RNN"), "Found: RNN"),
    ("exercise-2-code", GRU.replace("32", "64"), "has 64 units"),
    ("exercise-2-code", GRU.replace("return self.out(r_out[:, -1])",
                                    "return self.out(r_out[:, -1]), h_n"), "returns a tuple"),
    ("exercise-2-code", GRU.replace("-1])", "-1]).softmax(1)"), "Leave the softmax out"),
    ("exercise-2-code", GRU.replace("r_out[:, -1]", "h_n.squeeze()"), "batch is lost"),
    ("exercise-2-code", GRU.replace(", batch_first=True", "").replace("[:, -1]", "[-1]"),
     "`batch_first=True` is missing"),
    ("exercise-2-code", FIRST.replace("r_out[-1]", "r_out[:, -1]"), "with all its steps"),
    ("exercise-2-code", FIRST.replace("r_out[-1]", "r_out[0]"), "The last is `r_out[-1]`"),
    ("exercise-2-code", FIRST.replace("r_out[-1]", "r_out"), "scores after every step"),
    ("exercise-2-code", FIRST.replace("32)", "32, batch_first=True)"), "`transpose` out"),
    ("exercise-2-code", GRU.replace("[:, -1]", "[:, -1].relu()"), "A ReLU stands before"),
    ("exercise-2-code", GRU.replace("-1])", "-1]).relu()"), "A ReLU stands after"),
    ("exercise-2-code", GRU.replace("-1])", "-1]).log_softmax(1)"), "log-softmax out"),
    ("exercise-2-code", GRU.replace("-1])", "-1]).argmax(1)"), "without `argmax`"),
    ("exercise-2-code", GRU.replace("[:, -1]", "[:, -1].tanh()"), "nothing in between"),
    ("exercise-2-code", GRU.replace("batch_first", "bias=False, batch_first"), "biases in"),
    ("exercise-2-code", GRU.replace("10)", "10, bias=False)"), "biases in"),
    ("exercise-2-code", GRU.replace("batch_first", "bidirectional=True, batch_first")
     .replace("(32", "(64"), "in two directions"),
    ("exercise-2-code", GRU.replace("nn.Linear(32, 10)", "..."),
     "Not attempted yet: `self.out`."),
    ("exercise-2-code", GRU.replace("nn.GRU(28, 32, batch_first=True)", "..."),
     "Not attempted yet: `self.rnn`."),
    ("exercise-3-code", BELIEFS.replace(".softmax(1)", ""), "a softmax is missing"),
    ("exercise-3-code", BELIEFS.replace("softmax(1)", "softmax(0)"), "among the ten digits"),
    ("exercise-3-code", BELIEFS.replace("r_out[0]", "r_out").replace("(1)", "(2)"),
     "batch of one is still there"),
    ("exercise-3-code", BELIEFS.replace("r_out[0]", "r_out[0, -1]").replace("(1)", "(0)"),
     "one answer, not 28"),
    ("exercise-3-code", BELIEFS.replace("rows[None]", "rows[:, None]")
     .replace("r_out[0]", "r_out[:, 0]"), "read without memory"),
    ("exercise-3-code", BELIEFS.replace("rows[None]", "rows.T[None]"), "columns became"),
    ("exercise-3-code", BELIEFS.replace("softmax", "sigmoid").replace("(1)", "()"),
     "Each row should add up to 1"),
    ("exercise-3-code", BELIEFS.replace(".softmax", ".log_softmax"), "logarithm of a prob"),
    ("exercise-3-code", BELIEFS.replace("r_out[0]).softmax(1)", "r_out[0].softmax(1))"),
     "softmax to the scores"),
    ("exercise-3-code", BELIEFS.replace("r_out[0])", "r_out[0].softmax(1))"),
     "softmax to the scores"),
    ("exercise-3-code", BELIEFS.replace("r_out, _", "_, (r_out, _)"), "last step alone"),
    ("exercise-3-code", BELIEFS.replace("r_out, _", "_, (r_out, _)").replace("[0])", ")")
     .replace("(1)", "(2)"), "last step alone"),
    ("exercise-3-code", BELIEFS.replace("softmax", "argmax"), "without `argmax`"),
    ("exercise-3-code", BELIEFS.replace(".softmax(1)", ".exp()"), "Is it a softmax?"),
    ("exercise-3-code", BELIEFS.replace("rows[None]", "rows.flip(0)[None]"), "not the beliefs"),
    ("exercise-4-code", TAKE + "[:, -1]", "has seen one row at step −1"),
    ("exercise-4-code", TAKE + "[:, 0]", "has seen one row at step 0"),
    ("exercise-4-code", TAKE + "[-1]", "The time is axis 1"),
    ("exercise-4-code", ENDS.replace("-1, :", "0, :").replace("0, units:", "-1, units:"),
     "taken where they begin"),
    ("exercise-4-code", ENDS.replace("dim=1", "dim=0"), "Join them along axis 1"),
    ("exercise-4-code", ENDS.replace("r_out[:, -1, :units], r_out[:, 0, units:]",
                                     "r_out[:, 0, units:], r_out[:, -1, :units]"),
     "downwards first"),
    ("exercise-4-code", ENDS.replace("torch.cat([", "(").replace(", r_out[:, 0", " + r_out[:, 0")
     .replace("], dim=1)", ")"), "added up"),
    ("exercise-4-code", TAKE + "[:, -1, : r_out.shape[2] // 2]", "downwards half alone"),
    ("exercise-4-code", ENDS.replace("r_out.shape[2] // 2", "4"), "You cut at 4"),
    ("exercise-4-code", ENDS.replace("r_out.shape[2] // 2", "64"), "You cut at 64"),
    ("exercise-4-code", ENDS.replace("shape[2]", "shape[1]"), "`r_out.shape[2] // 2`"),
    ("exercise-4-code", ENDS.replace("torch.cat", "torch.stack"), "not `stack`"),
    ("exercise-4-code", ENDS.replace("torch.cat", "torch.stack").replace("dim=1", "dim=0"),
     "not `stack`"),
    ("exercise-4-code", ENDS.replace(":, -1, :", "-1, :, :").replace(":, 0, ", "0, :, "),
     "time is axis 1"),
    ("exercise-4-code", ENDS.replace("[:, 0, ", "[:, 1, "), "upwards half is that of step 1"),
    ("exercise-4-code", ENDS.replace("-1, :", "-2, :"), "whole sequence at step −1"),
    ("exercise-4-code", TAKE + ".mean(1)", "mean over all steps"),
    ("exercise-4-code", ENDS.replace(":units", "::2").replace("units:", "1::2"),
     "not the two ends"),
    ("exercise-2-code", GRU.replace("self.rnn(x)", "self.rnn(x[:, 7:])"), "all rows read"),
]  # fmt: skip
