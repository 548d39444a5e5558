"""A plugin that prints, after the tests, what they measured and how nbval ran the lessons."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.forks import peak_memory
from tests.lessons import LESSONS, read

SLOWEST = 10
DIGITS = "digits"  # what a worker tells of the data that it found
FOUND = pytest.StashKey[str]()
PEAK = "kernel's peak, MB"
POOR = "lesson, peak in MB and seconds of each cell, on the poor machine"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item):
    """Note how much memory the kernel of a notebook has needed so far."""
    kernel = getattr(item.parent, "kernel", None)
    pid = getattr(getattr(getattr(kernel, "km", None), "provisioner", None), "pid", None)
    if pid and Path(f"/proc/{pid}/status").exists():
        item.user_properties.append((PEAK, peak_memory(pid)))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Remember with which data a worker found the lessons."""
    if digits := getattr(node, "workeroutput", {}).get(DIGITS):
        node.config.stash[FOUND] = digits


def pytest_terminal_summary(terminalreporter, config):
    """Print what tests measured with `record_property`, then the lessons as nbval ran them."""
    say = terminalreporter.write_line
    reports = [
        report
        for outcome in ("passed", "failed", "error", "")
        for report in terminalreporter.getreports(outcome)
        if hasattr(report, "user_properties")  # not what could not be collected
    ]
    peaks: dict[str, int] = {}
    cells: dict[str, Counter] = defaultdict(Counter)  # seconds, by lesson and number
    poor: dict[str, tuple[int, Counter]] = {}
    for report in reports:
        path, is_cell, cell = report.nodeid.partition("::Cell ")
        lesson = Path(path).stem
        if is_cell:
            cells[lesson][int(cell)] += report.duration
        for name, value in report.user_properties:
            if name == PEAK:
                peaks[lesson] = max(value, peaks.get(lesson, 0))
            elif name == POOR:
                stem, peak, seconds = value
                poor[stem] = peak, Counter(dict(enumerate(seconds)))
            elif report.when == "call":
                say(f"{name}: {value}")
    if digits := config.stash.get(FOUND, None):
        say(f"the lessons were tested with {digits}")
    there_alone = poor.keys() - peaks
    for lesson in there_alone:
        peaks[lesson], cells[lesson] = poor[lesson]
    for lesson, peak in sorted(peaks.items()):
        where = " on the poor machine" if lesson in there_alone else ""
        say(f"{lesson}: {cells[lesson].total():.1f} s, at most {peak} MB, under nbval{where}")
    slowest = Counter({(name, i): s for name in cells for i, s in cells[name].items()})
    if slowest:
        say(f"the {SLOWEST} slowest cells:")
    ids = {
        path.stem: [c.id for c in read(path).cells if c.cell_type == "code"] for path in LESSONS
    }
    for (name, cell), seconds in slowest.most_common(SLOWEST):
        say(f"  {seconds:5.1f} s  {name}, {ids[name][cell]}")
