"""Lesson 05: its drawings and explorers, and what its prose says of PyTorch."""

import warnings

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.data import small_digits
from helpers.figures import png
from helpers.lesson05.drawings import kernel_rows, map_mosaic, mosaic, network_diagram
from helpers.lesson05.explorers import KERNELS, DrawADigit, KernelExplorer, Reader, answer


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


def test_the_kernel_explorer_says_the_true_size_and_sum(images):
    explorer = KernelExplorer(images)
    explorer.controls["kernel"].value = "vertical edge"
    explorer.controls["stride"].value, explorer.controls["padding"].value = 3, 2
    explorer.controls["position"].value = 14
    kernel = torch.tensor([[KERNELS["vertical edge"]]], dtype=torch.float32)
    out = F.conv2d(images[:1, None] / 255, kernel, stride=3, padding=2)[0, 0]
    m = len(out)
    row, column = divmod(14, m)
    assert f"(28 + 2·2 − 3) / 3 + 1, rounded down = {m}." in explorer.caption.text
    total = f"{out[row, column]:.2f}".replace("-", "−")
    assert f"row {row}, column {column}: the products add up to {total}" in explorer.caption.text


def test_the_kernel_explorer_does_not_open_with_the_answer_to_the_lesson_s_question(images):
    assert KernelExplorer(images).controls["kernel"].value != "vertical edge"


def test_a_smaller_output_takes_the_position_inside(images):
    explorer = KernelExplorer(images)
    explorer.controls["position"].value = 675
    explorer.controls["stride"].value = 4
    assert explorer.controls["position"].value == 7 * 7 - 1
    assert "row 6, column 6" in explorer.caption.text


def test_the_answer_is_that_of_the_net(images):
    net = Net().train()
    image, probabilities, maps = answer(Reader(net, net.stage, prepare), images[3])
    expected = net(prepare(image[None])).softmax(1)[0]
    assert torch.allclose(probabilities, expected, atol=1e-5)
    assert maps.shape == (16, 28, 28) and net.training


def test_an_array_can_be_put_on_the_pad(drawing, images):
    before = drawing.picture.value
    drawing.pad.put(images[1])
    assert drawing.picture.value != before
    assert drawing.pad.placed == 2
    assert "The network reads a" in drawing.caption.text


def test_a_mosaic_keeps_every_map_in_its_place():
    maps = torch.arange(10.0).view(10, 1, 1).expand(10, 3, 4)
    laid = mosaic(maps, columns=4)
    assert laid.shape == (3 * 4 - 1, 4 * 5 - 1)
    for i in range(10):
        row, column = divmod(i, 4)
        assert (laid[row * 4 : row * 4 + 3, column * 5 : column * 5 + 4] == i).all()


def test_the_pictures_of_the_lesson_can_be_drawn(images):
    stages, steps = [(16, 14), (32, 7)], ["one", "two", "three"]
    kernels = torch.randn(16, 5, 5)
    for figure in (
        network_diagram(images[0], stages, steps),
        kernel_rows({"before": kernels, "after": 2 * kernels, "difference": kernels}),
        map_mosaic(torch.rand(16, 14, 14)),
    ):
        png(figure)
        for axis in figure.axes:
            for text in (*axis.texts, *axis.get_xticklabels(), axis.xaxis.label, axis.yaxis.label):
                assert text.get_fontsize() >= 11


def test_the_diagram_shows_as_many_maps_and_scores_as_it_says(images):
    (axis,) = network_diagram(images[0], [(16, 14), (32, 7)], ["one", "two", "three"]).axes
    sides = [patch.get_width() for patch in axis.patches if hasattr(patch, "get_width")]
    assert [sides.count(side) for side in (28, 14, 7)] == [1, 16, 32]
    assert len(axis.patches) == 1 + 16 + 32 + 10


def test_the_first_row_of_kernels_has_the_scale_of_all():
    small, large = torch.full((8, 5, 5), 0.1), torch.full((8, 5, 5), -0.4)
    figure = kernel_rows({"before": small, "after": large})
    for axis in figure.axes[:2]:
        assert axis.images[0].get_clim() == pytest.approx((-0.4, 0.4))


def test_padding_same_pads_unevenly_and_not_with_a_stride():
    """The lesson says so of even kernels, and that PyTorch warns of a copy."""
    image, layer = torch.randn(1, 1, 28, 28), nn.Conv2d(1, 1, 4, padding="same")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = F.conv2d(F.pad(image, [1, 2, 1, 2]), layer.weight, layer.bias)
        assert torch.allclose(layer(image), ours, atol=1e-5)
    with pytest.raises(ValueError, match="strided"):
        nn.Conv2d(1, 1, 3, padding="same", stride=2)


def test_a_network_that_went_wrong_is_named(images):
    net = Net()
    nn.init.constant_(net.out.weight, torch.nan)
    explorer = DrawADigit(net, net.stage, prepare, images[0])
    assert "nan means “not a number”" in explorer.caption.text
