"""Kernels of the tests are forks: they must not outlive the process that forks them."""

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
