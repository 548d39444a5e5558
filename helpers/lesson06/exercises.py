"""The exercises of lesson 06."""

import torch
from torch import Tensor, nn

from helpers.exercise import (
    Answer,
    Raised,
    attempt,
    exercise,
    same,
    share_parameters,
    with_fixed_weights,
)
from helpers.verdict import NotYet

TUPLE = (
    "A recurrent layer returns a tuple. Take it apart, `r_out, _ = ...`, and use `r_out` (see "
    "section 8)."
)


def _sequences(answer: Answer) -> dict:
    three = torch.arange(3 * 784.0).view(3, 1, 28, 28)
    return {"": answer(three), "one": answer(three[1:2] / 3 - 500)}


def _which_pixels(theirs: object, ours: Tensor) -> str:
    if isinstance(theirs, Tensor) and theirs.shape == ours.shape:
        return (
            "The shape is right, but the numbers are not: each pixel should keep its value, its "
            "row and its column."
        )
    return "The axes should be: batch, time (the rows), feature (the pixels of a row)."


@exercise(
    "You can now pass any image to a recurrent network. A line of text or a sound becomes a "
    "sequence in the same way: decide what the time is, and what the features are.",
    ask=_sequences,
    mistakes=[
        ("The columns became the time: your step 10 is column 11. We read by rows, so the "
         "height is the time and comes before the width.",
         "squeeze(1)", "squeeze(1).transpose(1, 2)"),
        ("Your first step is the bottom row. It should be the top row.",
         "squeeze(1)", "squeeze(1).flip(1)"),
        ("Each of your rows is read from right to left. Leave the features in their order.",
         "squeeze(1)", "squeeze(1).flip(2)"),
        ("Your first axis is the time. The batch should come first: (batch, time, feature).",
         "squeeze(1)", "squeeze(1).transpose(0, 1)"),
        ("Your first axis is the time, and `view` or `reshape` has mixed up the images to get "
         "there. The batch should come first, and no number needs to move.",
         "squeeze(1)", "view(28, -1, 28)"),
        ("Each image became one row of 784 numbers. Keep 28 steps with 28 numbers each.",
         "squeeze(1)", "flatten(1)"),
        ("The channel axis is still there. It has to go.", "images.squeeze(1)", "images"),
        ("You return only the first image, and without a batch axis. Keep all images, and remove "
         "axis 1, the channel.",
         "images.squeeze(1)", "images[0, 0]"),
        ("You return only the first image: `images[0]` picks it from the batch. Keep all images, "
         "and remove axis 1, the channel.",
         "images.squeeze(1)", "images[0]"),
        ("For a single image, the batch axis is lost, too. Name the axis that has to go: "
         "`squeeze(1)`.",
         "squeeze(1)", "squeeze()"),
        ("Your code expects eight images, and here it gets three. Remove the channel axis with "
         "`squeeze(1)`, which needs no number of images.",
         "squeeze(1)", "reshape(8, 28, 28)"),
    ],
    otherwise={
        "": _which_pixels,
        "one": "It works for three images, but not for a single one. Does your function contain "
               "the number of images, or keep something from one call to the next?",
    },
)  # fmt: skip
def as_sequence(images):
    return images.squeeze(1)


def _read(answer: Answer, images: int) -> dict:
    """Build a network, and return its layers and its scores for some images."""
    if isinstance(answer.function, nn.Module):
        raise NotYet("Pass the class itself to the check, without calling it.")
    x = torch.randn(images, 28, 28, generator=torch.Generator().manual_seed(images))
    net, given = answer(), x.clone()
    if isinstance(net, Raised):
        return {"layers": net}
    if not isinstance(net, nn.Module):
        raise NotYet(f"Your class should extend `nn.Module`. This is a {type(net).__name__}.")
    scores = attempt(net, given)  # lazy layers have sizes after this
    if isinstance(scores, Raised) and (dots := [k for k, v in vars(net).items() if v is ...]):
        raise NotYet(f"Replace the three dots after `self.{dots[0]} =`, too.")
    if isinstance(scores, tuple):
        raise NotYet("Your `forward` returns a tuple. Return the scores alone.")
    kinds = [
        kind.__name__
        for part in net.modules()
        for kind in (nn.RNN, nn.LSTM, nn.GRU)
        if isinstance(part, kind)
    ]
    found = {"layers": ", ".join(kinds) or "none"}
    if kinds != ["GRU"]:
        return found
    (gru,) = (part for part in net.modules() if isinstance(part, nn.GRU))
    found["sizes"] = (
        f"reads {gru.input_size} numbers per step in {1 + gru.bidirectional} direction(s), with "
        f"{gru.hidden_size} units in {gru.num_layers} layer(s)"
    )
    if isinstance(scores, Raised):
        return found | {"linear": scores}
    linear = (part for part in net.modules() if isinstance(part, nn.Linear))
    sizes = [f"from {part.in_features} to {part.out_features} numbers" for part in linear]
    found["linear"] = " and ".join(sizes) or "none"
    found["parameters"] = sorted(tuple(part.shape) for part in net.parameters())
    with_fixed_weights(net)
    if gru.bias:  # a long memory, so that what the first rows do shows at the end
        with torch.no_grad():
            gru.bias_ih_l0[gru.hidden_size : 2 * gru.hidden_size] += 3
    scores = attempt(net, given)
    return found | {"changes x": not torch.equal(given, x), "": scores}


