"""The four original MNIST files from a mirror, within a bounded time."""

import hashlib
import socket
import sys
import threading
import time
from collections.abc import Iterator

import requests
from requests.exceptions import (
    ConnectionError,
    HTTPError,
    InvalidSchema,
    InvalidURL,
    MissingSchema,
    ProxyError,
    SSLError,
    Timeout,
)

from helpers.errors import chain_of
from helpers.files import from_environment

CONNECT_SECONDS = 2.5  # for each address that belongs to a name
WINDOW_SECONDS = 8.0  # in each such window, a download must bring more than
SLOWEST = 20_000  # bytes a second; so all four files take less than ten minutes, or are given up
LARGEST = 10_000_000  # bytes: the largest of the four files has 9.9 million
SMALLEST = "t10k-labels-idx1-ubyte.gz"  # 4.5 thousand bytes: asked for first
SILENT = "it stopped answering, or answers too slowly"


def originals() -> dict[str, str]:
    """Return the names of the four files, each with its md5, as torchvision knows them."""
    from torchvision.datasets import MNIST  # imported here because it takes a second

    return dict(MNIST.resources)


class Unavailable(Exception):
    """No mirror gave the files. The message says why, in words for the learner."""


class Interrupted(Unavailable):
    """The learner stopped the download."""


class _Transfer(threading.Thread):
    """A file on its way, in a thread, because a name lookup can only be left behind."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.content = address, bytearray()
        self.problem: Exception | None = None
        self.left = False
        self.began = time.monotonic()
        self.start()

    def run(self) -> None:
        try:
            # some servers call a .gz file a packed text; it must stay packed here
            headers, patience = {"Accept-Encoding": "identity"}, (CONNECT_SECONDS, WINDOW_SECONDS)
            with requests.get(self.address, stream=True, headers=headers, timeout=patience) as got:
                got.raise_for_status()
                for part in got.raw.stream(4096, decode_content=False):
                    self.content += part
                    if self.left or len(self.content) > LARGEST:
                        return
        except Exception as error:  # whatever a broken server, proxy or address makes of it
            self.problem = error

    def progress(self) -> Iterator[None]:
        """Wait for the end, a moment at a time. Raises `Unavailable` if that takes too long."""
        seen, since = 0, self.began
        while self.is_alive():
            self.join(0.1)
            yield
            if time.monotonic() - since > WINDOW_SECONDS and self.is_alive():
                if len(self.content) - seen < SLOWEST * WINDOW_SECONDS:
                    raise Unavailable(SILENT)
                seen, since = len(self.content), time.monotonic()

    def verified(self, md5: str) -> bytes:
        """Return the file. Raises `Unavailable` with the reason if it isn't what it should be."""
        if self.problem:
            raise Unavailable(_in_words(self.problem))
        if self.content.lstrip().startswith(b"<"):
            raise Unavailable("it sent a web page: does this network ask you to log in first?")
        if hashlib.md5(self.content).hexdigest() != md5:
            raise Unavailable("the file it sent is damaged, or another one")
        return bytes(self.content)


def download_mnist() -> dict[str, bytes]:
    """Return the four files by their names, in the order of `originals`, each verified by its md5.

    The address in the environment variable `MNIST_MIRROR` comes first, then torchvision's mirrors.
    All are asked at once for the smallest file, and then one after the other for the rest. Raises
    `Unavailable` where none gives all four, or when interrupted.
    """
    from torchvision.datasets import MNIST

    own = from_environment("MNIST_MIRROR")
    mirrors = [own.rstrip("/") + "/"] if own else []
    mirrors += [mirror for mirror in MNIST.mirrors if mirror not in mirrors]
    asked = [_Transfer(mirror + SMALLEST) for mirror in mirrors]
    reasons = []
    try:
        for mirror, first in zip(mirrors, asked):
            transfers = {SMALLEST: first}
            try:
                files = dict(_fetched(mirror, transfers))
                return {name: files[name] for name in originals()}
            except Unavailable as reason:
                reasons.append(f"{mirror}: {reason}{_by_proxy(mirror)}")
            finally:
                for transfer in transfers.values():
                    transfer.left = True
    except KeyboardInterrupt:
        raise Interrupted from None
    raise Unavailable("; ".join(reasons) or "there is no mirror to ask")


def _fetched(mirror: str, transfers: dict[str, _Transfer]) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of the files, the smallest first, and show how far it is."""
    done = 0
    for name, md5 in sorted(originals().items(), key=lambda file: file[0] != SMALLEST):
        if name not in transfers:
            transfers[name] = _Transfer(mirror + name)
        for _ in transfers[name].progress():
            if name != SMALLEST:
                so_far = (done + len(transfers[name].content)) / 1e6
                print(f"\rMNIST: {so_far:.1f} of 11.6 MB", end="", file=sys.stderr)
        content = transfers[name].verified(md5)
        done += len(content)
        yield name, content
    print("\r", end="", file=sys.stderr)


def _by_proxy(address: str) -> str:
    proxy = requests.utils.select_proxy(address, requests.utils.get_environ_proxies(address))
    return f" (by the proxy {proxy}, which this computer's settings name)" if proxy else ""


def _in_words(error: Exception) -> str:
    roots = chain_of(error)
    if isinstance(error, HTTPError):
        return f"it answered {error.response.status_code}"
    if isinstance(error, ProxyError):
        return "the proxy can't be reached, or refuses"
    if isinstance(error, InvalidSchema) and "SOCKS" in str(error):
        return "the proxy is of a kind (SOCKS) that can't be used here"
    if isinstance(error, (InvalidURL, InvalidSchema, MissingSchema)):
        return "this is not an http address"
    if isinstance(error, SSLError):
        return "no secure connection to it (is its certificate trusted here?)"
    if any(isinstance(root, socket.gaierror) for root in roots):
        return "its name could not be found"
    if any(isinstance(root, ConnectionRefusedError) for root in roots):
        return "the connection was refused"
    if isinstance(error, Timeout) or any(isinstance(root, TimeoutError) for root in roots):
        return SILENT
    if isinstance(error, ConnectionError):
        return "the connection broke off"
    return f"the download broke off ({type(error).__name__})"
