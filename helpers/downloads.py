"""The four original MNIST files, by torchvision's own download, within a bounded time.

torchvision waits for a silent server as long as the system lets it. Here every mirror
is asked first, all at once, and only those that answer are used.
"""

import contextlib
import http.client
import io
import os
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ANSWER_SECONDS = 2.5  # for a first answer; all mirrors are asked at the same time
SILENCE_SECONDS = 2.0  # without one more byte, while a file is on its way


class Unavailable(Exception):
    """No mirror gave the files. The message says why, in words for the learner."""


def download_mnist(root: Path) -> None:
    """Complete `root/MNIST/raw` with the four files, verified by md5 and unpacked.

    Asks the address in the environment variable `MNIST_MIRROR` first, then torchvision's
    mirrors. Files that are there and whole are kept. Shows torchvision's progress bar.
    Raises `Unavailable` where no mirror serves all four, and does so within about 7 s
    of silence: preparing the stand-in takes time as well.
    """
    from torchvision.datasets import MNIST
    from torchvision.datasets.utils import download_and_extract_archive

    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)

    def fetch(mirror: str) -> None:
        # torchvision also prints each file's address: noise under a progress bar
        with contextlib.redirect_stdout(io.StringIO()):
            for name, md5 in MNIST.resources:
                download_and_extract_archive(mirror + name, str(raw), filename=name, md5=md5)

    if _all_present(raw, MNIST.resources):
        return fetch("")

    own = os.environ.get("MNIST_MIRROR")
    mirrors = ([own.rstrip("/") + "/"] if own else []) + list(MNIST.mirrors)
    problems = _ask([mirror + MNIST.resources[0][0] for mirror in mirrors])
    silent = 0
    for i, mirror in enumerate(mirrors):
        if problems[i] is None and silent < 2:
            try:
                with _socket_timeout(SILENCE_SECONDS):
                    return fetch(mirror)
            except Exception as error:  # whatever a broken server makes torchvision raise
                problems[i] = _in_words(error)
                silent += problems[i] == SILENT
    reasons = [f"{m}: {p or 'not tried after that'}" for m, p in zip(mirrors, problems)]
    raise Unavailable("; ".join(reasons))


SILENT = "it stopped answering"


def _all_present(raw: Path, resources: list[tuple[str, str]]) -> bool:
    from torchvision.datasets.utils import check_integrity

    return all(check_integrity(str(raw / name), md5) for name, md5 in resources)


def _ask(addresses: list[str]) -> list[str | None]:
    """For each address: None if it starts to answer in time, else the reason in words."""
    problems: list[str | None] = [SILENT] * len(addresses)

    def ask(i: int) -> None:
        try:
            with urllib.request.urlopen(addresses[i], timeout=ANSWER_SECONDS) as answer:
                answer.read(1)
            problems[i] = None
        except Exception as error:
            problems[i] = _in_words(error)

    # daemon threads: looking up a name can't be interrupted, only left behind
    threads = [threading.Thread(target=ask, args=(i,), daemon=True) for i in range(len(addresses))]
    for thread in threads:
        thread.start()
    end = time.monotonic() + ANSWER_SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return list(problems)


def _in_words(error: BaseException) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"it answered {error.code}"
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, socket.gaierror):
        return "its name could not be found"
    if isinstance(reason, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(reason, TimeoutError) or "timed out" in str(reason):
        return SILENT
    if isinstance(reason, ssl.SSLError):  # first: some of its kinds are ValueErrors as well
        return f"no secure connection to it ({reason.reason})"
    if isinstance(reason, (str, ValueError, http.client.InvalidURL)):
        return "this is not an http address"
    if isinstance(reason, OSError) and reason.errno and not isinstance(reason, ConnectionError):
        return f"no way to get or keep the file ({reason.strerror or reason})"
    if isinstance(reason, RuntimeError):
        return "the file it sent is damaged"
    return f"the download broke off ({type(reason).__name__})"


@contextlib.contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
