"""How far a class is: what is counted, what is skipped, and what is drawn."""

import json
from pathlib import Path

import pytest
from PIL import Image

from helpers import classroom, progress, working_copies
from helpers.__main__ import main

HINT = "The padding is added on both sides, so it counts twice."


def learner(folder: Path, stored: object, below: str = "") -> None:
    """Store a progress file, as it is or as JSON."""
    path = folder / below / progress.FILE
    path.parent.mkdir(parents=True)
    path.write_text(stored if isinstance(stored, str) else json.dumps(stored), encoding="utf-8")


def entry(checked: int, hints: dict[str, int] | None = None, solved: bool = False) -> dict:
    done = {"solved": "2026-01-02"} if solved else {}
    return {"checked": checked, "hints": hints or {}} | done


@pytest.fixture
def three(tmp_path):
    """A class of three: one solved an exercise, one is at it, one is in another lesson."""
    sizes = {
        "output_size": entry(3, {HINT: 2}, solved=True),
        "convolve": entry(9, {"Flip it.": 9}),
    }
    learner(tmp_path / "ada", {"05": sizes})
    learner(tmp_path / "bob", {"05": {"output_size": entry(4, {HINT: 4})}}, "my_lessons")
    learner(tmp_path / "eve", {"01": {"clean": entry(1, solved=True)}})
    return tmp_path


def test_the_exercises_of_the_lessons_begun_are_counted_over_the_class(three):
    learners, skipped = classroom.gather(three)
    rows = classroom.exercises(learners)
    assert (len(learners), skipped) == (3, [])
    stored = working_copies.stored_exercises()
    assert [(one.lesson, one.name) for one in rows] == [
        (lesson, name) for lesson in ("01", "05") for name in stored[lesson]
    ]
    assert len(classroom.exercises([{}])) == sum(map(len, stored.values()))
    counted = {one.name: (one.solved, one.tried) for one in rows if one.solved or one.tried}
    assert counted == {"clean": (1, 0), "output_size": (1, 1), "convolve": (0, 1)}


def test_the_hint_that_most_learners_got_comes_first(three):
    first, second = classroom.mistakes(classroom.gather(three)[0])
    assert first == ("05", "output_size", HINT, 2, 6)
    assert second == ("05", "convolve", "Flip it.", 1, 9)  # more often, but by one learner


def test_what_a_check_records_can_be_counted(tmp_path, monkeypatch):
    working_copies.prepare(tmp_path / "ada")
    monkeypatch.chdir(tmp_path / "ada")
    from helpers.lesson05 import check

    hint, *edit = check.output_size.mistakes[0]
    check.output_size(check.output_size.variant(edit))
    check.output_size(check.output_size.variant())
    learners, _ = classroom.gather(tmp_path)
    (mistake,) = classroom.mistakes(learners)
    assert mistake[:2] == ("05", "output_size") and mistake.times == 1
    assert hint.startswith(mistake.hint)
    assert ("05", "output_size", 1, 0) in classroom.exercises(learners)


@pytest.mark.parametrize(
    "stored, said",
    [
        ('{"05": {"outp', "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[1, 2]", "not the progress of a learner"),
        ({"05": {"output_size": {"checked": "often", "hints": {}}}}, "not the progress"),
        ({"05": {"output_size": {"checked": 1, "hints": {"Flip it.": None}}}}, "not the progress"),
        ({"05": []}, "not the progress of a learner"),
    ],
)
def test_a_file_that_is_no_progress_is_named_and_skipped(three, stored, said):
    learner(three / "mallory", stored)
    learners, (line,) = classroom.gather(three)
    assert len(learners) == 3
    assert line.startswith("mallory is skipped: ") and progress.FILE in line and said in line


def test_a_folder_without_a_progress_file_is_named_and_skipped(three, capsys):
    (three / "nobody").mkdir()
    (three / "notes.txt").write_text("not a learner")
    main(["class", str(three)])
    printed = capsys.readouterr().out
    assert printed.startswith("3 learners.")
    assert printed.count("skipped") == 1
    assert "nobody is skipped: there is no progress.json in it" in printed


def test_a_file_that_can_not_be_read_is_named_and_skipped(three):
    (three / "mallory" / progress.FILE).mkdir(parents=True)
    learners, (line,) = classroom.gather(three)
    assert len(learners) == 3
    assert line.startswith("mallory is skipped: ") and "can't be read" in line


def test_the_command_prints_both_tables_and_draws_the_figure(three, capsys):
    main(["class", str(three)])
    printed = capsys.readouterr().out
    assert "05  output_size              ■■■■■■■□□□□□□□□□□□□□    1 solved    1 tried" in printed
    assert f"   2    6  05 output_size: {HINT}" in printed
    with Image.open(three / "class.png") as picture:
        full = picture.convert("RGB")
    main(["class", str(three), "--figure", str(three / "again.png")])
    assert (three / "again.png").read_bytes() == (three / "class.png").read_bytes()
    learner(three / "zoe", {"05": {"convolve": entry(1, solved=True)}})
    main(["class", str(three)])
    with Image.open(three / "class.png") as picture:
        assert picture.size == full.size and picture.convert("RGB").tobytes() != full.tobytes()


def test_a_hint_can_not_steer_the_terminal(tmp_path):
    steers = "\x1b[2J" + 900 * "no "
    learner(tmp_path / "mallory", {steers: {steers: entry(1, {steers: 1})}})
    report = classroom.report(classroom.gather(tmp_path)[0])
    assert "\x1b" not in report and max(map(len, report.splitlines())) < 100


@pytest.mark.parametrize("name, said", [("", "There is no progress"), ("none", "can't be read")])
def test_a_folder_without_learners_is_a_sentence(tmp_path, name, said):
    with pytest.raises(SystemExit, match=said):
        main(["class", str(tmp_path / name)])


def test_a_figure_that_can_not_be_written_is_a_sentence(three):
    with pytest.raises(SystemExit, match="Name another file with --figure"):
        main(["class", str(three), "--figure", str(three / "missing" / "class.png")])
