"""Answers to the exercises of lesson 03 that no edit of a solution describes."""

STEPS = "def count_steps(samples, batch_size, epochs, drop_last):\n    "
WINDOWS = """
class Windows(Dataset):
    def __init__(self, series, size):
        self.series, self.size = series, size

    def __len__(self):
        return len(self.series) - self.size

    def __getitem__(self, i):
        return self.series[i : i + self.size], self.series[i + self.size]
"""
PAD = "def pad_batch(samples):\n    sequences, labels = zip(*samples)\n    "
PAD_SEQUENCE = "torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True)"
MEAN = "def mean_and_std(loader):\n    "
NUMPY = "import numpy as np\n" + MEAN
AT_ONCE = "all the pictures in memory at once"
PIXELS = "pixels = torch.cat([images.flatten() for images, _ in loader])\n    "


def windows(old, new):
    assert old in WINDOWS
    return WINDOWS.replace(old, new)


# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", STEPS + "return samples", "the answer is 6, and yours is 10"),
    ("exercise-1-code", STEPS + "return 'six'", "yours is 'six'"),
    ("exercise-1-code", STEPS + "return epochs * torch.tensor(samples / batch_size).ceil()",
     "For samples=10, batch_size=5"),
    ("exercise-2-code", windows("__len__", "length"), "a method `__len__`"),
    ("exercise-2-code", windows("__getitem__", "get"), "returns sample i"),
    ("exercise-2-code", windows(", self.series[i + self.size]", ""), "A sample is a pair"),
    ("exercise-2-code", windows("self.series[i + self.size]", "self.series[i + self.size :]"),
     "one index, without a colon"),
    ("exercise-2-code", windows("self.series[i + self.size]", "self.series[i]"),
     "should be 9, and yours is 0"),
    ("exercise-2-code", windows("self.series[i + self.size]", "self.series[i + 3]"),
     "use `self.series` and `self.size`"),
    ("exercise-2-code", windows("self.series, self.size =", "Windows.series, Windows.size ="),
     "After a second dataset was made"),
    ("exercise-2-code", windows("self.series, self.size =",
                                "series /= series.max()\n        self.series, self.size ="),
     "Your class changes `series` itself"),
    ("exercise-2-code", windows(" - self.size\n", " - 1.0 * self.size\n"), "whole number 7"),
    ("exercise-2-code", windows("len(self.series) - self.size", "..."),
     "`__len__` still returns the three dots"),
    ("exercise-2-code", windows("self.series[i : i + self.size], self.series[i + self.size]",
                                "..."), "`__getitem__` still returns the three dots"),
    ("exercise-2-code", windows("self.series[i : i + self.size], self.series[i + self.size]",
                                "self.series[i : self.size], self.series[self.size]"),
     "must end at `i + self.size`"),
    ("exercise-3-code", PAD + f"return {PAD_SEQUENCE}", "The labels are missing"),
    ("exercise-3-code", PAD + f"return {PAD_SEQUENCE}, labels", "labels should be one tensor"),
    ("exercise-3-code", PAD + f"return {PAD_SEQUENCE}[:, :4], torch.tensor(labels)",
     "not for two samples of other lengths"),
    ("exercise-3-code", "def pad_batch(samples):\n    samples = sorted(samples, key=lambda "
     "sample: len(sample[0]))\n" + PAD.split("\n", 1)[1]
     + f"return {PAD_SEQUENCE}, torch.tensor(labels)", "have changed places"),
    ("exercise-3-code", PAD + "longest = max(map(len, sequences))\n    for part in sequences:\n"
     "        n = len(part)\n        part.resize_(longest)[n:] = 0\n"
     "    return torch.stack(sequences), torch.tensor(labels)", "changes `samples` itself"),
    ("exercise-3-code", "def pad_batch(samples, seen=[]):\n    seen += [s for s, _ in samples]\n"
     "    padded = torch.nn.utils.rnn.pad_sequence(seen, batch_first=True)[-len(samples) :]\n"
     "    return padded, torch.tensor([label for _, label in samples])",
     "keep nothing from call to call"),
    ("exercise-4-code", MEAN + PIXELS + "return pixels.mean()", "Return a pair"),
    ("exercise-4-code", MEAN + PIXELS + "return 'mean', pixels.std()", "a single real number"),
    ("exercise-4-code", MEAN + PIXELS + "return pixels.mean(), 1j * pixels.std()",
     "The mean is right. The standard deviation should be a single real number"),
    ("exercise-4-code", MEAN + "return [sum(batch.mean() for batch in loader)] * 2",
     "A batch is a pair"),
    ("exercise-4-code", MEAN + PIXELS + "return pixels.mean(), (pixels - 9).log().mean()",
     "yours is nan"),
    ("exercise-4-code", "def mean_and_std(loader, kept=[]):\n    kept += [batch[0].flatten() for "
     "batch in loader]\n    return torch.cat(kept).mean(), torch.cat(kept).std()",
     "kept from one call to the next"),
    ("exercise-4-code", MEAN + PIXELS + "return pixels.mean(), pixels.std()", AT_ONCE),
    ("exercise-4-code", MEAN + "kept = list(loader)\n    n = sum(b[0].numel() for b in kept)\n"
     "    mean = sum(b[0].sum() for b in kept) / n\n"
     "    return mean, (sum(((b[0] - mean) ** 2).sum() for b in kept) / n) ** 0.5", AT_ONCE),
    ("exercise-4-code", MEAN + "pixels = torch.tensor([])\n    for images, _ in loader:\n"
     "        pixels = torch.cat([pixels, images.flatten()])\n"
     "    return pixels.mean(), pixels.std()", AT_ONCE),
    ("exercise-4-code", MEAN + "pixels = torch.stack([image for image, _ in loader.dataset])\n"
     "    return pixels.mean(dim=(0, 2, 3)), pixels.std(dim=(0, 2, 3))", AT_ONCE),
    ("exercise-4-code", NUMPY + "kept = np.concatenate([images.numpy() for images, _ in loader])\n"
     "    return kept.mean(), kept.std()", AT_ONCE),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-1-code", STEPS + "return torch.tensor(epochs * len(DataLoader(range(samples), "
     "batch_size, drop_last=drop_last)))"),
    ("exercise-2-code", "class Windows:\n    def __init__(self, series, size):\n"
     "        self.rows = series.unfold(0, size + 1, 1).numpy()\n"
     "    def __len__(self):\n        return len(self.rows)\n"
     "    def __getitem__(self, i):\n        print(i)\n"
     "        return [self.rows[i][:-1].tolist(), self.rows[i][-1]]"),
    ("exercise-3-code", PAD + "padded = torch.zeros(len(samples), max(map(len, sequences)))\n"
     "    for row, sequence in zip(padded, sequences):\n        row[: len(sequence)] = sequence\n"
     "    return [padded, default_collate(labels)]"),
    ("exercise-2-code", windows("self.series, self.size =",
                                "super().__init__()\n        self.series, self.size =")),
    # twice through the loader, with NumPy and 64 bits
    ("exercise-4-code", NUMPY + "n = sum(images.numel() for images, _ in loader)\n"
     "    mean = sum(images.double().sum() for images, _ in loader) / n\n    total = 0\n"
     "    for images, labels in loader:\n        off = images.double() - mean\n"
     "        squares = off**2\n        total += squares.numpy().sum()\n"
     "    return mean, np.sqrt(total / n)"),
    ("exercise-4-code", MEAN + "means, squares, counts = [], [], []\n"
     "    for batch in loader:\n        counts.append(batch[0].numel())\n"
     "        means.append(batch[0].mean())\n        squares.append((batch[0] ** 2).mean())\n"
     "    counts = torch.tensor(counts) / sum(counts)\n"
     "    mean = (torch.stack(means) * counts).sum()\n"
     "    return mean, ((torch.stack(squares) * counts).sum() - mean**2).sqrt()"),
    ("exercise-4-code", MEAN + "count = total = squares = 0\n"
     "    for image, label in loader.dataset:  # one picture at a time\n"
     "        for row in image[0]:\n            count += len(row)\n"
     "            total, squares = total + row.sum(), squares + row @ row\n"
     "    return total / count, (squares / count - (total / count) ** 2) ** 0.5"),
]  # fmt: skip
