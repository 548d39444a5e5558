"""`mnist()` against real faults: networks, disks, interruptions, two kernels at once.

Nothing is mocked and nothing leaves the machine: the mirrors are servers on the loopback.
"""

import contextlib
import gzip
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from jupyter_client.manager import run_kernel

from helpers.data import Digits, data_folder, mnist, small_digits
from helpers.digits import mnist_form
from helpers.files import write_whole
from tests import servers

ROOT = Path(__file__).parents[1]
# as published by those who gave MNIST away, and asked for by torchvision
MD5 = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}
MIRRORS = "torchvision.datasets.MNIST.mirrors"
ADVICE = "set MNIST_MIRROR to an http address"
NOBODY = 65534


@pytest.fixture(scope="session")
def originals() -> dict[str, bytes]:
    """The four original files, from where this machine has them."""
    places = [ROOT.parent / "shared" / "mnist", ROOT / "data" / "MNIST" / "raw"]
    if "MNIST_FILES" in os.environ:
        places.insert(0, Path(os.environ["MNIST_FILES"]))
    for place in places:
        if all((place / name).is_file() for name in MD5):
            return {name: (place / name).read_bytes() for name in MD5}
    pytest.skip("the four MNIST files are not here: name their folder in MNIST_FILES")


@pytest.fixture(scope="session")
def full(originals) -> Digits:
    """MNIST, decoded without torchvision."""

    def tensor(name: str, header: int) -> torch.Tensor:
        content = gzip.decompress(originals[name])
        return torch.from_numpy(np.frombuffer(content, np.uint8, offset=header).copy())

    train, test = (
        (tensor(f"{kind}-images-idx3-ubyte.gz", 16), tensor(f"{kind}-labels-idx1-ubyte.gz", 8))
        for kind in ("train", "t10k")
    )
    pictures = [images.view(-1, 28, 28) for images, _ in (train, test)]
    return Digits(pictures[0], train[1].long(), pictures[1], test[1].long())


@pytest.fixture(scope="session")
def complete_folder(full, tmp_path_factory) -> Path:
    """A data folder that holds `mnist.pt` and no originals."""
    folder = tmp_path_factory.mktemp("complete")
    torch.save(tuple(full), folder / "mnist.pt")
    return folder


