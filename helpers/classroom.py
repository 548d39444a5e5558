"""How far a class is, from the learners' `progress.json` files in one folder.

Nothing is stored here and nothing is sent. A progress file holds no answer and no code: only how
often each exercise was checked, which hints it got, and on which day it was solved.
"""

import json
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from helpers import progress, working_copies
from helpers.files import write_whole
from helpers.working_copies import Trouble

PLACES = (progress.FILE, f"my_lessons/{progress.FILE}")  # in the folder of one learner
MISTAKES = 10  # the most frequent ones, which are printed
WIDTH = 98  # of a printed line


class Exercise(NamedTuple):
    """One exercise in a class: how many learners solved it, and how many only tried."""

    lesson: str
    name: str
    solved: int
    tried: int


class Mistake(NamedTuple):
    """One hint: how many learners got it, and how often they got it together."""

    lesson: str
    exercise: str
    hint: str
    learners: int
    times: int


def gather(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the learners' progress, and a sentence for each sub-folder that is skipped.

    Raises `Trouble` if there is no progress in the folder at all.
    """
    try:
        inside = sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError as error:
        raise Trouble(f"The folder {folder} can't be read ({error.strerror}).") from error
    found, skipped = [], []
    for learner in inside:
        try:
            found.append(_read(learner))
        except Trouble as reason:
            skipped.append(f"{learner.name} is skipped: {reason}")
    if not found:
        raise Trouble(
            "\n".join(skipped)
            + f"\nThere is no progress to count in {folder}. Give a folder with one sub-folder "
            f"for each learner, which holds the learner's {progress.FILE}."
        )
    return found, skipped


def exercises(learners: list[dict[str, Any]]) -> list[Exercise]:
    """Return the exercises in their order, as the class did them.

    A lesson in which no one has checked an answer is left out, unless that is true of all.
    """
    stored = working_copies.stored_exercises()
    begun = [lesson for lesson in stored if any(lesson in learner for learner in learners)]
    found = []
    for lesson in begun or stored:
        for name in stored[lesson]:
            entries = [learner.get(lesson, {}).get(name, {}) for learner in learners]
            solved = sum("solved" in entry for entry in entries)
            tried = sum(entry.get("checked", 0) > 0 for entry in entries)
            found.append(Exercise(lesson, name, solved, max(0, tried - solved)))
    return found


def mistakes(learners: list[dict[str, Any]]) -> list[Mistake]:
    """Return the hints that were given, those first that most learners got."""
    got: Counter[tuple[str, str, str]] = Counter()
    times: Counter[tuple[str, str, str]] = Counter()
    for learner in learners:
        for lesson, entries in learner.items():
            for name, entry in entries.items():
                for hint, count in entry.get("hints", {}).items():
                    got[lesson, name, hint] += 1
                    times[lesson, name, hint] += count
    order = sorted(got, key=lambda key: (-got[key], -times[key], key))
    return [Mistake(*key, got[key], times[key]) for key in order]


def report(learners: list[dict[str, Any]]) -> str:
    """Return two tables: how many solved each exercise, and the mistakes made most often."""
    class_of = "1 learner" if len(learners) == 1 else f"{len(learners)} learners"
    lines = [f"{class_of}. Solved, and checked without being solved yet:", ""]
    for one in exercises(learners):
        full = round(20 * one.solved / len(learners))
        bar = "■" * full + "□" * (20 - full)
        counts = f"{one.solved:4} solved {one.tried:4} tried"
        lines.append(f"{one.lesson}  {one.name:24} {bar} {counts}")
    frequent = mistakes(learners)[:MISTAKES]
    if frequent:
        lines += ["", "The hints that most learners got (learners, times):", ""]
    for one in frequent:
        text = f"{one.learners:4} {one.times:4}  {one.lesson} {one.exercise}: {one.hint}"
        # one line, and nothing that steers a terminal: a learner can write into this file
        text = "".join(c if c.isprintable() else " " for c in text)
        lines += textwrap.wrap(text, WIDTH, subsequent_indent=" " * 11, max_lines=2)
    return "\n".join(lines)


def draw(learners: list[dict[str, Any]], path: Path) -> None:
    """Draw how many learners solved each exercise, into a PNG file.

    Raises `Trouble` if it can't be written.
    """
    from helpers.figures import BLUE, ORANGE, new_figure, png  # here, as it takes half a second

    rows = exercises(learners)
    places = [i + int(one.lesson) for i, one in enumerate(rows)]  # a gap before each lesson
    figure = new_figure(9, 1 + 0.24 * places[-1], layout="constrained")
    axis = figure.add_subplot(xlabel="learners", xlim=(0, len(learners)))
    solved, tried = [one.solved for one in rows], [one.tried for one in rows]
    axis.barh(places, solved, color=BLUE, label="solved")
    axis.barh(
        places, tried, left=solved, color="white", edgecolor=ORANGE, hatch="///",
        label="checked, and not solved yet",
    )  # fmt: skip
    axis.set_yticks(places, [f"{one.lesson}  {one.name}" for one in rows], fontsize=10)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set_ylim(places[-1] + 0.7, places[0] - 0.7)
    figure.legend(loc="outside upper right", ncols=2, frameon=False)
    try:
        write_whole(path, lambda part: part.write_bytes(png(figure)))
    except OSError as error:
        raise Trouble(
            f"The figure can't be written to {path} ({error.strerror}). "
            "Name another file with --figure."
        ) from error


def _read(learner: Path) -> dict[str, Any]:
    """Return the progress in a learner's folder. Raises `Trouble` with the reason if it can't."""
    for place in PLACES:
        path = learner / place
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            break
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise Trouble(f"{path} can't be read ({error.strerror}).") from error
        except (ValueError, RecursionError) as error:
            raise Trouble(f"{path} is damaged: it is not JSON.") from error
    else:
        raise Trouble(f"there is no {progress.FILE} in it, so no exercise was checked there.")
    if not progress.is_progress(stored):
        raise Trouble(f"{path} is JSON, but not the progress of a learner.")
    return stored
