"""`mnist()` when something goes wrong: mirrors, files, folders, disks, and two kernels at once.

The mirrors are real servers on this machine, and the folders really are read-only or full. Three
things are set: `MNIST.mirrors`, because nothing may leave the machine; where temporary folders
are made; and, in one test, a lookup of names that takes a minute.
"""

import contextlib
import gzip
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import pytest
import torch
from torchvision.datasets import MNIST

from helpers.data import MNIST_SHA256, Digits, data_folder, mnist, small_digits
from helpers.digits import mnist_form
from helpers.downloads import SILENT
from helpers.files import write_whole
from tests import servers
from tools.lessons import ROOT

MD5 = dict(MNIST.resources)
WHOLE = {"mnist.pt"} | {str(Path("MNIST", "raw", name)) for name in MD5}
REFUSED = "http://127.0.0.1:1/"  # no server listens there
NOBODY = 65534
MODES = pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes.")


@pytest.fixture(scope="session")
def originals() -> dict[str, bytes]:
    """The four original files, from the mirror in `MNIST_MIRROR` or from the data folder."""
    raw = Path(__file__).parents[1] / "data" / "MNIST" / "raw"
    mirror = os.environ.get("MNIST_MIRROR", raw.as_uri()).rstrip("/")
    try:
        return {name: urllib.request.urlopen(f"{mirror}/{name}").read() for name in MD5}
    except OSError as error:
        pytest.skip(f"The four MNIST files are not here ({error}); set MNIST_MIRROR.")


@pytest.fixture(autouse=True)
def folder(originals, tmp_path, monkeypatch):
    """The data folder of one test, in a place that every user may enter; no mirror serves."""
    with tempfile.TemporaryDirectory() as top:  # pytest's own folders are closed to other users
        scratch = Path(top, "scratch")
        scratch.mkdir()
        for place in (Path(top), scratch):
            place.chmod(0o777)
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        monkeypatch.setattr(MNIST, "mirrors", [])
        monkeypatch.setenv("MNIST_MIRROR", REFUSED)
        monkeypatch.setenv("LESSON_DATA", str(Path(top, "data")))
        monkeypatch.setenv("no_proxy", "*")
        yield Path(top, "data")


@pytest.fixture
def mirrors(monkeypatch, originals):
    """Start servers and make them the mirrors, the first one by `MNIST_MIRROR`."""
    with contextlib.ExitStack() as running:

        def start(*replies: servers.Reply) -> str:
            own, *others = [running.enter_context(servers.serve(r, originals)) for r in replies]
            monkeypatch.setenv("MNIST_MIRROR", own)
            monkeypatch.setattr(MNIST, "mirrors", others)
            return own

        yield start


def is_mnist(digits: Digits) -> bool:
    """Whether these are the 70,000 images and labels, in the right shapes and types."""
    kinds = [(tuple(tensor.shape), tensor.dtype) for tensor in digits]
    assert kinds[::2] == [((60_000, 28, 28), torch.uint8), ((10_000, 28, 28), torch.uint8)]
    assert kinds[1::2] == [((60_000,), torch.int64), ((10_000,), torch.int64)]
    content = b"".join(tensor.numpy().tobytes() for tensor in digits)
    return hashlib.sha256(content).hexdigest() == MNIST_SHA256


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def assert_whole(folder: Path) -> None:
    """Exactly the files that belong there are there, and each of them is complete."""
    assert files(folder) == WHOLE
    assert is_mnist(Digits(*torch.load(folder / "mnist.pt", weights_only=True)))
    for name, md5 in MD5.items():
        assert hashlib.md5((folder / "MNIST" / "raw" / name).read_bytes()).hexdigest() == md5


def assert_stand_in(folder: Path, capsys, reason: str) -> None:
    """`mnist()` returns the small scans, prints the reason, and keeps no file."""
    assert len(mnist().train_images) == 1500
    printed = capsys.readouterr().out
    assert "set MNIST_MIRROR to an http address" in printed
    assert reason in printed
    assert printed.count("\n") == 3
    assert files(folder.parent) == set()


