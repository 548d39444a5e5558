"""The teaching pages agree with the lessons, and the handouts are whole without solutions."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from helpers import working_copies
from tools import schedules, teaching
from tools.handout import handout, write_all
from tools.lessons import FOLDED, LESSONS, ROOT, exercises, read, tags
from tools.sections import sections

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
QUESTION = re.compile(r"^\d+\. .*?</details>", re.MULTILINE | re.DOTALL)


def page(lesson):
    return teaching.page_of(lesson).read_text(encoding="utf-8")


def part(lesson, heading):
    """Return the text below a heading of a lesson's page, to the next heading of its level."""
    (found,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", page(lesson), re.M | re.DOTALL)
    return found


def questions(lesson):
    """Return how many questions each markdown cell asks: *Predict*s, and those of an Explore.

    An Explore may go on in the next cell. Without a list, we count its questions as one.
    """
    found, exploring = {}, False
    for cell in read(lesson).cells:
        exploring = cell.cell_type == "markdown" and (exploring or "**Explore." in cell.source)
        if cell.cell_type == "markdown":
            count = FOLDED.sub("", cell.source).count("*Predict")
            if exploring:
                listed = len(re.findall(r"^(?:\d\.|-) ", cell.source, re.MULTILINE))
                count += max(listed, "?" in cell.source)
            if count:
                found[cell.id] = count
    return found


@each_lesson
def test_the_generated_parts_are_up_to_date(lesson):
    assert teaching.fill(page(lesson), teaching.generated(lesson)) == page(lesson), (
        "run `make teaching`"
    )


@each_lesson
def test_every_section_of_the_lesson_is_on_the_page_in_order(lesson):
    wanted = [section.title for section in sections(read(lesson).cells)[1:]]
    found = re.findall(r"^### (.+)", part(lesson, "Step by step"), re.MULTILINE)
    # the page has a part of its own on the exercises, and a recap needs no words of the teacher
    spared = {"Your turn", "What you know now"} - set(found)
    assert found == [title for title in wanted if title not in spared]
    assert page(lesson).startswith(f"# Lesson {lesson.name[:2]}: ")


@each_lesson
def test_every_question_has_an_item_with_the_id_of_its_cell(lesson):
    notes, ids = teaching.notes(page(lesson)), {cell.id for cell in read(lesson).cells}
    assert set(notes) <= ids, set(notes) - ids
    missing = {
        name: f"{len(notes.get(name, []))} of {count}"
        for name, count in questions(lesson).items()
        if len(notes.get(name, [])) < count
    }
    assert not missing, "these cells have fewer items than questions"


@each_lesson
def test_five_questions_for_the_start_and_five_for_the_end_with_their_answers(lesson):
    for heading in ("Five questions for the start", "Five questions for the end"):
        asked = QUESTION.findall(part(lesson, heading))
        assert len(asked) == 5, heading
        for question in asked:
            answer = re.search(r"<summary>Answer</summary>(.*?)</details>", question, re.DOTALL)
            assert answer and answer[1].strip(), question


@each_lesson
def test_the_page_has_its_parts_and_every_exercise_is_named(lesson):
    for heading in (
        "What learners can do afterwards", "Plan", "What goes wrong", "What can be skipped",
    ):  # fmt: skip
        assert len(part(lesson, heading).split()) >= 10, heading
    listed = part(lesson, "Exercises")
    for stub, _ in exercises(lesson).values():
        name = re.search(r"^check\.(\w+)\(", stub, re.MULTILINE)[1]
        assert f"<code>{name}</code>" in listed


def test_the_schedules_are_up_to_date():
    parts = teaching.all_parts()[teaching.START]
    text = teaching.START.read_text(encoding="utf-8")
    assert teaching.fill(text, parts) == text, "run `make teaching`"


def test_a_meeting_has_90_minutes_and_every_lesson_has_one():
    assert [part.lesson for part in schedules.WEEKS] == [path.name[:2] for path in LESSONS]
    for part in schedules.WEEKS:
        assert schedules.in_class(part) + 2 * schedules.QUESTIONS <= schedules.MEETING, part
    for part in [part for parts in [schedules.WEEKS, *schedules.DAYS] for part in parts]:
        numbers = set(map(schedules.number, sections(read(schedules.lesson_of(part)).cells)))
        assert set(part.at_home) <= numbers, part
        assert part.exercises <= len(exercises(schedules.lesson_of(part))), part


def test_a_page_is_filled_the_same_twice_and_says_what_it_lacks():
    empty = "<!-- plan -->\n<!-- end of plan -->\n"
    once = teaching.fill(empty, {"plan": "a table"})
    assert once == "<!-- plan -->\na table\n<!-- end of plan -->\n"
    assert teaching.fill(once, {"plan": "a table"}) == once
    with pytest.raises(ValueError, match="end of plan"):
        teaching.fill("no markers", {"plan": "a table"})


def test_an_item_is_the_note_of_its_cell_and_ends_where_the_next_one_begins():
    text = (
        "## Step by step\n### 1 · First\nSay this.\n- **Ask: how many?** <!-- a --> Three.\n"
        "  Two lines.\n- **Say: look.** <!-- b --> Here.\n### 2 · Second\nAnd that.\n## Else\n"
    )
    assert teaching.notes(text) == {
        "a": ["**Ask: how many?** Three.\n  Two lines."],
        "b": ["**Say: look.** Here."],
    }
    assert teaching.openings(text) == {"1 · First": "Say this.", "2 · Second": "And that."}


@each_lesson
@pytest.mark.parametrize("hints", [True, False])
def test_a_handout_has_every_cell_but_the_solutions(lesson, hints):
    before, after = read(lesson), handout(lesson, hints)
    gone = {cell.id for cell in before.cells} - {cell.id for cell in after.cells}
    assert gone == {f"{name.removesuffix('-code')}-solution" for name in exercises(lesson)}
    text = "\n".join(cell.source for cell in after.cells)
    assert "<summary>Solution" not in text
    assert text.count("<summary>Hint") == (len(exercises(lesson)) if hints else 0)
    for _, solution in exercises(lesson).values():
        assert solution.partition("\ncheck.")[0].strip() not in text
    code = [cell for cell in after.cells if cell.cell_type == "code"]
    assert [c.source for c in code] == [c.source for c in before.cells if c.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert any("exercise" in tags(cell) for cell in code)


def test_learners_get_handouts_where_these_replace_the_lessons(tmp_path):
    """As docs/teaching.md says: then `make lab` makes copies of the handouts."""
    shutil.copytree(ROOT / "helpers", tmp_path / "helpers")
    names = os.environ | {"PYTHONPATH": str(tmp_path), "MY_LESSONS": str(tmp_path / "mine")}
    write_all(tmp_path / "notebooks", hints=True)
    command = [sys.executable, "-m", "helpers", "copies"]
    subprocess.run(command, cwd=tmp_path, env=names, check=True)
    for lesson in LESSONS:
        copy = (tmp_path / "mine" / lesson.name).read_text(encoding="utf-8")
        assert "<summary>Hint" in copy and "<summary>Solution" not in copy
        assert len(working_copies.exercises(tmp_path / "mine")[lesson.name[:2]]) >= 3
