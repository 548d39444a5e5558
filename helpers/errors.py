"""Errors that fit a screen: the learner's own lines, without the way through the libraries."""

import types

from IPython import get_ipython

LIBRARIES = ("site-packages", "dist-packages", "<frozen")


def is_library(filename: str) -> bool:
    """Whether a frame's file belongs to an installed package rather than to a lesson."""
    return any(place in filename for place in LIBRARIES)


def own_frames(trace: types.TracebackType | None) -> types.TracebackType | None:
    """Return the traceback without the frames of installed packages."""
    if trace is None:
        return None
    rest = own_frames(trace.tb_next)
    if is_library(trace.tb_frame.f_code.co_filename):
        return rest
    return types.TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def shorten_errors() -> None:
    """In a notebook, show only the learner's own frames of an error. Elsewhere do nothing.

    `%tb` still shows the last error in full.
    """
    shell = get_ipython()
    if shell is None:
        return

    def handler(shell, kind, error, trace, tb_offset=None) -> None:
        short = own_frames(trace)
        shell.showtraceback((kind, error, short or trace), tb_offset=0 if short else tb_offset)

    shell.set_custom_exc((Exception,), handler)
