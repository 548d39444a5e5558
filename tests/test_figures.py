"""Figures look as the lessons say, whatever the learner's matplotlib is set to."""

import os
import subprocess
import sys

import pytest
import torch

from helpers.live import LiveLoss
from tools.lessons import ROOT

DRAW = """
import hashlib, torch
from helpers.figures import image_grid, plt, png
from helpers.lesson02 import neuron_diagram
figures = [image_grid(torch.arange(48.0).view(3, 4, 4), titles="abc"), plt.figure(figsize=(3, 2))]
figures[1].add_subplot(title="loss", xlabel="step").plot([1, 3, 2], label="a")
figures += [neuron_diagram([("x", 1), ("y", 2)], ["Linear"])]
print(*[hashlib.md5(png(figure)).hexdigest() for figure in figures])
"""
ODD = """
text.usetex: True
image.origin: lower
image.cmap: hot
axes.facecolor: black
figure.facecolor: black
text.color: white
font.size: 30
savefig.dpi: 300
"""


def drawn(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DRAW], env=os.environ | environment, cwd=ROOT,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_style_or_a_backend_of_the_learner_changes_no_figure(tmp_path):
    (tmp_path / "matplotlibrc").write_text(ODD)
    ours = drawn(MPLBACKEND="agg")
    assert drawn(MATPLOTLIBRC=str(tmp_path / "matplotlibrc"), MPLBACKEND="agg") == ours
    for backend in ("svg", "pdf"):
        assert drawn(MPLBACKEND=backend) == ours


@pytest.mark.parametrize(
    "losses, said, scale",
    [
        ([1.0, 0.5], "2 of 9 steps", "log"),
        (
            [1.0, 0.5, torch.nan, torch.nan],
            "4 of 9 steps (not a finite number since step 3)",
            "log",
        ),
        ([torch.inf], "1 of 9 steps (not a finite number since step 1)", "log"),
        ([1.0, 0.0, -2.0], "3 of 9 steps", "linear"),
        ([0.0], "1 of 9 steps", "linear"),
    ],
)
def test_a_live_loss_shows_numbers_that_go_wrong(losses, said, scale, recwarn):
    live = LiveLoss(losses, 9)
    with live:
        live.update()
    (axis,) = live._picture.figure.axes
    assert axis.get_title(loc="right") == said and axis.get_yscale() == scale
    low, high = axis.get_ylim()
    shown = [loss for loss in losses if abs(loss) < torch.inf]
    assert low < high and all(low <= loss <= high for loss in shown)
    assert not recwarn.list


def test_python_without_asserts_is_told():
    done = subprocess.run(
        [sys.executable, "-O", "-c", "import helpers"], cwd=ROOT, capture_output=True, text=True
    )
    assert "Python leaves out every `assert`" in done.stdout
    done = subprocess.run(
        [sys.executable, "-O", "-m", "pytest", "-n0", "tests/test_pad.py"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode and "leaves out every assert" in done.stdout + done.stderr
