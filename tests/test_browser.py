"""Every lesson in a real browser: it is run, every control is moved, and every step is seen."""

import itertools
import os
import re
import statistics
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect

from helpers.data import mnist
from tests.controls import CONTROLS, FACTS, ONE_BY_KEYS, STROKES, WATCH, keys
from tests.lab import NOTEBOOK, OpenLesson, draw
from tools.lessons import LESSONS, exercises, tags

SHOTS = os.environ.get("LESSON_SHOTS")  # a folder in which to keep pictures of the explorers
# The labels of an explorer's controls that don't fit into their place.
CUT = """explorer => Array.from(explorer.querySelectorAll('.widget-label'))
    .filter(label => label.scrollWidth > label.clientWidth).map(label => label.textContent)"""
# For each frame of the browser: how many pictures a cell shows, its height, and which picture.
FILM = """cell => {
    window.film = [];
    const look = () => {
        const pictures = cell.querySelectorAll('.jp-OutputArea-output img');
        const drawn = pictures[0]?.naturalWidth ? pictures[0].src : null;
        window.film?.push([pictures.length, cell.offsetHeight, drawn]);
        if (window.film) requestAnimationFrame(look);
    };
    look();
}"""
# How many pixels two cells, with all between them, are taller than what the screen shows.
OVERHANG = f"""([first, last]) => {NOTEBOOK}.widgets[last].node.getBoundingClientRect().bottom
    - {NOTEBOOK}.widgets[first].node.getBoundingClientRect().top
    - {NOTEBOOK}.node.getBoundingClientRect().height"""


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.stem)
def lesson(request, browser, jupyterlab):
    """Each lesson in turn, as it is when it has just been opened."""
    opened = OpenLesson(browser.new_page(), jupyterlab, request.param)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ran(lesson):
    """The same lesson after all its cells were run."""
    lesson.run_all()
    return lesson


def test_it_opens_without_a_question_and_with_its_pictures(lesson):
    assert lesson.page.locator(".jp-Dialog, .Toastify__toast, .jp-cell-menu").count() == 0
    for i in lesson.explorers:
        expect(lesson.cell(i).locator(".jp-OutputArea img")).to_be_visible()


def test_run_all_runs_every_cell_and_only_the_expected_errors_are_seen(ran):
    errors = ran.errors()
    assert set(errors) == {c.id for c in ran.cells if "raises-exception" in tags(c)}, errors
    assert [n for n in ran.executions() if n] == list(range(1, len(ran.code) + 1))


