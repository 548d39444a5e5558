"""Errors that fit a screen: the learner's own lines, without the way through the libraries."""

import sys
import types

from IPython import get_ipython

LIBRARIES = ("site-packages", "dist-packages", "<frozen")
CUT_SHORT = "unexpected pos"  # all that torch.save says when the system refuses to write on
ROOM = "The file could not be written to its end. Is the disk full? Make room, and run this again."


def is_library(filename: str) -> bool:
    """Whether a frame's file belongs to an installed package rather than to a lesson."""
    return any(place in filename for place in LIBRARIES)


def own_frames(trace: types.TracebackType | None) -> types.TracebackType | None:
    """Return the traceback without the frames of installed packages."""
    own = []
    while trace is not None:  # a loop: an endless recursion leaves a thousand frames
        if not is_library(trace.tb_frame.f_code.co_filename):
            own.append(trace)
        trace = trace.tb_next
    short = None
    for link in reversed(own):
        short = types.TracebackType(short, link.tb_frame, link.tb_lasti, link.tb_lineno)
    return short


def chain_of(error: BaseException) -> list[BaseException]:
    """Return an error and those that it came from, the first one last."""
    chain = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) and before not in chain:
        chain.append(before)
    return chain


def explain(error: BaseException) -> None:
    """Add a sentence to an error that says nothing a learner can understand."""
    if CUT_SHORT in str(error) and ROOM not in getattr(error, "__notes__", []):
        error.add_note(ROOM)


def shorten_errors() -> None:
    """In a notebook, show only the learner's own frames of an error. Elsewhere do nothing.

    `%tb` still shows the last error in full.
    """
    shell = get_ipython()
    if shell is None:
        return

    def handler(shell, kind, error, trace, tb_offset=None) -> None:
        explain(error)
        short = own_frames(trace)
        causes = [(cause, cause.__traceback__) for cause in chain_of(error)[1:]]
        for cause, whole in causes:
            cause.__traceback__ = own_frames(whole) or whole
        try:
            shell.showtraceback((kind, error, short or trace), tb_offset=0 if short else tb_offset)
        finally:
            for cause, whole in causes:
                cause.__traceback__ = whole
            sys.last_traceback = trace  # what %tb shows

    shell.set_custom_exc((Exception,), handler)


def first_line(error: BaseException) -> str:
    """Return the first line of what an exception says, "" if it can't say anything."""
    try:
        return str(error).strip().partition("\n")[0]
    except BaseException:  # a learner's exception has code of its own, which may raise anything
        return ""