def put_originals(folder: Path, originals: dict[str, bytes]) -> Path:
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in originals.items():
        (raw / name).write_bytes(content)
    return raw


# mirrors


@pytest.mark.parametrize(
    "mirror, reason",
    [
        ("nonsense", "this is not an http address"),
        ("nonsense://mirror", "this is not an http address"),
        ("http://", "this is not an http address"),
        ("http://127.0.0.1:port", "this is not an http address"),
        ("http://mirror.invalid/", "its name could not be found"),
        (REFUSED, "the connection was refused"),
        (servers.silent, SILENT),
        (servers.drips, SILENT),
        (servers.log_in, "it sent a web page"),
        (servers.endless_body, "the file it sent is damaged"),
        (servers.broken, "it answered 500"),
        (servers.no_test_images, "it answered 404"),
        (servers.no_http, "the connection broke off"),
        (servers.cut_short, "the download broke off"),
        (servers.wrong_bytes, "the file it sent is damaged"),
    ],
)
def test_a_mirror_with_a_fault_is_named_with_its_reason_and_nothing_of_it_is_kept(
    mirror, reason, folder, mirrors, monkeypatch, capsys
):
    address = mirrors(mirror) if callable(mirror) else mirror
    monkeypatch.setenv("MNIST_MIRROR", address)
    assert_stand_in(folder, capsys, f"{address.rstrip('/')}/: {reason}")


