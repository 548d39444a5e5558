"""The explorers without a browser: their numbers, their pictures, and every control."""

import html
import io

import ipywidgets as widgets
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from helpers.data import small_digits
from helpers.figures import image_grid, png
from helpers.lesson05.convolution import KERNELS, convolve, output_size
from helpers.lesson05.drawings import mosaic
from helpers.lesson05.explorers import DrawADigit, KernelExplorer, answer
from helpers.pad import DigitPad


@pytest.fixture(scope="module")
def images():
    return small_digits().test_images


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage = nn.Conv2d(1, 16, 5, padding=2)
        self.out = nn.Linear(16 * 28 * 28, 10)

    def forward(self, x):
        return self.out(self.stage(x).flatten(1))


def prepare(images):
    return images[:, None] / 255


@pytest.fixture
def drawing(images):
    torch.manual_seed(0)
    net = Net()
    return DrawADigit(net, net.stage, prepare, images[0])


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS.keys())
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 4])
def test_our_convolution_and_size_are_those_of_torch(kernel, stride, padding):
    image, weights = torch.randn(28, 20), torch.tensor(kernel, dtype=torch.float32)
    theirs = F.conv2d(image[None, None], weights[None, None], stride=stride, padding=padding)[0, 0]
    assert torch.allclose(convolve(image, weights, stride, padding), theirs, atol=1e-4)
    sizes = [output_size(n, len(weights), stride, padding) for n in image.shape]
    assert sizes == list(theirs.shape)


def test_a_kernel_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="a kernel of 5 does not fit on 2 pixels"):
        output_size(2, 5, padding=1)


def test_every_setting_of_the_kernel_explorer_draws_a_picture(images):
    explorer = KernelExplorer(images)
    seen = set()
    for name, control in explorer.controls.items():
        values = control.options if isinstance(control, widgets.Dropdown) else (0, 1, control.max)
        for value in values:
            control.value = value
            seen.add(explorer.picture.value)
            assert explorer.caption.text, name
    assert len(seen) > 10


def test_the_kernel_explorer_says_the_true_size_and_sum(images):
    explorer = KernelExplorer(images)
    explorer.controls["stride"].value, explorer.controls["padding"].value = 3, 2
    explorer.controls["place"].value = 14
    m = output_size(28, 3, 3, 2)
    out = convolve(images[0] / 255, torch.tensor(KERNELS["vertical edge"]).float(), 3, 2)
    row, column = divmod(14, m)
    assert f"= {m}." in explorer.caption.text
    assert f"row {row}, column {column}: the products add up to {out[row, column]:.2f}" in (
        explorer.caption.text
    )


def test_a_smaller_output_takes_the_place_inside(images):
    explorer = KernelExplorer(images)
    explorer.controls["place"].value = 675
    explorer.controls["stride"].value = 4
    assert explorer.controls["place"].value == 7 * 7 - 1
    assert "row 6, column 6" in explorer.caption.text


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
        assert explorer.picture.layout.width == "900px"
    assert sizes == [(900, 320), (1800, 640), (1800, 640), (900, 320)]


def test_the_answer_is_that_of_the_net(images):
    net = Net().train()
    image, probabilities, maps = answer(net, net.stage, prepare, images[3])
    expected = net(prepare(image[None])).softmax(1)[0]
    assert torch.allclose(probabilities, expected, atol=1e-5)
    assert maps.shape == (16, 28, 28) and net.training and not net.stage._forward_hooks


def test_an_array_can_be_put_on_the_pad(drawing, images):
    before = drawing.picture.value
    drawing.pad.put(images[1])
    assert drawing.picture.value != before
    assert drawing.pad.placed == 2
    assert "The net reads a" in drawing.caption.text


def test_an_empty_pad_says_what_to_do(drawing):
    drawing.pad.put(torch.zeros(28, 28))
    assert drawing.caption.text.startswith("The pad is empty: draw")


def test_a_drawing_of_the_wrong_size_is_refused_and_nothing_changes():
    pad = DigitPad()
    before = pad.value
    with pytest.raises(Exception, match="a drawing is 140 x 140 bytes"):
        pad.value = b"12"
    assert pad.value == before


def test_a_mosaic_keeps_every_map_in_its_place():
    maps = torch.arange(10.0).view(10, 1, 1).expand(10, 3, 4)
    laid = mosaic(maps, columns=4)
    assert laid.shape == (3 * 4 - 1, 4 * 5 - 1)
    for i in range(10):
        row, column = divmod(i, 4)
        assert (laid[row * 4 : row * 4 + 3, column * 5 : column * 5 + 4] == i).all()


def test_pictures_are_whole_png_files(images):
    picture = Image.open(io.BytesIO(png(image_grid(images[:3], ["a", "b", "c"]))))
    assert picture.format == "PNG" and picture.width == 2 * 1000
