"""Typical answers to the exercises of lesson 05."""

CONVOLVE = """
def convolve(image, kernel):
    k = len(kernel)
    out = torch.zeros(image.shape[0] - k + 1, image.shape[1] - k + 1)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return out
"""
ONLY_3X3 = CONVOLVE.replace("len(kernel)", "3").replace("* kernel", "* kernel[:3, :3]")
COLOUR = """
def colour_net():
    return nn.Sequential(
        nn.Conv2d(3, 16, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(16, 32, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(32 * 8 * 8, 10),
    )
"""
ACCURACY = """
def accuracy_of(net, images, labels):
    net.eval()
    with torch.inference_mode():
        predicted = net(images).argmax(1)
    return (predicted == labels).float().mean().item()
"""
SIZE = "def output_size(n, k, stride, padding):\n    return "
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", SIZE + "(n + padding - k) // stride + 1", "counts twice"),
    ("exercise-1-code", SIZE + "(n + 2 * padding - k) // stride", "One place is miss"),
    ("exercise-1-code", SIZE + "(n + 2 * padding - k) / stride + 1", "divide with //"),
    ("exercise-1-code", SIZE + "n + 2 * padding - k + 1", "stride has no effect"),
    ("exercise-1-code", SIZE + "(n - k) // stride + 1", "padding has no effect"),
    ("exercise-1-code", SIZE + "28", "the answer is 24, and yours is 28"),
    ("exercise-1-code", SIZE + "-(-(n + 2 * padding - k) // stride) + 1",
     "Round down, not up"),
    ("exercise-2-code", CONVOLVE.replace("* kernel", "* kernel.flip(0, 1)"),
     "The kernel is flipped"),
    ("exercise-2-code", CONVOLVE.replace(" - k + 1", " - k"), "the last place"),
    ("exercise-2-code", CONVOLVE.replace(" * kernel", ""), "without the kernel"),
    ("exercise-2-code", ONLY_3X3,
     "take k from the kernel"),
    ("exercise-2-code", "def convolve(image, kernel):\n    return image",
     "as large as the image"),
    ("exercise-3-code", COLOUR.replace("(3,", "(1,"), "has 3: red, green and blue"),
    ("exercise-3-code", COLOUR.replace("(3,", "(32,"), "Its height plays no part"),
    ("exercise-3-code", COLOUR.replace("8 * 8", "7 * 7"), "turn 32×32 into 8×8"),
    ("exercise-3-code", COLOUR.replace("nn.Flatten(), ", ""), "put `nn.Flatten()`"),
    ("exercise-3-code", COLOUR.replace("8, 10),", "8, 10), nn.Softmax(1),"),
     "Leave the softmax out"),
    ("exercise-4-code", ACCURACY.replace("    net.eval()\n", ""), "call `net.eval()`"),
    ("exercise-4-code", ACCURACY.replace("inference_mode", "enable_grad"),
     "Gradients were recorded"),
    ("exercise-4-code", ACCURACY.replace("mean", "sum"), "a count or a percentage"),
    ("exercise-4-code", ACCURACY.replace(".item()", ""), "makes it a plain one"),
    ("exercise-4-code", ACCURACY.replace("argmax(1)", "argmax(1) * 0"), "`argmax(1)`"),
    ("exercise-3-code",
     COLOUR.replace("nn.MaxPool2d(2), nn.ReLU(),", "").replace("8 * 8", "32 * 32"),
     "a pool of 2 after it halves it"),
    ("exercise-3-code", COLOUR.replace("5, padding=2", "1"), "The kernels should be 5 × 5"),
    ("exercise-3-code", COLOUR.replace("8 * 8, 10)", "8 * 8, 10), nn.ReLU()"),
     "nothing after the linear layer"),
    ("exercise-3-code", COLOUR.replace(" nn.ReLU(),", ""), "a ReLU after each convolution"),
    ("exercise-1-code", "def output_size(n, k, stride, padding):\n"
     "    return round((n + 2 * padding - k) / stride + 1)", "the answer is 2"),
    ("exercise-4-code", ACCURACY.replace("with torch.inference_mode():",
                                         "if torch.set_grad_enabled(False):"),
     "You leave gradients switched off"),
    ("exercise-4-code", ACCURACY.replace("net.eval()", "net.training = False"),
     "call `net.eval()`"),
    ("exercise-4-code", ACCURACY.replace("argmax(1)", "max(1).values").replace(".item()", ""),
     "so 0.75 was due"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-3-code", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 16, 5, padding=2), nn.Conv2d(16, 32, 5, padding=2)
        self.out = nn.Linear(32 * 8 * 8, 10)

    def forward(self, x):
        for layer in (self.first, self.second):
            x = F.max_pool2d(layer(x).relu(), 2)
        return self.out(x.flatten(1))


def colour_net():
    return Net()
"""),
    ("exercise-2-code", "import numpy as np\n" + CONVOLVE.replace("torch.zeros(", "np.zeros((")
     .replace("1)\n", "1))\n", 1).replace("return out", "return torch.from_numpy(out)")),
]  # fmt: skip
