"""The explorers' base and the drawing pad without a browser."""

import html
import io

import ipywidgets as widgets
import pytest
import torch
from PIL import Image

from helpers.data import small_digits
from helpers.explorer import choices
from helpers.figures import image_grid, png
from helpers.lesson01 import GraphExplorer, TangentExplorer
from helpers.lesson02 import TrainingExplorer
from helpers.lesson03 import BatchExplorer
from helpers.lesson05 import KernelExplorer
from helpers.lesson08 import DropoutExplorer
from helpers.lesson09 import HistogramExplorer
from helpers.pad import DigitPad

X = torch.linspace(-1, 1, 20).unsqueeze(1)
EXPLORERS = {  # those that need no network of the lesson
    "graph": GraphExplorer,
    "tangent": TangentExplorer,
    "training": lambda: TrainingExplorer(X, X**2, 0.9 * X, 0.81 * X**2),
    "batches": BatchExplorer,
    "kernel": lambda: KernelExplorer(small_digits().test_images),
    "dropout": DropoutExplorer,
    "histograms": HistogramExplorer,
}


@pytest.fixture(scope="module")
def images():
    return small_digits().test_images


@pytest.mark.parametrize("make", EXPLORERS.values(), ids=EXPLORERS)
def test_each_control_changes_the_picture_and_the_caption(make):
    """At both ends of a slider, and with each entry of a list."""
    explorer = make()
    start = {name: control.value for name, control in explorer.controls.items()}
    for name, control in explorer.controls.items():
        values = [value for _, value in choices(control)]
        if not isinstance(control, widgets.Dropdown):
            values = [values[0], values[-1]]
        pictures, captions = {explorer.picture.value}, {explorer.caption.text}
        for value in set(values) - {start[name]}:
            control.value = value
            pictures.add(explorer.picture.value)
            captions.add(explorer.caption.text)
        assert len(pictures) == len({*values, start[name]}), name
        assert len(captions) > 1, name
        for other, value in start.items():
            explorer.controls[other].value = value


def test_where_no_kernel_runs_the_picture_stands_in(images):
    data, metadata = KernelExplorer(images)._repr_mimebundle_()
    widget = "application/vnd.jupyter.widget-view+json"
    assert {"image/png", "text/html", "text/plain", widget} == set(data)
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert html.escape(data["text/plain"]) in data["text/html"]
    assert "Run this cell to move the controls." in data["text/html"]


def test_a_dense_screen_gets_a_dense_picture_of_the_same_size(images):
    explorer = KernelExplorer(images)
    sizes = []
    for density in (1, 2, 3, 1):
        explorer.caption.density = density
        sizes.append(Image.open(io.BytesIO(explorer.picture.value)).size)
        assert explorer.picture.layout.width == "960px"
    assert sizes == [(960, 320), (1920, 640), (1920, 640), (960, 320)]


def test_a_drawing_of_the_wrong_size_is_refused_and_nothing_changes():
    pad = DigitPad()
    before = pad.value
    with pytest.raises(Exception, match="a drawing is 140 x 140 bytes"):
        pad.value = b"12"
    assert pad.value == before


def test_pictures_are_whole_png_files(images):
    picture = Image.open(io.BytesIO(png(image_grid(images[:3], ["a", "b", "c"]))))
    assert picture.format == "PNG" and picture.width == 2 * 1000
