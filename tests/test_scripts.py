"""Scripts that run outside of a notebook: what they say, and that nothing of them is left."""

import time

import psutil

from helpers.scripts import run_script, scratch_folder

LAUNCH = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
          "--local-addr", "127.0.0.1"]  # fmt: skip


def ends(process: int) -> bool:
    """Whether a process has ended, or ends within some seconds: a kill takes a moment."""
    for _ in range(100):
        try:
            if psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


def test_a_script_returns_what_it_prints_and_how_it_fails():
    assert run_script("print('é', 6 * 7)") == "é 42"
    assert run_script("print(1 / 0)").endswith("ZeroDivisionError: division by zero")


def test_a_script_that_never_ends_is_stopped_with_its_children(monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    text = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid)\n"  # returned, although nothing is flushed
        "time.sleep(600)"
    )
    said = run_script(text, seconds=3)
    assert said.endswith("stopped after 3 s")
    assert ends(int(said.split()[0].removesuffix("stopped")))


def test_a_scratch_folder_is_new_and_empty():
    first, second = scratch_folder(), scratch_folder()
    assert first != second and not list(first.iterdir())


def test_after_the_time_limit_a_launcher_and_its_workers_are_gone():
    script = """
import os, time
rank = os.environ["RANK"]
open(f"process{rank}", "w").write(str(os.getpid()))
time.sleep(600)
"""
    folder = scratch_folder()
    assert run_script(script, 18, LAUNCH, folder).endswith("stopped after 18 s")
    processes = [int(file.read_text()) for file in folder.glob("process*")]
    assert len(processes) == 2 and all(map(ends, processes))