@pytest.fixture
def closed():
    """An address that refuses connections: its port is taken, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, closed) -> Path:
    """The data folder of one test, not made yet; no mirror answers."""
    folder, scratch = tmp_path / "data", tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("LESSON_DATA", str(folder))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("MNIST_MIRROR", raising=False)
    monkeypatch.setattr(MIRRORS, [closed])
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    return folder


@pytest.fixture
def mirrors(monkeypatch, originals):
    """Start servers and make them the mirrors, the first one by `MNIST_MIRROR`."""
    with contextlib.ExitStack() as running:

        def start(*answers: servers.Answer) -> list[str]:
            addresses = [running.enter_context(servers.serve(a, originals)) for a in answers]
            monkeypatch.setenv("MNIST_MIRROR", addresses[0])
            monkeypatch.setattr(MIRRORS, addresses[1:])
            return addresses

        yield start


def timed_mnist() -> Digits:
    start = time.monotonic()
    digits = mnist()
    assert time.monotonic() - start < 10
    return digits


def put_originals(folder: Path, originals: dict[str, bytes]) -> Path:
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in originals.items():
        (raw / name).write_bytes(content)
    return raw


def same(one: Digits, other: Digits) -> bool:
    return all(torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(one, other))


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


WHOLE = {"mnist.pt"} | {str(Path("MNIST", "raw", name)) for name in MD5}


def assert_whole(folder: Path, full: Digits) -> None:
    """Exactly the files that belong there, each of them complete."""
    assert files(folder) == WHOLE
    assert same(Digits(*torch.load(folder / "mnist.pt", weights_only=True)), full)
    for name, md5 in MD5.items():
        assert hashlib.md5((folder / "MNIST" / "raw" / name).read_bytes()).hexdigest() == md5


def assert_stand_in(digits: Digits, folder: Path, printed: str, reason: str) -> None:
    """The small scans, the reason and the way out in words, and nothing kept anywhere."""
    assert not digits.full
    assert len(digits.train_images) == 1500
    assert ADVICE in printed
    assert reason in printed
    assert printed.count("\n") == 3
    assert files(folder) == set()
    assert files(folder.parent / "scratch") == set()


# mirrors


@pytest.mark.parametrize(
    "address, reason",
    [
        ("nonsense", "nonsense/: this is not an http address"),
        ("nonsense://mirror", "nonsense://mirror/: this is not an http address"),
        ("http://", "http:/: this is not an http address"),
        ("http://127.0.0.1:port", "http://127.0.0.1:port/: this is not an http address"),
    ],
)
def test_what_is_no_http_address_is_said_to_be_none(address, reason, folder, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_MIRROR", address)
    assert_stand_in(timed_mnist(), folder, capsys.readouterr().out, reason)


def test_a_name_that_does_not_exist_is_said_to_be_the_reason(folder, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_MIRROR", "http://mirror.invalid/")
    digits = timed_mnist()
    # name servers that are silent themselves leave no time to find that out
    silent, reason = "it stopped answering", "its name could not be found"
    printed = capsys.readouterr().out.replace(silent, reason)
    assert_stand_in(digits, folder, printed, f"http://mirror.invalid/: {reason}")


def test_a_refused_connection_is_said_to_be_the_reason(folder, closed, capsys):
    reason = f"{closed}: the connection was refused"
    assert_stand_in(timed_mnist(), folder, capsys.readouterr().out, reason)


@pytest.mark.parametrize(
    "answer, reason",
    [
        pytest.param(servers.silent, "it stopped answering", id="silent"),
        pytest.param(servers.status(403), "it answered 403", id="403"),
        pytest.param(servers.status(404), "it answered 404", id="404"),
        pytest.param(servers.status(500), "it answered 500", id="500"),
        pytest.param(servers.no_test_images, "it answered 404", id="no_test_images"),
        pytest.param(servers.no_http, "the download broke off", id="no_http"),
        pytest.param(servers.cut_short, "the file it sent is damaged", id="cut_short"),
        pytest.param(servers.wrong_bytes, "the file it sent is damaged", id="wrong_bytes"),
    ],
)
def test_a_broken_mirror_is_named_with_its_reason_and_nothing_of_it_is_kept(
    answer, reason, folder, mirrors, capsys
):
    (address,) = mirrors(answer)
    digits = timed_mnist()
    assert_stand_in(digits, folder, capsys.readouterr().out, f"{address}: {reason}")


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make a certificate")
def test_a_certificate_that_is_not_trusted_is_said_to_be_the_reason(
    folder, originals, tmp_path, monkeypatch, capsys
):
    certificate = tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1".split()
    command += ["-keyout", certificate, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    with servers.serve(servers.sound, originals, certificate) as address:
        monkeypatch.setenv("MNIST_MIRROR", address)
        digits = timed_mnist()
    reason = f"{address}: no secure connection to it"
    assert_stand_in(digits, folder, capsys.readouterr().out, reason)


def test_https_to_a_server_without_it_is_said_to_be_the_reason(
    folder, mirrors, monkeypatch, capsys
):
    (address,) = mirrors(servers.sound)
    monkeypatch.setenv("MNIST_MIRROR", address.replace("http:", "https:"))
    digits = timed_mnist()
    assert_stand_in(digits, folder, capsys.readouterr().out, "no secure connection to it")


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([servers.dripping_header] * 4, id="headers_that_never_end"),
        pytest.param([servers.silent_midway] * 3 + [servers.silent], id="silence_midway"),
    ],
)
def test_many_mirrors_that_hang_do_not_add_up(answers, folder, mirrors, capsys):
    mirrors(*answers)
    digits = timed_mnist()
    assert_stand_in(digits, folder, capsys.readouterr().out, "it stopped answering")


@pytest.mark.parametrize(
    "bad",
    [servers.silent_midway, servers.no_test_images, servers.cut_short, servers.wrong_bytes],
)
def test_a_good_mirror_after_a_bad_one_gives_the_full_set(bad, folder, mirrors, full):
    mirrors(bad, servers.sound)
    assert same(timed_mnist(), full)
    assert_whole(folder, full)


def test_what_one_machine_kept_can_be_served_to_the_next(
    folder, mirrors, tmp_path, monkeypatch, full
):
    mirrors(servers.sound)
    mnist()
    raw = folder / "MNIST" / "raw"
    kept = {name: (raw / name).read_bytes() for name in MD5}
    monkeypatch.setenv("LESSON_DATA", str(tmp_path / "next"))
    with servers.serve(servers.sound, kept) as address:
        # people leave out the last slash
        monkeypatch.setenv("MNIST_MIRROR", address.rstrip("/"))
        assert same(mnist(), full)
    assert_whole(tmp_path / "next", full)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_what_is_kept_can_be_read_by_others(folder, mirrors):
    mirrors(servers.sound)
    umask = os.umask(0o022)
    try:
        mnist()
    finally:
        os.umask(umask)
    assert {oct((folder / name).stat().st_mode & 0o777) for name in WHOLE} == {"0o644"}


IMPORTS = """
from torchvision.datasets import MNIST
from helpers.data import mnist
MNIST.mirrors = []
"""


def test_two_kernels_that_download_at_once_both_get_the_full_set(folder, mirrors, full):
    mirrors(servers.sound)
    with contextlib.ExitStack() as running:
        kernels = [running.enter_context(run_kernel(kernel_name="python3")) for _ in range(2)]
        for kernel in kernels:  # neither starts before both have imported what they need
            kernel.execute(IMPORTS, reply=True, timeout=60)
        start = time.monotonic()
        for kernel in kernels:
            kernel.execute("digits = mnist()", user_expressions={"full": "digits.full"})
        for kernel in kernels:
            said = kernel.get_shell_msg(timeout=20)["content"]["user_expressions"]["full"]
            assert said["data"]["text/plain"] == "True"
        assert time.monotonic() - start < 10
    assert_whole(folder, full)


# what is on disk already


def test_the_second_call_needs_no_server_and_gives_the_same(folder, mirrors, monkeypatch, capsys):
    mirrors(servers.sound)
    first = mnist()
    monkeypatch.setenv("MNIST_MIRROR", "nonsense")
    shutil.rmtree(folder / "MNIST")
    again = mnist()
    assert again.full
    assert same(first, again)
    assert capsys.readouterr().out == ""


def test_the_originals_on_disk_need_no_server(folder, originals, full):
    put_originals(folder, originals)
    assert same(timed_mnist(), full)
    assert_whole(folder, full)


@pytest.mark.parametrize("damage", [lambda c: c[: len(c) // 2], servers.flip_bit, lambda c: b""])
def test_a_damaged_mnist_pt_is_made_again(damage, folder, originals, complete_folder, full):
    put_originals(folder, originals)
    (folder / "mnist.pt").write_bytes(damage((complete_folder / "mnist.pt").read_bytes()))
    assert same(timed_mnist(), full)
    assert_whole(folder, full)


def test_a_damaged_mnist_pt_is_not_trusted_where_it_cannot_be_made_again(folder, complete_folder):
    folder.mkdir()
    damaged = servers.flip_bit((complete_folder / "mnist.pt").read_bytes())
    (folder / "mnist.pt").write_bytes(damaged)
    assert not timed_mnist().full


@pytest.mark.parametrize("archives_too", [False, True])
def test_raw_files_cut_short_by_an_earlier_crash_are_not_trusted(
    archives_too, folder, originals, mirrors, full
):
    raw = put_originals(folder, originals)
    archive = raw / "train-images-idx3-ubyte.gz"
    unpacked = gzip.decompress(originals[archive.name])
    archive.with_suffix("").write_bytes(unpacked[: len(unpacked) // 2])
    if archives_too:
        archive.write_bytes(originals[archive.name][:5_000_000])
        mirrors(servers.sound)
    assert same(timed_mnist(), full)
    archive.with_suffix("").unlink()
    assert_whole(folder, full)


# folders


@contextlib.contextmanager
def mode(path: Path, rights: int):
    """Change who may do what with a file or folder, and make that count for root as well."""
    before, as_root = path.stat().st_mode, os.geteuid() == 0
    path.chmod(rights)
    try:
        if as_root:
            try:
                os.seteuid(NOBODY)
            except OSError:
                pytest.skip("root can't become another user here")
        yield
    finally:
        if as_root:
            os.seteuid(0)
        path.chmod(before)


@pytest.fixture
def open_folder(monkeypatch):
    """A data folder to use with `mode`; pytest's own folders are closed to other users."""
    if os.name == "nt":
        pytest.skip("Windows has no such file modes")
    monkeypatch.setattr(tempfile, "tempdir", None)
    with tempfile.TemporaryDirectory() as top:
        folder, scratch = Path(top, "data"), Path(top, "scratch")
        folder.mkdir()
        scratch.mkdir()
        Path(top).chmod(0o755)
        folder.chmod(0o777)
        scratch.chmod(0o777)
        monkeypatch.setenv("LESSON_DATA", str(folder))
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        yield folder


