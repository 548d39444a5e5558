"""Files that are whole or not there at all, and settings from the environment."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then put it in place in one step.

    An interruption leaves the old file or the new one, never half of either.
    """
    # not mkstemp: its files are closed to everybody else on this machine
    part = path.with_name(f"{path.name}-{secrets.token_hex(4)}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def from_environment(name: str) -> str:
    """Return an environment variable without the blanks and quotes that people put around it."""
    return os.environ.get(name, "").strip().strip("'\"").strip()
