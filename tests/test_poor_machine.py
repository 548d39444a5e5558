"""The poor machine is poor: otherwise it would prove little that the lessons pass there."""

import os
import socket
import subprocess
import sys

import pytest

from tools.lessons import ROOT

LINUX = sys.platform == "linux"
PROGRAM = str(ROOT / "tools" / "poor_machine.py")
IS_POOR = """
import pathlib
import helpers, torch
from helpers.data import mnist

print(pathlib.Path(helpers.__file__).parents[1].name, torch.get_num_threads(), mnist().full)
try:
    open("notebooks/new", "w")
except OSError as error:
    print(error.strerror)
"""


def start(*command: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, PROGRAM, *command], env=os.environ | environment,
        capture_output=True, encoding="utf-8", timeout=300,
    )  # fmt: skip


def start_on_it(*command: str) -> subprocess.CompletedProcess:
    """Start a command there, or skip the test where a system can't do that."""
    done = start(*command)
    if "This system can't" in done.stderr and not (LINUX and os.environ.get("CI")):
        pytest.skip(done.stderr)
    return done


def test_there_is_one_thread_no_mnist_and_nothing_to_write_to():
    done = start_on_it(sys.executable, "-c", IS_POOR)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("MNIST can't be reached"), done
    assert lines[-2:] == ["leçons de Zoë (1) 1 False", "Read-only file system"], done


def test_it_ends_as_the_command_does():
    done = start_on_it(sys.executable, "-c", "raise SystemExit(7)")
    assert done.returncode == 7


@pytest.mark.parametrize("ci, code", [("", 0), ("true", 1)])
def test_a_system_that_cannot_do_this_says_so_and_in_ci_that_is_an_error(tmp_path, ci, code):
    done = start(sys.executable, "-c", "1 / 0", PATH=str(tmp_path), CI=ci)
    assert done.returncode == code and "This system can't take the network" in done.stderr


def test_it_refuses_to_start_where_the_network_is_not_cut():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = start("--inside", port, sys.executable, "-c", "1 / 0")
    assert done.returncode == 1 and done.stderr == "The network is not cut.\n"