@pytest.mark.skipif(not shutil.which("openssl"), reason="There is no openssl for a certificate.")
def test_a_certificate_that_is_not_trusted_is_said_to_be_the_reason(
    folder, originals, tmp_path, monkeypatch, capsys
):
    certificate = tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1".split()
    command += ["-keyout", certificate, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    with servers.serve(servers.sound, originals, certificate) as address:
        monkeypatch.setenv("MNIST_MIRROR", address)
        assert_stand_in(folder, capsys, f"{address}: no secure connection to it")


@pytest.mark.slow
@pytest.mark.parametrize("reply", [servers.endless_header, servers.silent])
def test_the_waits_for_many_silent_mirrors_do_not_add_up(reply, folder, mirrors, capsys):
    mirrors(*[reply] * 4)
    small_digits()  # made once in a process, in a time that depends on the machine
    start = time.monotonic()
    assert_stand_in(folder, capsys, SILENT)
    assert time.monotonic() - start < 20  # one of them waits for 30 s


@pytest.mark.parametrize(
    "faulty",
    [
        [servers.no_test_images, servers.wrong_bytes, servers.cut_short, servers.log_in],
        [servers.silent_midway, servers.drips, servers.endless_body],
    ],
    ids=["wrong", "slow"],
)
def test_a_sound_mirror_after_faulty_ones_gives_the_full_set(faulty, folder, mirrors):
    mirrors(*faulty, servers.sound)
    assert is_mnist(mnist())
    assert_whole(folder)


def test_a_mirror_that_calls_the_files_packed_is_sound(folder, mirrors):
    mirrors(servers.says_packed)
    assert is_mnist(mnist())
    assert_whole(folder)


def test_a_name_with_several_addresses_is_tried_at_each(folder, mirrors, monkeypatch):
    """`localhost` is also ::1, where no server listens."""
    address = mirrors(servers.sound).replace("127.0.0.1", "localhost")
    monkeypatch.setenv("MNIST_MIRROR", address)
    assert is_mnist(mnist())


def test_a_name_that_is_looked_up_for_ever_holds_up_no_other_mirror(folder, mirrors, monkeypatch):
    mirrors(servers.broken, servers.sound)
    look_up = socket.getaddrinfo
    slow = lambda host, *rest, **more: (  # noqa: E731
        time.sleep(60 * (host == "mirror.example")) or look_up(host, *rest, **more)
    )
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setenv("MNIST_MIRROR", "http://mirror.example/")
    start = time.monotonic()
    assert is_mnist(mnist())
    assert time.monotonic() - start < 30


def test_a_proxy_that_fails_is_named(folder, mirrors, monkeypatch, capsys):
    mirrors(servers.sound)
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert_stand_in(folder, capsys, "the proxy can't be reached")
    assert not mnist().full and "by the proxy http://127.0.0.1:1" in capsys.readouterr().out


def test_a_proxy_of_a_kind_that_needs_another_package_is_named(folder, mirrors, monkeypatch):
    """A learner has no PySocks. Selenium brought it along, so this process must do without it."""
    mirrors(servers.sound)
    monkeypatch.delenv("no_proxy")
    for name in "http_proxy", "https_proxy":
        monkeypatch.setenv(name, "socks5://127.0.0.1:1")
    code = "import sys; sys.modules['socks'] = None; from helpers.data import mnist; mnist()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "the proxy is of a kind (SOCKS)" in done.stdout, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="There, os.kill ends the process.")
def test_an_interrupt_ends_the_download_in_words(folder, mirrors, capsys):
    mirrors(servers.silent_midway)
    threading.Timer(1.5, os.kill, [os.getpid(), signal.SIGINT]).start()
    assert not mnist().full
    assert re.fullmatch(r"You stopped the download.*\n", capsys.readouterr().out)
    assert files(folder.parent) == set()


@MODES
def test_what_one_machine_kept_can_be_served_to_the_next(folder, mirrors, monkeypatch):
    mirrors(servers.sound)
    umask = os.umask(0o022)
    try:
        mnist()
    finally:
        os.umask(umask)
    assert {oct((folder / name).stat().st_mode & 0o777) for name in WHOLE} == {"0o644"}
    kept = {name: (folder / "MNIST" / "raw" / name).read_bytes() for name in MD5}
    monkeypatch.setenv("LESSON_DATA", str(folder.parent / "next"))
    with servers.serve(servers.sound, kept) as address:
        monkeypatch.setenv("MNIST_MIRROR", f" '{address.rstrip('/')}' ")  # as people write it
        mnist()
    assert_whole(folder.parent / "next")


@pytest.mark.slow
def test_two_kernels_that_download_at_once_both_get_the_full_set(folder, mirrors):
    mirrors(servers.sound)
    code = "import helpers.data as data; input('ready'); print(data.mnist().full)"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in range(2)]
    assert [process.stdout.read(5) for process in both] == ["ready", "ready"]
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in both] == ["True\n", "True\n"]
    assert_whole(folder)


# what is on disk already


def test_what_was_kept_needs_no_server(folder, originals, capsys):
    put_originals(folder, originals)
    assert is_mnist(mnist())
    assert_whole(folder)
    shutil.rmtree(folder / "MNIST")
    assert is_mnist(mnist())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("damage", [lambda content: content[:9999], servers.flip_bit])
def test_a_damaged_mnist_pt_is_not_trusted_and_is_made_again(damage, folder, mirrors):
    mirrors(servers.sound)
    mnist()
    whole = (folder / "mnist.pt").read_bytes()
    shutil.rmtree(folder / "MNIST")
    (folder / "mnist.pt").write_bytes(damage(whole))
    mirrors(servers.broken)
    assert not mnist().full
    mirrors(servers.sound)
    assert is_mnist(mnist())
    assert_whole(folder)


