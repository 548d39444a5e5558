"""Settings of the whole process: the usual ones while an answer is judged, the old ones after."""

import contextlib
import os
import random
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import torch
from torch import nn

SEED = 2026  # of all random numbers, at the beginning of each trial


class Setting(NamedTuple):
    """How to read and write a setting, what is usual, and what is said if an answer leaves it."""

    read: Callable[[], Any]
    write: Callable[[Any], object]
    usual: Any = None  # None: as it is
    left: str = ""


SETTINGS = (
    Setting(
        torch.is_grad_enabled,
        torch.set_grad_enabled,
        True,
        "Your code leaves gradients switched off for everything that comes after it. Use "
        "`with torch.no_grad():`, which ends with its block.",
    ),
    Setting(
        torch.get_default_dtype,
        torch.set_default_dtype,
        torch.float32,
        "Your code changes the default dtype for everything that comes after it: leave "
        "`torch.set_default_dtype` out.",
    ),
    Setting(
        torch.get_default_device,
        # None stands for the CPU, without the cost of a setting that is looked up at each call
        lambda device: torch.set_default_device(None if device.type == "cpu" else device),
        torch.device("cpu"),
        "Your code changes the default device for everything that comes after it: leave "
        "`torch.set_default_device` out, and move what needs moving with `.to`.",
    ),
    Setting(
        torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, 0
    ),
    Setting(
        lambda: torch.is_autocast_enabled("cpu"),
        lambda enabled: torch.set_autocast_enabled("cpu", enabled),
        False,
        "Your code leaves autocast switched on for everything that comes after it. Use `with "
        "torch.autocast(...):`, which ends with its block.",
    ),
    Setting(torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, False),
    Setting(torch.get_num_threads, torch.set_num_threads, 1),  # two only wait for each other
    Setting(torch.get_rng_state, torch.set_rng_state),
    Setting(np.random.get_state, np.random.set_state),
    Setting(random.getstate, random.setstate),
    Setting(np.get_printoptions, lambda options: np.set_printoptions(**options)),
    Setting(
        np.geterr,
        lambda reactions: np.seterr(**reactions),
        {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"},
    ),
    Setting(os.getcwd, os.chdir),
    Setting(sys.getrecursionlimit, sys.setrecursionlimit),
    Setting(lambda: sys.stdout, lambda stream: setattr(sys, "stdout", stream)),
)  # fmt: skip

# printed in another way when PyTorch's print options have changed
PROBE = torch.linspace(0, 1e9, 2000, dtype=torch.float32, device="cpu")
MODULES = {"torch": torch, "nn": nn, "F": nn.functional, "torch.optim": torch.optim, "np": np}
FUNCTIONS = {
    (place, name)
    for place, module in MODULES.items()
    for name, value in vars(module).items()
    if callable(value) and not isinstance(value, types.ModuleType) and not name.startswith("_")
}


def overwritten() -> str:
    """Return a sentence on a function of torch or NumPy that was replaced by a value, or ""."""
    for place, name in sorted(FUNCTIONS):
        if not callable(getattr(MODULES[place], name, None)):
            return (
                f"`{place}.{name}` is no function any more in this kernel: an `=` stands "
                "somewhere in place of brackets. Restart the kernel (Kernel > Restart) and run "
                "the set-up cell again."
            )
    return ""


@contextlib.contextmanager
def usual_settings() -> Iterator[None]:
    """Let a block run with the usual settings, and put those that were there before back.

    Nothing that the block sets outlives it, and nothing that was set before changes what the
    block computes. PyTorch's print options can't be read, so those that the block changes go back
    to PyTorch's own.
    """
    before = [setting.read() for setting in SETTINGS]
    printed = repr(PROBE)
    environment = dict(os.environ)
    with (
        warnings.catch_warnings(action="ignore"),
        matplotlib.rc_context(),
        torch.inference_mode(False),
    ):
        try:
            for setting in SETTINGS:
                if setting.usual is not None:
                    setting.write(setting.usual)
            yield
        finally:
            for setting, value in zip(SETTINGS, before):
                setting.write(value)
            if repr(PROBE) != printed:
                torch.set_printoptions(profile="default")
            os.environ.clear()
            os.environ.update(environment)


def seed_everything() -> None:
    """Seed torch, NumPy and Python, so that two trials meet the same random numbers."""
    torch.manual_seed(SEED)
    np.random.seed(SEED)
    random.seed(SEED)


def left_behind() -> str:
    """Return what to say if a setting is no longer the usual one, and make it so again; or ""."""
    said = ""
    for setting in SETTINGS:
        if setting.left and setting.read() != setting.usual:
            setting.write(setting.usual)
            said = said or setting.left
    return said
