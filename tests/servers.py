"""Mirrors of the four MNIST files on the loopback, sound or broken in one way each."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextlib.contextmanager
def serve(
    answer: Answer, files: dict[str, bytes], certificate: Path | None = None
) -> Iterator[str]:
    """Answer every request for one of the files with `answer`; give the server's address.

    With a certificate (and its key, in the same file) the address is one of https.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            # a client that has seen enough hangs up: nothing to report
            with contextlib.suppress(ConnectionError):
                answer(self, files[Path(self.path).name])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.leaving = threading.Event()
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}/"
    finally:
        server.leaving.set()
        server.shutdown()
        server.server_close()


def sound(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send the file."""
    _start(request, body)
    request.wfile.write(body)


def status(code: int) -> Answer:
    """Refuse with an HTTP status."""
    return lambda request, body: request.send_error(code)


def silent(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Accept the connection and say nothing."""
    request.server.leaving.wait(30)


def silent_midway(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Say nothing any more after half of the file."""
    _start(request, body)
    request.wfile.write(body[: len(body) // 2])
    silent(request, body)


def dripping_header(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Never finish the header: one letter after the other keeps every time limit happy."""
    request.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
    while not request.server.leaving.wait(0.5):
        request.wfile.write(b"x")


def cut_short(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Promise the whole file and hang up after half of it."""
    _start(request, body)
    request.wfile.write(body[: len(body) // 2])


def wrong_bytes(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send as many bytes as the file has, one of them changed."""
    sound(request, flip_bit(body))


def no_test_images(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Serve only the first two of the files."""
    (status(404) if "t10k" in request.path else sound)(request, body)


def no_http(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Answer in another protocol."""
    request.wfile.write(b"220 a mail server, not a web server\r\n")


def flip_bit(content: bytes) -> bytes:
    """Change one bit in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _start(request: BaseHTTPRequestHandler, body: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