def _reader(answer: Answer) -> dict:
    found = _read(answer, 5) | {"one": _read(answer, 1)}
    if share_parameters(answer(), answer()):
        raise NotYet("All networks of your class use the same layers. Make them in `__init__`.")
    return found


@exercise(
    "This is a whole classifier: one layer reads the rows, and another one turns its last state "
    "into scores. You can train it in the same way as the LSTM.",
    ask=_reader,
    mistakes=[
        ("You took the first step, when only one row had been read. The last one is "
         "`r_out[:, -1]` with `batch_first=True`, and `r_out[-1]` without it.",
         "[:, -1]", "[:, 0]"),
        ("This is the last image with all its steps. The last step of every image is "
         "`r_out[:, -1]` with `batch_first=True`, and `r_out[-1]` without it.",
         "[:, -1]", "[-1]"),
        ("Your GRU takes the images for time steps, so its memory runs from one image into the "
         "next. Pass `batch_first=True` to the GRU or `x.transpose(0, 1)` to it, but not both.",
         ", batch_first=True", ""),
        ("Your GRU takes the images for time steps, and you return a row of scores for each of "
         "the 28 rows. `r_out[-1]` is right if the time is the first axis of the input: pass "
         "`x.transpose(0, 1)` to the GRU.",
         ", batch_first=True", "", "[:, -1]", "[-1]"),
        ("These are scores after every step, (batch, time, 10). Take the last step alone: "
         "`r_out[:, -1]`.",
         "r_out[:, -1]", "r_out"),
        ("These are scores after every step, (time, batch, 10). Take the last step alone: "
         "`r_out[-1]`.",
         ", batch_first=True", "", "(x)", "(x.transpose(0, 1))", "[:, -1]", ""),
        ("`h_n` has the axes (layers, batch, units). With `h_n[-1]` you take the last layer, and "
         "the scores get the shape (N, 10).",
         "r_out[:, -1]", "self.rnn(x)[1]"),
        ("These are the scores of the last image alone. `h_n` has the axes (layers, batch, "
         "units), so `h_n[-1]` is what you need.",
         "r_out[:, -1]", "self.rnn(x)[1][:, -1]"),
        ("These are the scores of the last image alone. Keep the batch axis: `r_out[:, -1]`, or "
         "`h_n[-1]`.",
         "r_out[:, -1]", "r_out[-1, -1]"),
        ("You took the mean over all steps. Take the last step alone.",
         "r_out[:, -1]", "r_out.mean(1)"),
        ("Leave the softmax out: `cross_entropy` takes the raw scores.",
         "-1])", "-1]).softmax(1)"),
        ("Leave the log-softmax out: `cross_entropy` takes the raw scores.",
         "-1])", "-1]).log_softmax(1)"),
        ("There is a ReLU before the linear layer, which sets all negative numbers to 0. Pass the "
         "hidden state as it is.",
         "[:, -1]", "[:, -1].relu()"),
        ("There is a ReLU after the linear layer. Scores may be negative: leave it out.",
         "-1])", "-1]).relu()"),
        ("This is one number per image. Return all ten scores, without `argmax`.",
         "-1])", "-1]).argmax(1)"),
        ("The linear layer should take the 32 numbers of the hidden state.",
         "(32, 10)", "(28, 10)"),
        ("Your GRU reads in two directions. It should read in one, from the top.",
         "batch_first", "bidirectional=True, batch_first", "(32, 10)", "(64, 10)"),
        ("Your GRU has no biases. Leave `bias=False` out.",
         "batch_first", "bias=False, batch_first"),
        ("Your linear layer has no bias. Leave `bias=False` out.", "10)", "10, bias=False)"),
        ("It works for five images, but for a single one the batch axis is lost. Use `h_n[-1]` "
         "instead of `squeeze()`.",
         "r_out[:, -1]", "self.rnn(x)[1].squeeze()"),
        ("A GRU has no cell state, so it returns no pair of states: write "
         "`r_out, h_n = self.rnn(x)`.",
         "r_out, _ =", "r_out, (h_n, c_n) ="),
        ("Steps count from 0, so the last of 28 steps is 27, or simply −1.", "[:, -1]", "[:, 28]"),
        (TUPLE, "r_out[:, -1]", "self.rnn(x)"),
        (TUPLE, "r_out[:, -1]", "self.rnn(x)[:, -1]"),
    ],
    otherwise={
        "layers": lambda theirs, ours: (
            f"There should be one recurrent layer, an `nn.GRU`. Found: {theirs}."
        ),
        "sizes": lambda theirs, ours: f"Your GRU {theirs}. It should be one that {ours}.",
        "linear": lambda theirs, ours: (
            f"After the GRU there should be one linear layer, {ours}. Found: {theirs}."
        ),
        "parameters": "All weights should be those of the GRU and of the linear layer, with "
                      "their biases. There should be no others.",
        "changes x": "Your `forward` changes `x` itself, and the caller still needs it.",
        "": "These are not the scores of the last hidden state. Apply `self.out` to it, with "
            "nothing in between and nothing after it. Each call should read all rows, and start "
            "with a hidden state of zeros.",
        "one": "It works for five images, but not for a single one.",
    },
)  # fmt: skip
class GRUReader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(28, 32, batch_first=True)
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        r_out, _ = self.rnn(x)
        return self.out(r_out[:, -1])


