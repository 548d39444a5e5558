"""The exercises of lesson 05."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.exercise import (
    KEPT,
    Answer,
    Raised,
    a_number,
    attempt,
    built_twice,
    exercise,
    same,
    with_fixed_weights,
)
from helpers.figures import new_figure, png
from helpers.verdict import NotYet


@exercise(
    "You can now work out the size after a convolution before you run it, and then you don't have "
    "to guess the size of the linear layer.",
    cases=[(28, 5, 1, 2), (28, 5, 1, 0), (28, 3, 2, 1), (32, 5, 2, 0), (7, 3, 3, 1),
           (20, 4, 2, 1), (8, 3, 3, 0), (5, 5, 1, 0)],
    mistakes=[
        ("The padding is added on both sides of the image, so it counts twice.",
         "2 * padding", "padding"),
        ("Your result is too small by one. A kernel as large as the image has one position, not "
         "none.",
         " + 1", ""),
        ("The stride has no effect yet: with a stride of 2, the kernel skips every second "
         "position.",
         "// stride", ""),
        ("The padding has no effect yet: it makes the image larger before the kernel slides.",
         "+ 2 * padding", ""),
        ("A size is a whole number, and where the kernel would stick out over the edge it has no "
         "position: divide with `//` instead of `/`.",
         "//", "/"),
        ("The values are right, but they are floats, and a size is a whole number: divide with "
         "`//`, or use `int`.",
         " + 1", " + 1.0"),
        ("Round down, not up: where the kernel would stick out over the edge, it has no position.",
         "(n + 2 * padding - k) // stride", "-(-(n + 2 * padding - k) // stride)"),
        ("Add the 1 after the division: the first position counts whatever the stride is.",
         "- k) // stride + 1", "- k + 1) // stride"),
        ("`//` comes before `+` and `-`: put brackets around n + 2 * padding - k.",
         "(n + 2 * padding - k)", "n + 2 * padding - k"),
        ("The stride and the padding have no effect yet.",
         "(n + 2 * padding - k) // stride", "n - k"),
        ("Subtract k before you divide: all of n + 2 * padding - k is divided by the stride.",
         "(n + 2 * padding - k) // stride", "(n + 2 * padding) // stride - k"),
    ],
)  # fmt: skip
def output_size(n, k, stride, padding):
    return (n + 2 * padding - k) // stride + 1


def _letter() -> Tensor:
    image = torch.zeros(12, 9)
    image[2:10, 2:4] = image[8:10, 2:8] = 1.0
    return image


LETTER, EDGES = _letter(), torch.tensor([[0.5, 1, 0], [0, 0, 0], [0, -0.5, -2]])
WAVES = torch.arange(8 * 13.0).view(8, 13).sin()


def _side_by_side(theirs: list, ours: list) -> bytes | None:
    """Draw the first map that differs beside ours, or the first of all."""
    different = (pair for pair in zip(theirs, ours) if not same(*pair))
    maps = next(different, (theirs[0], ours[0]))
    if not isinstance(maps[0], Tensor) or maps[0].dim() != 2:
        return None
    figure = new_figure(5, 3, layout="constrained")
    limit = maps[1].abs().max().item()
    for axis, name, values in zip(figure.subplots(1, 2), ("yours", "target"), maps):
        axis.imshow(values.detach().float(), cmap="RdBu_r", vmin=-limit, vmax=limit)
        axis.set(title=name, xticks=[], yticks=[])
    return png(figure)


@exercise(
    "A convolution layer computes this for each of its kernels and each channel of the image; it "
    "then adds up the channels, and adds a bias. In mathematics this is called cross-correlation, "
    "because the kernel is not flipped.",
    cases=[(LETTER, EDGES), (WAVES, EDGES), (LETTER, torch.arange(25.0).view(5, 5) / 10 - 1),
           (WAVES, torch.tensor([[0.5, -1], [2, 0.25]]))],
    mistakes=[
        ("The kernel is flipped. PyTorch puts it on the image as it is.",
         "* kernel", "* kernel.flip(0, 1)"),
        ("The kernel is transposed: its rows meet the columns of the image.",
         "* kernel", "* kernel.T"),
        ("The last row and the last column are missing: the result has H − k + 1 rows and "
         "W − k + 1 columns.",
         " - k + 1", " - k"),
        ("The window is summed up without the kernel: multiply the two first.", " * kernel", ""),
        ("`@` is the matrix product. Multiply each pixel by the number of the kernel above it, "
         "with `*`.",
         "* kernel", "@ kernel"),
        ("You take the mean of the products. Take their sum.", ".sum()", ".mean()"),
        ("You have returned the image itself. Return what you have computed from it.",
         "return out", "return image"),
        ("Your result is as large as the image, because you have added padding. Leave it out.",
         "    k = len(kernel)\n",
         "    k = len(kernel)\n    image = F.pad(image, [(k - 1) // 2, k // 2] * 2)\n"),
        ("The last row and the last column of your result are still 0: both loops end one step "
         "too early.",
         "range(out.shape[0])", "range(out.shape[0] - 1)",
         "range(out.shape[1])", "range(out.shape[1] - 1)"),
        ("The last row of your result is still 0: the loop over the rows ends one step too early.",
         "range(out.shape[0])", "range(out.shape[0] - 1)"),
        ("The last column of your result is still 0: the loop over the columns ends one step too "
         "early.",
         "range(out.shape[1])", "range(out.shape[1] - 1)"),
        ("Only the first value is filled in: the `return` is inside the loops, and it ends the "
         "function.",
         "    return out", "            return out"),
        ("Only the first row is filled in: the `return` is inside the loop over the rows, and it "
         "ends the function.",
         "    return out", "        return out"),
        ("The row comes first in an index: `out[i, j]`, with i for the rows.",
         "out[i, j] =", "out[j, i] ="),
        ("It works for a kernel of 3 × 3, but not for one of 5 × 5. Take k from the kernel: "
         "`len(kernel)`.",
         "len(kernel)", "3", "* kernel", "* kernel[:3, :3]"),
        ("It works for an image of 12 × 9, but not for one of 8 × 13. Take H and W from "
         "`image.shape`.",
         "image.shape[0]", "12", "image.shape[1]", "9"),
    ],
    partly="It works for an image of 12 × 9 and a kernel of 3 × 3, but not for others. Take H and "
           "W from `image.shape` and k from `len(kernel)`, and keep nothing from call to call.",
    otherwise="Every value is the sum of the products of one window and the kernel. The picture "
              "shows your result beside the target.",
    picture=_side_by_side,
)  # fmt: skip
def convolve(image, kernel):
    k = len(kernel)
    out = torch.zeros(image.shape[0] - k + 1, image.shape[1] - k + 1)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return out


def _facts(net: nn.Module | Raised) -> dict:
    """Return what can be seen of a network: its scores' shape, its parameters, its scores."""
    if isinstance(net, Raised):
        return {"built": net}
    if isinstance(net, type) and issubclass(net, nn.Module):
        name = net.__name__
        raise NotYet(
            f"You return the class `{name}` itself. Brackets make a network of it: `{name}()`."
        )
    if not isinstance(net, nn.Module):
        raise NotYet(f"Return a network (`nn.Sequential`). Yours is of type {type(net).__name__}.")
    images = torch.linspace(-1, 2, 2 * 3 * 32 * 32).view(2, 3, 32, 32)
    scores = attempt(net.train(), images.clone())  # lazy layers have sizes from now on
    if isinstance(scores, Raised):
        stops = (
            f"Your network stops at 2 images of shape (3, 32, 32):\n{scores.error}\nFollow the "
            "shape from layer to layer: (3, 32, 32), (16, 16, 16), (32, 8, 8), 2048 numbers."
        )
        return {"built": "", "runs": stops if type(scores.error) is RuntimeError else scores}
    if not isinstance(scores, Tensor):
        raise NotYet(f"Your network should return a tensor, and not a {type(scores).__name__}.")
    return {
        "built": "",
        "runs": "",
        "shape": tuple(scores.shape),
        "parameters": tuple(sorted(tuple(part.shape) for part in net.parameters())),
        "scores": attempt(with_fixed_weights(net), images.clone()),
    }


