"""A checked exercise is its solution, what it is asked, and the mistakes that we know.

    @exercise(
        "You can now work out the shape after any convolution before you run it.",
        cases=[(28, 5, 1, 2), (28, 3, 2, 1)],
        mistakes=[
            ("The padding is added on both sides, so it counts twice.", "2 * padding", "padding"),
        ],
    )
    def output_size(n, k, stride, padding):
        return (n + 2 * padding - k) // stride + 1

`output_size(answer)` is then the check, and returns a `Verdict`. A mistake is a hint and an edit
of the solution. An answer gets the hint of the mistake that *does the same*: the same values, or
the same exception. So nothing about an answer's text is looked at, and no text of an error is
written down here.
"""

import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from helpers.errors import first_line
from helpers.progress import record
from helpers.settings import left_behind, overwritten, seed_everything, usual_settings
from helpers.verdict import NotAttempted, NotYet, Verdict, two_lines, verdict_of

Outcome = Mapping[str, Any]  # what an answer did, by aspect, the most important aspect first
CHANGED, SETTINGS = "what it changed", "what it left behind"  # two aspects of every answer
LEFT: list[str] = []  # what is to be said of the settings that an answer did not put back
LARGEST = 10**7  # numbers of a tensor that is worth a copy: what we ask for has far fewer
# what is stored of an answer that is none of the known mistakes, by the kind of its verdict
UNKNOWN = {"not yet": "another mistake", "error": "an error"}
NOTHING = (
    "Your function returns None: a `return` is missing, or what stands after it is None, as "
    "`print(...)` and `append(...)` are."
)
NOTHING_FORWARD = NOTHING.replace("Your function", "The `forward` of your network")


class Raised:
    """An exception as an outcome: two are equal if they have one type and one message."""

    def __init__(self, error: BaseException) -> None:
        """Keep the exception."""
        self.error = error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Raised) and self._said() == other._said()

    def __str__(self) -> str:
        kind, message = self._said()
        return f"{kind.__name__}: {message}".rstrip(": ")

    def _said(self) -> tuple[type, str]:
        return type(self.error), first_line(self.error)


class Answer:
    """A learner's function, or ours, as an exercise asks it: on copies, and watched."""

    def __init__(self, function: Any, solution: Callable) -> None:
        """Watch a function or a class that should take the parameters of our solution."""
        self.function, self.solution = function, solution
        self.changed = ""  # what is to be said of the first argument that it changed

    def __call__(self, *arguments: Any, may_change: Sequence[Any] = ()) -> Any:
        """Return what the function returns, or `Raised`.

        Tensors, arrays and lists, tuples and dicts of them are passed as copies. They must not
        be changed, nor the parameters and buffers of a network, except those in `may_change`.
        An answer of three dots is not attempted; None is not yet right.
        """
        kind = "class" if inspect.isclass(self.solution) else "function"
        itself = f"Pass the {kind} itself to the check, without calling it."
        if not callable(self.function):
            raise NotYet(itself)
        self._check_parameters(arguments)
        passed = [a if _is_in(a, may_change) else _copy(a) for a in arguments]
        before = [None if _is_in(a, may_change) else _contents(a) for a in arguments]
        try:
            result = attempt(self.function, *passed)
            if isinstance(result, Raised) and isinstance(self.function, nn.Module):
                raise NotYet(itself)  # a network that the learner's function has returned
            return result
        finally:
            for place, (argument, contents) in enumerate(zip(passed, before)):
                if contents is not None and not same(_contents(argument), contents):
                    self.changed = self.changed or self._said_of(place, argument)

    def _check_parameters(self, arguments: tuple) -> None:
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):  # some functions of libraries don't tell
            return
        try:
            signature.bind(*arguments)
        except TypeError:
            raise NotYet(
                f"Yours takes {signature}, and it should take "
                f"{inspect.signature(self.solution)}: write these parameters, in this order."
            ) from None

    def _said_of(self, place: int, argument: Any) -> str:
        try:
            name = f"`{list(inspect.signature(self.function).parameters)[place]}`"
        except (TypeError, ValueError, IndexError):
            name = "what it is given"
        if isinstance(argument, nn.Module):
            return (
                f"Your function changes the network {name} itself: its parameters, their "
                "gradients or its buffers are not what they were before the call."
            )
        copy = "a copy: `.clone()`"
        if isinstance(argument, list):
            copy = "copies: `list(...)` copies a list, and `.clone()` each tensor in it"
        return (
            f"Your function changes {name} itself, and its caller still needs it. Work on {copy}."
        )


