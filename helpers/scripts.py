"""What a lesson runs outside its notebook, and how long a call takes."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SCRIPT_SECONDS = 60


def scratch_folder() -> Path:
    """Return a new empty folder, which is removed when Python ends."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def fastest(function: Callable[[], object], repeats: int = 3) -> float:
    """Return the seconds of the fastest of some calls: the one that was disturbed the least."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return min(taken)


def run_script(text: str, seconds: float = SCRIPT_SECONDS) -> str:
    """Run Python code as a script of its own and return what it prints, errors included.

    After `seconds` it is ended, and its text ends with "stopped after ... s".
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        script, output = Path(folder, "script.py"), Path(folder, "output.txt")
        script.write_text(text, encoding="utf-8")
        note = ""
        # into a file: a pipe that a lost worker holds open would be waited for without end
        with open(output, "wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", script.name],
                cwd=folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env=os.environ | {"PYTHONIOENCODING": "utf-8"}, start_new_session=True,
            )  # fmt: skip
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                note = f"stopped after {seconds:g} s"
            finally:
                _end(process)
        return (output.read_text(encoding="utf-8", errors="replace") + note).strip()


def _end(process: subprocess.Popen) -> None:
    """End a script and, where the system knows of groups, the workers that it started."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