class _Reader(nn.Module):
    def __init__(self, units: int) -> None:
        super().__init__()
        self.rnn, self.out = nn.LSTM(28, units, batch_first=True), nn.Linear(units, 10)
        nn.init.normal_(self.out.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.rnn(x)[0][:, -1])


def _two_images(answer: Answer) -> dict:
    net, other = _Reader(12), _Reader(9)  # both before an answer can draw a random number
    rows, more = torch.randn(2, 28, 28)
    return {"": answer(net, rows), "other": answer(other, more)}


def _which_probabilities(theirs: object, ours: Tensor) -> str:
    if not isinstance(theirs, Tensor):
        return ""
    if theirs.numel() == 10:
        return (
            "These are ten numbers, and there should be ten after each of the 28 rows. (`h_n` is "
            "the last step alone, and so is `r_out[:, -1]`.) Pass all of `r_out` to `net.out`."
        )
    if theirs.shape == (28,):
        return "This is one number per row. Return ten probabilities, without `argmax`."
    if theirs.shape == (1, 28, 10):
        return "The axis of the batch of one is still there: take its only image, `[0]`."
    if theirs.shape != ours.shape:
        return "There should be ten probabilities after each row of the image."
    if not same(theirs.sum(1), torch.ones(28)):
        return "The numbers of each row should add up to 1. Is it a softmax over the ten digits?"
    return (
        "These are not the probabilities of this network. First `net.rnn` reads the rows, then "
        "`net.out` turns every hidden state into scores, and the softmax comes at the end."
    )


@exercise(
    "You can look at other recurrent networks in the same way, for example after each word of "
    "a sentence.",
    ask=_two_images,
    mistakes=[
        ("These are scores, not probabilities: a softmax is missing.", ".softmax(1)", ""),
        ("Your softmax is taken over the rows. It should be taken over the ten digits, which are "
         "the last axis: `softmax(-1)`.",
         "softmax(1)", "softmax(0)"),
        ("A log-softmax returns the logarithms of the probabilities. Use a softmax.",
         "softmax", "log_softmax"),
        ("The numbers of each row should add up to 1, but a sigmoid treats each digit by itself. "
         "Use a softmax.",
         "softmax(1)", "sigmoid()"),
        ("Apply the softmax to the scores, after `net.out`, and not to the hidden states.",
         "r_out[0]).softmax(1)", "r_out[0].softmax(1))"),
        ("One softmax is enough: apply it to the scores, and not to the hidden states.",
         "r_out[0]", "r_out[0].softmax(1)"),
        ("The columns became the time. Pass the rows as they are, `rows[None]`.",
         "rows[None]", "rows.T[None]"),
        ("Each row was read without a memory, as 28 sequences of one step. One sequence of 28 "
         "steps is `rows[None]`.",
         "rows[None]", "rows[:, None]", "r_out[0]", "r_out[:, 0]"),
        ("Each row was read without a memory, as 28 sequences of one step. One sequence of 28 "
         "steps is `rows[None]`.",
         "rows[None]", "rows[:, None]", "r_out[0]", "r_out", "(1)", "(-1)"),
        ("The rows are read from the bottom. Pass them as they are, `rows[None]`.",
         "rows[None]", "rows.flip(0)[None]"),
        (TUPLE, "r_out[0]", "net.rnn(rows[None])"),
        ("An LSTM returns two things: `r_out`, and the pair `(h_n, c_n)`. Write "
         "`r_out, _ = net.rnn(...)`.",
         "r_out, _", "r_out, h_n, c_n"),
    ],
    otherwise={
        "": _which_probabilities,
        "other": "It works for one network and one image, but not for the next. Does your "
                 "function contain their sizes, or keep something from one call to the next?",
    },
)  # fmt: skip
def beliefs(net, rows):
    r_out, _ = net.rnn(rows[None])
    return net.out(r_out[0]).softmax(1)


