"""Answers to the exercises of lesson 05 that no edit of our solution describes."""

SIZE = "def output_size(n, k, stride, padding):\n    return "
NET = """
def color_net():
    return nn.Sequential(
        nn.Conv2d(3, 16, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(16, 32, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(2048, 10))
"""
ACCURACY = """
def accuracy_of(net, images, labels):
    net.eval()
    with torch.no_grad():
        return (net(images).argmax(1) == labels).float().mean().item()
"""
LOOPS = """
def convolve(image, kernel):
    k = len(kernel)
    out = torch.zeros(H - k + 1, W - k + 1)
    for i in range(H - k + 1):
        for j in range(W - k + 1):
            out[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return out
"""
COUNTERS = """
right = total = 0
def accuracy_of(net, images, labels):
    global right, total
    net.eval()
    with torch.no_grad():
        right += (net(images).argmax(1) == labels).sum().item()
    total += len(labels)
    return right / total
"""
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", SIZE + "28", "the answer is 24, and yours is 28"),
    ("exercise-2-code", LOOPS.replace("H", "12").replace("W", "9"), "from `image.shape`"),
    ("exercise-2-code", LOOPS.replace("H", "len(image)").replace("W", "image.shape[1]")
     .replace("out = torch", "global out\n    if 'out' not in globals():\n        out = torch"),
     "keep nothing from call to call"),
    ("exercise-3-code", NET.replace(", padding=2", ""), "Without `padding=2`"),
    ("exercise-3-code", NET.replace("2048, 10", "2048, 64), nn.ReLU(), nn.Linear(64, 10"),
     "Your network has 2."),
    ("exercise-3-code", NET.replace("Max", "Avg"), "Use max pooling"),
    ("exercise-3-code", NET.replace("nn.MaxPool2d(2), nn.ReLU(),", "").replace("2048", "32 ** 3"),
     "each pool halves it"),
    ("exercise-3-code", "net =" + NET.split("return")[1] + "def color_net():\n    return net",
     "the same layers each time"),
    ("exercise-3-code", NET.replace("color_net", "_net") + """
class Color(nn.Module):
    pass
def color_net():
    return Color
""", "`Color()`"),
    ("exercise-4-code", ACCURACY.replace(".argmax", ".softmax(0).argmax"), "`softmax(0)`"),
    ("exercise-4-code", ACCURACY.replace("return (", "return 100 * ("),
     "multiplied by 100"),
    ("exercise-4-code", COUNTERS, "for the next 437"),
    ("exercise-4-code", ACCURACY.replace("mean", "sum"), "a count or a percentage"),
    ("exercise-4-code", ACCURACY.replace("with torch.no_grad():",
                                         "if torch.set_grad_enabled(False):"),
     "leaves gradients switched off"),
    ("exercise-4-code", ACCURACY.replace("net.eval()", "net.training = False"),
     "a layer in it, was still in training mode"),
    ("exercise-4-code", ACCURACY.replace("with torch.no_grad():", "if net.requires_grad_(False):"),
     "changes the network"),
    ("exercise-1-code", SIZE + "torch.tensor((n + 2 * padding - k) / stride).ceil() + 1",
     "is the whole number 28, and yours is 28 as a Tensor"),
    ("exercise-3-code", NET.replace("nn.Sequential(", "nn.Sequential(Centered(), ") + """
class Centered(nn.Module):
    def forward(self, x):
        x -= x.mean()
        return x
""", "but the scores are not"),
    ("exercise-4-code", ACCURACY.replace("net.eval()", "net.eval().double()"),
     "changes the network"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", "import numpy as np\n" + SIZE
     + "np.floor_divide(n + 2 * padding - k, stride) + 1"),
    ("exercise-1-code", SIZE + "len(range(0, n + 2 * padding - k + 1, stride))"),
    ("exercise-2-code", "def convolve(image, kernel):\n"
     "    return F.conv2d(image[None, None], nn.Parameter(kernel)[None, None]).squeeze()"),
    ("exercise-3-code", NET.replace("Conv2d(16, ", "LazyConv2d(").replace("2048, ", "")
     .replace("Conv2d(3, ", "LazyConv2d(").replace("nn.Linear", "nn.LazyLinear")),
    ("exercise-3-code", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(32 * 8 * 8, 10)
        self.second = nn.Conv2d(16, 32, 5, padding="same")
        self.first = nn.Conv2d(3, 16, 5, padding=2)

    def forward(self, x):
        for layer in (self.first, self.second):
            x = F.max_pool2d(layer(x).relu(), 2)
        return self.out(x.flatten(1))


def color_net():
    return Net()
"""),
    ("exercise-4-code", """
def accuracy_of(net, images, labels):
    net.train(False)
    right = 0
    with torch.no_grad():
        print(net(images[:2]).shape)
        for x, y in zip(images.split(250), labels.split(250)):
            right += (net(x).max(1).indices == y).sum()
    return float(right) / len(labels)
"""),
    ("exercise-4-code", ACCURACY.replace(".item()", ".numpy()[()]")),
    ("exercise-4-code", ACCURACY.replace(".argmax", ".softmax(1).argmax")),
    ("exercise-4-code", ACCURACY.replace(".argmax", ".sigmoid().argmax")),
]  # fmt: skip
