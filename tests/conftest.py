"""What holds for all tests: how many threads they compute on, and which digits they meet."""

import os
import signal

import pytest

pytest_plugins = ["tests.lab"]  # the fixtures for tests in a browser


def workers(config) -> int:
    """Return how many processes the tests are shared among, 0 for this one alone."""
    return getattr(config.option, "numprocesses", None) or 0


def pytest_configure(config):
    """Share the cores among the workers: if each took all of them, it would hinder the others."""
    # a shell may start what runs in the background deaf to interrupts, which some tests send
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not __debug__:
        pytest.exit("Python leaves out every assert (-O or PYTHONOPTIMIZE): these are the tests.")
    if workers(config):
        threads = max(1, (os.cpu_count() or 1) // workers(config))
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))


def pytest_report_header(config):
    """Say which digits the lessons will meet.

    This also fetches MNIST, before two workers would download it at the same time.
    """
    if not workers(config):
        return None
    from helpers.data import mnist  # imported here because it takes seconds

    found = "the full MNIST" if mnist().full else "scikit-learn's small scans"
    return f"The lessons are tested with {found}."
