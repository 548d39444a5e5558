"""Typical answers to the exercises of lesson 03."""

STEPS = "def count_steps(samples, batch_size, epochs, drop_last):\n    return "
WINDOWS = """
class Windows(Dataset):
    def __init__(self, series, size):
        self.series, self.size = series, size

    def __len__(self):
        return len(self.series) - self.size

    def __getitem__(self, i):
        return self.series[i : i + self.size], self.series[i + self.size]
"""
PAD = """
def pad_batch(samples):
    sequences = [sequence for sequence, label in samples]
    labels = torch.tensor([label for sequence, label in samples])
    return torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True), labels
"""
PAD_BY_HAND = """
def pad_batch(samples):
    longest = max(len(sequence) for sequence, label in samples)
    rows = [[0.0] * (longest - len(sequence)) + sequence.tolist() for sequence, label in samples]
    return torch.tensor(rows), torch.tensor([label for sequence, label in samples])
"""
MEAN = """
def mean_and_std(loader):
    count = total = squares = 0
    for images, labels in loader:
        count += images.numel()
        total += images.sum().item()
        squares += (images**2).sum().item()
    mean = total / count
    return mean, (squares / count - mean**2) ** 0.5
"""
OF_BATCHES = """
def mean_and_std(loader):
    means = torch.stack([images.mean() for images, labels in loader])
    deviations = torch.stack([images.std() for images, labels in loader])
    return means.mean().item(), deviations.mean().item()
"""
PIXELS = "    pixels = torch.cat([images.flatten() for images, labels in loader])\n"
DEVIATIONS = "    deviation = sum(images.std() for images, labels in loader) / len(loader)\n"
HEAD = "def mean_and_std(loader):\n"
# (exercise, a wrong answer, what the hint must say)
WRONG = [
    ("exercise-1-code", STEPS + "epochs * (samples // batch_size)", "short last batch is lost"),
    ("exercise-1-code", STEPS + "epochs * -(-samples // batch_size)", "drop_last has no effect"),
    ("exercise-1-code", STEPS + "samples // batch_size if drop_last "
     "else -(-samples // batch_size)", "epochs have no effect"),
    ("exercise-1-code", STEPS + "epochs * (samples // batch_size + (not drop_last))",
     "When the batches fit exactly"),
    ("exercise-1-code", STEPS + "epochs * samples // batch_size if drop_last "
     "else -(-epochs * samples // batch_size)", "reaches over the end of an epoch"),
    ("exercise-1-code", STEPS + "epochs * (-(-samples // batch_size) if drop_last "
     "else samples // batch_size)", "are exchanged"),
    ("exercise-1-code", STEPS + "epochs * samples / batch_size", "a whole number"),
    ("exercise-1-code", STEPS + "samples", "the answer is 6, and yours is 10"),
    ("exercise-1-code", STEPS + "epochs * (samples // batch_size if drop_last "
     "else -(-samples // batch_size)) * 1.0", "but not an int"),
    ("exercise-1-code", STEPS + "epochs * samples", "You counted samples, not steps"),
    ("exercise-1-code", STEPS + "epochs * batch_size * (samples // batch_size) if drop_last "
     "else epochs * samples", "You counted samples, not steps"),
    ("exercise-1-code", STEPS + "epochs * round(samples / batch_size)",
     "round up, or down with drop_last"),
    ("exercise-1-code", STEPS + "epochs * (samples // batch_size if drop_last "
     "else round(samples / batch_size))", "round up, or down with drop_last"),
    ("exercise-1-code", STEPS + "round(epochs * samples / batch_size)",
     "round up, or down with drop_last"),
    ("exercise-1-code", STEPS + "epochs * samples // batch_size if drop_last "
     "else epochs * -(-samples // batch_size)", "round within one epoch"),
    ("exercise-1-code", STEPS + "epochs * (samples // batch_size) if drop_last "
     "else -(-epochs * samples // batch_size)", "round within one epoch"),
    ("exercise-1-code", STEPS + "'six'", "this is a str"),
    ("exercise-2-code", WINDOWS.replace("__len__", "length"), "a method `__len__`"),
    ("exercise-2-code", WINDOWS.replace("__getitem__", "get"), "give sample i"),
    ("exercise-2-code", WINDOWS.replace(" - self.size", ""), "as many as the series"),
    ("exercise-2-code", WINDOWS.replace(" - self.size", " - self.size + 1"), "one too many"),
    ("exercise-2-code", WINDOWS.replace(" - self.size", " - self.size - 1"), "one too few"),
    ("exercise-2-code", WINDOWS.replace(
        "self.series[i : i + self.size], self.series[i + self.size]",
        "self.series[i + self.size], self.series[i : i + self.size]"), "The pair is swapped"),
    ("exercise-2-code", WINDOWS.replace(", self.series[i + self.size]",
                                        ", self.series[i + self.size - 1]"),
     "last number of the window itself"),
    ("exercise-2-code", WINDOWS.replace(", self.series[i + self.size]",
                                        ", self.series[i + self.size + 1]"),
     "`series[3]`, which is 9; yours is 16: one place too far"),
    ("exercise-2-code", WINDOWS.replace(", self.series[i + self.size]", ", self.series[i]"),
     "`series[3]`, which is 9; yours is 0."),
    ("exercise-2-code", WINDOWS.replace(
        "[i : i + self.size], self.series[i + self.size]",
        "[i * self.size : (i + 1) * self.size], self.series[(i + 1) * self.size]").replace(
        "len(self.series) - self.size", "len(self.series) // self.size"),
     "Windows overlap: sample i begins at place i, not at i * size."),
    ("exercise-2-code", WINDOWS.replace(", self.series[i + self.size]",
                                        ", self.series[i + self.size :]"), "one number and no"),
    ("exercise-2-code", WINDOWS.replace(", self.series[i + self.size]", ""), "A sample is a pair"),
    ("exercise-2-code", WINDOWS.replace("i : i + self.size]", "i + 1 : i + self.size + 1]"),
     "begins with number 0"),
    ("exercise-2-code", WINDOWS.replace("i : i + self.size]", "i : i + self.size + 1]"),
     "a window of size 3"),
    ("exercise-2-code", WINDOWS.replace("i : i + self.size]", ": self.size]"),
     "the window must move with i"),
    ("exercise-2-code", WINDOWS.replace("self.size", "3").replace(", 3 = series", ", _ = series"),
     "use `self.size`"),
    ("exercise-3-code", PAD.replace(", batch_first=True", ""), "ask for `batch_first=True`"),
    ("exercise-3-code", PAD.replace(", labels\n", "\n"), "The labels are missing"),
    ("exercise-3-code", PAD.replace("torch.tensor([label for sequence, label in samples])",
                                    "[label for sequence, label in samples]"),
     "labels should be a tensor"),
    ("exercise-3-code", PAD.replace("samples])", "samples], dtype=torch.float32)"),
     "takes labels of type int64"),
    ("exercise-3-code", PAD.replace("(sequences,", "(samples,"), "take the pairs apart first"),
    ("exercise-3-code", PAD.replace("torch.tensor([", "torch.stack(["), "`torch.tensor(labels)`"),
    ("exercise-3-code", PAD.replace("torch.tensor([", "torch.cat(["), "`torch.tensor(labels)`"),
    ("exercise-3-code", PAD.replace("([label for", "([[label] for"), "labels' shape is (3, 1)"),
    ("exercise-3-code", PAD_BY_HAND, "zeros stand in front"),
    ("exercise-3-code", PAD.replace("label in samples]\n", "label in samples]\n"
     "    sequences = [s[:min(map(len, sequences))] for s in sequences]\n", 1),
     "cut to the shortest"),
    ("exercise-3-code", PAD.replace("(sequences,", "([s[:2] for s in sequences],"),
     "cut to the first"),
    ("exercise-3-code", PAD.replace("(sequences,", "([s[:4] for s in sequences],"),
     "find the longest"),
    ("exercise-3-code", PAD.replace("(sequences,", "(sorted(sequences, key=len),"),
     "changed places"),
    ("exercise-4-code", OF_BATCHES, "averaged the batches' means"),
    ("exercise-4-code", MEAN.replace("images.numel()", "len(images)"),
     "divided by the number of images"),
    ("exercise-4-code", MEAN.replace("+=", "="), "add to what you had"),
    ("exercise-4-code", MEAN.replace("\n    mean = ", "\n        mean = ").replace(
        "\n    return", "\n        return"), "inside the loop"),
    ("exercise-4-code", MEAN.replace("images.numel()", "loader.batch_size * images[0].numel()"),
     "what each batch really holds"),
    ("exercise-4-code", MEAN.replace("return mean, (squares / count - mean**2) ** 0.5",
                                     "return mean, squares / count - mean**2"),
     "its root is missing"),
    ("exercise-4-code", MEAN.replace(" - mean**2", ""), "mean's square must be subtracted"),
    ("exercise-4-code", HEAD + PIXELS + DEVIATIONS + "    return pixels.mean(), deviation",
     "deviations can't be averaged"),
    ("exercise-4-code", MEAN.replace("mean, (squares / count - mean**2) ** 0.5",
                                     "(squares / count - mean**2) ** 0.5, mean"),
     "The pair is swapped"),
    ("exercise-4-code", HEAD + PIXELS + "    return pixels.std(), pixels.mean()",
     "The pair is swapped"),
    ("exercise-4-code", MEAN.replace("(images**2).sum().item()", "images.sum().item() ** 2"),
     "Square each pixel, then sum"),
    ("exercise-4-code", MEAN.replace("squares /", "total**2 /"), "Square each pixel, then sum"),
    ("exercise-4-code", MEAN.replace("images, labels in", "images in"), "A batch is a pair"),
    ("exercise-4-code", HEAD + "    pixels = torch.cat([images for images in loader])\n"
     "    return pixels.mean(), pixels.std()", "for images, labels in loader"),
    ("exercise-4-code", MEAN.replace("mean, (", "("), "Return a pair"),
    ("exercise-4-code", MEAN.replace("mean, (", "'mean', ("), "The mean is one plain"),
    ("exercise-4-code", MEAN.replace(", (squares", ", 1j * (squares"), "deviation is one plain"),
    ("exercise-2-code", WINDOWS.replace("self.series[i + self.size]", "self.series[i + 3]"),
     "not for 5: use `self.size`"),
    ("exercise-1-code", "def count_steps(samples, batch_size, epochs, drop_last):\n"
     "    steps = -(-samples // batch_size) - drop_last\n    return epochs * steps",
     "drop_last=True, the answer is 6"),
    ("exercise-3-code", PAD.replace(
        "torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True)",
        "torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True).long()"),
     "The sequences hold floats"),
]  # fmt: skip
# right answers that don't look like ours
RIGHT = [
    ("exercise-4-code", "def mean_and_std(loader):\n    count = total = squares = 0\n"
     "    for images, labels in loader:\n        numbers = images.numpy()\n"
     "        count += numbers.size\n        total += numbers.sum()\n"
     "        squares += (numbers**2).sum()\n    mean = total / count\n"
     "    return mean, (squares / count - mean**2) ** 0.5"),
]  # fmt: skip