def _about_parameters(theirs: tuple, ours: tuple) -> str:
    """Say in which layers a network with other parameters differs."""
    kernels = sorted(shape for shape in theirs if len(shape) == 4)
    linear = [shape for shape in theirs if len(shape) == 2]
    if len(kernels) != 2:
        return f"There should be two convolutions. Your network has {len(kernels)}."
    if any(shape[2:] != (5, 5) for shape in kernels):
        return "The kernels of both convolutions should be 5 × 5, with a padding of 2."
    if [shape[:2] for shape in kernels] != [(16, 3), (32, 16)]:
        return "The convolutions should lead from 3 to 16, and from 16 to 32 channels."
    if len(linear) != 1:
        return f"One linear layer should come last. Your network has {len(linear)}."
    if linear != [(10, 2048)]:
        return (
            f"The linear layer reads {linear[0][1]} numbers, and it should read 32·8·8 = 2048: "
            "each convolution keeps the size of the image, and each pool halves it, 32, 16, 8."
        )
    return (
        "The convolutions and the linear layer are right, but your network has other parameters "
        "than their weights and biases, or it has no biases."
    )


# fmt: off
@exercise(
    "Compared with the lesson's network for MNIST, two numbers change for larger images in color: "
    "3 channels go into the first convolution, and 32·8·8 numbers into the linear layer.",
    ask=partial(built_twice, facts=_facts),
    mistakes=[
        ("The first convolution takes 1 input channel. A color image has 3: red, green and blue.",
         "(3,", "(1,"),
        ("The first convolution takes 32 input channels. A color image has 3: red, green and "
         "blue. You never pass the height of the image to the layer.",
         "(3,", "(32,"),
        ("The second convolution should take the 16 channels that the first one returns.",
         "Conv2d(16, 32", "Conv2d(3, 32"),
        ("32·7·7 belongs to images of 28 × 28. Two pools turn 32 × 32 into 8 × 8.",
         "8 * 8", "7 * 7"),
        ("Without `padding=2`, each convolution takes 4 pixels off the height and the width, and "
         "5 × 5 are left where 8 × 8 should be.",
         ", padding=2", ""),
        ("6 × 6 pixels are left where 8 × 8 should be. A convolution of 5 × 5 keeps the size if "
         "it has `padding=2`, and both convolutions should.",
         "padding=2", "padding=1"),
        ("The linear layer reads one row per image: put `nn.Flatten()` before it.",
         "nn.Flatten(), ", ""),
        ("The pools are missing: without them, the linear layer is given 32·32·32 numbers, not "
         "32·8·8.",
         "nn.MaxPool2d(2), ", ""),
        ("`nn.Sequential` takes the layers themselves, and no list of them: put a star before "
         "the list, or leave the square brackets out.",
         "Sequential(", "Sequential([", "10),", "10)]"),
        ("The brackets are missing: `nn.ReLU` is a class, and `nn.ReLU()` makes a layer.",
         "nn.ReLU()", "nn.ReLU"),
        ("`nn.Sequential` takes layers and no functions: the ReLU is `nn.ReLU()`.",
         "nn.ReLU()", "F.relu"),
        ("Leave the softmax out: `cross_entropy` takes the raw scores.",
         "8, 10),", "8, 10), nn.Softmax(1),"),
        ("Leave the log-softmax out: `cross_entropy` takes the raw scores.",
         "8, 10),", "8, 10), nn.LogSoftmax(1),"),
        ("The scores are the numbers that the linear layer returns: no ReLU after it.",
         "8, 10),", "8, 10), nn.ReLU(),"),
        ("A ReLU is missing in each stage.", " nn.ReLU(),", ""),
        ("Use max pooling, `nn.MaxPool2d(2)`, and no average pooling.", "MaxPool2d", "AvgPool2d"),
        ("The pools are missing: the convolutions' stride of 2 halves the size in their place.",
         "padding=2), nn.MaxPool2d(2)", "padding=2, stride=2)"),
    ],
    otherwise={
        "shape": lambda theirs, ours: f"For 2 images, the scores should have shape {ours}. Yours "
                                      f"have {theirs}.",
        "parameters": _about_parameters,
        "scores": "The layers with weights are right, but the scores are not. After each "
                  "convolution, with stride 1 and padding 2, come a 2 × 2 max-pool and a ReLU, "
                  "and nothing comes after the linear layer.",
        "again": KEPT,
    },
)
def color_net():
    return nn.Sequential(
        nn.Conv2d(3, 16, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(16, 32, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(32 * 8 * 8, 10),
    )
# fmt: on


class _Witness(nn.Module):
    """A network with dropout, whose scores are known; it notes in which mode it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.part, self.scale = nn.Dropout(0.5), nn.Parameter(torch.ones(1))
        self.was_training = self.had_gradients = False

    def forward(self, images: Tensor) -> Tensor:
        self.was_training |= self.training or self.part.training
        # an image's brightness is its digit, so no other rule finds the digits
        brightness = images.mean((1, 2, 3))
        digits = brightness.round()
        # what is above the whole number makes the scores larger, so that they can be compared
        # in one image, but not between images
        surety = 1 + 20 * (brightness - digits).unsqueeze(1)
        scores = self.scale * surety * F.one_hot(digits.long(), 10)
        self.had_gradients |= scores.requires_grad
        return scores


def _asked_of(answer: Answer, count: int, right: int) -> dict:
    """Ask for the accuracy on some images, of which the last `right` are read correctly."""
    digits, net = torch.arange(count) % 23 % 10, _Witness()
    labels = torch.where(torch.arange(count) < count - right, (digits + 1) % 10, digits)
    sure = (torch.arange(count) % 7 < 3) & (digits < 5)
    images = (digits + 0.4 * sure).view(-1, 1, 1, 1).expand(-1, 1, 8, 8)
    given = answer(net, images, labels)
    number = a_number(given)
    if number is None and not isinstance(given, Raised):
        raise NotYet(f"Return one number. Yours is of type {type(given).__name__}.")
    if number is not None and number > 1:
        raise NotYet(
            f"{number:g} is a count or a percentage, and a share is a number from 0 to 1. If you "
            "multiplied by 100, leave that out. If you counted the right predictions, divide by "
            "`len(labels)`."
        )
    return {
        "share": given if number is None else number,
        "training": net.was_training,
        "gradients": net.had_gradients,
        "tensor": isinstance(given, Tensor),
    }


MEANS = (
    "You take the mean of the batches' accuracies, but the last batch is smaller than the others. "
    "Count the right predictions in all batches, and divide by `len(labels)` at the end."
)
ALL_AT_ONCE = """\
        predicted = net(images).argmax(1)
    return (predicted == labels).float().mean().item()"""
IN_BATCHES = """\
        batches = zip(images.split({size}), labels.split({size}))
        found = [(net(x).argmax(1) == y).float().mean().item() for x, y in batches]
    return sum(found) / len(found)"""


def _watched(answer: Answer) -> dict:
    # in batches of 100, 128, 250, 500 or 1000, the last batch of 1320 is a short one
    many, few = _asked_of(answer, 1320, 987), _asked_of(answer, 437, 163)
    return {name: [many[name], few[name]] for name in many}


@exercise(
    "The network was in evaluation mode, no gradients were recorded, and the number is the share "
    "of all images. An accuracy that is measured in this way can be compared with others.",
    ask=_watched,
    mistakes=[
        ("The network, or a layer in it, was still in training mode: call `net.eval()` before "
         "`net(images)`.",
         "    net.eval()\n", ""),
        ("Gradients were recorded, and they aren't needed here: call the network inside `with "
         "torch.inference_mode():`.",
         "inference_mode", "enable_grad"),
        ("The number is right, but it is still a tensor: `.item()` makes it a plain number.",
         ".item()", ""),
        ("`max(1)` returns the highest scores and their indices. The predicted digit is the "
         "index: `argmax(1)`.",
         "argmax(1)", "max(1).values"),
        ("`argmax(0)` looks for the image with the highest score in each column. Each row "
         "belongs to one image: `argmax(1)`.",
         "argmax(1)", "argmax(0)"),
        ("Your share is 0. Do you use `argmax()` without an axis? It returns one index for all "
         "images together, but each row belongs to one image: `argmax(1)`.",
         "argmax(1)", "argmax()"),
        ("`softmax(0)` compares the images with each other. No softmax is needed: `argmax(1)` "
         "finds the highest score of each image.",
         "argmax(1)", "softmax(0).argmax(1)"),
        *((MEANS, ALL_AT_ONCE, IN_BATCHES.format(size=size))
          for size in (16, 32, 50, 64, 100, 128, 200, 250, 256, 500, 1000)),
        ("That is the share of wrong predictions. Count where `predicted == labels`.", "==", "!="),
    ],
    partly="It is right for the first 1320 images, but not for the next 437. Is a number written "
           "in, does your function keep something from one call to the next, or do you take the "
           "mean of batches of different sizes?",
    otherwise={
        "share": lambda theirs, ours: f"The share of right predictions is {ours:.4f} here, and "
        f"yours is {theirs:.4f}. Count where `net(images).argmax(1)` is the label, in all "
        "batches together, and divide by `len(labels)`.",
    },
)  # fmt: skip
def accuracy_of(net, images, labels):
    net.eval()
    with torch.inference_mode():
        predicted = net(images).argmax(1)
    return (predicted == labels).float().mean().item()
