"""What a check says about an answer: one of four things, and never an exception."""

import base64
import html
import linecache
import re
import traceback
from collections.abc import Callable
from pathlib import Path

from helpers.errors import first_line, is_library
from helpers.figures import BLUE, GREEN, ORANGE, RED

MARKS = {
    "not attempted": ("○", "Not attempted yet", BLUE),
    "correct": ("✓", "Correct", GREEN),
    "not yet": ("△", "Not yet", ORANGE),
    "error": ("✗", "Your code stopped", RED),
}
UNREADABLE = "This can't be compared with the right answer. Look at its type, shape and dtype."
INTERRUPTED = "The check was interrupted. Is there a loop that never ends?"
OURS = str(Path(__file__).parent)


class NotYet(Exception):
    """Raised for a wrong answer: the message names the mistake, and a PNG may show it."""

    def __init__(self, reason: str, picture: bytes | None = None) -> None:
        """Keep the message and the picture."""
        super().__init__(reason)
        self.picture = picture


class NotAttempted(Exception):
    """Raised where the three dots are still there."""


class Verdict:
    """The outcome of a check, as the notebook shows it."""

    def __init__(self, kind: str, text: str, picture: bytes | None = None) -> None:
        """Keep a key of `MARKS`, the text, and perhaps a PNG."""
        self.kind, self.text, self.picture = kind, text, picture
        self.progress = ""  # how many exercises are solved, where that is stored

    def __repr__(self) -> str:
        mark, title, _ = MARKS[self.kind]
        return f"{mark} {title}. {self.text}\n{self.progress}".rstrip()

    def _repr_html_(self) -> str:
        mark, title, color = MARKS[self.kind]
        text = re.sub(r"`(.+?)`", r"<code>\1</code>", html.escape(self.text))
        picture = ""
        if self.picture:
            data = base64.b64encode(self.picture).decode()
            picture = f'<br><img alt="yours and the target" src="data:image/png;base64,{data}">'
        progress = f"<br><small>{html.escape(self.progress)}</small>" if self.progress else ""
        return (
            f'<div style="border-left: 6px solid {color}; padding: 4px 12px">'
            f"<b>{mark} {title}.</b> <span style='white-space: pre-wrap'>{text}</span>"
            f"{picture}{progress}</div>"
        )


def verdict_of(judge: Callable[[], bytes | None], why: str, name: str) -> Verdict:
    """Call `judge` and turn whatever it does into a verdict.

    `judge` returns nothing, or a PNG, for a right answer, which is then told `why` the exercise
    matters; it raises `NotYet` or `NotAttempted` for others. `name` is the exercise's.
    """
    try:
        return Verdict("correct", why, judge())
    except NotAttempted:
        return Verdict("not attempted", f"Replace the three dots in `{name}`, and run it again.")
    except NotYet as reason:
        return Verdict("not yet", str(reason), reason.picture)
    except KeyboardInterrupt:
        return Verdict("error", INTERRUPTED)
    except BaseException as error:  # an answer may raise anything, SystemExit included
        said, theirs = two_lines(error)
        return Verdict("error", said) if theirs else Verdict("not yet", f"{UNREADABLE}\n{said}")


def two_lines(error: BaseException) -> tuple[str, bool]:
    """Return the exception with the learner's own line, and whether there is such a line."""
    said = f"{type(error).__name__}: {first_line(error)}".rstrip(": ")
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [f for f in frames if not is_library(f.filename) and OURS not in f.filename]
    if not theirs:
        return said, False
    line = linecache.getline(theirs[-1].filename, theirs[-1].lineno or 0).strip()
    return f"{said}\nin line {theirs[-1].lineno}: {line}".rstrip(": "), True
