"""Every lesson passes on a poor machine: no network, no MNIST, one thread, an odd path, LANG=C.

The repository can't be written to there, as in many a computer room; only the data folder can.
There each lesson is also rehearsed: its cells are run again, in disorder and broken off, and
each section alone. The rehearsal, which finds out, is itself tried on lessons that do not hold.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import nbformat
import pytest

from helpers import devices
from tests.conftest import POOR_MACHINE, same_on_the_poor_machine
from tests.lessons import LESSONS, ROOT, read, sections
from tests.networks import poor_machine
from tests.summary import PEAK, POOR

GIGABYTES = 3  # for a kernel, at most
RUN = """
import sys
from tests.forks import fork_kernels, start_server
from tests.networks import insist_that_it_is_cut, switch_loopback_on

switch_loopback_on()
insist_that_it_is_cut(int(sys.argv[1]))
start_server("tests.lean", "tests.rehearsal")
fork_kernels()
import pytest

plugins = ["-p", "no:cacheprovider", "-p", "tests.conftest", "-p", "tests.encore"]
sys.exit(pytest.main(["-n", "0", *plugins, *sys.argv[2:]]))
"""
TRAINS = """
import time
from helpers.live import LiveLoss
losses = []
with LiveLoss(losses, 60) as live:
    for step in range(60):
        time.sleep(0.01)
        losses.append(1 / (step + 1))
        live.update()