def test_the_keyboard_goes_through_it_and_every_step_fits_the_screen(ran):
    """A step is a code cell with its result, and the prose right above it."""
    too_tall = {}
    ran.cell(0)
    for i, cell in enumerate(ran.cells):
        if cell.cell_type == "code":
            first = i - (i > 0 and ran.cells[i - 1].cell_type == "markdown")
            overhang = ran.page.evaluate(OVERHANG, [first, i])
            assert ran.selected() == i
            if overhang > 0:
                too_tall[cell.id] = round(overhang)
            else:
                expect(ran.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")).to_be_in_viewport()
        ran.page.keyboard.press("ArrowDown")
    assert not too_tall, f"These steps are too tall, by as many pixels: {too_tall}."
    (setup,) = [i for i in ran.code if "setup" in tags(ran.cells[i])]
    ran.run(setup, "Shift+Enter")
    assert ran.selected() == setup + 1


def press(lesson: OpenLesson, name: str, key: str) -> None:
    """Press a key on the control that has the focus, and wait for a new picture."""
    before = lesson.page.evaluate("window.answers.length")
    lesson.page.keyboard.press(key)
    try:
        lesson.page.wait_for_function("n => window.answers.length > n", arg=before)
    except TimeoutError:
        pytest.fail(f"{key} on {name} brings no new picture.")


def test_every_control_of_every_explorer_changes_its_picture_and_its_caption(ran, record_property):
    page, times = ran.page, []
    page.evaluate("window.complaints = []")
    for i in ran.explorers:
        explorer = ran.cell(i).locator(".explorer")
        expect(explorer, f"{ran.cells[i].id} shows no explorer").to_have_count(1)
        caption = explorer.get_by_role("status")
        assert explorer.evaluate(CUT) == [], "These labels are cut off."
        explorer.evaluate(WATCH)
        controls = explorer.locator(CONTROLS).all()
        assert controls, f"{ran.cells[i].id} has no controls"
        for control in controls:
            expect(control).to_have_accessible_name(re.compile(r"\w"))
            said = {caption.inner_text()}
            control.focus()
            facts = control.evaluate(FACTS)
            for key in keys(facts):
                press(ran, facts["name"], key)
                said.add(caption.inner_text())
            assert len(said) > 1, f"{facts['name']} never changes the caption"
        times += page.evaluate("window.answers")
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{ran.path.stem}-{ran.cells[i].id}.png")
    assert page.evaluate("window.complaints") == []
    p95 = statistics.quantiles(times, n=20)[-1]
    spread = f"median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, {len(times)} moves"
    record_property(f"{ran.path.stem}, from a key to the new picture", spread)


def test_a_digit_that_is_drawn_on_a_pad_is_read(ran):
    """Only networks that have seen all of MNIST are sure of a drawn 1 and 7."""
    for i in ran.explorers:
        explorer = ran.cell(i).locator(".explorer")
        caption, picture = explorer.get_by_role("status"), explorer.locator("img")
        for pad in explorer.get_by_role("application").all():
            for row in explorer.get_by_role("slider", name="row").all():
                row.press("End")  # an explorer that reads row by row shall read them all
            for digit, way in (1, "mouse"), (7, "finger"), (0, "mouse"), (1, "keys"):
                explorer.get_by_role("button", name="Clear").click()
                expect(caption).to_contain_text("The pad is empty")
                before = picture.get_attribute("src")
                if way == "keys":
                    pad.focus()
                    for key in ONE_BY_KEYS:
                        ran.page.keyboard.press(key)
                    expect(pad).to_be_focused()
                else:
                    draw(pad, STROKES[digit], touch=way == "finger")
                read = digit if mnist().full or digit == 0 else "[0-9]"
                expect(caption).to_have_text(re.compile(f"(reads|believes in) a {read} ?,? ?with"))
                expect(picture).not_to_have_attribute("src", before)


def test_the_picture_of_a_training_moves_in_its_place(ran, record_property):
    """There is one picture, in one place, and it keeps its size, so that nothing flickers."""
    for i in ran.code:
        if ran.cells[i].id == "train-live":
            ran.cell(i).evaluate(FILM)
            cell = ran.run(i)
            film = ran.page.evaluate("() => { const seen = film; film = null; return seen; }")
            # first the old picture, then perhaps an empty place, and then one picture to the end
            counts = [count for count, _ in itertools.groupby(frame[0] for frame in film)]
            assert counts in ([1], [1, 0, 1]), counts
            begun = max((k for k, frame in enumerate(film) if frame[0] == 0), default=0)
            drawn = [(height, source) for _, height, source in film[begun:] if source]
            assert max(drawn)[0] - min(drawn)[0] <= 2, "The cell changes its height."
            assert cell.locator(".jp-OutputArea-output").count() == 1
            seen = len({source for _, source in drawn})
            assert seen > 1, "The picture does not move."
            record_property(f"{ran.path.stem}, different pictures seen in the training", seen)


def test_an_exercise_answers_in_the_notebook(ran):
    """The first exercise is answered by typing; all the others are asked without a browser."""
    i = next(i for i in ran.code if "exercise" in tags(ran.cells[i]))
    stub, solution = exercises(ran.path)[ran.cells[i].id]
    for text, verdict in (stub, "Not attempted yet"), (solution, "Correct"):
        ran.cell(i)
        ran.page.keyboard.press("Enter")
        ran.page.keyboard.press("Control+a")
        ran.page.keyboard.insert_text(text)
        expect(ran.run(i)).to_contain_text(verdict)
