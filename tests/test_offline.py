"""Every lesson passes where there is no network and no MNIST."""

import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.lessons import LESSONS, ROOT

# the first line fails unless the network is cut: a server of this machine listens at that port
RUN = """
import contextlib, fcntl, socket, struct, sys
if sys.platform == "linux":  # a new network has its loopback switched off
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.pack("16sh", b"lo", 1)  # IFF_UP
        fcntl.ioctl(control, 0x8914, flags)  # SIOCSIFFLAGS
with contextlib.suppress(ConnectionRefusedError):
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=2)
    sys.exit("the network is not cut")
import pytest
sys.exit(pytest.main(["-n", "0", "-p", "no:cacheprovider", sys.argv[2]]))
"""


def cut_network() -> list[str]:
    """Return the start of a command that runs the rest in a network of its own."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which("unshare") and not subprocess.run([*command, "true"]).returncode:
            return command
    pytest.skip("this system can't cut the network of one process")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_passes_without_network_and_without_mnist(lesson, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "MNIST_"))}
    environment["LESSON_DATA"] = str(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = subprocess.run(
            [*cut_network(), sys.executable, "-c", RUN, port, str(lesson)],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
    assert not (tmp_path / "mnist.pt").exists()  # it ran on the small scans
