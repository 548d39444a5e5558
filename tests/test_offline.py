"""Every lesson passes on a poor machine: no network, no MNIST, one thread, an odd path, LANG=C.

The repository can't be written to there, as in many a computer room; only the data folder can.
"""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lessons import LESSONS, ROOT, read
from tests.networks import without_network

GIGABYTES = 3  # for a kernel, at most
RUN = """
import sys
from tests.forks import fork_kernels
from tests.networks import insist_that_it_is_cut, switch_loopback_on

switch_loopback_on()
insist_that_it_is_cut(int(sys.argv[1]))
fork_kernels()
import pytest

sys.exit(pytest.main(["-n", "0", "-p", "no:cacheprovider", "-p", "tests.conftest", *sys.argv[2:]]))
"""
# a file system of its own shows the repository at another place, where it is read-only
ELSEWHERE = """
mount --bind "$1" "$2" && mount -o remount,ro,bind "$2" || exit 77
cd "$2" && shift 2 && exec "$@"
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Path:
    """An empty folder with a name that careless code stumbles over."""
    folder = tmp_path_factory.mktemp("room") / "leçons de Zoë (1)"
    folder.mkdir()
    return folder


def poor(room: Path, data: Path, *command: str) -> subprocess.CompletedProcess:
    """Run a command of this Python on the poor machine, in the repository as it is there."""
    names = ("PATH", "HOME", "SYSTEMROOT", "JUPYTER_PATH", "VIRTUAL_ENV")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    environment |= {"LANG": "C", "LC_ALL": "C", "OMP_NUM_THREADS": "1", "LESSON_DEVICE": "cpu"}
    environment |= {"LESSON_DATA": str(data), "PYTHONPATH": str(room)}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(data)}
    mounted = ["--mount", "sh", "-c", ELSEWHERE, "sh", str(ROOT), str(room)]
    return subprocess.run(
        [*without_network(), *mounted, sys.executable, *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900,
        encoding="utf-8", errors="replace",
    )  # fmt: skip


def test_every_lesson_passes_on_a_poor_machine(room, tmp_path, record_property):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        inside = [str(room / lesson.relative_to(ROOT)) for lesson in LESSONS]
        done = poor(room, tmp_path, "-c", RUN, port, *inside)
    if done.returncode == 77:
        pytest.skip("this system mounts nothing for us")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    cells = sum(cell.cell_type == "code" for lesson in LESSONS for cell in read(lesson).cells)
    assert f"{cells} passed" in done.stdout
    assert not (tmp_path / "mnist.pt").exists()  # they ran on the small scans
    peaks = [int(megabytes) for megabytes in re.findall(r"at most (\d+) MB", done.stdout)]
    assert len(peaks) == len(LESSONS) and max(peaks) < 1000 * GIGABYTES
    record_property("poor machine, most memory of a kernel, small scans, MB", max(peaks))


def test_the_poor_machine_is_poor(room, tmp_path):
    """Else the tests above prove little."""
    tries = (
        "import pathlib, os, torch, helpers\n"
        "print(pathlib.Path(helpers.__file__).parent.parent, torch.get_num_threads())\n"
        "try: open('notebooks/new', 'w')\n"
        "except OSError as error: print(error.strerror)\n"
    )
    done = poor(room, tmp_path, "-c", tries)
    if done.returncode == 77:
        pytest.skip("this system mounts nothing for us")
    assert done.stdout.splitlines()[1:] == ["Read-only file system"], done.stderr
    assert str(room) in done.stdout and done.stdout.splitlines()[0].endswith(" 1")
