"""Run a command on a poor machine, as in many a computer room.

    python tools/poor_machine.py COMMAND ...

There the repository has an odd name and can't be written to, there is no network and no MNIST,
and Python computes on one thread of the CPU, with `LANG=C`. Only a temporary folder for data can
be written to. This needs Linux and its program `unshare`. Where that isn't allowed, a sentence
says so, which is an error in CI alone.
"""

import os
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ODD_NAME = "leçons de Zoë (1)"
KEPT = ("PATH", "HOME", "VIRTUAL_ENV", "CI")  # of the environment variables
MOUNT = 'mount --bind "$0" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && shift && exec "$@"'


def apart() -> list[str]:
    """Return how a command is started with a network and mounts of its own, or end in words."""
    for rights in ([], ["--map-root-user"]):
        start = ["unshare", *rights, "--net", "--mount"]
        try:
            with tempfile.TemporaryDirectory() as folder:
                tried = [*start, "sh", "-c", MOUNT, folder, folder, "true"]
                if subprocess.run(tried, capture_output=True).returncode == 0:
                    return start
        except FileNotFoundError:
            break
    print("This system can't take the network and the disk from one command.", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 0)


def run(command: list[str]) -> int:
    """Run the command on the poor machine and return how it ended."""
    start = apart()
    with tempfile.TemporaryDirectory() as place, socket.create_server(("127.0.0.1", 0)) as server:
        room, data = Path(place, ODD_NAME), Path(place, "data")
        room.mkdir()
        data.mkdir()
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {"LANG": "C", "LC_ALL": "C", "OMP_NUM_THREADS": "1"}
        environment |= {"LESSON_DEVICE": "cpu", "LESSON_DATA": str(data), "TMPDIR": str(data)}
        environment |= {"PYTHONPATH": str(room), "PYTHONDONTWRITEBYTECODE": "1"}
        inside = [sys.executable, __file__, "--inside", str(server.getsockname()[1]), *command]
        started = [*start, "sh", "-c", MOUNT, str(ROOT), str(room), *inside]
        return subprocess.run(started, env=environment).returncode


def begin_inside(port: int, command: list[str]) -> None:
    """Insist that this is the poor machine, and become the command.

    A server outside listens at the port: if it can be reached, this network is not a new one.
    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            sys.exit("The network is not cut.")
    if os.access(".", os.W_OK):
        sys.exit("The repository can be written to.")
    import fcntl  # Windows has none

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        # a new network's loopback is off, and kernels talk over it: SIOCSIFFLAGS with IFF_UP
        fcntl.ioctl(control, 0x8914, struct.pack("16sh", b"lo", 1))
    os.execvp(command[0], command)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        begin_inside(int(sys.argv[2]), sys.argv[3:])
    elif len(sys.argv) < 2:
        sys.exit(__doc__)
    else:
        sys.exit(run(sys.argv[1:]))
