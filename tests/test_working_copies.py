"""The learner's copies: made, renewed, kept, made new; and the progress stored with them."""

import json
import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers import progress, working_copies
from helpers.working_copies import Trouble, chosen_folder, prepare, reset
from tools.lessons import LESSONS, ROOT, exercises, read

NAME = LESSONS[4].name  # lesson 05
ANSWER = "def output_size(n, k, stride, padding):\n    return 28\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the lessons that a test may update, and an empty place for the learner."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "project" / "notebooks")
    monkeypatch.setattr(working_copies, "ROOT", tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def folder(project):
    return project / "my_lessons"


def edit(path: Path, cell_id: str, text: str) -> None:
    """Write into one cell, as a learner does, or an author."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = [cell for cell in notebook["cells"] if cell["id"] == cell_id]
    cell["source"] = text
    path.write_text(json.dumps(notebook), encoding="utf-8")


def source(path: Path, cell_id: str) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return next("".join(cell["source"]) for cell in cells if cell["id"] == cell_id)


def test_the_first_start_makes_copies_without_outputs_that_ask_the_same(folder):
    assert prepare(folder) == []
    for lesson in LESSONS:
        copy = read(folder / lesson.name)
        assert [cell.source for cell in copy.cells] == [cell.source for cell in read(lesson).cells]
        assert all(not c.outputs for c in copy.cells if c.cell_type == "code")
        assert all(c.execution_count is None for c in copy.cells if c.cell_type == "code")


def test_the_second_start_changes_nothing(folder):
    prepare(folder)
    edit(folder / NAME, "exercise-1-code", ANSWER)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert prepare(folder) == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_update_renews_what_the_learner_only_ran(project, folder):
    prepare(folder)
    notebook = json.loads((folder / NAME).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 7
    empty = {"cell_type": "code", "id": "x", "metadata": {}, "source": [], "outputs": []}
    notebook["cells"].append(empty)  # as JupyterLab adds one below the last
    (folder / NAME).write_text(json.dumps(notebook), encoding="utf-8")
    edit(project / "notebooks" / NAME, "set-up", "import torch  # newer")
    assert prepare(folder) == []
    assert source(folder / NAME, "set-up") == "import torch  # newer"


def test_an_update_keeps_answers_and_says_how_to_get_the_newer_lesson(project, folder):
    prepare(folder)
    edit(folder / NAME, "exercise-1-code", ANSWER)
    edit(project / "notebooks" / NAME, "set-up", "import torch  # newer")
    (said,) = prepare(folder)
    assert NAME in said and "newer version" in said and "`make reset LESSON=05`" in said
    assert prepare(folder) == [said]  # until it is done
    assert source(folder / NAME, "exercise-1-code") == ANSWER

    assert "is new" in reset(folder, "5")
    (old,) = folder.glob(f"my_{Path(NAME).stem}*.ipynb")
    assert source(old, "exercise-1-code") == ANSWER
    assert source(folder / NAME, "set-up") == "import torch  # newer"
    assert prepare(folder) == []


def test_every_reset_keeps_another_copy(folder):
    prepare(folder)
    for answer in ("1", "2", "3"):
        edit(folder / NAME, "exercise-1-code", answer)
        reset(folder, "05")
    kept = folder.glob(f"my_{Path(NAME).stem}*.ipynb")
    assert {source(path, "exercise-1-code") for path in kept} == {"1", "2", "3"}


@pytest.mark.parametrize("number", ["", "11", "five", "../05"])
def test_a_lesson_that_does_not_exist_is_not_reset(folder, number):
    prepare(folder)
    with pytest.raises(Trouble, match="give a number from 01 to 10"):
        reset(folder, number)


def test_a_damaged_copy_is_kept_and_named(folder):
    prepare(folder)
    (folder / NAME).write_text("half a noteb", encoding="utf-8")
    (said,) = prepare(folder)
    assert "can't be read as a notebook" in said
    reset(folder, "05")
    assert prepare(folder) == []
    assert "half a noteb" in {path.read_text() for path in folder.glob("my_*.ipynb")}


def test_a_lost_state_loses_no_answer(folder):
    prepare(folder)
    edit(folder / NAME, "exercise-1-code", ANSWER)
    (folder / working_copies.STATE).unlink()
    prepare(folder)
    assert source(folder / NAME, "exercise-1-code") == ANSWER


def test_a_read_only_copy_stays_and_is_named(project, folder):
    prepare(folder)
    (folder / NAME).chmod(stat.S_IREAD)
    edit(project / "notebooks" / NAME, "set-up", "import torch  # newer")
    (said,) = prepare(folder)
    assert "can't be written" in said and "newer" not in source(folder / NAME, "set-up")


def test_a_file_that_hides_a_module_is_named(folder):
    prepare(folder)
    hiding = ["helpers.py", "random.py"]
    harmless = ["my_notes.py", "00 my notes.ipynb", "notes.v2.py", "._notes.py", "torch.x.py"]
    for name in hiding + harmless:
        (folder / name).write_text("")
    (folder / "torch").mkdir()
    (folder / "torch" / "__init__.py").write_text("")
    said = prepare(folder)
    assert {line.split(" hides ")[0] for line in said} == {
        str(folder / name) for name in [*hiding, "torch"]
    }


def test_a_folder_that_can_not_be_made_is_a_sentence(project):
    (project / "file").write_text("")
    with pytest.raises(Trouble, match="Set MY_LESSONS to a folder of your own"):
        prepare(project / "file" / "my_lessons")


def test_two_starts_at_once_make_whole_copies(folder):
    with ThreadPoolExecutor(4) as starts:
        assert list(starts.map(prepare, [folder] * 4)) == [[]] * 4
    assert len([read(path) for path in folder.glob("*.ipynb")]) == len(LESSONS)
    assert not list(folder.glob("*.part"))


def test_the_folder_is_ignored_by_git_and_can_be_chosen(monkeypatch, tmp_path):
    assert "my_lessons/" in (ROOT / ".gitignore").read_text().splitlines()
    monkeypatch.setenv("MY_LESSONS", str(tmp_path))
    assert chosen_folder() == tmp_path
    monkeypatch.delenv("MY_LESSONS")
    assert chosen_folder() == ROOT / "my_lessons"


def run(folder: Path, *command: str) -> str:
    environment = os.environ | {"MY_LESSONS": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "helpers", *command],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_progress_is_stored_beside_the_copies_and_shown(tmp_path, monkeypatch):
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    from helpers.lesson05 import check

    assert check.output_size().progress == ""
    assert not (tmp_path / progress.FILE).exists()
    right = check.output_size.variant()
    wrong = check.output_size.variant(check.output_size.mistakes[0][1:])
    for _ in range(2):
        assert check.output_size(wrong).progress == ""
    said = check.output_size(right)
    here, total = len(exercises(LESSONS[4])), sum(map(len, map(exercises, LESSONS)))
    assert said.progress == (
        f"Solved so far: 1 of {here} in this lesson, 1 of {total} in all lessons."
    )
    assert said.progress in repr(said) and said.progress in said._repr_html_()
    stored = json.loads((tmp_path / progress.FILE).read_text(encoding="utf-8"))
    (entry,) = stored["05"].values()
    assert entry["checked"] == 3 and list(entry["hints"].values()) == [2]

    def secret(n, k, stride, padding):
        raise ValueError("my name is Anna")

    for answer in (secret, lambda anna: 1, lambda n, k, stride, padding: 123_456):
        check.output_size(answer)
    stored = json.loads((tmp_path / progress.FILE).read_text(encoding="utf-8"))
    (entry,) = stored["05"].values()
    assert list(entry["hints"].items())[1:] == [("an error", 1), ("another mistake", 2)]
    table = run(tmp_path, "progress")
    marks = f"■{'□' * (here - 1)}"
    assert f"lesson 05  {marks:5} 1 of {here}" in table
    assert f"1 of {total} exercises solved" in table


def test_nothing_is_stored_outside_of_a_learner_s_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from helpers.lesson05 import check

    assert check.output_size(check.output_size.variant()).progress == ""
    assert list(tmp_path.iterdir()) == []


def test_every_exercise_of_the_lessons_is_counted(folder):
    prepare(folder)
    counted = working_copies.exercises(folder)
    assert {n: len(names) for n, names in counted.items()} == {
        lesson.name[:2]: len(exercises(lesson)) for lesson in LESSONS
    }


@pytest.mark.parametrize("stored", ['{"05": []}', '{"05": {"output_size": {}}}', "[" * 10_000])
def test_progress_of_another_form_counts_as_none(tmp_path, monkeypatch, stored):
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / progress.FILE).write_text(stored)
    assert "in total         0 of" in progress.table(tmp_path)
    from helpers.lesson05 import check

    assert "Solved so far: 1 of" in check.output_size(check.output_size.variant()).progress


def test_a_folder_that_can_not_be_locked_is_named(tmp_path):
    (tmp_path / ".lock").mkdir()
    with pytest.raises(Trouble, match="can't be written to"):
        prepare(tmp_path)