R_OUT = torch.linspace(-300, 300, 3 * 28 * 128).sin().view(3, 28, 128)
OTHER = torch.linspace(100, -500, 2 * 6 * 160).cos().view(2, 6, 160)  # not the lesson's sizes


def _ends(answer: Answer) -> dict:
    return {"": answer(R_OUT), "other sizes": answer(OTHER)}


def _which_ends(theirs: object, ours: Tensor) -> str:
    r_out = next(part for part in (R_OUT, OTHER) if part[:, 0].shape == ours.shape)
    both = r_out.shape[2]
    for cut in range(1, both):
        if same(theirs, torch.cat([r_out[:, -1, :cut], r_out[:, 0, cut:]], 1)):
            return (
                f"You cut at {cut}, but for H = {both // 2} the second half begins at "
                f"{both // 2}. Compute H as `r_out.shape[2] // 2`."
            )
    if isinstance(theirs, Tensor) and theirs.shape != ours.shape:
        return f"H is {both // 2} here. Return H numbers of each direction, side by side."
    return "The shape is right, but these are not the two ends, each with its own half."


@exercise(
    "If you took `r_out[:, -1]` here, half of it would come from a direction that has read a "
    "single step, and there would be no error.",
    ask=_ends,
    mistakes=[
        ("At step −1, the half that reads upward has read a single step. It ends at step 0. (If "
         "you took it there: H is half the length of the last axis.)",
         "0, units:", "-1, units:"),
        ("At step 0, the half that reads downward has read a single step. It ends at step −1.",
         "-1, :units", "0, :units"),
        ("You took both halves where they begin. Swap step 0 and step −1.",
         "-1, :units", "0, :units", "0, units:", "-1, units:"),
        ("These are the right numbers in the wrong order: the downward half should come first.",
         "r_out[:, -1, :units], r_out[:, 0, units:]", "r_out[:, 0, units:], r_out[:, -1, :units]"),
        ("This is only the half that reads downward. Return both, as (N, 2·H).",
         ", r_out[:, 0, units:]", ""),
        ("This is only the half that reads upward. Return both, as (N, 2·H).",
         "r_out[:, -1, :units], ", ""),
        ("You added the two halves up. Put them side by side, with `torch.cat`.",
         "torch.cat([r_out[:, -1, :units], r_out[:, 0, units:]], dim=1)",
         "r_out[:, -1, :units] + r_out[:, 0, units:]"),
        ("Your two halves follow one another, as (2·N, H). Join them along axis 1.",
         "dim=1", "dim=0"),
        ("This is the last image with all its steps. The time is axis 1.",
         "torch.cat([r_out[:, -1, :units], r_out[:, 0, units:]], dim=1)", "r_out[-1]"),
        ("The time is axis 1: you took two images, `r_out[-1]` and `r_out[0]`, with all their "
         "steps.",
         ":, -1, :units", "-1, :, :units", ":, 0, units:", "0, :, units:"),
        ("This is the mean over all steps. Take one step for each half.",
         "torch.cat([r_out[:, -1, :units], r_out[:, 0, units:]], dim=1)", "r_out.mean(1)"),
        ("`torch.stack` makes a new axis, and you get (N, 2, H). It should be (N, 2·H): use "
         "`torch.cat`.",
         "torch.cat", "torch.stack"),
        ("`torch.stack` makes a new axis, and you get (2, N, H). It should be (N, 2·H): use "
         "`torch.cat` along axis 1.",
         "torch.cat", "torch.stack", "dim=1", "dim=0"),
        ("`torch.stack` makes a new axis, and you get (N, H, 2). It should be (N, 2·H): use "
         "`torch.cat` along axis 1.",
         "torch.cat", "torch.stack", "dim=1", "dim=2"),
        ("The half that reads upward ends at step 0, and you took step 1.",
         "0, units:", "1, units:"),
        ("The half that reads downward ends at step −1, and you took step −2.",
         "-1, :units", "-2, :units"),
        ("Steps count from 0, so the last of T steps is T − 1, or simply −1.",
         "-1, :units", "r_out.shape[1], :units"),
        ("`/` returns a float, which can't be an index. With `//`, H is a whole number.",
         "//", "/"),
        ("You took step 27, but this sequence has only 6 steps. The last step is −1, whatever "
         "the length.",
         "-1, :units", "27, :units"),
    ],
    otherwise=_which_ends,
)  # fmt: skip
def both_ends(r_out):
    units = r_out.shape[2] // 2
    return torch.cat([r_out[:, -1, :units], r_out[:, 0, units:]], dim=1)
