"""The learner's own copies of the lessons: made once, renewed while untouched, never overwritten.

The lessons in `notebooks/` hold the outputs of a run, for readers without Jupyter and for tests.
A learner works in copies without outputs, in a folder that git ignores. So no answer is shown
before its question is asked, and a later `git pull` finds nothing that was changed.
"""

import contextlib
import datetime
import hashlib
import importlib.util
import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers.files import from_environment, read_json, write_json, write_whole

ROOT = Path(__file__).parents[1]
STATE = ".lessons.json"  # in the folder: from what each copy was made, and which exercises it has
CHECK = re.compile(r"^check\.(\w+)\(", re.MULTILINE)


class Trouble(Exception):
    """What keeps the copies from being made, in one sentence for the learner."""


def lessons() -> list[Path]:
    """Return the lessons as they are stored, in order. Raises `Trouble` if there are none."""
    found = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise Trouble(f"There are no lessons in {ROOT / 'notebooks'}: get the whole project.")
    return found


def chosen_folder() -> Path:
    """Return the folder of the copies: `MY_LESSONS`, or `my_lessons` beside `notebooks`."""
    return Path(from_environment("MY_LESSONS") or ROOT / "my_lessons").expanduser().absolute()


def prepare(folder: Path) -> list[str]:
    """Make the copies that are missing, renew those without changes; return what is to be said.

    A copy counts as changed when the text of a cell differs from the lesson it was made from;
    outputs don't count. Raises `Trouble` if nothing can be written to `folder`.
    """
    with _locked(folder):
        state, said = read_json(folder / STATE), _hiding(folder)
        for lesson in lessons():
            copy, fresh = folder / lesson.name, _without_outputs(lesson)
            made_from = state.get(lesson.name, {}).get("made from")
            new, found = _fingerprint(fresh), _fingerprint_of(copy)
            again = (
                f"`make reset LESSON={lesson.name[:2]}` (or `python -m helpers reset "
                f"{lesson.name[:2]}`) makes it new and keeps yours beside it"
            )
            if not copy.exists() or found == made_from != new:
                if reason := _written(copy, fresh):
                    said.append(
                        f"{copy.name} is not the newest one: it can't be written ({reason})."
                    )
                else:
                    made_from = new
            elif found == new:
                made_from = new
            elif found is None:
                said.append(f"{copy.name} can't be read as a notebook: {again}.")
            elif made_from != new:
                said.append(
                    f"{copy.name} has your work in it and is kept. There is a newer version: "
                    f"{again}."
                )
            state[lesson.name] = {"made from": made_from, "exercises": _exercises(fresh)}
        glossary = ROOT / "notebooks" / "glossary.md"  # no one writes in it: always the newest
        write_whole(folder / glossary.name, lambda part: part.write_bytes(glossary.read_bytes()))
        write_json(folder / STATE, state)
    return said


def reset(folder: Path, number: str) -> str:
    """Make a lesson new, keep the old copy under another name, and return what was done.

    Raises `Trouble` if there is no lesson of that number.
    """
    wanted = number.strip().zfill(2)
    lesson = next((path for path in lessons() if path.name.startswith(f"{wanted}_")), None)
    if lesson is None:
        last = lessons()[-1].name[:2]
        raise Trouble(f"There is no lesson {number!r}: give a number from 01 to {last}.")
    with _locked(folder):
        copy, fresh = folder / lesson.name, _without_outputs(lesson)
        kept = _free_name(copy)
        if copy.exists():
            copy.rename(kept)
        if reason := _written(copy, fresh):
            raise Trouble(f"{copy} could not be written ({reason}).")
        state = read_json(folder / STATE)
        state[lesson.name] = {"made from": _fingerprint(fresh), "exercises": _exercises(fresh)}
        write_json(folder / STATE, state)
    beside = f" Your old one is {kept.name}, beside it." if kept.exists() else ""
    return f"{copy.name} is new.{beside}"


def exercises(folder: Path) -> dict[str, list[str]]:
    """Return the names of each lesson's exercises, by the lesson's number; {} elsewhere."""
    return {name[:2]: part["exercises"] for name, part in read_json(folder / STATE).items()}


def stored_exercises() -> dict[str, list[str]]:
    """Return the same for the lessons as they are stored."""
    return {path.name[:2]: _exercises(_without_outputs(path)) for path in lessons()}


def _without_outputs(lesson: Path) -> dict[str, Any]:
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def _exercises(notebook: dict[str, Any]) -> list[str]:
    """Return the names of the checks that a lesson's exercise cells call."""
    cells = [c for c in notebook["cells"] if "exercise" in c["metadata"].get("tags", [])]
    return [CHECK.search("".join(cell["source"]))[1] for cell in cells]


def _fingerprint(notebook: dict[str, Any]) -> str:
    """Return a hash of the cells' texts. Empty cells, which JupyterLab adds, don't count."""
    texts = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    written = json.dumps([text for text in texts if text[1].strip()])
    return hashlib.sha256(written.encode()).hexdigest()


def _fingerprint_of(copy: Path) -> str | None:
    """Return the hash of a file's cells; None for one that isn't there or is no notebook."""
    try:
        return _fingerprint(json.loads(copy.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _hiding(folder: Path) -> list[str]:
    """Return a sentence for each file of the learner's that hides a module from the lessons."""
    files = [*folder.glob("*.py"), *(init.parent for init in folder.glob("*/__init__.py"))]
    beside = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"helpers"}
    return [
        f"{path} hides another module called {path.stem}, which Python or the lessons need: "
        "give it another name."
        for path in files
        if path.stem.isidentifier()  # what can be imported at all
        and path.stem not in beside
        and importlib.util.find_spec(path.stem)
    ]


def _written(copy: Path, notebook: dict[str, Any]) -> str:
    """Write a notebook whole; return why that was not possible, or ""."""
    if copy.exists() and not copy.stat().st_mode & stat.S_IWUSR:
        return "it is read-only"
    try:
        write_json(copy, notebook)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _free_name(copy: Path) -> Path:
    """Return a name for an old copy that no file has yet."""
    today = datetime.date.today().isoformat()
    names = (
        f"my_{copy.stem}_{today}{mark}.ipynb" for mark in ("", *(f"_{n}" for n in range(2, 1000)))
    )
    return next(path for path in map(copy.with_name, names) if not path.exists())


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let no other start write into a folder meanwhile. Raises `Trouble` if it can't be used."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=60):
            yield
    except Timeout as error:
        raise Trouble(
            f"Another start is writing into {folder}: try again when it ends."
        ) from error
    except OSError as error:
        raise Trouble(
            f"{folder} can't be written to ({error.strerror or error}). Set MY_LESSONS to a "
            "folder of your own, in which your copies of the lessons can be kept."
        ) from error
