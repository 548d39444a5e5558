"""Kernels that start at once: forks of a process that has imported what all lessons import.

Importing takes a kernel about five seconds of computing. One process does it for all; what is
to be seen of it once, that it says nothing, has a test of its own.
"""

import gc
import importlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import weakref
from pathlib import Path

ADDRESS = "LESSON_KERNELS"  # an environment variable: where the process listens that forks
SETTINGS = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as a kernel does
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the debugger warns of itself
}
IMPORTED = [
    "torch", "torch.utils.benchmark", "torchvision", "sklearn.datasets", "matplotlib.pyplot",
    "ipywidgets", "anywidget", "ipykernel.kernelapp", "ipykernel.debugger",
]  # fmt: skip


class Kernel:
    """A forked kernel, with what jupyter_client wants of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, command: list[str], env: dict[str, str], cwd: str | None = None, **_):
        arguments = command[command.index("-f") :]
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(os.environ[ADDRESS])
            server.sendall(json.dumps([arguments, env, cwd]).encode() + b"\n")
            self.pid = int(server.makefile().readline())
        self._ended = os.pidfd_open(self.pid)  # can be read when it has
        weakref.finalize(self, os.close, self._ended)
        while os.getpgid(self.pid) != self.pid:
            time.sleep(0.001)  # until it is in a group of its own, for a signal meant for it alone

    def poll(self) -> int | None:
        """Return None while it runs, then 0: how it ended its parent alone could say."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end, at most `timeout` seconds, and return as `poll` does."""
        return 0 if select.select([self._ended], [], [], timeout)[0] else None

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._ended, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def serve(address: str, *modules: str) -> None:
    """Import what lessons import, and `modules`; fork a kernel for each who asks at `address`.

    Ends when its standard input is closed, as it is when the process ends that holds it open.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is not meant to hear that
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who asked sees a kernel's end
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        gc.disable()  # there is no garbage in what is imported
        for module in (*IMPORTED, *modules):
            importlib.import_module(module)
        gc.freeze()  # what is shared is not searched for garbage, which would copy it
        while door in select.select([door, sys.stdin], [], [])[0]:
            guest, _ = door.accept()
            with guest, guest.makefile() as question:
                wanted = json.loads(question.readline())
                pid = os.fork()
                if pid:
                    guest.sendall(f"{pid}\n".encode())
                    continue
                door.close()
            try:
                be_a_kernel(*wanted)
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(0)
    shutil.rmtree(Path(address).parent)
    os._exit(0)  # at once: to take all this apart takes a second


def be_a_kernel(arguments: list[str], env: dict[str, str], cwd: str | None) -> None:
    """Be an ipykernel to the end of this process."""
    import torch
    from ipykernel import kernelapp

    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    gc.enable()
    torch.seed()  # chance is not forked
    os.environ.clear()
    parent = str(os.getppid())  # it ends when its parent does
    os.environ.update(env, JPY_PARENT_PID=parent)
    os.chdir(cwd or ".")
    # it has the standard error of the process that forks it, which is read by people
    sys.argv = ["ipykernel_launcher.py", "--log-level=ERROR", *arguments]
    sys.argv += [f"--IPKernelApp.parent_handle={parent}"]  # read from the variable long ago
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


def start_server(*modules: str) -> None:
    """Start the process that forks, on Linux, for this process and all that it starts.

    On macOS a process that has imported this much can't be forked safely.
    """
    if sys.platform == "linux":
        address = os.path.join(tempfile.mkdtemp(prefix="kernels-"), "door")
        code = "import sys; from tests.forks import serve; serve(*sys.argv[1:])"
        server = subprocess.Popen(
            [sys.executable, "-c", code, address, *modules],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            env=os.environ | SETTINGS, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        _running.append(server)
        while not os.path.exists(address):
            assert server.poll() is None, "the process that forks kernels did not start"
            time.sleep(0.01)
        os.environ[ADDRESS] = address


_running: list[subprocess.Popen] = []  # each ends when its standard input is closed


def fork_kernels() -> None:
    """Let this process start its kernels as forks from now on, if a server was started."""
    if ADDRESS in os.environ:
        from jupyter_client.provisioning import local_provisioner

        local_provisioner.launch_kernel = Kernel