def test_a_read_only_data_folder_gives_way_to_a_temporary_one(open_folder, mirrors, capsys, full):
    mirrors(servers.sound)
    with mode(open_folder, 0o555):
        first, kept = timed_mnist(), data_folder()
        mirrors(servers.status(404))
        second, kept_again = timed_mnist(), data_folder()
    assert same(first, full)
    assert same(second, full)
    # what a lesson saves in one cell, it finds in the next
    assert kept == kept_again
    assert_whole(kept, full)
    assert files(open_folder) == set()
    printed = capsys.readouterr().out
    assert f"{open_folder} can't be written to" in printed
    assert printed.count("\n") == 1


def test_a_read_only_folder_with_mnist_in_it_is_used_as_it_is(
    open_folder, complete_folder, capsys
):
    shutil.copy(complete_folder / "mnist.pt", open_folder)
    with mode(open_folder, 0o555):
        assert timed_mnist().full
    assert capsys.readouterr().out == ""


def test_the_originals_in_a_read_only_folder_need_no_server(open_folder, originals, full):
    put_originals(open_folder, originals)
    with mode(open_folder, 0o555):
        assert same(timed_mnist(), full)


def test_a_kept_file_that_cannot_be_read_is_downloaded(open_folder, originals, mirrors, full):
    raw = put_originals(open_folder, originals)
    mirrors(servers.sound)
    with mode(raw / "t10k-labels-idx1-ubyte.gz", 0):
        assert same(timed_mnist(), full)


