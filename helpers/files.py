"""Files that are whole or not there at all."""

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
