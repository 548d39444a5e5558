"""The exercises of lesson 03."""

import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.data import DataLoader, Dataset, default_collate

from helpers.exercise import Answer, Raised, a_number, attempt, exercise, is_ordinary, same
from helpers.verdict import NotAttempted, NotYet

ONE_EPOCH = "epochs * (samples // batch_size)"
ONE_EPOCH_UP = "epochs * -(-samples // batch_size)"
OVER_THE_END = (
    "A batch never reaches from one epoch into the next: round within one epoch, then multiply."
)
NEAREST = "`round` goes to the nearest whole number. Round up, or down with `drop_last`."
IN_SAMPLES = "You counted samples and not steps: each step takes `batch_size` of them."


@exercise(
    "Progress bars, for example, need this number before the training starts. "
    "Lesson 05 computes it in the first line of its training function.",
    cases=[(10, 5, 3, False), (10, 8, 3, False), (10, 8, 3, True), (10, 5, 3, True),
           (7, 9, 2, True), (60_000, 128, 10, False), (60_000, 128, 10, True), (7, 9, 2, False)],
    mistakes=[
        ("The short last batch is lost: without `drop_last`, 10 samples in batches of 8 make "
         "2 steps.",
         ONE_EPOCH_UP, ONE_EPOCH),
        ("`drop_last` has no effect yet: it leaves the short batch out, so round down.",
         ONE_EPOCH, ONE_EPOCH_UP),
        ("This is the number of steps in one epoch: `epochs` has no effect yet.", "epochs * ", ""),
        ("When the batches fit exactly, there is no short one: 10 samples in batches of 5 make "
         "2 steps, and not 3.",
         "-(-samples // batch_size)", "(samples // batch_size + 1)"),
        ("`drop_last` leaves out a batch only if it is short: of 10 samples in batches of 5 "
         "nothing is left out.",
         "(samples // batch_size)", "(-(-samples // batch_size) - 1)"),
        (OVER_THE_END, ONE_EPOCH, "epochs * samples // batch_size",
         ONE_EPOCH_UP, "-(-epochs * samples // batch_size)"),
        (OVER_THE_END, ONE_EPOCH, "epochs * samples // batch_size"),
        (OVER_THE_END, ONE_EPOCH_UP, "-(-epochs * samples // batch_size)"),
        (IN_SAMPLES, ONE_EPOCH, "epochs * samples", ONE_EPOCH_UP, "epochs * samples"),
        (IN_SAMPLES, ONE_EPOCH, "epochs * batch_size * (samples // batch_size)",
         ONE_EPOCH_UP, "epochs * samples"),
        (NEAREST, ONE_EPOCH, "epochs * round(samples / batch_size)",
         ONE_EPOCH_UP, "epochs * round(samples / batch_size)"),
        (NEAREST, ONE_EPOCH_UP, "epochs * round(samples / batch_size)"),
        (NEAREST, ONE_EPOCH, "round(epochs * samples / batch_size)",
         ONE_EPOCH_UP, "round(epochs * samples / batch_size)"),
        ("You have swapped the two cases: `drop_last` leaves the short batch out, so round down.",
         "if drop_last", "if not drop_last"),
        ("A step is a whole number: round up with -(-n // b), and down with n // b.", "//", "/"),
        ("The number is right, but it is a float, and a step is a whole number: `//` between two "
         "whole numbers, or `int(...)`, makes it an int.",
         "return ", "return 1.0 * "),
    ],
)  # fmt: skip
def count_steps(samples, batch_size, epochs, drop_last):
    if drop_last:
        return epochs * (samples // batch_size)
    return epochs * -(-samples // batch_size)


SELF = (
    "In these methods, write `self.series` and `self.size`: `series` and `size` alone are known "
    "in `__init__` only."
)


def _sample(dataset: Dataset, i: int) -> tuple | Raised:
    """Return sample i as two tensors, so that lists and NumPy's arrays are accepted, too."""
    pair = attempt(dataset.__getitem__, i)
    if isinstance(pair, Raised):
        return pair
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise NotYet("A sample is a pair: `return inputs, target`.")
    try:
        return tuple(torch.as_tensor(part, dtype=torch.float32) for part in pair)
    except (TypeError, ValueError, RuntimeError):
        raise NotYet("Both parts of the pair should hold numbers from `self.series`.") from None


def _asked(dataset: Dataset, count: int) -> dict:
    samples = [_sample(dataset, i) for i in reversed(range(count))][::-1]  # any order must do
    targets = [sample if isinstance(sample, Raised) else sample[1] for sample in samples]
    return {
        "inputs": [sample if isinstance(sample, Raised) else sample[0] for sample in samples],
        "shape": [tuple(target.shape) for target in targets if isinstance(target, Tensor)],
        "targets": targets,
        "length": attempt(dataset.__len__),
    }


def _is_written(method: Callable, *arguments: Any) -> bool:
    """Return whether a method does anything but return the three dots."""
    try:
        attempt(method, *arguments)
    except NotAttempted:
        return False
    return True


def _two_datasets(answer: Answer) -> dict:
    found, datasets, unchanged = [], [], []
    for series, size in ((torch.arange(10.0) ** 2, 3), (torch.linspace(5, -5, 13), 5)):
        passed = series.clone()
        dataset = answer(passed, size, may_change=[passed])  # it may change it later, too
        if isinstance(dataset, Raised):
            return {"series": dataset}
        for method, purpose in (("__len__", "says how many"), ("__getitem__", "returns sample i")):
            # PyTorch's own Dataset has a __getitem__ that only raises
            if getattr(type(dataset), method, None) in (None, Dataset.__getitem__):
                raise NotYet(f"A dataset needs a method `{method}`, which {purpose}.")
        written = {"__len__": _is_written(dataset.__len__),
                   "__getitem__": _is_written(dataset.__getitem__, 0)}  # fmt: skip
        for method in written:
            if not written[method] and any(written.values()):
                raise NotYet(f"`{method}` still returns the three dots.")
        datasets.append(dataset)
        found.append(_asked(dataset, len(series) - size))
        unchanged.append(torch.equal(passed, series))
    first, second = found
    return {"series": all(unchanged), **first, "again": _asked(datasets[0], 7), "second": second}


@exercise(
    "These two methods are all that a `DataLoader` asks for, so now you can put anything into "
    "batches whose samples can be counted, fetched by number, and joined by a collate function.",
    ask=_two_datasets,
    mistakes=[
        ("The pair is swapped: the inputs come first, and the target comes second.",
         "self.series[i : i + self.size], self.series[i + self.size]",
         "self.series[i + self.size], self.series[i : i + self.size]"),
        ("Your windows begin one position too late: sample 0 begins with number 0 of the series.",
         "[i : i + self.size]", "[i + 1 : i + self.size + 1]"),
        ("Your windows hold one number too many: a slice ends before its second index, so "
         "`i : i + self.size` holds `self.size` numbers.",
         "i : i + self.size]", "i : i + self.size + 1]"),
        ("Your windows hold one number too few: a slice ends before its second index, so "
         "`i : i + self.size` holds `self.size` numbers.",
         "i : i + self.size]", "i : i + self.size - 1]"),
        ("All your samples have the same inputs: the window must move with i.",
         "i : i + self.size]", ": self.size]"),
        ("All your windows end at one position: a slice that begins at `i` must end at "
         "`i + self.size`.",
         "i : i + self.size]", "i : self.size]"),
        ("All your samples have the same target: its index must move with i, too.",
         ", self.series[i + self.size]", ", self.series[self.size]"),
        (SELF, "self.series[i : i + self.size], self.series[i + self.size]",
         "series[i : i + size], series[i + size]"),
        (SELF, "self.series[i : i + self.size], self.series[i + self.size]",
         "self.series[i : i + size], self.series[i + size]"),
        (SELF, "len(self.series) - self.size", "len(series) - size"),
        (SELF, "len(self.series) - self.size", "len(self.series) - size"),
        ("The windows overlap: sample i begins at position i, and not at i * size.",
         "    def __getitem__(self, i):\n",
         "    def __getitem__(self, i):\n        i = i * self.size\n"),
        ("Your target is the last number of the window itself, so there is nothing to predict. "
         "The target is the next one: index `i + self.size`.",
         ", self.series[i + self.size]", ", self.series[i + self.size - 1]"),
        ("Your target is one position too far: the number right after the window has the index "
         "`i + self.size`.",
         ", self.series[i + self.size]", ", self.series[i + self.size + 1]"),
        ("`__len__` returns the length of the series. Its last `size` numbers begin no sample, "
         "because a complete window and a target don't fit there.",
         " - self.size", ""),
        ("`__len__` returns one too many: the last window must leave a number for its target.",
         " - self.size", " - self.size + 1"),
        ("`__len__` returns one too few, so the last sample is never used.",
         " - self.size", " - self.size - 1"),
        ("`__len__` returns how many windows there are side by side. They overlap here, because "
         "a sample begins at each position.",
         "len(self.series) - self.size", "len(self.series) // self.size"),
    ],
    otherwise={
        "series": "Your class changes `series` itself, and other code may still need it as it "
                  "was. Work on a copy: `series.clone()`.",
        "inputs": lambda theirs, ours: "The inputs of one sample should be "
                  f"{ours.tolist()}, and yours are {theirs.tolist()}.",
        "shape": "The target should be a single number: one index, without a colon or brackets.",
        "targets": lambda theirs, ours:
            f"The target of one sample should be {ours:g}, and yours is {theirs:g}.",
        "length": lambda theirs, ours: "`__len__` should return the whole number 7 here: 10 "
                  f"numbers have 7 windows of 3 with a number after them. Yours returns {theirs}.",
        "again": "After a second dataset was made, the first one returns something else. What a "
                 "dataset needs should be kept in `self`, and should not change.",
        "second": "It works for 10 numbers and a size of 3, but not for 13 numbers and a size of "
                  "5: use `self.series` and `self.size` in place of fixed numbers.",
    },
)  # fmt: skip
class Windows(Dataset):
    def __init__(self, series, size):
        self.series, self.size = series, size

    def __len__(self):
        return len(self.series) - self.size

    def __getitem__(self, i):
        return self.series[i : i + self.size], self.series[i + self.size]


APART = "`pad_sequence` and `torch.stack` take sequences alone: take the pairs apart first."
LABELS = "The labels are plain numbers, so make a tensor of them with `torch.tensor(labels)`."
PAD = "torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True)"
TENSOR = "torch.tensor([label for sequence, label in samples])"


def _padded(answer: Answer) -> dict:
    three = [(torch.tensor([5.5, 6]), 1), (torch.tensor([1.0, 2, 3, 4]), 0),
             (torch.tensor([9.0]), 2)]  # fmt: skip
    longer = [(torch.linspace(1, 2, 6), 3), (torch.tensor([7.0, -8]), 0)]
    shorter = [(torch.tensor([3.0]), 5), (torch.tensor([-1.0, 4]), 1)]
    found: dict = {"padded": [], "labels": []}
    for samples in (three, longer, shorter):
        given = answer(samples)
        if isinstance(given, Raised):
            found["padded"].append(given)
            found["labels"].append(given)
            continue
        if isinstance(given, Tensor):
            raise NotYet("The labels are missing: return a pair, `return padded, labels`.")
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise NotYet("Return a pair: `return padded, labels`.")
        padded, labels = given
        for name, part in (("padded sequences", padded), ("labels", labels)):
            if not isinstance(part, Tensor):
                raise NotYet(f"The {name} should be one tensor, not a {type(part).__name__}.")
        found["padded"].append({"shape": tuple(padded.shape), "values": padded})
        found["labels"].append({"shape": tuple(labels.shape), "values": labels,
                                "dtype": str(labels.dtype)})  # fmt: skip
    return found


def _of_padded(theirs: dict, ours: dict) -> str:
    if theirs["shape"] != ours["shape"]:
        return (f"The shape of your padded sequences is {theirs['shape']}, and it should be "
                f"{ours['shape']}: the number of samples, and the longest length.")  # fmt: skip
    if sorted(theirs["values"].tolist()) == sorted(ours["values"].tolist()):
        return "The samples have changed places: keep them in the order in which they are passed."
    return "Each row should hold one sequence, followed by zeros up to the longest one's length."


def _of_labels(theirs: dict, ours: dict) -> str:
    if theirs["shape"] != ours["shape"]:
        return (f"The shape of your labels is {theirs['shape']}, and it should be "
                f"{ours['shape']}: one number for each sample.")  # fmt: skip
    if not same(theirs["values"], ours["values"]):
        return f"The labels should be {ours['values'].tolist()}, not {theirs['values'].tolist()}."
    return (f"Your labels are {theirs['dtype']}. They should be `torch.int64`, the type of number "
            "that `cross_entropy` takes for classes.")  # fmt: skip


@exercise(
    "A loader with this collate function can serve sentences, songs or recordings: anything whose "
    "samples are of different lengths.",
    ask=_padded,
    mistakes=[
        ("Your samples are in the columns. Pass `batch_first=True`, so that each is in a row.",
         ", batch_first=True", ""),
        ("The pair is swapped: the padded sequences come first, and the labels come second.",
         f"return {PAD}, labels", f"return labels, {PAD}"),
        (APART, "(sequences,", "(samples,"),
        (APART, PAD, "torch.stack(samples)"),
        ("`torch.stack` takes tensors of one shape: pad the sequences first.",
         PAD, "torch.stack(sequences)"),
        (LABELS, "torch.tensor([label", "torch.stack([label"),
        ("The zeros should come after each sequence, and yours come before it.",
         PAD, "torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_side='left')"),
        ("You cut all sequences to the length of the shortest. Pad them to the longest instead.",
         "(sequences,", "([s[: min(map(len, sequences))] for s in sequences],"),
        ("You cut all sequences to the length of the first. Pad them to the longest instead.",
         "(sequences,", "([s[: len(sequences[0])] for s in sequences],"),
        ("The sequences hold floats, and your padded tensor was rounded to whole numbers.",
         PAD, f"{PAD}.long()"),
        ("`cross_entropy` takes classes as whole numbers of type int64, and your labels are "
         "floats.",
         TENSOR, f"{TENSOR}.float()"),
        ("The labels have one axis too many: there should be one number for each sample.",
         "[label for", "[[label] for"),
    ],
    partly="It works for three samples of up to 4 numbers, but not for two samples of other "
           "lengths. Take these numbers from `samples`, and keep nothing from call to call.",
    otherwise={"padded": _of_padded, "labels": _of_labels},
)  # fmt: skip
def pad_batch(samples):
    sequences = [sequence for sequence, label in samples]
    labels = torch.tensor([label for sequence, label in samples])
    return torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True), labels


A_PAIR = "A batch is a pair: `for images, labels in loader`."
ALL_AT_ONCE = """def mean_and_std(loader):
    pixels = torch.cat([images for images in loader])
    return pixels.mean(), pixels.std()
"""
NOT_AVERAGED = (
    "The mean is right. But standard deviations can't be averaged, neither those of batches nor "
    "those of images: they leave out how much the batches or images differ from each other. Add "
    "up the squares of the pixels."
)
SQUARE_FIRST = (
    "The mean is right. Square each pixel, then add up: `(images**2).sum()` is not "
    "`images.sum() ** 2`."
)


class Pair(list):
    """A batch, images and labels, which can be told from the other lists of an answer."""


def _pair_of(samples: list) -> Pair:
    return Pair(default_collate(samples))


class Memory(TorchFunctionMode):
    """Notes in `most` how many bytes the tensors made in a `with` block need at once."""

    def __init__(self, known: Sequence[Tensor]) -> None:
        """Begin with no tensors. Views of the `known` ones need no memory of their own."""
        super().__init__()
        self.most = 0
        self._known = {tensor.untyped_storage().data_ptr() for tensor in known}
        self._storages = weakref.WeakSet()  # those that are still in use

    def __torch_function__(
        self, function: Callable, types: Any, args: Sequence = (), kwargs: Mapping | None = None
    ) -> Any:
        """Call the function, and count again if it returns a tensor."""
        result = function(*args, **(kwargs or {}))
        if is_ordinary(result) and result.untyped_storage().data_ptr() not in self._known:
            self._storages.add(result.untyped_storage())  # the same for all views of a tensor
            self.most = max(self.most, sum(storage.nbytes() for storage in self._storages))
        return result


def _statistics(answer: Answer) -> dict:
    found: dict = {"mean": [], "std": [], "unchanged": [], "not all at once": []}
    for number, batch_size, shape in ((42, 4, (1, 28, 28)), (31, 3, (1, 32, 40))):
        # so many pixels that it makes no difference whether `std` divides by n or by n - 1
        images = torch.linspace(0, batch_size, number * shape[1] * shape[2]).view(number, *shape)
        images[-(number % batch_size) :] += 4  # the short last batch is unlike the others
        dataset = [(image.clone(), 7) for image in images]
        with Memory([image for image, label in dataset]) as memory:
            given = answer(DataLoader(dataset, batch_size, collate_fn=_pair_of))
        if isinstance(given, Raised):
            # the object of an AttributeError tells what was taken for the images
            if isinstance(getattr(given.error, "obj", None), Pair):
                raise NotYet(A_PAIR)
            found["mean"].append(given)
            found["std"].append(given)
            continue
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise NotYet("Return a pair: `return mean, std`.")
        left = torch.stack([image for image, label in dataset])
        found["unchanged"].append(torch.equal(left, images))
        found["not all at once"].append(memory.most < images.nbytes)
        for name, part in zip(found, given):
            number = a_number(part)
            found[name].append(part if number is None else float(number))
    return found


def _numbers(name: str, theirs: Any, ours: float) -> str:
    if not isinstance(theirs, float):
        return f"The {name} should be a single real number, not a {type(theirs).__name__}."
    return f"The {name} of all pixels is {ours:.4f} here, and yours is {theirs:.4f}."


@exercise(
    "Apart from rounding, this is exact for batches of any size. Our solution keeps nothing but "
    "three sums from batch to batch, so it works for a million photographs, too.",
    ask=_statistics,
    mistakes=[
        ("The pair is swapped: the mean comes first.",
         "return mean, (squares / count - mean**2) ** 0.5",
         "return (squares / count - mean**2) ** 0.5, mean"),
        ("You averaged the means of the batches. The last batch is short, so its pixels count too "
         "much: add up pixels and their number, and divide once, at the end.",
         "images.numel()", "1", "images.sum()", "images.mean()"),
        ("This is the mean of the last batch alone. Add each batch to the earlier ones with `+=`.",
         "+=", "="),
        ("This is the mean of the first batch alone. Go through all the batches, and return the "
         "pair after the loop.",
         "\n    mean", "\n        mean", "\n    return", "\n        return"),
        ("You divided by the number of images. Count the pixels: `images.numel()`, and not "
         "`len(images)`.",
         "images.numel()", "len(images)"),
        ("The last batch is shorter than the others: count what each batch really holds.",
         "images.numel()", "loader.batch_size * images[0].numel()"),
        (A_PAIR, ALL_AT_ONCE),
        (NOT_AVERAGED, "(images**2).sum()", "images.std()",
         "(squares / count - mean**2) ** 0.5", "squares / len(loader)"),
        (NOT_AVERAGED, "(images**2).sum()", "images.var()",
         "(squares / count - mean**2) ** 0.5", "(squares / len(loader)) ** 0.5"),
        (NOT_AVERAGED, "(images**2).sum().item()", "images.std() * images.numel()",
         "(squares / count - mean**2) ** 0.5", "squares / count"),
        (NOT_AVERAGED, "(images**2).sum().item()", "images.var() * images.numel()",
         "(squares / count - mean**2) ** 0.5", "(squares / count) ** 0.5"),
        (NOT_AVERAGED, "(images**2).sum()", "images.flatten(1).std(1).sum()",
         "(squares / count - mean**2) ** 0.5", "squares / len(loader.dataset)"),
        ("The mean is right. The standard deviation is still squared: take the square root.",
         "(squares / count - mean**2) ** 0.5", "squares / count - mean**2"),
        ("The mean is right. Under the square root, the square of the mean must be subtracted.",
         " - mean**2", ""),
        ("The mean is right. Under the square root, subtract the square of the mean.",
         " - mean**2", " - mean"),
        (SQUARE_FIRST, "(images**2).sum().item()", "images.sum().item() ** 2"),
        (SQUARE_FIRST, "(images**2).sum().item()",
         "(images.sum(dim=(1, 2, 3)) ** 2).sum().item()"),
        (SQUARE_FIRST, "squares /", "total**2 /"),
    ],
    partly="It works for one loader, but not for another one. Is a number written into your "
           "function, or kept from one call to the next?",
    otherwise={
        "mean": partial(_numbers, "mean"),
        "std": lambda *pair: "The mean is right. " + _numbers("standard deviation", *pair),
        "unchanged": "Your function changes the images in the loader's dataset.",
        "not all at once": "The numbers are right. But your code has all the pictures in memory "
                           "at once, and a million photographs don't fit. Compute sums from each "
                           "batch, and keep only those.",
    },
)  # fmt: skip
def mean_and_std(loader):
    count = total = squares = 0
    for images, _ in loader:
        count += images.numel()
        total += images.sum().item()
        squares += (images**2).sum().item()
    mean = total / count
    return mean, (squares / count - mean**2) ** 0.5
