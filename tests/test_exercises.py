"""Every exercise: its stub, its solution, its mistakes, other answers, and what must not leak."""

import _thread
import functools
import importlib
import os
import random
import threading
import warnings

import matplotlib
import numpy as np
import pytest
import torch

from helpers.digits import mnist_form
from helpers.exercise import a_number, exercise, same
from helpers.settings import usual_settings
from helpers.verdict import INTERRUPTED, UNREADABLE, NotYet, Verdict, verdict_of
from tools.lessons import LESSONS, exercises, read, tags

ANSWERS = {
    lesson: importlib.import_module(f"tests.answers.lesson{lesson.name[:2]}") for lesson in LESSONS
}
ALL = [(lesson, name) for lesson in LESSONS for name in exercises(lesson)]
WRONG = [(lesson, *wrong) for lesson in LESSONS for wrong in ANSWERS[lesson].WRONG]
RIGHT = [(lesson, *right) for lesson in LESSONS for right in getattr(ANSWERS[lesson], "RIGHT", [])]

every_exercise = pytest.mark.parametrize(
    "lesson, name", ALL, ids=lambda value: getattr(value, "stem", value)
)


@pytest.fixture(autouse=True)
def as_before():
    """Undo whatever a test sets, or an answer leaves behind, so that no test disturbs another."""
    with usual_settings():
        yield


def verdict(lesson, answer: str) -> Verdict:
    """Run an answer and the call of its check with the names that the set-up cell gives."""
    *lines, call = answer.strip().splitlines()
    names = set_up(lesson)
    exec("\n".join(lines), names)
    return eval(call, names)


def set_up(lesson) -> dict:
    (setup,) = [cell.source for cell in read(lesson).cells if "setup" in tags(cell)]
    names: dict = {}
    exec(setup, names)
    return names


def call_of(lesson, name: str) -> str:
    return exercises(lesson)[name][0].splitlines()[-1]


def check_and_solution(lesson, name: str):
    """Return the check of an exercise, and our solution as a function or class."""
    check = eval(call_of(lesson, name).partition("(")[0], set_up(lesson))
    return check, check.variant()


@every_exercise
def test_the_stub_is_not_attempted_and_the_solution_is_correct(lesson, name):
    stub, solution = exercises(lesson)[name]
    assert verdict(lesson, stub).kind == "not attempted"
    said = verdict(lesson, solution)
    assert said.kind == "correct", said
    assert len(said.text.split()) > 8  # it also says why this matters


@every_exercise
def test_the_notebook_folds_the_solution_of_the_check(lesson, name):
    check, _ = check_and_solution(lesson, name)
    folded, _, _ = exercises(lesson)[name][1].rpartition("\n")
    assert folded.strip() == check.source.strip()


@every_exercise
def test_every_mistake_gets_its_own_hint(lesson, name):
    check, _ = check_and_solution(lesson, name)
    assert len(check.mistakes) >= 3
    for hint, *edits in check.mistakes:
        said = check(check.variant(edits))
        # below the hint stands the exception, if there is one
        assert (said.kind, said.text.partition("\n")[0]) == ("not yet", hint.partition("\n")[0])


@pytest.mark.parametrize("lesson, name, answer, hint", WRONG, ids=lambda v: getattr(v, "stem", ""))
def test_a_wrong_answer_gets_the_hint_it_needs(lesson, name, answer, hint):
    said = verdict(lesson, f"{answer}\n{call_of(lesson, name)}")
    assert said.kind in ("not yet", "error") and hint in said.text, said


@pytest.mark.parametrize("lesson, name, answer", RIGHT, ids=lambda v: getattr(v, "stem", ""))
def test_a_right_answer_need_not_look_like_ours(lesson, name, answer):
    said = verdict(lesson, f"{answer}\n{call_of(lesson, name)}")
    assert said.kind == "correct", said


ODD = (
    "None", "7", "'text'", "[]", "print", "object", "lambda: 1", "lambda *a: 1 / 0",
    "lambda *a: a", "lambda *a: {'a': None}", "lambda *a: [[1], [2, 3]]", "lambda *a: 'text'",
    "lambda *a: nn.Linear(2, 2)", "lambda *a: nn.Sequential()", "lambda *a: float('nan')",
    "lambda *a: torch.tensor(float('nan'))", "lambda *a: torch.ones(3, dtype=torch.float64)",
    "lambda *a: torch.ones(2, device='meta')", "lambda *a: torch.ones(2).to_sparse()",
)  # fmt: skip


@every_exercise
def test_a_check_never_raises_and_is_never_pleased_by_nonsense(lesson, name):
    for odd in ODD:
        check = call_of(lesson, name).partition("(")[0]
        said = verdict(lesson, f"import torch\nfrom torch import nn\n{check}({odd})")
        assert said.kind in ("not yet", "error"), odd


