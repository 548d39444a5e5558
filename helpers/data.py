"""MNIST as tensors on any machine: from disk, from a mirror, or a small stand-in."""

import atexit
import contextlib
import functools
import hashlib
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import torch

from helpers.digits import mnist_form
from helpers.downloads import Unavailable, download_mnist
from helpers.files import write_whole

# over the bytes of the four tensors below, in their order
MNIST_SHA256 = "1e35582d42a90940c55b956deb61875c020b567ed20e3c5b174f52bf7809ed9b"


class Digits(NamedTuple):
    """Handwritten digits: images uint8 (N, 28, 28), 0 paper to 255 ink; labels int64 (N,)."""

    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor

    @property
    def full(self) -> bool:
        """Whether this is MNIST (60,000 and 10,000) rather than the small stand-in."""
        return len(self.train_images) == 60_000


def data_folder() -> Path:
    """Where data and weights are kept: `LESSON_DATA`, or `data/` beside the lessons.

    Made if missing. If it can't be written to, a temporary folder takes its place until the
    kernel stops, and one printed line says so.
    """
    folder = _chosen_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        return _temporary_folder(folder, error.strerror)


def mnist() -> Digits:
    """Return MNIST; without it and without a network, 1,797 real digits of scikit-learn.

    The first call decodes the four original files from `data/MNIST/raw` or a download and
    keeps the tensors in `data/mnist.pt`, checked by SHA-256 at each later call. Whatever
    goes wrong ends here in a working data set and one printed line.
    """
    # a folder that can only be read will do as well, if the tensors are in it
    for place in (_chosen_folder, data_folder):
        folder = place()
        if digits := _load(folder / "mnist.pt"):
            return digits
    try:
        digits = _decode_originals(folder)
    except Unavailable as why:
        print(
            "MNIST can't be reached, so here are 1,797 smaller scans that scikit-learn "
            "carries.\nFor the full 70,000: run this cell once with a network, or set "
            f"MNIST_MIRROR to an http address that serves the four files.\nTried: {why}."
        )
        return small_digits()
    tensors = io.BytesIO()  # on a full disk, torch.save into a file hides the reason
    torch.save(tuple(digits), tensors)
    try:
        write_whole(folder / "mnist.pt", lambda part: part.write_bytes(tensors.getbuffer()))
    except OSError as error:
        print(f"MNIST is in memory, but could not be kept in {folder} ({error.strerror}).")
    return digits


def small_digits() -> Digits:
    """Return scikit-learn's 1,797 scans in MNIST's form, 1,500 to train and 297 to test."""
    images, labels = _scans()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    train, test = order[:1500], order[1500:]
    return Digits(images[train], labels[train], images[test], labels[test])


def _chosen_folder() -> Path:
    return Path(os.environ.get("LESSON_DATA") or Path(__file__).parents[1] / "data")


@functools.cache  # what is saved in one cell is looked for in the next
def _temporary_folder(instead_of: Path, reason: str) -> Path:
    print(f"{instead_of} can't be written to ({reason}): using a temporary folder.")
    folder = Path(tempfile.mkdtemp(prefix="lessons-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache  # half a second, each time that MNIST is asked for and can't be reached
def _scans() -> tuple[torch.Tensor, torch.Tensor]:
    from sklearn.datasets import load_digits

    scans = load_digits()
    images = torch.stack([mnist_form(scan * (255 / 16)) for scan in torch.tensor(scans.images)])
    return images, torch.tensor(scans.target)


def _load(path: Path) -> Digits | None:
    try:
        digits = Digits(*torch.load(path, weights_only=True))
        return digits if _fingerprint(digits) == MNIST_SHA256 else None
    except Exception:  # missing or damaged in any way: it is made again
        return None


def _fingerprint(digits: Digits) -> str:
    sha = hashlib.sha256()
    for tensor in digits:
        sha.update(tensor.contiguous().numpy())
    return sha.hexdigest()


def _decode_originals(folder: Path) -> Digits:
    """Decode the four files in a scratch folder, so that none is left half written here."""
    from torchvision.datasets import MNIST

    kept = folder / "MNIST" / "raw"
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            raw = Path(scratch, "MNIST", "raw")
            raw.mkdir(parents=True)
            for place in (_chosen_folder() / "MNIST" / "raw", kept):  # the first may be read-only
                for name, _ in MNIST.resources:
                    with contextlib.suppress(OSError):  # missing or not readable: it's downloaded
                        shutil.copyfile(place / name, raw / name)
            download_mnist(Path(scratch))
            train, test = MNIST(scratch, train=True), MNIST(scratch, train=False)
            # kept, they can be served to a classroom; no room for them is no fault here
            with contextlib.suppress(OSError):
                kept.mkdir(parents=True, exist_ok=True)
                for source in raw.glob("*.gz"):
                    write_whole(kept / source.name, functools.partial(shutil.copyfile, source))
    except OSError as error:
        raise Unavailable(f"the files could not be unpacked ({error.strerror})") from error
    return Digits(train.data, train.targets, test.data, test.targets)
