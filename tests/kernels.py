"""A real kernel in which a test runs a lesson's cells, and can interrupt them."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jupyter_client.manager import start_new_kernel


@contextlib.contextmanager
def kernel(folder: Path) -> Iterator[Callable[..., str]]:
    """Start a kernel in `folder`; give `run(code, interrupt_after=None)`, and end it at last.

    `run` returns all that the code said, printed text and errors; it may be interrupted, as
    Kernel > Interrupt does it, some seconds after it was sent.
    """
    manager, client = start_new_kernel(kernel_name="python3", cwd=folder)

    def run(code: str, interrupt_after: float | None = None) -> str:
        message = client.execute(code)
        if interrupt_after:
            time.sleep(interrupt_after)
            manager.interrupt_kernel()
        said = ""
        while True:
            answer = client.get_iopub_msg(timeout=60)
            if answer["parent_header"].get("msg_id") != message:
                continue
            content = answer["content"]
            said += content.get("text", "") + "\n".join(content.get("traceback", []))
            if content.get("execution_state") == "idle":
                return said

    try:
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
