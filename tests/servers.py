"""Servers of the four MNIST files on this machine: a sound one, and one for each fault."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Reply = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextlib.contextmanager
def serve(reply: Reply, files: dict[str, bytes], certificate: Path | None = None) -> Iterator[str]:
    """Serve the files with `reply`, and yield the server's address.

    With a certificate (and its key, in the same file) it is an https server.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            # A client that has seen enough closes the connection, which is not a fault.
            with contextlib.suppress(ConnectionError):
                reply(self, files[Path(self.path).name])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.leaving = threading.Event()
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}/"
    finally:
        server.leaving.set()
        server.shutdown()
        server.server_close()


def sound(request: BaseHTTPRequestHandler, body: bytes, share: float = 1) -> None:
    """Announce the whole file, and send this share of it."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body[: int(share * len(body))])


def silent(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Accept the connection and send nothing."""
    request.server.leaving.wait(30)


def silent_midway(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send half of the file, and then nothing more."""
    sound(request, body, share=0.5)
    silent(request, body)


def endless_header(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send the header letter by letter, so that no single wait is long, and never finish it."""
    request.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
    for _ in range(60):
        if not request.server.leaving.wait(0.5):
            request.wfile.write(b"x")


def drips(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send 20 bytes a second, so that no single wait is long."""
    sound(request, body, share=0)
    for i in range(0, 600, 10):
        if not request.server.leaving.wait(0.5):
            request.wfile.write(body[i : i + 10])


def endless_body(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Announce no length, send 50 MB of zeros, and fall silent for whoever still wants more."""
    request.send_response(200)
    request.end_headers()
    for _ in range(50):
        request.wfile.write(bytes(1_000_000))
    silent(request, body)


def log_in(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send a page to log in on instead of the file, as a hotel's network does."""
    sound(request, b"<!DOCTYPE html><html>Welcome! Please log in.</html>")


def says_packed(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Serve the file as it is, and call it a packed form of another one."""
    request.send_response(200)
    request.send_header("Content-Encoding", "gzip")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def cut_short(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Close the connection after half of the file."""
    sound(request, body, share=0.5)


def wrong_bytes(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send as many bytes as the file has, with one bit changed."""
    sound(request, flip_bit(body))


def broken(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Reply to every request that the server has a fault."""
    request.send_error(500)


def no_test_images(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Serve only the first two of the four files."""
    request.send_error(404) if "t10k" in request.path else sound(request, body)


def no_http(request: BaseHTTPRequestHandler, body: bytes) -> None:
    """Reply in the protocol of mail servers."""
    request.wfile.write(b"220 a mail server, not a web server\r\n")


def flip_bit(content: bytes) -> bytes:
    """Change one bit in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
