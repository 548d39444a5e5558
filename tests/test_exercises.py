"""Every exercise: its stub, its solution from the notebook, wrong answers and their hints."""

import pytest

from helpers.checks.verdict import NotYet, Verdict, attempt, check
from tests.lessons import LESSONS, ROOT, exercises, read, tags

LESSON_05 = ROOT / "notebooks" / "05_cnn_mnist.ipynb"
CONVOLVE = """
def convolve(image, kernel):
    k = len(kernel)
    out = torch.zeros(image.shape[0] - k + 1, image.shape[1] - k + 1)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return out
"""
ONLY_3X3 = CONVOLVE.replace("len(kernel)", "3").replace("* kernel", "* kernel[:3, :3]")
COLOUR = """
def colour_net():
    return nn.Sequential(
        nn.Conv2d(3, 16, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(16, 32, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(32 * 8 * 8, 10),
    )
"""
ACCURACY = """
def accuracy_of(net, images, labels):
    net.eval()
    with torch.inference_mode():
        predicted = net(images).argmax(1)
    return (predicted == labels).float().mean().item()
"""
SIZE = "def output_size(n, k, stride, padding):\n    return "
# (lesson, exercise, a wrong answer, what the hint must say)
WRONG = [
    (LESSON_05, "exercise-1-code", SIZE + "(n + padding - k) // stride + 1", "counts twice"),
    (LESSON_05, "exercise-1-code", SIZE + "(n + 2 * padding - k) // stride", "One place is miss"),
    (LESSON_05, "exercise-1-code", SIZE + "(n + 2 * padding - k) / stride + 1", "divide with //"),
    (LESSON_05, "exercise-1-code", SIZE + "n + 2 * padding - k + 1", "stride has no effect"),
    (LESSON_05, "exercise-1-code", SIZE + "(n - k) // stride + 1", "padding has no effect"),
    (LESSON_05, "exercise-1-code", SIZE + "28", "the answer is 24, and yours is 28"),
    (LESSON_05, "exercise-1-code", SIZE + "-(-(n + 2 * padding - k) // stride) + 1",
     "Round down, not up"),
    (LESSON_05, "exercise-2-code", CONVOLVE.replace("* kernel", "* kernel.flip(0, 1)"),
     "The kernel is flipped"),
    (LESSON_05, "exercise-2-code", CONVOLVE.replace(" - k + 1", " - k"), "the last place"),
    (LESSON_05, "exercise-2-code", CONVOLVE.replace(" * kernel", ""), "without the kernel"),
    (LESSON_05, "exercise-2-code", ONLY_3X3,
     "take k from the kernel"),
    (LESSON_05, "exercise-2-code", "def convolve(image, kernel):\n    return image",
     "as large as the image"),
    (LESSON_05, "exercise-3-code", COLOUR.replace("(3,", "(1,"), "has 3: red, green and blue"),
    (LESSON_05, "exercise-3-code", COLOUR.replace("(3,", "(32,"), "Its height plays no part"),
    (LESSON_05, "exercise-3-code", COLOUR.replace("8 * 8", "7 * 7"), "turn 32×32 into 8×8"),
    (LESSON_05, "exercise-3-code", COLOUR.replace("nn.Flatten(), ", ""), "put `nn.Flatten()`"),
    (LESSON_05, "exercise-3-code", COLOUR.replace("8, 10),", "8, 10), nn.Softmax(1),"),
     "Leave the softmax out"),
    (LESSON_05, "exercise-4-code", ACCURACY.replace("    net.eval()\n", ""), "call `net.eval()`"),
    (LESSON_05, "exercise-4-code", ACCURACY.replace("inference_mode", "enable_grad"),
     "Gradients were recorded"),
    (LESSON_05, "exercise-4-code", ACCURACY.replace("mean", "sum"), "a count or a percentage"),
    (LESSON_05, "exercise-4-code", ACCURACY.replace(".item()", ""), "makes it a plain one"),
    (LESSON_05, "exercise-4-code", ACCURACY.replace("argmax(1)", "argmax(1) * 0"), "`argmax(1)`"),
]  # fmt: skip
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


@pytest.mark.parametrize("lesson, name, answer, hint", WRONG)
def test_a_wrong_answer_gets_the_hint_it_needs(lesson, name, answer, hint):
    call = exercises(lesson)[name][0].splitlines()[-1]
    said = verdict(lesson, f"{answer}\n{call}")
    assert said.kind == "not yet" and hint in said.text, said


@pytest.mark.parametrize("lesson, name", ALL, ids=lambda v: getattr(v, "stem", v))
def test_each_exercise_is_tried_with_three_wrong_answers(lesson, name):
    assert len([wrong for wrong in WRONG if wrong[:2] == (lesson, name)]) >= 3


@pytest.mark.parametrize("answer", [None, 7, "text", [], lambda: 1, lambda *a: 1 / 0, print])
def test_a_check_never_raises(answer):
    from helpers.checks import lesson05

    for name in ("output_size", "convolve", "colour_net", "accuracy"):
        assert getattr(lesson05, name)(answer).kind in ("not yet", "error")
    assert lesson05.output_size().kind == "not attempted"


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