def test_a_data_folder_that_is_a_file_gives_way_to_a_temporary_one(folder, capsys):
    folder.write_text("in the way")
    kept = data_folder()
    assert kept.is_dir()
    assert capsys.readouterr().out.count("\n") == 1


def test_the_data_folder_is_lesson_data(folder, tmp_path, monkeypatch):
    assert data_folder() == folder
    assert folder.is_dir()
    monkeypatch.setenv("LESSON_DATA", str(tmp_path / "other" / "place"))
    assert data_folder() == tmp_path / "other" / "place"


@contextlib.contextmanager
def tiny_disk(folder: Path):
    """A disk of 1 MB, in place of the folder."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", str(folder)]
    if os.name == "nt" or os.geteuid() or subprocess.run(command).returncode:
        pytest.skip("no right to mount a tiny disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def file_limit(folder: Path):
    """Let the originals through, but no file as large as `mnist.pt`, with 55 MB."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("shortage", [tiny_disk, file_limit])
def test_a_full_data_folder_still_gives_mnist_and_keeps_no_half_file(
    shortage, folder, mirrors, full, capsys
):
    mirrors(servers.sound)
    with shortage(folder):
        assert same(timed_mnist(), full)
        assert "mnist.pt" not in files(folder)
        assert files(folder) < WHOLE
    printed = capsys.readouterr().out
    assert "MNIST is in memory, but could not be kept" in printed
    assert printed.count("\n") == 1
    assert "space left" in printed or "too large" in printed
    assert same(timed_mnist(), full)
    assert_whole(folder, full)


