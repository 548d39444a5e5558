"""Kernels of the tests are forks, and fork: none may outlive the process that forks it."""

import os
import select

import pytest
from jupyter_client.manager import run_kernel

WATCHES = """
import os
from ipykernel.kernelapp import IPKernelApp

app = IPKernelApp.instance()
assert app.poller.is_alive() and app.parent_handle == os.getppid()
"""


def test_a_kernel_ends_with_its_parent_for_it_watches_it():
    with run_kernel() as kernel:
        said = kernel.execute(WATCHES, reply=True, timeout=60)["content"]
    assert said["status"] == "ok", said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
def test_a_fork_that_waits_for_its_turn_ends_with_who_forked_it():
    from tests.rehearsal import fork

    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        fork(lambda: None)
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    assert select.select([reader], [], [], 10)[0], "the fork of the child still holds the pipe"
    assert os.read(reader, 1) == b""
    os.close(reader)
