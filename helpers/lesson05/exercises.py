"""The exercises of lesson 05."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.exercise import attempt, exercise, with_fixed_weights
from helpers.figures import new_figure, png
from helpers.verdict import NotYet


@exercise(
    "You can now tell the shape after any convolution before you run it. Most errors in a "
    "new network are a shape that somebody guessed.",
    cases=[(28, 5, 1, 2), (28, 5, 1, 0), (28, 3, 2, 1), (32, 5, 2, 0), (7, 3, 3, 1),
           (20, 4, 2, 1), (8, 3, 3, 0)],
    mistakes=[
        ("The padding lies on both sides of the image: it counts twice.",
         "2 * padding", "padding"),
        ("One place is missing. A kernel as large as the image has one place, not none.",
         " + 1", ""),
        ("The stride has no effect yet: with stride 2, the kernel skips every second place.",
         "// stride", ""),
        ("The padding has no effect yet: it makes the image larger before the kernel slides.",
         "+ 2 * padding", ""),
        ("A size is a whole number, and a kernel that hangs over the edge has no place there: "
         "divide with // instead of /.",
         "//", "/"),
        ("Round down, not up: a kernel that hangs over the edge has no place there.",
         "(n + 2 * padding - k) // stride", "-(-(n + 2 * padding - k) // stride)"),
    ],
)  # fmt: skip
def output_size(n, k, stride, padding):
    return (n + 2 * padding - k) // stride + 1


def _letter() -> Tensor:
    image = torch.zeros(12, 9)
    image[2:10, 2:4] = image[8:10, 2:8] = 1.0
    return image


def _side_by_side(theirs: list, ours: list) -> bytes | None:
    maps = theirs[0], ours[0]
    if not isinstance(maps[0], Tensor) or maps[0].shape != maps[1].shape:
        return None
    figure = new_figure(5, 3, layout="constrained")
    for axis, name, values in zip(figure.subplots(1, 2), ("yours", "target"), maps):
        axis.imshow(values.detach().float(), cmap="RdBu_r", vmin=-4, vmax=4)
        axis.set(title=name, xticks=[], yticks=[])
    return png(figure)


@exercise(
    "This is what a convolution layer does with each kernel and channel; then it adds up the "
    "channels, and a bias. Its other name is cross-correlation: the kernel is not flipped.",
    cases=[(_letter(), torch.tensor([[1.0, 2, 0], [0, 0, 0], [0, -1, -2]])),
           (_letter(), torch.arange(25.0).view(5, 5) / 10)],
    mistakes=[
        ("The kernel is flipped. PyTorch lays it on the image as it is.",
         "* kernel", "* kernel.flip(0, 1)"),
        ("Look at the edge: the last place of each axis is missing: there are H − k + 1.", " - k + 1", " - k"),
        ("The window is summed up without the kernel: multiply them first.", " * kernel", ""),
        ("Your output is as large as the image. Without padding the kernel has fewer places.",
         "return out", "return image"),
    ],
    partly="It works for a 3×3 kernel, but not for 5×5: take k from the kernel.",
    otherwise="The shape is right, the numbers are not. Compare the pictures.",
    picture=_side_by_side,
)  # fmt: skip
def convolve(image, kernel):
    k = len(kernel)
    out = torch.zeros(image.shape[0] - k + 1, image.shape[1] - k + 1)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return out


def _scores(answer) -> dict:
    net = answer()
    if not isinstance(net, nn.Module):
        return {"net": net}
    images = torch.linspace(-1, 1, 2 * 3 * 32 * 32).view(2, 3, 32, 32)
    return {"net": "a network", "": attempt(with_fixed_weights(net), images)}


@exercise(
    "Only two numbers changed for colour and a larger image: the first layer's input channels "
    "and the linear layer's input, 32·8·8.",
    ask=_scores,
    mistakes=[
        ("The first convolution takes 1 input channel. A colour image has 3: red, green and blue.",
         "(3,", "(1,"),
        ("The first convolution takes 32 input channels. A colour image has 3: red, green and "
         "blue. Its height plays no part here.",
         "(3,", "(32,"),
        ("32·7·7 belongs to 28×28 pixels. Two poolings turn 32×32 into 8×8.", "8 * 8", "7 * 7"),
        ("The linear layer takes rows: put `nn.Flatten()` before it.", "nn.Flatten(), ", ""),
        ("Leave the softmax out: `cross_entropy` takes the raw scores.",
         "8, 10),", "8, 10), nn.Softmax(1),"),
        ("The kernels should be 5 × 5, with a padding of 2.", "5, padding=2", "1"),
        ("The layers are right, but nothing belongs there: nothing after the linear layer.",
         "8, 10),", "8, 10), nn.ReLU(),"),
        ("What is between the layers: a 2 × 2 max-pool and a ReLU after each convolution.",
         " nn.ReLU(),", ""),
        ("Each convolution keeps the size, and a pool of 2 after it halves it: 32, 16, 8.",
         "nn.MaxPool2d(2), nn.ReLU(),", "", "8 * 8", "32 * 32"),
    ],
    otherwise="Convolution, a 2 × 2 max-pool and a ReLU, twice; then flatten and one linear layer.",
)  # fmt: skip
def colour_net():
    return nn.Sequential(
        nn.Conv2d(3, 16, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(16, 32, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(32 * 8 * 8, 10),
    )  # fmt: skip


class _Witness(nn.Module):
    """A net with dropout, whose scores are known; it notes in which mode it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Dropout(0.5)
        self.was_training = self.had_gradients = False

    def forward(self, images: Tensor) -> Tensor:
        self.was_training |= self.training or self.part.training
        self.had_gradients |= torch.is_grad_enabled()
        # the right class is the mean grey of the image: not the row, not the largest value
        return F.one_hot(images.mean((1, 2, 3)).round().long(), 10).float()


def _watched(answer) -> dict:
    n, right = 1320, 990  # batches of 100, 128, 250, 500, 1000: the last one is short
    classes, net = torch.arange(n) % 10, _Witness()
    labels = torch.where(torch.arange(n) < right, classes, (classes + 1) % 10)
    images = classes.float().view(-1, 1, 1, 1).expand(-1, 1, 28, 28)
    given = answer(net, images, labels)
    number = float(given) if isinstance(given, Tensor) and given.numel() == 1 else given
    if isinstance(number, float) and number > 1:
        raise NotYet(
            f"{number:g} is a count or a percentage. Return the share, 0 to 1: `.float().mean()`."
        )
    return {"number": number, "training": net.was_training, "gradients": net.had_gradients,
            "type": type(given).__name__}  # fmt: skip


@exercise(
    "Evaluation mode, no gradients, one share of all images: a number made so can be trusted, "
    "and compared with anybody else's.",
    ask=_watched,
    mistakes=[
        ("The net was still in training mode: call `net.eval()` before you ask it.",
         "    net.eval()\n", ""),
        ("Gradients were recorded for nothing: ask the net inside `with torch.inference_mode():`.",
         "inference_mode", "enable_grad"),
        ("The number is right, but still a tensor: `.item()` makes it a plain one.",
         ".item()", ""),
    ],
    otherwise="990 of 1320 answers were right, so 0.75 was due. The predicted digit is the place "
              "of the highest score: `argmax(1)`.",
)  # fmt: skip
def accuracy_of(net, images, labels):
    net.eval()
    with torch.inference_mode():
        predicted = net(images).argmax(1)
    return (predicted == labels).float().mean().item()