"""
# half a second of computing, once
BUSY = """
import time
end = time.process_time() + (0 if {0} in globals().setdefault("done", []) else 0.5)
while time.process_time() < end: pass
done.append({0})
"""
HEAD = "## 1 · It takes some seconds.\n\n*(uses the set-up alone)*"
# lessons of these cells, named c1, c2 ...; c0 is the set-up
TRIED = {
    "holds": ["x = 1", "y = x + 1\nassert y == 2", TRAINS, "assert len(losses) == 60"],
    "does_not_hold": [
        "## 1 · First?",
        "x = torch.zeros(2, 3)",
        "x = x.view(3, 2)[0]",  # c3: not a second time
        "## 2 · Next?\n\n*(uses the set-up alone)*",
        "z = x",  # c5: and section 1
        "a = [1, 2]",
        "assert a[0] == 1",  # c7: not after c8
        "a = None",
        TRAINS,
        "last = losses[-1] if len(losses) == 60 else undefined",  # c10
    ],
    "dies": ["times = globals().get('times', 0) + 1", "import os\nif times > 1: os._exit(3)"],
    "busy": [BUSY.format(1), "print('working')" + BUSY.format(2), HEAD, BUSY.format(4)],
}

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


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
    environment["CUDA_VISIBLE_DEVICES"] = ""  # a process that has used a GPU can't be forked
    if not poor_machine():
        pytest.skip("this system can't take the network and the disk from one process")
    return subprocess.run(
        [*poor_machine(), str(ROOT), str(room), sys.executable, *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500,
        encoding="utf-8", errors="replace",
    )  # fmt: skip


def write_tried(folder: Path) -> None:
    """Store the lessons on which the rehearsal is tried."""
    for name, texts in TRIED.items():
        notebook = nbformat.v4.new_notebook()
        notebook.metadata["rehearsal"] = {"seed": 1, "cells": 60, "slow": 0.3, "quick": 0.4}
        for i, text in enumerate(("import torch\nfrom torch import nn", *texts)):
            kind = nbformat.v4.new_markdown_cell if text.startswith("## ") else None
            cell = (kind or nbformat.v4.new_code_cell)(text, id=f"c{i}")
            cell.metadata["tags"] = ["nbval-ignore-output"] + ["setup"] * (i == 0)
            notebook.cells.append(cell)
        nbformat.write(notebook, folder / f"{name}.ipynb")


@pytest.fixture(scope="module")
def seen(room, tmp_path_factory) -> dict[str, dict[str, ElementTree.Element]]:
    """What was seen on the poor machine, by lesson and by cell; last the "rehearsal"."""
    data = tmp_path_factory.mktemp("data")
    write_tried(data)
    inside = [room / lesson.relative_to(ROOT) for lesson in LESSONS]
    # what sleeps comes first, while the other worker has enough to do for both cores
    lessons = map(str, [*sorted(data.glob("*.ipynb")), *inside])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = poor(room, data, "-c", RUN, port, f"--junitxml={data}/seen.xml", *lessons)
    assert (data / "seen.xml").exists(), done.stdout[-5000:] + done.stderr[-3000:]
    assert not (data / "mnist.pt").exists()  # they ran on the small scans
    found: dict[str, dict[str, ElementTree.Element]] = {}
    for case in ElementTree.parse(data / "seen.xml").iter("testcase"):
        found.setdefault(measured(case)["lesson"], {})[case.get("name")] = case
    return found


def trouble(case: ElementTree.Element) -> str:
    """Return what went wrong with a cell, be it failed, broken or left out, or nothing."""
    wrong = [part for part in case if part.tag in ("failure", "error", "skipped")]
    return "\n".join(f"{case.get('name')}: {part.text or part.get('message')}" for part in wrong)


def measured(case: ElementTree.Element) -> dict[str, str]:
    """Return what was measured with a cell."""
    return {found.get("name"): found.get("value") for found in case.iter("property")}


@each_lesson
def test_it_holds_on_a_poor_machine_run_again_in_disorder_and_broken_off(
    lesson, seen, record_property
):
    cells = sum(cell.cell_type == "code" for cell in read(lesson).cells)
    assert list(seen[lesson.stem]) == [*(f"Cell {i}" for i in range(cells)), "rehearsal"]
    troubles = filter(None, map(trouble, seen[lesson.stem].values()))
    assert not (said := "\n".join(troubles)), said
    *ran, rehearsal = seen[lesson.stem].values()
    peak = max(int(measured(case)[PEAK]) for case in (*ran, rehearsal))
    assert peak < 1000 * GIGABYTES
    record_property(POOR, [lesson.stem, peak, [float(case.get("time")) for case in ran]])
    record_property(f"{lesson.stem}, rehearsal", measured(rehearsal)["rehearsed"])


@each_lesson
def test_each_section_says_what_it_uses(lesson):
    heads = [c.source for c in read(lesson).cells if c.source.startswith("## ")]
    for head in heads[1:-1]:  # not the picture of where we go, nor the recap
        assert "*(uses " in head, head.splitlines()[0]
    assert len(sections(lesson)) >= 4


@pytest.mark.parametrize("end", ["failure", "error", "skipped"])
def test_whatever_is_not_passed_is_a_trouble(end):
    case = ElementTree.fromstring(f'<testcase name="Cell 3"><{end} message="why"/></testcase>')
    assert trouble(case) == "Cell 3: why"


def test_the_rehearsal_finds_nothing_in_a_lesson_that_holds(seen):
    assert not any(map(trouble, seen["holds"].values()))


def test_the_rehearsal_finds_what_does_not_hold(seen):
    found = trouble(seen["does_not_hold"]["rehearsal"])
    assert "\nc3 (run again at once): RuntimeError" in found
    assert "\nc5 (with only what “2 · Next?” uses): NameError: name 'x' is not defined" in found
    assert "\nc7 (cell " in found and "'NoneType' object is not subscriptable" in found
    assert "\nc10 (after an interrupt of c9): NameError" in found


def test_the_rehearsal_finds_a_process_that_dies(seen):
    assert "a process died: 3" in trouble(seen["dies"]["rehearsal"])


def test_the_rehearsal_finds_a_cell_that_works_in_silence(seen):
    found = trouble(seen["busy"]["rehearsal"])
    _, *troubles = found.splitlines()
    assert len(troubles) == 1  # c2 prints, and c4 is announced
    assert troubles[0].startswith("c1 (first run): silent for ")


def test_the_poor_machine_is_poor(room, tmp_path):
    """Else the tests above prove little."""
    tries = (
        "import pathlib, os, torch, helpers\n"
        "print(pathlib.Path(helpers.__file__).parent.parent, torch.get_num_threads())\n"
        "try: open('notebooks/new', 'w')\n"
        "except OSError as error: print(error.strerror)\n"
    )
    done = poor(room, tmp_path, "-c", tries)
    assert done.stdout.splitlines()[1:] == ["Read-only file system"], done.stderr
    assert str(room) in done.stdout and done.stdout.splitlines()[0].endswith(" 1")


def test_nbval_runs_a_lesson_here_too_where_it_meets_more_than_on_the_poor_machine(monkeypatch):
    name = f"{POOR_MACHINE}_run_again_in_disorder_and_broken_off"
    assert name in globals()
    cells = [SimpleNamespace(name="Cell 0", cell_num=0, path=lesson) for lesson in LESSONS]
    there = [
        SimpleNamespace(name=name, callspec=SimpleNamespace(params={"lesson": lesson}))
        for lesson in LESSONS
    ]

    def left_out() -> set[str]:
        return {item.path.stem for item in same_on_the_poor_machine([*cells, *there])}

    monkeypatch.setenv("LESSON_DEVICE", "cpu")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert "05_cnn_mnist" not in left_out()
    assert ("02_regression" in left_out()) == bool(poor_machine())
    assert same_on_the_poor_machine(cells) == []  # the poor machine is not asked for
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert left_out() == set()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(devices, "best_device", lambda: SimpleNamespace(type="cuda"))
    assert left_out() == set()
