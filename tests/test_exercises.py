"""Every exercise: its stub, its solution from the notebook, wrong answers and their hints."""

import importlib

import pytest

from helpers.checks.verdict import NotYet, Verdict, attempt, check
from tests.lessons import LESSONS, exercises, read, tags

ANSWERS = {
    lesson: importlib.import_module(f"tests.answers.lesson{lesson.name[:2]}") for lesson in LESSONS
}
WRONG = [(lesson, *wrong) for lesson in LESSONS for wrong in ANSWERS[lesson].WRONG]
RIGHT = [(lesson, *right) for lesson in LESSONS for right in getattr(ANSWERS[lesson], "RIGHT", [])]
ALL = [(lesson, name) for lesson in LESSONS for name in exercises(lesson)]


def verdict(lesson, answer: str) -> Verdict:
    """Run an answer and its check with the names that the set-up cell gives, and no others."""
    (setup,) = [cell.source for cell in read(lesson).cells if "setup" in tags(cell)]
    *lines, call = answer.strip().splitlines()
    names: dict = {}
    exec(setup, names)
    exec("\n".join(lines), names)
    return eval(call, names)


@pytest.mark.parametrize("lesson, name", ALL, ids=lambda v: getattr(v, "stem", v))
def test_stub_is_not_attempted_and_solution_is_correct(lesson, name):
    stub, solution = exercises(lesson)[name]
    assert verdict(lesson, stub).kind == "not attempted"
    said = verdict(lesson, solution)
    assert said.kind == "correct", said
    assert len(said.text.split()) > 8  # it also says why this matters


@pytest.mark.parametrize("lesson, name, answer, hint", WRONG, ids=lambda v: getattr(v, "stem", ""))
def test_a_wrong_answer_gets_the_hint_it_needs(lesson, name, answer, hint):
    call = exercises(lesson)[name][0].splitlines()[-1]
    said = verdict(lesson, f"{answer}\n{call}")
    assert said.kind == "not yet" and hint in said.text, said


@pytest.mark.parametrize("lesson, name, answer", RIGHT, ids=lambda v: getattr(v, "stem", ""))
def test_a_right_answer_need_not_look_like_ours(lesson, name, answer):
    call = exercises(lesson)[name][0].splitlines()[-1]
    said = verdict(lesson, f"{answer}\n{call}")
    assert said.kind == "correct", said


@pytest.mark.parametrize("lesson, name", ALL, ids=lambda v: getattr(v, "stem", v))
def test_each_exercise_is_tried_with_three_wrong_answers(lesson, name):
    assert len([wrong for wrong in WRONG if wrong[:2] == (lesson, name)]) >= 3


ODD = (
    "None", "7", "'text'", "[]", "print", "object", "lambda: 1", "lambda *a: 1 / 0",
    "lambda *a: a", "lambda *a: {'a': None}", "lambda *a: [[1], [2, 3]]",
    "lambda *a: nn.Linear(2, 2)", "lambda *a: torch.ones(3, dtype=torch.float64)",
)  # fmt: skip


@pytest.mark.parametrize("lesson, name", ALL, ids=lambda v: getattr(v, "stem", v))
def test_a_check_never_raises_and_is_never_pleased_by_nonsense(lesson, name):
    call = exercises(lesson)[name][0].splitlines()[-1]
    for odd in ODD:
        answer = f"from torch import nn\n{call.partition('(')[0]}({odd})"
        assert verdict(lesson, answer).kind in ("not yet", "error"), odd


def test_what_a_check_can_not_compare_is_said_to_be_so():
    @check("why", "todo")
    def add(answer):
        answer + 1

    said = add("text")
    assert said.kind == "not yet" and "Look at its type, shape and dtype.\nTypeError" in said.text
    assert add().kind == "not attempted"


def test_an_exception_is_told_in_two_lines():
    @check("why", "todo")
    def divide(answer):
        attempt(answer, 0)

    names: dict = {}
    exec(compile("def f(x):\n    return 1 / x", "learner.py", "exec"), names)
    said = divide(names["f"])
    assert said.kind == "error" and len(said.text.splitlines()) == 2
    assert said.text.startswith("ZeroDivisionError: division by zero\nin line 2")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, RecursionError])
def test_even_what_stops_python_ends_in_a_verdict(stop):
    @check("why", "todo")
    def examine(answer):
        attempt(answer)

    def answer():
        raise stop

    assert examine(answer).kind == "error"


def test_a_verdict_shows_its_mark_in_words_and_not_by_colour_alone():
    @check("why", "todo")
    def examine(answer):
        raise NotYet("it is `x` & not <y>")

    said = examine(1)
    assert repr(said) == "△ Not yet. it is `x` & not <y>"
    assert "<code>x</code> &amp; not &lt;y&gt;" in said._repr_html_()
