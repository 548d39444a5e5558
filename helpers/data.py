"""MNIST as tensors on any machine: from disk, from a mirror, or a small stand-in."""

import functools
import gzip
import hashlib
import io
import tempfile
import zlib
from pathlib import Path
from typing import NamedTuple

import platformdirs
import torch

from helpers.digits import mnist_form
from helpers.downloads import Interrupted, Unavailable, download_mnist, originals
from helpers.files import from_environment, write_whole
from helpers.scripts import scratch_folder

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
    """Where data and weights are kept: `LESSON_DATA`, or `data/` beside the folder of the lessons.

    Without that folder, it is where this system keeps the data of programs. Made if missing. If it
    can't be written to, or another user's weights are in it, a temporary folder takes its place
    until the kernel stops, and one printed line says so.
    """
    folder = _chosen_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for weights in folder.glob("[0-9][0-9]_*.pt"):  # which a lesson will write over
            weights.open("ab").close()
        return folder
    except OSError as error:
        return _temporary_folder(folder, error.strerror)


def mnist() -> Digits:
    """Return MNIST; without it and offline, 1,797 real digits of scikit-learn.

    The first call decodes the four original files from `data/MNIST/raw` or a download and
    keeps the tensors in `data/mnist.pt`, checked by SHA-256 at each later call. Whatever
    goes wrong ends here in a working data set and a printed reason.
    """
    # a folder that can only be read will do as well, if MNIST is in it
    for place in (_chosen_folder, data_folder):
        if digits := _load(place() / "mnist.pt"):
            return digits
    folder, files = data_folder(), {}
    digits = _kept_originals(_chosen_folder())
    if digits is None:
        try:
            files = download_mnist()
        except Interrupted:
            print("You stopped the download. Here are 1,797 smaller scans instead of MNIST.")
            return small_digits()
        except Unavailable as why:
            reasons = [_unreadable(_chosen_folder()), str(why)]
            print(
                "MNIST can't be reached, so here are 1,797 smaller scans that scikit-learn "
                "carries.\nFor the full 70,000: run this cell once while you are online, or set "
                "MNIST_MIRROR to an http address that serves the four files.\n"
                f"Tried: {'; '.join(filter(None, reasons))}."
            )
            return small_digits()
        digits = _decode({name: gzip.decompress(content) for name, content in files.items()})
    tensors = io.BytesIO()  # on a full disk, torch.save into a file hides the reason
    torch.save(tuple(digits), tensors)
    try:
        write_whole(folder / "mnist.pt", lambda part: part.write_bytes(tensors.getbuffer()))
        for name, content in files.items():  # kept, they can be served to a classroom
            path = _raw(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, lambda part, content=content: part.write_bytes(content))
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
    if chosen := from_environment("LESSON_DATA"):
        return Path(chosen).expanduser()
    root = Path(__file__).parents[1]
    if (root / "notebooks").is_dir():
        return root / "data"
    return platformdirs.user_data_path("pytorch-by-hand")  # this package was installed elsewhere


def _raw(folder: Path) -> Path:
    """Where torchvision keeps the four files as well."""
    return folder / "MNIST" / "raw"


@functools.cache  # what is saved in one cell is looked for in the next
def _temporary_folder(instead_of: Path, reason: str) -> Path:
    print(f"{instead_of} can't be written to ({reason}): using a temporary folder.")
    return scratch_folder()


@functools.cache  # half a second, each time that MNIST is asked for and can't be reached
def _scans() -> tuple[torch.Tensor, torch.Tensor]:
    from sklearn.datasets import load_digits

    scans = load_digits()
    images = torch.stack([mnist_form(scan * (255 / 16)) for scan in torch.tensor(scans.images)])
    return images, torch.tensor(scans.target)


def _load(path: Path) -> Digits | None:
    try:
        return _checked(Digits(*torch.load(path, weights_only=True)))
    except Exception:  # missing or damaged in any way: it is made again
        return None


def _checked(digits: Digits) -> Digits | None:
    sha = hashlib.sha256()
    for tensor in digits:
        sha.update(tensor.contiguous().numpy())
    return digits if sha.hexdigest() == MNIST_SHA256 else None


def _kept_originals(folder: Path) -> Digits | None:
    """Return MNIST from the four files in `folder`, each still packed, or unpacked already."""
    try:
        return _checked(_decode({name: _unpacked(_raw(folder) / name) for name in originals()}))
    except (OSError, RuntimeError, ValueError):  # missing, not to be read, or of another size
        return None


def _unpacked(path: Path) -> bytes:
    """Return what is in a packed file, or in the unpacked one beside it."""
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error):
        return path.with_suffix("").read_bytes()


def _decode(files: dict[str, bytes]) -> Digits:
    """Return the tensors in the unpacked `originals`: after a header, a byte a pixel or label.

    The format is described on http://yann.lecun.com/exdb/mnist/ (IDX).
    """
    train_images, train_labels, test_images, test_labels = (
        torch.frombuffer(bytearray(content), dtype=torch.uint8) for content in files.values()
    )
    return Digits(
        train_images[16:].view(-1, 28, 28), train_labels[8:].long(),
        test_images[16:].view(-1, 28, 28), test_labels[8:].long(),
    )  # fmt: skip


def _unreadable(folder: Path) -> str:
    """Return which file is there but may not be read by this user, with advice, or ""."""
    for path in (folder / "mnist.pt", *(_raw(folder) / name for name in originals())):
        try:
            path.open("rb").close()
        except PermissionError:
            return f"{path}: you may not read it, so ask its owner to allow it"
        except OSError:
            pass
    return ""
