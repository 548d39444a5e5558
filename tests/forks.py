"""Kernels that start at once: forks of a process that has imported what all lessons import.

Importing takes a kernel about five seconds of computing. One process does it for all; what is
to be seen of it once, that it says nothing, has a test of its own.
"""

import gc
import multiprocessing
import os
import re
import sys
import time
from pathlib import Path
from unittest.mock import patch

IMPORTED = [
    "torch", "torchvision", "sklearn.datasets", "matplotlib.pyplot", "ipywidgets",
    "ipykernel.kernelapp", "ipykernel.debugger",
]  # fmt: skip


class Kernel:
    """A forked kernel, with what jupyter_client wants of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, command: list[str], env: dict[str, str], cwd: str | None = None, **_):
        arguments = command[command.index("-f") :]
        context = multiprocessing.get_context("forkserver")
        self.process = context.Process(target=be_a_kernel, args=(arguments, env, cwd))
        self.process.start()
        while os.getpgid(self.process.pid) != self.process.pid and self.poll() is None:
            time.sleep(0.001)  # until it is in a group of its own, for a signal meant for it alone
        self.pid, self.kill, self.terminate = (
            self.process.pid, self.process.kill, self.process.terminate
        )  # fmt: skip

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end and return how it ended."""
        self.process.join(timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)


def be_a_kernel(arguments: list[str], env: dict[str, str], cwd: str | None) -> None:
    """Be an ipykernel to the end of this process."""
    import torch
    from ipykernel import kernelapp

    gc.freeze()  # what is shared is not searched for garbage, which would copy it
    os.setsid()
    torch.seed()  # chance is not forked
    os.environ.clear()
    os.environ.update(env, JPY_PARENT_PID=str(os.getppid()))  # it ends when its parent does
    os.chdir(cwd or ".")
    # it has the standard error of the process that forks it, which is read by people
    sys.argv = ["ipykernel_launcher.py", "--log-level=ERROR", *arguments]
    kernelapp.launch_new_instance()


def peak_memory(pid: int) -> int:
    """Return how much memory a kernel has needed so far, in MB, 0 where the system won't say.

    Of the files that a fork shares with its server only what it touches counts as its own, so
    the rest is added: a kernel that stands alone has them all.
    """

    def size(process: int, kind: str) -> int:
        found = re.search(rf"{kind}:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        return int(found[1]) if found else 0

    server = size(pid, "PPid")
    shared = size(server, "RssFile") - size(pid, "RssFile") if server != os.getpid() else 0
    return (size(pid, "VmHWM") + max(0, shared)) // 1000


def fork_kernels(*modules: str) -> None:
    """Let this process start its kernels as forks from now on, on Linux, with `modules` imported.

    The process must have been started with `python -c`, as pytest's workers are: a fork would
    run its main file again.
    On macOS a process that has imported this much can't be forked safely.
    """
    if sys.platform == "linux":
        from multiprocessing import forkserver

        from jupyter_client.provisioning import local_provisioner

        local_provisioner.launch_kernel = Kernel
        forkserver.set_forkserver_preload([*IMPORTED, *modules])
        settings = {
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as a kernel does
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the debugger warns of itself
        }
        with patch.dict(os.environ, settings):
            forkserver.ensure_running()
