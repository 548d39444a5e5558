"""What a lesson runs outside its notebook."""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

SCRIPT_SECONDS = 60
POLITE_SECONDS = 10  # for a script to end what it started
ELSEWHERE = ("PET_", "GLOO_")  # variables of the launcher, and of the library for messages


def scratch_folder() -> Path:
    """Return a new empty folder, which is removed when Python ends."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def run_script(
    text: str,
    seconds: float = SCRIPT_SECONDS,
    launcher: Sequence[str] = (),
    folder: Path | None = None,
) -> str:
    """Run Python code as a script of its own and return what it prints, errors included.

    `launcher` stands between Python and the script's name (`-m torch.distributed.run ...`).
    The script runs in `folder`, where its files then are, or in one that is removed. After
    `seconds` it is ended with all that it started, and its text ends with "stopped after ... s".
    """
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    if launcher:
        environment = _alone(environment)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        if folder is None
        else contextlib.nullcontext(folder)
    ) as place:
        script, output = Path(place, "script.py"), Path(place, "output.txt")
        script.write_text(text, encoding="utf-8")
        note = ""
        # into a file: a pipe that a lost worker holds open would be waited for without end
        with open(output, "wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", *launcher, script.name],
                cwd=place, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env=environment, start_new_session=True,
            )  # fmt: skip
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                note = f"stopped after {seconds:g} s"
            finally:
                _end(process)
        return (output.read_text(encoding="utf-8", errors="replace") + note).strip()


def _alone(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which processes find each other without any network.

    What is set for other trainings is left out: `PET_NNODES=2`, for example, would make the
    launcher wait for a second machine. It sets `RANK`, `MASTER_ADDR` and the like itself.
    """
    kept = {key: value for key, value in environment.items() if not key.startswith(ELSEWHERE)}
    settings = {"OMP_NUM_THREADS": environment.get("OMP_NUM_THREADS", "1")}
    if loopback := {"linux": "lo", "darwin": "lo0"}.get(sys.platform):
        settings["GLOO_SOCKET_IFNAME"] = loopback
    if sys.platform == "win32":
        settings["USE_LIBUV"] = "0"  # torch for Windows was long built without it
    return kept | settings


def _end(process: subprocess.Popen) -> None:
    """End a script and, where the system knows of groups, the workers that it started."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(tree, capture_output=True, check=False)
    # asked first: a launcher's workers are in groups of their own, and only it can end them
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(POLITE_SECONDS)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