def attempt(function: Callable, *arguments: Any) -> Any:
    """Return what a learner's function, network or method returns, or `Raised`.

    An interrupt goes on to the verdict: a loop that never ends would not end in the next case.
    Settings that are left changed are put back, and noted in `LEFT`.
    """
    try:
        result = function(*arguments)
    except (KeyboardInterrupt, NotYet, NotAttempted):
        raise
    except BaseException as error:  # a learner's code may raise anything, even SystemExit
        return Raised(error)
    finally:
        LEFT.extend(filter(None, [left_behind()]))
    if result is ...:
        raise NotAttempted
    if result is None:
        raise NotYet(NOTHING_FORWARD if isinstance(function, nn.Module) else NOTHING)
    return result


class FunctionsUsed(TorchFunctionMode):
    """Notes in `names` which functions of torch are called in a `with` block.

    For exercises that ask for something to be written without PyTorch's own function for it.
    """

    def __init__(self) -> None:
        """Begin with no names."""
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(
        self, function: Callable, types: Any, args: Sequence = (), kwargs: Mapping | None = None
    ) -> Any:
        """Note the name, and call the function."""
        self.names.add(getattr(function, "__name__", ""))
        return function(*args, **(kwargs or {}))


def exercise(
    why: str,
    *,
    mistakes: Sequence[tuple[str, ...]],
    cases: Sequence[tuple] = (),
    ask: Callable[[Answer], Outcome] | None = None,
    partly: str = "",
    otherwise: Callable[[Any, Any], str] | Mapping[str, str | Callable] | str = "",
    picture: Callable[[Any, Any], bytes | None] | None = None,
) -> Callable[[Callable], Callable[[Any], Verdict]]:
    """Make a check out of a solution: a function, or a class.

    `why` is said of a right answer. `cases` are the arguments with which an answer is called, at
    least two; or `ask(answer)` calls it and returns an `Outcome`, whose aspects are compared in
    their order: the first one that differs decides. It may raise `NotYet` for what can be said
    without a comparison.

    A mistake is `(hint, old, new, ...)`: a hint, and pairs of texts to replace in the solution;
    or `(hint, source)` with a whole wrong solution. `partly` is said where the first case alone is
    right, `otherwise` where no mistake does the same: a text, a function of their outcome and
    ours, or one of both for each aspect. `picture` draws their outcome beside ours.
    """

    def decorate(solution: Callable) -> Callable[[Any], Verdict]:
        source = inspect.getsource(solution)
        source = source[re.search("^(def|class) ", source, re.MULTILINE).start() :]
        names = list(inspect.signature(solution).parameters)

        def asked(function: Any) -> Outcome:
            answer = Answer(function, solution)
            LEFT.clear()
            seed_everything()
            if ask:
                outcome = dict(ask(answer))
            else:
                # copies, because a later call may change what an earlier one returned
                outcome = {"": [_copy(answer(*case)) for case in cases]}
            return outcome | {CHANGED: answer.changed, SETTINGS: LEFT[0] if LEFT else ""}

        @functools.cache
        def outcome_of(*edits: str) -> Outcome | NotYet:
            """Return what the solution does after some edits of its text."""
            try:
                return asked(_variant(solution, source, edits))
            except NotYet as reason:  # such a mistake needs no hint of its own
                return reason

        def answered(function: Any) -> Outcome:
            """Return what a learner's answer does, and let nothing that it sets remain."""
            try:
                with usual_settings():
                    return asked(function)
            finally:
                if said := overwritten():
                    raise NotYet(said)

        def judge(function: Any) -> bytes | None:
            if function is ...:
                raise NotAttempted
            if said := overwritten():
                raise NotYet(said)
            with usual_settings():
                ours = outcome_of()  # first, so that nothing of the answer is in it
                theirs = answered(function)
                drawn = _drawn(picture, theirs, ours)
                wrong = _first_difference(theirs, ours)
                if wrong is None:
                    return drawn
                for hint, *edits in mistakes:
                    mistaken = outcome_of(*edits)
                    if not isinstance(mistaken, NotYet) and (
                        _first_difference(mistaken, ours) == wrong
                        and wrong in mistaken
                        and same(theirs.get(wrong), mistaken[wrong])
                    ):
                        raise NotYet(_with_error(hint, theirs[wrong]), drawn)
                if theirs.get(CHANGED):  # which may be why the values differ
                    raise NotYet(theirs[CHANGED], drawn)
                said = otherwise.get(wrong, "") if isinstance(otherwise, Mapping) else otherwise
                raise NotYet(
                    _difference(theirs.get(wrong), ours[wrong], partly, said, names, cases), drawn
                )

        @functools.wraps(solution, updated=())
        def check(answer: Any = ...) -> Verdict:
            said = verdict_of(lambda: judge(answer), why, solution.__name__)
            lesson = re.search(r"lesson(\d+)", solution.__module__)
            if lesson:
                # a sentence that was made for this answer may quote it, so it is not stored
                known = (hint for hint, *_ in mistakes if said.text.startswith(hint))
                hint = next(known, UNKNOWN.get(said.kind, ""))
                said.progress = record(lesson[1], solution.__name__, said.kind, hint)
            return said

        # for the tests, and for the notebook, whose folded solution is this text
        check.source, check.mistakes = source, tuple(mistakes)
        check.variant = functools.partial(_variant, solution, source)
        return check

    return decorate


