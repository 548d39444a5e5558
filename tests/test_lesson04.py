"""Lesson 04: the numbers of its optimizers, surfaces and explorer."""

import math
import warnings

import ipywidgets as widgets
import numpy as np
import pytest
import torch

from helpers.figures import DPI
from helpers.lesson04 import optimizers
from helpers.lesson04.explorers import LOWEST, PathExplorer, shown
from helpers.lesson04.optimizers import RULES
from helpers.lesson04.surfaces import FAR, LOOK, SURFACES, all_paths, path
from tools.lessons import ROOT, source

SMALLEST = 0.8  # of its width, which is what a picture of 1000 pixels gets beside open files
LESSON = ROOT / "notebooks" / "04_optimizers.ipynb"
TORCH = {
    "SGD": (torch.optim.SGD, {}),
    "Momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "AdaGrad": (torch.optim.Adagrad, {}),
    "RMSprop": (torch.optim.RMSprop, {}),
    "Adam": (torch.optim.Adam, {}),
}


@pytest.mark.parametrize("name", RULES)
def test_the_rules_are_those_that_the_lesson_writes(name):
    names: dict = {}
    cell = {"SGD": "sgd"}.get(name, name.lower())
    exec(source(LESSON, cell).split("\n\n\nassert")[0], names)
    theirs, ours = names[cell], RULES[name]
    assert ours is getattr(optimizers, cell)
    torch.manual_seed(0)
    w = v = torch.randn(7)
    memory, other = {}, {}
    for g in torch.randn(25, 7):
        w, v = ours(w, g, memory, 0.05), theirs(v, g, other, 0.05)
        assert torch.equal(w, v)


@pytest.mark.parametrize(
    "surface, name, ours, theirs",
    [
        *[(surface, name, {}, {}) for surface in SURFACES for name in RULES],
        ("Rosenbrock", "Momentum", {"momentum": 0.5}, {"momentum": 0.5}),
        ("Rosenbrock", "RMSprop", {"alpha": 0.8}, {"alpha": 0.8}),
        ("Rosenbrock", "Adam", {"beta1": 0.6, "beta2": 0.95}, {"betas": (0.6, 0.95)}),
    ],
)
def test_the_paths_are_those_of_torch(surface, name, ours, theirs):
    Optimizer, options = TORCH[name]
    path = all_paths(surface, lr=0.02, steps=50, **ours)[name]
    w = torch.tensor(SURFACES[surface].start, dtype=torch.float64, requires_grad=True)
    optimizer = Optimizer([w], lr=0.02, **options | theirs)
    for point in path:
        torch.testing.assert_close(torch.from_numpy(point), w.detach())
        optimizer.zero_grad()
        SURFACES[surface].height(*w).backward()
        optimizer.step()


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES.keys())
def test_the_lowest_points_are_the_lowest(surface):
    for x, y in surface.lowest:
        assert surface.height(x, y) == 0 and surface.gradient(x, y) == (0, 0)
    x, y = np.random.default_rng(0).uniform(-2, 2, (2, 500))
    assert (surface.height(x, y) > 0).all()


def test_the_ravine_is_that_of_the_lesson():
    names: dict = {"torch": torch, "math": math}
    for cell in ("ravine", "walk", "turned", "adam"):
        exec(source(LESSON, cell).split("\n\n\nassert")[0], names)
    theirs = names["walk"](names["adam"], 0.1)
    ours = all_paths("ravine", lr=0.1, steps=40)["Adam"]
    torch.testing.assert_close(theirs.double(), torch.from_numpy(ours), rtol=1e-4, atol=1e-5)
    turned = torch.tensor([names["turned"](point) for point in ((1.0, 0.5), (-0.3, 1.2))])
    rotated = SURFACES["rotated ravine"].height(np.array([1.0, -0.3]), np.array([0.5, 1.2]))
    torch.testing.assert_close(turned.double(), torch.from_numpy(rotated), rtol=1e-5, atol=0)


def test_a_path_that_diverges_ends_quietly():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)  # of libraries to each other
        points = path("Rosenbrock", "SGD", (-2.0, 1.4), 1.0, 300)
        assert len(points) < 5 and abs(points[-1]).max() > FAR and np.isfinite(points).all()
        assert len(path("ravine", "SGD", (-1.8, 0.6), 0.05, 300)) == 301
        explorer = PathExplorer("Rosenbrock")
        explorer.controls["x"].value, explorer.controls["lr"].value = -2.0, 1.0
    assert "Gone from the picture: SGD, Momentum" in explorer.caption.text


def test_every_setting_of_the_explorer_draws_a_picture_without_a_warning():
    explorer = PathExplorer()
    seen = set()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)  # of libraries to each other
        for surface in SURFACES:
            explorer.controls["surface"].value = surface
            seen.add(explorer.picture.value)
            for control in list(explorer.controls.values())[1:]:
                before, drawn = control.value, explorer.picture.value
                if isinstance(control, widgets.SelectionSlider):
                    values = [control.options[i][1] for i in (0, -1)]
                else:
                    values = [control.min, control.max]
                for value in values:
                    control.value = value
                    assert explorer.caption.text and explorer.picture.value != drawn
                    drawn = explorer.picture.value
                    seen.add(drawn)
                control.value = before
    assert len(seen) >= 5 * 8 * 2


def test_a_new_surface_brings_its_own_walk():
    explorer = PathExplorer("bowl")
    explorer.controls["lr"].value = 1.0
    explorer.controls["surface"].value = "saddle"
    saddle = SURFACES["saddle"]
    values = {name: control.value for name, control in explorer.controls.items()}
    assert (values["x"], values["y"], values["lr"]) == (*saddle.start, saddle.lr)
    last = SURFACES["saddle"].height(*all_paths("saddle")["Adam"][-1])
    assert f"Adam {last:.2g}" in explorer.caption.text


@pytest.mark.parametrize("density", [1, 2])
def test_the_optimizers_are_told_apart_without_color(density):
    looks = [(look["linestyle"], look["marker"]) for look in LOOK.values()]
    assert len(set(looks)) == len(looks) == len(RULES)
    explorer = PathExplorer()
    explorer.set_density(density)
    (legend,) = explorer.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(RULES)
    explorer.figure.canvas.draw()
    place = legend.get_window_extent()
    assert place.x1 <= explorer.figure.bbox.x1
    assert all(place.x0 >= axis.bbox.x1 for axis in explorer.figure.axes)
    for text in legend.get_texts():
        assert text.get_fontsize() / 72 * DPI * SMALLEST >= 14


def test_a_curve_ends_where_it_leaves_the_picture_for_good():
    low = LOWEST / 100
    assert shown(np.array([1.0, low, 0.1, low, low])).tolist() == [1.0, LOWEST, 0.1, LOWEST]
    assert shown(np.array([low, low])).tolist() == [LOWEST]
    assert shown(np.array([1.0, 0.1])).tolist() == [1.0, 0.1]


def test_one_cycle_by_hand_is_that_of_torch():
    names: dict = {"math": math}
    exec(source(LESSON, "one-cycle"), names)
    for steps in (20, 137):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], momentum=0.9)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=steps)
        for t in range(steps):
            rate = optimizer.param_groups[0]["lr"]
            assert math.isclose(rate, 0.2 * names["one_cycle"](t, steps), rel_tol=1e-6)
            optimizer.step()
            if t < steps - 1:
                schedule.step()
