"""Take the network away from a process, so that "offline" is tested and not believed."""

import contextlib
import shutil
import socket
import struct
import subprocess
import sys

import pytest


def without_network() -> list[str]:
    """Return the start of a command that runs the rest in a network of its own."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which("unshare") and not subprocess.run([*command, "true"]).returncode:
            return command
    pytest.skip("this system can't cut the network of one process")


def switch_loopback_on() -> None:
    """Switch on the loopback of this process's network: in a new one it is off."""
    if sys.platform == "linux":
        import fcntl  # Windows has none, and imports this module to find tests

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            flags = struct.pack("16sh", b"lo", 1)  # IFF_UP
            fcntl.ioctl(control, 0x8914, flags)  # SIOCSIFFLAGS


def insist_that_it_is_cut(port: int) -> None:
    """End this process if it reaches the port, where a server of this machine listens."""
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
        sys.exit("the network is not cut")