def same(theirs: Any, ours: Any) -> bool:
    """Return whether two outcomes are nearly equal, as far as an exercise cares.

    Numbers may be Python's, NumPy's or tensors of one number; where ours is a whole number,
    theirs must be of a whole-number type. Tensors need one shape, and no particular dtype.
    NaN equals nothing but NaN.
    """
    if isinstance(ours, Mapping):
        return (
            isinstance(theirs, Mapping)
            and theirs.keys() == ours.keys()
            and all(same(theirs[key], ours[key]) for key in ours)
        )
    if isinstance(ours, list | tuple):
        return (
            isinstance(theirs, list | tuple)
            and len(theirs) == len(ours)
            and all(map(same, theirs, ours))
        )
    if isinstance(ours, Tensor):
        if ours.dim() == 0 and (number := a_number(theirs)) is not None:
            theirs = torch.tensor(number)
        if not is_ordinary(theirs) or not is_ordinary(ours) or theirs.shape != ours.shape:
            return False
        a, b = (part.detach().to("cpu", torch.float64) for part in (theirs, ours))
        return torch.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True)
    if isinstance(ours, np.ndarray):
        return isinstance(theirs, np.ndarray) and same(*map(torch.as_tensor, (theirs, ours)))
    if isinstance(ours, Real):
        number = a_number(theirs)
        if number is None or isinstance(number, bool) != isinstance(ours, bool):
            return False
        if isinstance(ours, Integral):
            return isinstance(number, Integral) and number == ours
        return same(torch.tensor([float(number)]), torch.tensor([float(ours)]))
    return type(theirs) is type(ours) and bool(theirs == ours)


def a_number(value: Any) -> bool | int | float | None:
    """Return a number of any kind as a Python number; None if it isn't one number.

    Kinds are Python's, NumPy's, and a tensor or array with one number.
    """
    if isinstance(value, Tensor) and value.numel() == 1 and is_ordinary(value):
        return value.item()
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.size == 1):
        value = value.item()
    return value if isinstance(value, Real) else None


def is_ordinary(value: Any) -> bool:
    """Return whether a value is a tensor of real numbers that can be read."""
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and not value.is_complex()
        and value.device.type != "meta"
    )


def share_parameters(one: Any, other: Any) -> bool:
    """Return whether two networks have a parameter in common: something was kept from a call."""
    if not isinstance(one, nn.Module) or not isinstance(other, nn.Module):
        return False
    return one is other or any(a is b for a in one.parameters() for b in other.parameters())


KEPT = (
    "Called a second time, your function returns another network: it keeps something from one "
    "call to the next. Build every layer inside the function."
)


def built_twice(answer: Answer, facts: Callable[[Any], Outcome]) -> Outcome:
    """Return the facts of a network that an answer builds, and under "again" those of a second."""
    nets = answer(), answer()
    if share_parameters(*nets):
        raise NotYet("Your function uses the same layers each time. Build them inside.")
    first, second = map(facts, nets)
    return {**first, "again": second}


def with_fixed_weights(net: nn.Module) -> nn.Module:
    """Give each parameter values that its shape decides, and return the network.

    Networks that are built alike then compute alike, in whatever order their layers were
    registered. Run a network with lazy layers once before.
    """
    with torch.no_grad():
        for parameter in net.parameters():
            chance = torch.Generator().manual_seed(parameter.numel())
            values = torch.randn(parameter.shape, generator=chance)
            inputs = parameter[:1].numel() if parameter.dim() else 1
            parameter.copy_(values / max(1.0, inputs**0.5))
    return net


def _variant(solution: Callable, source: str, edits: Sequence[str] = ()) -> Any:
    """Return the function or class that an edited source defines."""
    if len(edits) == 1:
        (text,) = edits
    else:
        text = source
        for old, new in zip(edits[::2], edits[1::2]):
            assert old in text, f"{old!r} is not in the solution of {solution.__name__}"
            text = text.replace(old, new)
    # a class doesn't know its globals, but its module
    names = dict(getattr(solution, "__globals__", None) or vars(inspect.getmodule(solution)))
    exec(compile(text, f"<{solution.__name__}>", "exec"), names)
    return names[solution.__name__]


