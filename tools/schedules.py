"""The two schedules of docs/teaching.md, with minutes from the lessons as they are.

What is in class was decided by us; how long it takes is computed. `python -m tools.teaching`
writes the tables.
"""

import re
from pathlib import Path
from typing import NamedTuple

from tools import readme
from tools.lessons import EXERCISE, LESSONS, exercises, minutes, minutes_of_cell, read, tags
from tools.sections import Section, sections

QUESTIONS = 5  # minutes for the questions at the start of a lesson, and again at its end
MEETING = 90
BREAK, LUNCH = 15, 60
NUMBERED = re.compile(r"(\d+) · ")


class Part(NamedTuple):
    """What of a lesson is in class: some sections and exercises can be left for home."""

    lesson: str
    at_home: tuple[int, ...] = ()  # numbers of sections
    exercises: int = 1  # how many are done in class, the first ones


WEEKS = [
    Part("01", at_home=(4,), exercises=0),
    Part("02", at_home=(8, 9), exercises=0),
    Part("03", exercises=0),
    Part("04", at_home=(9, 10), exercises=0),
    Part("05", exercises=0),
    Part("06", exercises=0),
    Part("07", exercises=0),
    Part("08"),
    Part("09", at_home=(9,), exercises=0),
    Part("10", exercises=3),
]
DAYS = [
    [Part("01", (4,)), Part("02", (8, 9)), Part("03", (5, 8)), Part("04", (9, 10))],
    [
        Part("05"),
        Part("06", (8, 9)),
        Part("08", (7,)),
        Part("09", (6, 7, 9)),
        Part("10", (4, 5), exercises=0),
    ],
]


def number(section: Section) -> int | None:
    """Return the number of a section, None for those without, such as *Going further*."""
    found = NUMBERED.match(section.title)
    return int(found[1]) if found else None


def in_class(part: Part) -> float:
    """Return the minutes in class: sections, the exercises done there, without questions."""
    total = EXERCISE * part.exercises
    for section in sections(read(lesson_of(part)).cells):
        if number(section) not in part.at_home and section.title != "Going further":
            total += sum(minutes_of_cell(c) for c in section.cells if "exercise" not in tags(c))
    return total


def at_home(part: Part) -> float:
    """Return the minutes of all the rest of the lesson."""
    return sum(map(minutes_of_cell, read(lesson_of(part)).cells)) - in_class(part)


def lesson_of(part: Part) -> Path:
    """Return the lesson's notebook."""
    return next(path for path in LESSONS if path.name.startswith(part.lesson))


def weekly() -> str:
    """Return the table of ten meetings, in Markdown."""
    rows = [
        "| Week | Lesson | In class | Minutes | At home | Minutes |",
        "|--:|---|---|--:|---|--:|",
    ]
    for week, part in enumerate(WEEKS, 1):
        columns = (
            str(week),
            _linked(part),
            _said(part),
            f"{in_class(part) + 2 * QUESTIONS:.0f}",
            _rest(part),
            f"{at_home(part):.0f}",
        )
        rows.append(f"| {' | '.join(columns)} |")
    return "\n".join(rows)


def two_days() -> str:
    """Return the table of the two days, with times of day, in Markdown."""
    rows = ["| Time | Lesson | In class |", "|---|---|---|"]
    for day, parts in enumerate(DAYS, 1):
        rows.append(f"| **Day {day}** | | |")
        now = 9 * 60
        for place, part in enumerate(parts):
            if place:
                pause, name = (LUNCH, "Lunch") if place == 2 else (BREAK, "Break")
                rows.append(f"| {_time(now)}–{_time(now + pause)} | {name} | |")
                now += pause
            end = now + 5 * -int(-(in_class(part) + QUESTIONS) // 5)
            rows.append(f"| {_time(now)}–{_time(end)} | {_linked(part)} | {_said(part)} |")
            now = end
        rows.append(
            f"| {_time(now)}–{_time(now + 20)} | Questions for the end | of the day's lessons |"
        )
    here = [part for parts in DAYS for part in parts]
    away = [path for path in LESSONS if path.name[:2] not in [part.lesson for part in here]]
    hours = (sum(map(at_home, here)) + sum(map(minutes, away))) / 60
    names = _and([path.name[:2] for path in away])
    rest = f"Lesson {names} and everything that is not in the table are left for home: about"
    return "\n".join(rows) + f"\n\n{rest} {hours:.0f} hours."


def _linked(part: Part) -> str:
    return f"[{readme.title(lesson_of(part))}](teaching/{part.lesson}.md)"


def _said(part: Part) -> str:
    last = max(filter(None, map(number, sections(read(lesson_of(part)).cells))))
    kept = [n for n in range(1, last + 1) if n not in part.at_home]
    runs = [n for n in kept if n - 1 not in kept]
    ends = [n for n in kept if n + 1 not in kept]
    names = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(runs, ends)]
    text = f"sections {_and(names)}" if len(kept) > 1 else f"section {_and(names)}"
    if part.exercises:
        count = "the first exercise" if part.exercises == 1 else f"{part.exercises} exercises"
        text += f", {count}"
    return text


def _rest(part: Part) -> str:
    names = [str(n) for n in part.at_home]
    left = len(exercises(lesson_of(part))) - part.exercises
    text = f"section{'s' * (len(names) > 1)} {_and(names)}, " if names else ""
    text += f"{left} exercise{'s' * (left > 1)}, " if left else ""
    return text + "*Going further*"


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _time(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