@every_exercise
def test_an_answer_is_asked_more_than_once_and_not_for_the_same(lesson, name):
    check, solution = check_and_solution(lesson, name)
    asked = []

    def noted(*arguments):
        asked.append(repr(arguments))
        return solution(*arguments)

    assert check(noted).kind == "correct"
    assert len(asked) >= 2
    assert len(set(asked)) >= 2 or asked[0] == "()"


@every_exercise
@pytest.mark.parametrize("calls_before", [0, 1], ids=["first call", "second call"])
def test_what_never_ends_or_stops_python_ends_in_a_verdict(lesson, name, calls_before):
    check, solution = check_and_solution(lesson, name)

    def answer_that(ends):
        calls = []

        def answer(*arguments):
            calls.append(1)
            return ends() if len(calls) > calls_before else solution(*arguments)

        return answer

    def never():
        threading.Timer(0.1, _thread.interrupt_main).start()
        while True:
            pass

    def stop():
        raise SystemExit

    def recurse():
        return recurse()

    assert check(answer_that(never)).text == INTERRUPTED
    for ends in (stop, recurse):
        assert check(answer_that(ends)).kind in ("error", "not yet")


UNUSUAL = """
torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.set_grad_enabled(False)
torch.set_num_threads(2)
torch.use_deterministic_algorithms(True)
torch.set_printoptions(precision=1)
np.seterr(all="raise")
np.set_printoptions(precision=1)
warnings.simplefilter("error")
matplotlib.rcParams["figure.facecolor"] = "black"
torch.manual_seed(1)
np.random.seed(1)
random.seed(1)
os.environ["LESSON_TEST"] = "1"
os.chdir("/")
"""


def state() -> dict[str, str]:
    """Return what `UNUSUAL` changes, to be compared."""
    return {
        "torch": f"{torch.get_default_dtype()} {torch.get_default_device()} "
        f"{torch.is_grad_enabled()} {torch.get_num_threads()} "
        f"{torch.are_deterministic_algorithms_enabled()}",
        "printed": f"{torch.tensor(1 / 3, device='cpu')} {np.array(1 / 3)} {np.geterr()}",
        "seeds": f"{torch.get_rng_state().sum()} {np.random.get_state()} {random.getstate()}",
        "others": f"{warnings.filters} {matplotlib.rcParams['figure.facecolor']} {os.getcwd()} "
        f"{os.environ.get('LESSON_TEST')}",
    }


@every_exercise
def test_unusual_settings_don_t_disturb_a_check_and_it_leaves_them_as_they_are(lesson, name):
    check, solution = check_and_solution(lesson, name)
    exec(UNUSUAL)
    before = state()
    said = check(solution)
    after = state()
    assert said.kind == "correct", said
    assert after == before


@pytest.mark.parametrize("number, name", [("02", "1"), ("05", "3"), ("06", "2"), ("08", "2")])
@pytest.mark.parametrize(
    "setting", ["torch.set_grad_enabled(False)", "torch.set_default_dtype(torch.float64)"]
)
def test_what_a_network_sets_is_named_and_spoils_no_later_check(number, name, setting):
    """The check of a fresh kernel meets the wrong answer first."""
    (lesson,) = [path for path in LESSONS if path.name.startswith(number)]
    check, solution = check_and_solution(lesson, f"exercise-{name}-code")

    def answer():
        net = solution()
        net.register_forward_pre_hook(lambda *_: exec(setting, {"torch": torch}))
        return net

    said = check(answer).text
    assert f"leave `{setting.split('(')[0]}` out" in said or "gradients switched off" in said
    assert check(solution).kind == "correct"


@every_exercise
def test_what_an_answer_sets_does_not_outlive_its_check(lesson, name):
    check, solution = check_and_solution(lesson, name)

    def answer(*arguments):
        result = solution(*arguments)
        exec(UNUSUAL)
        return result

    before = state()
    assert check(answer).kind in ("not yet", "error")
    assert state() == before
    assert check(solution).kind == "correct"


# the engine by itself


