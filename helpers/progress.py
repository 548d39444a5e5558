"""Which exercises are solved: kept beside the learner's copies of the lessons, nowhere else."""

import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers import working_copies
from helpers.files import read_json, write_json

FILE = "progress.json"


def record(lesson: str, exercise: str, kind: str, hint: str) -> str:
    """Note the outcome of a check in a learner's folder; return how far the learner is, or "".

    `kind` is that of the verdict, `hint` the one that the answer got. Does nothing
    outside such a folder.
    """
    folder = Path.cwd()
    names = working_copies.exercises(folder)
    if kind == "not attempted" or exercise not in names.get(lesson, []):
        return ""
    try:
        with FileLock(folder / ".lock", timeout=5):
            progress = read(folder)
            entry = progress.setdefault(lesson, {}).setdefault(
                exercise, {"checked": 0, "hints": {}}
            )
            entry["checked"] += 1
            if kind == "correct":
                entry.setdefault("solved", datetime.date.today().isoformat())
            else:
                said = hint.partition("\n")[0]
                entry["hints"][said] = entry["hints"].get(said, 0) + 1
            write_json(folder / FILE, progress)
    except (OSError, Timeout) as error:
        return f"Your progress could not be stored in {folder / FILE} ({error})."
    if kind != "correct":
        return ""
    done = {number: solved(progress, number) & set(names[number]) for number in names}
    total, wanted = sum(map(len, done.values())), sum(map(len, names.values()))
    return (
        f"Solved so far: {len(done[lesson])} of {len(names[lesson])} in this lesson, "
        f"{total} of {wanted} in all lessons."
    )


def read(folder: Path) -> dict[str, Any]:
    """Return what is stored: by lesson and exercise, how often it was checked, with which hints.

    A file that is missing, can't be read or has another form counts as empty.
    """
    stored = read_json(folder / FILE)
    return stored if is_progress(stored) else {}


def is_progress(stored: Any) -> bool:
    """Return whether something read from a file has the form that `record` writes."""
    try:
        return all(
            isinstance(entry["checked"], int)
            and all(isinstance(count, int) for count in entry["hints"].values())
            for entries in stored.values()
            for entry in entries.values()
        )
    except (AttributeError, KeyError, TypeError):
        return False


def solved(progress: dict[str, Any], lesson: str) -> set[str]:
    """Return the names of the exercises of a lesson that are solved."""
    return {name for name, entry in progress.get(lesson, {}).items() if "solved" in entry}


def table(folder: Path) -> str:
    """Return a line for each lesson, with a mark for each exercise, and the total."""
    progress, names = read(folder), working_copies.exercises(folder)
    lines, total = [], 0
    for number, wanted in names.items():
        done = solved(progress, number)
        total += len(done & set(wanted))
        marks = "".join("■" if name in done else "□" for name in wanted)
        lines.append(f"lesson {number}  {marks:5} {len(done & set(wanted))} of {len(wanted)}")
    lines.append(f"in total         {total} of {sum(map(len, names.values()))} exercises solved")
    return "\n".join(lines)
