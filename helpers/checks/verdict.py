"""What a check says of an answer: one of four things, and never an exception."""

import base64
import functools
import html
import linecache
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from helpers.errors import is_library
from helpers.figures import BLUE, GREEN, ORANGE, RED

MARKS = {
    "not attempted": ("○", "Not attempted yet", BLUE),
    "correct": ("✓", "Correct", GREEN),
    "not yet": ("△", "Not yet", ORANGE),
    "error": ("✗", "Your code stopped", RED),
}
UNREADABLE = "This could not be compared with the right answer. Look at its type, shape and dtype."
OURS = str(Path(__file__).parent)


class NotYet(Exception):
    """Raised by a check for a wrong answer; the message names the mistake."""

    def __init__(self, reason: str, picture: bytes | None = None) -> None:
        """Say why, and show a PNG if there is one."""
        super().__init__(reason)
        self.picture = picture


class _NotAttempted(Exception):
    pass


class _Stopped(Exception):
    pass


class Verdict:
    """The outcome of a check, as the notebook shows it."""

    def __init__(self, kind: str, text: str, picture: bytes | None = None) -> None:
        """Keep a key of `MARKS`, what to say, and perhaps a PNG."""
        self.kind, self.text, self.picture = kind, text, picture

    def __repr__(self) -> str:
        mark, title, _ = MARKS[self.kind]
        return f"{mark} {title}. {self.text}"

    def _repr_html_(self) -> str:
        mark, title, colour = MARKS[self.kind]
        text = re.sub(r"`(.+?)`", r"<code>\1</code>", html.escape(self.text))
        picture = ""
        if self.picture:
            data = base64.b64encode(self.picture).decode()
            picture = f'<br><img alt="yours and the target" src="data:image/png;base64,{data}">'
        return (
            f'<div style="border-left: 6px solid {colour}; padding: 4px 12px">'
            f"<b>{mark} {title}.</b> <span style='white-space: pre-wrap'>{text}</span>"
            f"{picture}</div>"
        )


def check(why: str, todo: str) -> Callable[[Callable], Callable[[Any], Verdict]]:
    """Make a check of a function that examines an answer.

    That function calls the learner's code through `attempt`, raises `NotYet` for a wrong
    answer, and may return a PNG for a right one. `why` is said of a right answer: why it
    matters; `todo` of an untouched one: what to do. The check returns a `Verdict` for
    whatever it is given. It leaves the random state as it was.
    """

    def decorate(examine: Callable[[Any], bytes | None]) -> Callable[[Any], Verdict]:
        @functools.wraps(examine)
        def checked(answer: Any = ...) -> Verdict:
            try:
                if answer is ...:
                    raise _NotAttempted
                with torch.random.fork_rng(devices=[]), torch.enable_grad():
                    return Verdict("correct", why, examine(answer))
            except _NotAttempted:
                return Verdict("not attempted", todo)
            except NotYet as reason:
                return Verdict("not yet", str(reason), reason.picture)
            except _Stopped as stopped:
                return Verdict("error", str(stopped))
            except Exception as error:  # an answer of a form that nobody thought of
                return Verdict("not yet", f"{UNREADABLE}\n{_two_lines(error)}")

        return checked

    return decorate


def attempt(
    answer: Any, *arguments: Any, explain: Callable[[Exception], str | None] | None = None
) -> Any:
    """Return what the learner's function gives; anything it raises ends the check in words.

    `explain` may know a hint for the exception; where it does, that is said instead.
    """
    if not callable(answer):
        raise NotYet("Pass the function itself to the check, without calling it.")
    before = torch.is_grad_enabled()
    try:
        result = answer(*arguments)
        left = torch.is_grad_enabled() != before
    except KeyboardInterrupt:
        raise _Stopped("It was interrupted. Does a loop never end?") from None
    except BaseException as error:  # a learner's code may raise anything, even SystemExit
        if explain and isinstance(error, Exception) and (hint := explain(error)):
            raise NotYet(hint) from None
        raise _Stopped(_two_lines(error)) from None
    finally:
        torch.set_grad_enabled(before)
    if result is ...:
        raise _NotAttempted
    if result is None:
        raise NotYet("Your function gives back None: a `return` is missing.")
    if left:
        raise NotYet(
            "You leave gradients switched off for all that comes after. `with torch.no_grad():` "
            "ends with its block."
        )
    return result


def _two_lines(error: BaseException) -> str:
    """The exception and the learner's own line, without the path through the libraries."""
    message = (str(error).strip().splitlines() or [""])[0]
    said = f"{type(error).__name__}: {message}"
    theirs = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not is_library(frame.filename) and OURS not in frame.filename
    ]
    if not theirs:
        return said
    line = linecache.getline(theirs[-1].filename, theirs[-1].lineno or 0).strip()
    return f"{said}\nin line {theirs[-1].lineno}: {line}".rstrip(": ")
