"""The explorers' base and the drawing pad without a browser."""

import html
import io

import pytest
from PIL import Image

from helpers.data import small_digits
from helpers.figures import image_grid, png
from helpers.lesson05.explorers import KernelExplorer
from helpers.pad import DigitPad


@pytest.fixture(scope="module")
def images():
    return small_digits().test_images


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
