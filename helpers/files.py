"""Files that are whole or not there at all, and settings from the environment."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any


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


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; {} where there is none, or where it can't be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write an object into a JSON file, whole or not at all."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))


def from_environment(name: str) -> str:
    """Return an environment variable without the blanks and quotes that people put around it."""
    return os.environ.get(name, "").strip().strip("'\"").strip()