@exercise(
    "Doubling is the first step to everything else.",
    cases=[(torch.tensor([1.0, 2.0]),), (torch.tensor([3.0, 5.0, 7.0]),)],
    mistakes=[("You add 2. Multiply by it.", "2 * x", "2 + x")],
    partly="It works for two numbers alone.",
    otherwise="Look at the numbers.",
)
def double(x):
    return 2 * x


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda x: x + x, "Correct. Doubling is"),
        (lambda x: torch.stack([number * 2 for number in x]), "Correct. Doubling is"),
        (lambda x: x + 2, "Not yet. You add 2."),
        (lambda x: x * torch.tensor([2.0, 2.0]) if len(x) == 2 else x, "works for two numbers"),
        (lambda x: x * 3, "Not yet. Look at the numbers."),
        (lambda x: x * float("nan"), "Not yet. Look at the numbers."),
        (lambda x: x[None] * 2, "is (1, 2), and it should be (2,)."),
        (lambda x: (x * 2).tolist(), "Return a tensor; the type of your result is list."),
        (lambda x: x.mul_(2), "Your function changes `x` itself"),
        (lambda x: None, "a `return` is missing"),
        (lambda x: ..., "Not attempted yet."),
        (lambda x: x.undefined, "Your code stopped. AttributeError"),
        (lambda x: torch.set_grad_enabled(False) and x * 2, "leaves gradients switched off"),
        (lambda: 7, "Yours takes (), and it should take (x)"),
        (7, "Pass the function itself"),
        (torch.nn.Linear(9, 2), "Pass the function itself"),
        (lambda x: print(x), "what stands after it is None"),
    ],
)
def test_the_engine_says_what_an_answer_does(answer, said):
    assert said in repr(double(answer))


def test_a_function_of_torch_that_was_overwritten_is_named(monkeypatch):
    monkeypatch.setattr(torch, "manual_seed", 0)
    assert "`torch.manual_seed` is no function any more" in double(double.variant()).text


def test_an_exception_is_told_in_two_lines():
    names: dict = {}
    exec(compile("def f(x):\n    return 1 / 0", "learner.py", "exec"), names)
    said = double(names["f"])
    assert said.kind == "error" and len(said.text.splitlines()) == 2
    assert said.text.startswith("ZeroDivisionError: division by zero\nin line 2")


@pytest.mark.parametrize(
    "theirs, ours, equal",
    [
        (np.int64(3), 3, True),
        (torch.tensor([3]), 3, True),
        (3.0, 3, False),
        (np.float32(0.5), 0.5, True),
        (torch.tensor([[0.5]]), 0.5, True),
        (0.5, torch.tensor(0.5), True),
        (True, 1, False),
        (float("nan"), 0.5, False),
        ("0.5", 0.5, False),
        (torch.ones(2), torch.ones(2, dtype=torch.int64), True),
        (torch.ones(2, 1), torch.ones(2), False),
        ([1.0, [2]], (1.0, [2]), True),
        (torch.ones(2, device="meta"), torch.ones(2), False),
    ],
)
def test_numbers_of_many_kinds_are_compared(theirs, ours, equal):
    assert same(theirs, ours) == equal


def test_a_number_is_a_number_and_no_text():
    assert a_number(np.array([2])) == 2 and a_number("2") is None
    assert a_number(torch.ones(2)) is None


def test_an_error_is_the_learner_s_only_where_a_line_of_theirs_is_in_it():
    assert verdict_of(lambda: [] + 1, "why", "name").kind == "error"
    ours = functools.partial(mnist_form, torch.zeros(3))  # every line of it is in helpers
    said = verdict_of(ours, "why", "name")
    assert said.kind == "not yet" and said.text.startswith(UNREADABLE)


@pytest.mark.parametrize("raised", [IndexError, SystemExit])
def test_an_exception_that_can_not_say_anything_ends_in_a_verdict(raised):
    class Silent(Exception):
        def __str__(self):
            raise raised

    def answer(x):
        raise Silent

    assert double(answer).text.startswith("Silent")


def test_a_function_of_torch_that_an_answer_overwrites_is_named_at_once(monkeypatch):
    monkeypatch.setattr(torch, "manual_seed", torch.manual_seed)  # put back afterwards

    def answer(x):
        torch.manual_seed = 0
        return 2 * x

    assert "`torch.manual_seed` is no function any more" in double(answer).text


@exercise("", cases=[(1,), (2,)], mistakes=[("Don't divide by 0.", "return n", "return n / 0")])
def same_number(n):
    return n


def test_a_hint_for_an_exception_is_followed_by_the_exception():
    names: dict = {}
    exec(compile("def f(n):\n    return n / 0", "learner.py", "exec"), names)
    said = same_number(names["f"]).text.splitlines()
    assert said[0] == "Don't divide by 0." and said[1].startswith("ZeroDivisionError")
    assert said[2].startswith("in line 2")


def test_a_verdict_shows_its_mark_in_words_and_not_by_color_alone():
    def judge():
        raise NotYet("it is `x` & not <y>")

    said = verdict_of(judge, "why", "name")
    assert repr(said) == "△ Not yet. it is `x` & not <y>"
    assert "<code>x</code> &amp; not &lt;y&gt;" in said._repr_html_()
