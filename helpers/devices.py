"""Which device the lessons compute on, chosen here and nowhere else, and on one thread."""

import contextlib
import logging
from collections.abc import Iterator

import torch

from helpers.errors import first_line
from helpers.files import from_environment

# it warns of CUDA tools without a GPU, which a lesson on the CPU can do without
logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)


def best_device() -> torch.device:
    """Return the accelerator of this machine (a CUDA or other GPU, Apple's MPS), else the CPU.

    The environment variable `LESSON_DEVICE` overrules the choice: `cpu` forces the CPU,
    `cuda:1` takes the second GPU. Raises ValueError if it names what can't be used here. An
    accelerator that is there and can't compute (a driver too old, say) is left alone, which
    is said in a line.
    """
    wanted = from_environment("LESSON_DEVICE")
    if wanted:
        if trouble := _trouble(wanted):
            raise ValueError(
                f"LESSON_DEVICE={wanted} can't be used here ({trouble}); set it to cpu or unset it"
            )
        return torch.device(wanted)
    if torch.accelerator.is_available():
        found = torch.accelerator.current_accelerator()
        if not (trouble := _trouble(found)):
            return found
        print(f"This machine's {found} can't be used ({trouble}), so the CPU computes.")
    return torch.device("cpu")


def _trouble(device: torch.device | str) -> str:
    """Return why nothing can be computed on the device: the first line of its error, or ""."""
    try:
        (torch.ones(1, device=device) + 1).item()
    except Exception as error:  # what a driver raises has many types
        return first_line(error) or type(error).__name__
    return ""


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, and on as many as before afterwards.

    A network this small gains nothing from a second core, and waits for it when it is busy:
    200 steps then took 50 times as long.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
