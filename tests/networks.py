"""Take the network away from a process, so that "offline" is tested and not believed."""

import contextlib
import functools
import socket
import struct
import subprocess
import sys
import tempfile

ELSEWHERE = """
mount --bind "$1" "$2" && mount -o remount,ro,bind "$2" && cd "$2" && shift 2 && exec "$@"
"""


@functools.cache
def poor_machine() -> list[str]:
    """Return the start of `... FOLDER PLACE COMMAND`, or nothing where a system can't do this.

    It runs the command at the place, where the folder is then seen and can't be written to, in
    a network of its own that leads nowhere.
    """
    for root in ([], ["--map-root-user"]):
        start = ["unshare", *root, "--net", "--mount", "sh", "-c", ELSEWHERE, "sh"]
        with tempfile.TemporaryDirectory() as folder, contextlib.suppress(FileNotFoundError):
            if not subprocess.run(
                [*start, folder, folder, "true"], capture_output=True
            ).returncode:
                return start
    return []


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
