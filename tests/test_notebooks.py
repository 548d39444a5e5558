"""What nbval can't see: that the lessons are stored whole, tidy and true to their form."""

import base64
import copy
import html
import io
import re

import numpy as np
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from PIL import Image

from tools.lessons import LESSONS, MISSING, exercises, minutes, needed_cells, read, tags
from tools.refresh import WIDGET, normalize

TAGS = {"setup", "exercise", "raises-exception", "nbval-ignore-output"}
# what unpickles a file without `weights_only=True`
UNSAFE = re.compile(r"weights_only=False|torch\.load\((?!.*weights_only=True)")
PALE = 200  # of 255: what is lighter is paper
SHOWS = re.compile(r"^(print|display|show|check)\b|^[\w.\[\]]+$|^[A-Z]\w+\(", re.MULTILINE)

pytestmark = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


def code(lesson):
    return [cell for cell in read(lesson).cells if cell.cell_type == "code"]


def test_every_cell_was_run_once_in_order(lesson):
    counts = [cell.execution_count for cell in code(lesson)]
    assert counts == list(range(1, len(counts) + 1)), "run `make refresh`"


def test_every_cell_that_shows_something_has_its_output_stored(lesson):
    silent = [
        cell.id
        for cell in code(lesson)
        if SHOWS.search(cell.source.splitlines()[-1]) and not cell.outputs
    ]
    assert not silent, "run `make refresh`"


def test_errors_are_stored_where_they_are_meant_and_nowhere_else(lesson):
    for cell in code(lesson):
        failed = any(output.output_type == "error" for output in cell.outputs)
        assert failed == ("raises-exception" in tags(cell)), cell.id


def test_only_tags_that_something_reads(lesson):
    for cell in read(lesson).cells:
        assert set(tags(cell)) <= TAGS, cell.id


def test_it_is_stored_as_refresh_stores_it(lesson):
    normal = copy.deepcopy(read(lesson))
    normalize(normal)
    assert read(lesson) == normal, "run `make refresh`"


def test_every_picture_has_a_text_alternative(lesson):
    for cell in read(lesson).cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                alt = output.metadata.get("image/png", {}).get("alt", "")
                assert len(alt.split()) >= 4 and alt == output.data["text/plain"], cell.id
                # JupyterLab and nbconvert give a screen reader what the HTML says, and no more
                assert f'<img alt="{html.escape(alt)}"' in output.data["text/html"], cell.id
        if cell.cell_type == "markdown":
            assert "![](" not in cell.source, cell.id


def test_nothing_is_cut_off_at_the_edge_of_a_picture(lesson):
    for cell in code(lesson):
        for output in cell.outputs:
            if png := output.get("data", {}).get("image/png"):
                pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L"))
                edge = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]
                assert all(side.min() > PALE for side in edge), cell.id


def test_every_widget_has_a_picture_beside_it(lesson):
    for cell in code(lesson):
        for output in cell.outputs:
            if WIDGET in output.get("data", {}):
                assert "image/png" in output.data, cell.id


def test_links_resolve_inside_the_repository(lesson):
    prose = "\n".join(cell.source for cell in read(lesson).cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", prose):
        assert (lesson.parent / target).exists(), target


def test_set_up_comes_first_is_short_and_prints_nothing(lesson):
    first = code(lesson)[0]
    assert "setup" in tags(first) and "nbval-ignore-output" not in tags(first)
    assert not first.outputs
    lines = [line for line in first.source.splitlines() if line.strip()]
    assert MISSING in lines and len(lines) - 1 <= 10


def test_each_section_says_what_it_uses(lesson):
    heads = [cell.source for cell in read(lesson).cells if cell.source.startswith("## ")]
    for head in heads[1:-1]:  # neither the picture of where the lesson goes, nor the recap
        assert re.search(r"\*\((To start here, run|You can start here: run) ", head), head[:50]
    assert len(needed_cells(lesson)) >= 4


def test_each_exercise_has_a_hint_and_a_solution(lesson):
    cells = read(lesson).cells
    assert len(exercises(lesson)) >= 3
    for above, cell in zip(cells, cells[1:]):
        if "exercise" in tags(cell):
            assert "<summary>Hint</summary>" in above.source, cell.id


def test_the_time_is_estimated_and_not_guessed(lesson):
    head = read(lesson).cells[0].source
    assert f"about {minutes(lesson)} minutes" in head
    stops = re.findall(r"after section (\d+) \(about (\d+) minutes\)", head)
    assert stops or minutes(lesson) <= 45
    for section, stated in stops:
        assert minutes(lesson, int(section)) == int(stated), section


def test_it_is_small_enough_for_a_diff(lesson):
    assert lesson.stat().st_size <= 800_000


def test_code_fits_the_screen_in_width(lesson):
    for cell in code(lesson):
        assert all(len(line) <= 88 for line in cell.source.splitlines()), cell.id


def test_cells_are_plain_python(lesson):
    """A magic that is unknown ends its cell in silence: nbval passes, and nothing was run."""
    for cell in code(lesson):
        python = TransformerManager().transform_cell(cell.source)
        assert "get_ipython()" not in python, cell.id


def test_nothing_loads_a_pickle_but_the_lesson_on_it(lesson):
    loads = [cell.id for cell in code(lesson) if UNSAFE.search(cell.source)]
    assert set(loads) <= {"whole-model"}, loads