def test_a_full_temporary_folder_ends_in_the_stand_in(folder, tmp_path, mirrors, capsys):
    mirrors(servers.sound)
    with tiny_disk(tmp_path / "scratch"):
        digits = timed_mnist()
    assert_stand_in(digits, folder, capsys.readouterr().out, "No space left on device")


def test_an_interruption_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept" / "weights.pt"
    path.parent.mkdir()
    path.write_text("old")

    def interrupted(part: Path) -> None:
        part.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, interrupted)
    assert path.read_text() == "old"
    assert files(path.parent) == {"weights.pt"}


# the stand-in


def test_the_stand_in_has_the_form_of_mnist():
    digits = small_digits()
    assert not digits.full
    for images, labels, count in ((*digits[:2], 1500), (*digits[2:], 297)):
        assert images.shape == (count, 28, 28)
        assert images.dtype == torch.uint8
        assert labels.shape == (count,)
        assert labels.dtype == torch.int64
        assert labels.unique().tolist() == list(range(10))
        assert images.max() > 200
        assert images.flatten(1).any(1).all()


def test_the_stand_in_is_the_same_each_time_whatever_is_done_to_it():
    spoilt, kept = small_digits(), small_digits()
    for tensor in spoilt:
        tensor.zero_()
    assert kept.train_images.any() and same(small_digits(), kept)


# the form of MNIST's images


def drawing(height: int, width: int) -> torch.Tensor:
    """A filled rectangle on larger paper, off its centre."""
    paper = torch.zeros(200, 240)
    paper[10 : 10 + height, 30 : 30 + width] = 255
    return paper


def lopsided() -> torch.Tensor:
    """A capital L."""
    return drawing(100, 8).maximum(torch.roll(drawing(8, 70), 92, 0))


def centre(image: torch.Tensor) -> list[float]:
    """The ink's centre of mass, row and column."""
    ink = image.double() / image.sum()
    steps = torch.arange(28)
    return [(ink.sum(1) * steps).sum().item(), (ink.sum(0) * steps).sum().item()]


def test_an_empty_drawing_gives_an_empty_image():
    image = mnist_form(torch.zeros(50, 70))
    assert image.shape == (28, 28)
    assert image.dtype == torch.uint8
    assert not image.any()


@pytest.mark.parametrize(
    "size, box",
    [((100, 40), (20, 8)), ((30, 60), (10, 20)), ((5, 5), (20, 20)), ((9, 1), (20, 2))],
)
def test_the_ink_fills_twenty_pixels_and_keeps_its_proportions(size, box):
    rows, columns = mnist_form(drawing(*size)).nonzero(as_tuple=True)
    assert (rows.max() - rows.min() + 1, columns.max() - columns.min() + 1) == box


@pytest.mark.parametrize("shape", [drawing(100, 40), drawing(3, 90), drawing(1, 1), lopsided()])
def test_the_centre_of_mass_lies_on_the_middle_pixel(shape):
    assert centre(mnist_form(shape)) == pytest.approx([14, 14], abs=0.51)


def test_an_enlarged_mnist_digit_comes_back_nearly_as_it_was(full):
    images = full.test_images[:100]
    # each pixel becomes a square: enlarging itself changes nothing
    enlarged = images.repeat_interleave(10, dim=1).repeat_interleave(10, dim=2)
    back = torch.stack([mnist_form(image) for image in enlarged])
    assert (back.float() - images).abs().mean() < 8


@pytest.mark.parametrize("shape", [(28,), (1, 28, 28)])
def test_a_drawing_of_another_shape_is_a_value_error(shape):
    with pytest.raises(ValueError, match=r"shape \(H, W\)"):
        mnist_form(torch.zeros(shape))