@pytest.mark.parametrize("archives_too", [False, True])
def test_raw_files_cut_short_by_an_earlier_crash_are_not_trusted(
    archives_too, folder, originals, mirrors
):
    raw = put_originals(folder, originals)
    archive = raw / "train-images-idx3-ubyte.gz"
    unpacked = gzip.decompress(originals[archive.name])
    archive.with_suffix("").write_bytes(unpacked[: len(unpacked) // 2])
    if archives_too:
        archive.write_bytes(originals[archive.name][:5_000_000])
        mirrors(servers.sound)
    assert is_mnist(mnist())
    archive.with_suffix("").unlink()
    assert_whole(folder)


@pytest.mark.parametrize("count", [4, 2])
def test_files_that_were_unpacked_need_no_server(count, folder, originals, capsys):
    raw = put_originals(folder, originals)
    for archive in list(raw.iterdir())[:count]:
        archive.with_suffix("").write_bytes(gzip.decompress(archive.read_bytes()))
        archive.unlink()
    assert is_mnist(mnist()) and is_mnist(mnist())
    assert capsys.readouterr().out == ""


# folders


@contextlib.contextmanager
def mode(path: Path, rights: int):
    """Change who may do what with a file or folder; root, who may do everything, is nobody."""
    path.chmod(rights)
    try:
        if os.getuid() == 0:
            os.seteuid(NOBODY)
        yield
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        path.chmod(0o777)


@MODES
def test_a_read_only_data_folder_gives_way_to_a_temporary_one(folder, mirrors, capsys):
    folder.mkdir()
    mirrors(servers.sound)
    with mode(folder, 0o555):
        first, kept = mnist(), data_folder()
        mirrors(servers.broken)
        second, kept_again = mnist(), data_folder()
    assert is_mnist(first) and is_mnist(second)
    assert kept == kept_again  # what a lesson saves in one cell, it finds in the next
    assert_whole(kept)
    assert files(folder) == set()
    printed = capsys.readouterr().out
    assert f"{folder} can't be written to" in printed and printed.count("\n") == 1


@MODES
def test_a_read_only_data_folder_with_mnist_in_it_needs_no_server(folder, originals, capsys):
    put_originals(folder, originals)
    with mode(folder, 0o555):
        assert is_mnist(mnist())
    mnist()
    shutil.rmtree(folder / "MNIST")
    capsys.readouterr()
    with mode(folder, 0o555):
        assert is_mnist(mnist())
    assert capsys.readouterr().out == ""


@MODES
def test_a_kept_file_that_cannot_be_read_is_downloaded_or_named(
    folder, originals, mirrors, capsys
):
    raw = put_originals(folder, originals)
    with mode(raw / "t10k-labels-idx1-ubyte.gz", 0):
        assert not mnist().full
        said = capsys.readouterr().out
        assert "t10k-labels-idx1-ubyte.gz: you may not read it" in said, said
        mirrors(servers.sound)
        assert is_mnist(mnist())


@MODES
def test_weights_of_another_user_are_not_written_over(folder, originals, capsys):
    put_originals(folder, originals)
    mnist()
    (folder / "05_cnn.pt").write_text("another user's")
    folder.chmod(0o777)
    with mode(folder / "05_cnn.pt", 0o444):
        assert is_mnist(mnist())
        torch.save({}, data_folder() / "05_cnn.pt")
    assert (folder / "05_cnn.pt").read_text() == "another user's"
    assert "using a temporary folder" in capsys.readouterr().out


def test_the_data_folder_is_lesson_data_or_a_temporary_one(folder, monkeypatch, capsys):
    monkeypatch.setenv("LESSON_DATA", str(folder / "other" / "place"))
    assert data_folder() == folder / "other" / "place" and data_folder().is_dir()
    monkeypatch.setenv("LESSON_DATA", f" '{folder / 'other'}' ")
    assert data_folder() == folder / "other"
    for name in "HOME", "USERPROFILE":  # on Windows
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("LESSON_DATA", "~/mnist")
    assert data_folder() == folder / "mnist"
    (folder / "file").write_text("in the way")
    monkeypatch.setenv("LESSON_DATA", str(folder / "file"))
    assert data_folder().is_dir()
    assert capsys.readouterr().out.count("\n") == 1


@contextlib.contextmanager
def largest_file(size: int):
    """Let no file grow larger, as on a disk that is nearly full."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_data_folder_still_gives_mnist_and_keeps_no_half_file(folder, mirrors, capsys):
    mirrors(servers.sound)
    folder.mkdir()
    (folder / "MNIST").write_text("in the way of the original files")
    with largest_file(50_000_000):  # `mnist.pt` has 55 MB, and each other file has less than 48
        assert is_mnist(mnist())
    assert files(folder) == {"MNIST"}
    printed = capsys.readouterr().out
    assert "MNIST is in memory, but could not be kept" in printed and printed.count("\n") == 1
    assert "File too large" in printed
    (folder / "MNIST").unlink()
    assert is_mnist(mnist())
    assert_whole(folder)


def test_a_full_temporary_folder_does_not_matter(folder, mirrors, monkeypatch):
    mirrors(servers.sound)
    monkeypatch.setattr(tempfile, "tempdir", "/dev/full")
    assert is_mnist(mnist())
    assert_whole(folder)


def test_an_interrupt_leaves_the_old_file_and_nothing_else(folder):
    folder.mkdir()
    path = folder / "weights.pt"
    path.write_text("old")

    def interrupted(part: Path) -> None:
        part.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, interrupted)
    assert path.read_text() == "old"
    assert files(folder) == {"weights.pt"}


# the stand-in, and the form of MNIST's images


def test_the_stand_in_has_the_form_of_mnist_whatever_was_done_to_an_earlier_one():
    for tensor in small_digits():
        tensor.zero_()
    digits = small_digits()
    for images, labels, count in ((*digits[:2], 1500), (*digits[2:], 297)):
        assert images.shape == (count, 28, 28) and images.dtype == torch.uint8
        assert labels.shape == (count,) and labels.dtype == torch.int64
        assert labels.unique().tolist() == list(range(10))
        assert images.max() > 200 and images.flatten(1).any(1).all()


def drawing(height: int, width: int) -> torch.Tensor:
    """A filled rectangle on larger paper, away from its center."""
    paper = torch.zeros(200, 240)
    paper[10 : 10 + height, 30 : 30 + width] = 255
    return paper


LOPSIDED = drawing(100, 8).maximum(drawing(8, 70).roll(92, 0))  # a capital L


@pytest.mark.parametrize(
    "size, box",
    [((100, 40), (20, 8)), ((30, 60), (10, 20)), ((5, 5), (20, 20)), ((9, 1), (20, 2))],
)
def test_the_ink_fills_twenty_pixels_and_keeps_its_proportions(size, box):
    rows, columns = mnist_form(drawing(*size)).nonzero(as_tuple=True)
    assert (rows.max() - rows.min() + 1, columns.max() - columns.min() + 1) == box


@pytest.mark.parametrize("ink", [drawing(100, 40), drawing(3, 90), drawing(1, 1), LOPSIDED])
def test_the_center_of_mass_is_on_the_middle_pixel(ink):
    image, steps = mnist_form(ink).double(), torch.arange(28)
    center = [(image.sum(axis) * steps).sum() / image.sum() for axis in (1, 0)]
    assert center == pytest.approx([14, 14], abs=0.51)


def test_an_enlarged_mnist_digit_comes_back_nearly_as_it_was(folder, originals):
    put_originals(folder, originals)
    images = mnist().test_images[:100]
    # Each pixel becomes a square: enlarging by itself changes nothing.
    enlarged = images.repeat_interleave(10, dim=1).repeat_interleave(10, dim=2)
    back = torch.stack([mnist_form(image) for image in enlarged])
    assert (back.float() - images).abs().mean() < 8


def test_an_empty_drawing_gives_an_empty_image_and_another_shape_is_a_value_error():
    image = mnist_form(torch.zeros(50, 70))
    assert image.shape == (28, 28) and image.dtype == torch.uint8 and not image.any()
    for shape in ((28,), (1, 28, 28)):
        with pytest.raises(ValueError, match=r"shape \(H, W\)"):
            mnist_form(torch.zeros(shape))
