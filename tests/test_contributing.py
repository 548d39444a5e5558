"""The examples of CONTRIBUTING.md work as the page says."""

import importlib.util
import re

import pytest

from tools.lessons import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXERCISE, CELL, EXPLORER = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def module(tmp_path, request):
    """A module with an example as its text, in a file, where an exercise finds its source."""
    path = tmp_path / "example.py"
    path.write_text(request.param, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("example", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("module", [EXERCISE], indirect=True, ids=["exercise"])
def test_the_exercise_judges_its_stub_its_solution_and_its_mistakes(module):
    check = module.center
    *stub, call = CELL.strip().splitlines()
    names = {"check": module}
    exec("\n".join(stub), names)
    assert eval(call, names).kind == "not attempted"
    assert check(check.variant()).kind == "correct"
    assert len(check.mistakes) == 2
    for hint, *edits in check.mistakes:
        said = check(check.variant(edits))
        assert (said.kind, said.text) == ("not yet", hint)


@pytest.mark.parametrize("module", [EXPLORER], indirect=True, ids=["explorer"])
def test_the_explorer_draws_and_its_caption_changes_with_each_control(module):
    explorer = module.PowerExplorer()
    for control in explorer.controls.values():
        before = explorer.caption.text, bytes(explorer.picture.value)
        control.value = control.max
        after = explorer.caption.text, bytes(explorer.picture.value)
        assert all(old != new for old, new in zip(before, after))