def _is_in(value: Any, values: Sequence[Any]) -> bool:
    return any(value is other for other in values)


def _copy(value: Any) -> Any:
    """Copy tensors and arrays, also in lists, tuples and dicts; pass anything else as it is."""
    if isinstance(value, Tensor | np.ndarray) and np.prod(value.shape, dtype=float) > LARGEST:
        return value
    if isinstance(value, Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list):
        return list(map(_copy, value))
    if isinstance(value, tuple):  # of a named one, the numbers count
        return tuple(map(_copy, value))
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return value


def _contents(value: Any) -> Any:
    """Return what must not change in a value: numbers, and whether parameters are trained."""
    if isinstance(value, nn.Module):
        parameters = {n: [p.requires_grad, _copy(p.grad)] for n, p in value.named_parameters()}
        state = dict(value.state_dict())
        return [_copy(state), {n: str(part.dtype) for n, part in state.items()}, parameters]
    if isinstance(value, Tensor):
        return [_copy(value), str(value.dtype), value.requires_grad]
    if isinstance(value, np.ndarray | list | tuple | dict):
        return _copy(value)
    return None


def _first_difference(theirs: Outcome, ours: Outcome) -> str | None:
    """Return the first aspect of ours that theirs lacks or does otherwise."""
    return next(
        (name for name in ours if name not in theirs or not same(theirs[name], ours[name])), None
    )


def _drawn(picture: Callable | None, theirs: Outcome, ours: Outcome) -> bytes | None:
    if picture is None:
        return None
    first = next(iter(ours))
    try:
        return picture(theirs.get(first), ours[first])
    except Exception:  # what can't be drawn is described in words
        return None


def _difference(
    theirs: Any,
    ours: Any,
    partly: str,
    otherwise: Callable[[Any, Any], str] | str,
    names: Sequence[str],
    cases: Sequence[tuple],
) -> str:
    """Say how two outcomes differ. An exception of the learner's is raised again."""
    asked = ""
    if isinstance(ours, list) and isinstance(theirs, list) and len(theirs) == len(ours):
        if partly and same(theirs[0], ours[0]):
            return partly
        place = next(i for i, pair in enumerate(zip(theirs, ours)) if not same(*pair))
        theirs, ours = theirs[place], ours[place]
        if cases and all(isinstance(v, str) or a_number(v) is not None for v in cases[place]):
            given = ", ".join(f"{name}={_short(v)}" for name, v in zip(names, cases[place]))
            asked = f"For {given} "
    if isinstance(theirs, Raised):
        raise theirs.error
    if isinstance(theirs, str) and isinstance(ours, str) and ours == "":
        return theirs  # a sentence, where there should be nothing to be said
    said = otherwise(theirs, ours) if callable(otherwise) else otherwise
    if isinstance(ours, Tensor) and not (ours.dim() == 0 and a_number(theirs) is not None):
        if not isinstance(theirs, Tensor):
            return f"Return a tensor; the type of your result is {type(theirs).__name__}."
        if not is_ordinary(theirs):
            return "Return a tensor of ordinary numbers; this one is special."
        if theirs.shape != ours.shape:
            shapes = f"{tuple(theirs.shape)}, and it should be {tuple(ours.shape)}."
            return f"The shape of your result is {shapes} {said}".strip()
    if said:
        return said
    if asked or isinstance(ours, Real):
        right, given = (_short(value) for value in (ours, theirs))
        if given == right and isinstance(ours, Integral):  # and theirs is a float
            right, given = f"the whole number {right}", f"{given} as a {type(theirs).__name__}"
        elif given == right:
            right, given = (_short(value, digits=8) for value in (ours, theirs))
        return f"{asked or 'Here '}the answer is {right}, and yours is {given}."
    return "The result is not what it should be."


def _with_error(hint: str, theirs: Any) -> str:
    """Return a hint, and the exception that it explains, since another line may have raised it."""
    raised = [part for part in (theirs if isinstance(theirs, list) else [theirs])
              if isinstance(part, Raised)]  # fmt: skip
    if not raised:
        return hint
    return f"{hint}\n{two_lines(raised[0].error)[0]}"


def _short(value: Any, digits: int = 4) -> str:
    if isinstance(value, list | tuple) and len(value) < 8:
        return f"({', '.join(_short(part, digits) for part in value)})"
    number = a_number(value)
    if number is None:
        return repr(value)[:60]
    return f"{number:.{digits}g}" if isinstance(number, float) else str(number)
