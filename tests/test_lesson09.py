"""Lesson 09: its numbers, and its code against the helpers'."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.figures import png
from helpers.lesson09 import exercises as check
from helpers.lesson09.explorers import AFTER, BEFORE, SCALES, HistogramExplorer
from helpers.lesson09.histograms import BINS, EDGE, LOOKS, TOP, LayerHistograms, shares
from helpers.lesson09.norms import ACTIVATIONS, DeepNet, health, untrained
from tests.lessons import ROOT, source

LESSON = ROOT / "notebooks" / "09_batch_norm.ipynb"


@pytest.fixture(scope="module")
def lesson():
    """The names that the lesson's own cells make: its net, its data, its loop."""
    names: dict = {}
    for cell in ("set-up", "data", "net", "four-nets", "train-loop"):
        exec(source(LESSON, cell), names)
    return names


def test_the_batch_norm_of_the_exercise_is_that_of_torch():
    torch.manual_seed(3)
    x, layer = 5 * torch.randn(9, 4) - 2, nn.BatchNorm1d(4)
    nn.init.normal_(layer.weight)
    nn.init.normal_(layer.bias)
    by_hand = check.batch_norm.variant()(x, layer.weight, layer.bias)
    torch.testing.assert_close(by_hand, layer(x))


@pytest.mark.parametrize("momentum", [0.1, 0.5, 1.0])
def test_the_running_statistics_of_the_exercise_are_those_of_torch(momentum):
    torch.manual_seed(4)
    batches = [torch.randn(n, 3) * n + 1 for n in (4, 9, 2, 30)]
    layer = nn.BatchNorm1d(3, momentum=momentum)
    for batch in batches:
        layer(batch)
    mean, var = check.remember.variant()(batches, momentum)
    torch.testing.assert_close(layer.running_mean, mean)
    torch.testing.assert_close(layer.running_var, var)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("norm", [False, True])
def test_the_net_of_the_helper_is_the_one_that_the_lesson_wrote(lesson, activation, norm):
    nets = []
    for kind in (DeepNet, lesson["DeepNet"]):
        torch.manual_seed(5)
        nets.append(kind(ACTIVATIONS[activation], norm, std=0.3, bias=0.1))
    ours, theirs = nets
    x = torch.linspace(-1, 1, 50).unsqueeze(1)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for a, b in zip(ours.layers(x), theirs.layers(x)):
        assert len(a) == len(b) == 8 and all(map(torch.equal, a, b))
    assert torch.equal(ours(x), theirs(x))


def test_an_untrained_net_scales_with_its_seed_and_leaves_chance_as_it_was():
    state = torch.get_rng_state()
    x = torch.linspace(-1, 1, 40).unsqueeze(1)
    small, large = (untrained(x, "relu", False, std, 0.0, seed=2)[0][0] for std in (0.1, 0.4))
    torch.testing.assert_close(4 * small, large)
    assert not torch.equal(small, untrained(x, "relu", False, 0.1, 0.0, seed=3)[0][0])
    assert torch.equal(state, torch.get_rng_state())
    with pytest.raises(KeyError):
        untrained(x, "softmax", False, 0.1, 0.0)


def test_health_counts_what_it_says():
    quiet = torch.tensor([[0.0, 0.0, 1.0], [0.0, 2.0, 1.0]])
    loud = torch.tensor([[0.99, -0.99, 0.5], [-0.99, 0.0, 0.5]])
    found = health([quiet, loud])
    assert (found.dead, found.units) == (1, 6)
    assert found.saturated == pytest.approx((3 + 3) / 12)
    assert found.spread[0] == pytest.approx(2**0.5 / 3)


def test_shares_are_a_histogram_around_zero():
    found = shares(torch.tensor([0.0, 0.0, 0.05, -0.05, 2.0, 99.0, -99.0, -99.0]))
    assert found.shape == (BINS,) and found.sum() == 1
    assert found[BINS // 2] == 0.5 and found[0] == 0.25 and found[-1] == 0.125
    values = torch.randn(5000, generator=torch.Generator().manual_seed(0)).clamp(-2.5, 2.5)
    expected = torch.histogram(values, BINS, range=(-EDGE, EDGE)).hist / 5000
    torch.testing.assert_close(shares(values), expected)


def test_a_row_of_histograms_shows_the_shares_of_its_layers():
    picture = LayerHistograms(["one", "two"], layers=3)
    layers = [torch.randn(100, generator=torch.Generator().manual_seed(i)) for i in range(3)]
    empty = png(picture.figure)
    picture.set("two", "without", layers)
    drawn = png(picture.figure)
    assert drawn != empty
    paths = picture._drawn["two", "without"].get_paths()
    for path, values in zip(paths, layers, strict=True):
        heights = torch.as_tensor(path.vertices[1 : 2 * BINS + 1 : 2, 1])
        torch.testing.assert_close(heights, shares(values).double())
    picture.clear("two", "without")
    assert png(picture.figure) == empty
    # the two looks differ by more than color
    assert LOOKS["without"]["facecolor"] == "none" != LOOKS["with batch norm"]["facecolor"]
    assert picture.figure.axes[0].get_ylim() == (0, TOP)


def test_the_histogram_explorer_without_a_browser():
    explorer = HistogramExplorer()
    assert "80 of 80 units are dead" in explorer.caption.text
    assert explorer.caption.text.endswith("Almost nothing of x arrives.")
    for name, value in [("bias", 0.3), ("scale", 1.0), ("activation", "tanh"), ("norm", True)]:
        said, seen = explorer.caption.text, explorer.picture.value
        explorer.controls[name].value = value
        assert explorer.caption.text != said and explorer.picture.value != seen, name
    assert explorer.caption.text.startswith("tanh with batch norm, bias 0.30, weight scale 1: ")


def test_the_explorer_shows_what_the_net_computes():
    explorer = HistogramExplorer()
    explorer.controls["bias"].value = 0.2
    layers = untrained(explorer.x, "relu", False, 0.1, 0.2)
    for row, expected in zip((BEFORE, AFTER), layers):
        paths = explorer.histograms._drawn[row, "without"].get_paths()
        for path, values in zip(paths, expected, strict=True):
            heights = torch.as_tensor(path.vertices[1 : 2 * BINS + 1 : 2, 1])
            torch.testing.assert_close(heights, shares(values).double())


def test_with_batch_norm_neither_bias_nor_scale_does_harm_in_the_explorer():
    """What the lesson invites to try: for the scales at which epsilon is small enough."""
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    for activation in ACTIVATIONS:
        for bias in (-1.0, 0.0, 1.0):
            for scale in SCALES:
                found = health(untrained(x, activation, True, scale, bias)[1])
                assert found.dead == 0 and found.saturated < 0.3 and found.spread[-1] > 0.3


def test_a_bias_of_zero_wakes_units_and_large_weights_saturate():
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    for seed in range(10):
        assert health(untrained(x, "relu", False, 0.1, -0.2, seed)[1]).dead > 70
        assert health(untrained(x, "relu", False, 0.1, 0.0, seed)[1]).dead < 45
        assert health(untrained(x, "relu", False, 0.1, 0.2, seed)[1]).dead < 45
        assert health(untrained(x, "tanh", False, 2.0, 0.0, seed)[1]).saturated > 0.4


def test_with_every_seed_only_batch_norm_learns(lesson):
    """The lesson shows four seeds; these are others."""
    x = lesson["x"]
    for seed in range(10, 14):
        nets = lesson["make_nets"](seed)
        lesson["train"](nets, x, lesson["y"])
        for (_, look), net in nets.items():
            with torch.no_grad():
                error = F.mse_loss(net.eval()(x), x**2).item()
            assert error > 0.07 if look == "without" else error < 0.03, (seed, look, error)


@pytest.mark.parametrize("seed", range(4))
def test_with_every_seed_eval_is_too_early_after_twenty_steps_and_can_be_mended(lesson, seed):
    names = dict(lesson)
    text = source(LESSON, "early-shown")
    assert "torch.manual_seed(0)" in text
    exec(text.replace("torch.manual_seed(0)", f"torch.manual_seed({seed})"), names)
    exec(source(LESSON, "early-mended"), names)  # the cells' own asserts


def test_training_together_is_training_alone(lesson):
    """The sum of the losses gives each net its own gradient, to the last digit or nearly."""
    x, y = lesson["x"], lesson["y"]
    together = lesson["make_nets"](0)
    torch.manual_seed(9)
    losses = lesson["train"](together, x, y, epochs=2)
    for name, net in lesson["make_nets"](0).items():
        torch.manual_seed(9)
        alone = lesson["train"]({name: net}, x, y, epochs=2)[name]
        torch.testing.assert_close(torch.tensor(alone), torch.tensor(losses[name]))


def test_a_look_at_the_layers_leaves_the_nets_as_they_were(lesson):
    nets = lesson["make_nets"](0)
    before = {name: {k: v.clone() for k, v in net.state_dict().items()}
              for name, net in nets.items()}  # fmt: skip
    lesson["draw"](LayerHistograms(lesson["ROWS"]), nets)
    for name, net in nets.items():
        assert all(torch.equal(v, before[name][k]) for k, v in net.state_dict().items())


def test_with_every_seed_all_relus_are_dead_from_the_second_layer_on(lesson):
    for seed in range(100):
        torch.manual_seed(seed)
        _, after = lesson["DeepNet"](torch.relu, norm=False).layers(lesson["x"])
        assert all((values == 0).all() for values in after[1:])


def test_a_good_beginning_learns_without_batch_norm_and_a_worse_one_with_it(lesson):
    """The lesson shows three seeds; these are others."""
    nets = {}
    for seed in range(20, 26):
        for norm, std, bias in ((False, 0.45, 0.0), (True, 0.01, -1.0)):
            torch.manual_seed(seed)
            nets[norm, seed] = lesson["DeepNet"](torch.tanh, norm, std, bias)
    lesson["train"](nets, lesson["x"], lesson["y"])
    for (norm, seed), net in nets.items():
        with torch.no_grad():
            error = F.mse_loss(net.eval()(lesson["x"]), lesson["x"] ** 2).item()
        assert error < (0.05 if norm else 0.005), (norm, seed, error)


@pytest.mark.parametrize("steps", [0, 1, 7, 10, 11])
def test_the_curves_are_drawn_after_any_number_of_steps(lesson, steps):
    """An interrupt may come at any time."""
    values = [1.0 + i for i in range(steps)]
    nets = lesson["make_nets"](1)
    names = lesson | {"nets": nets, "losses": {name: values for name in nets}}
    exec(source(LESSON, "curves"), names)
    for line in names["ax"].lines:
        assert len(line.get_ydata()) == steps
    if steps == 11:
        assert line.get_ydata()[[0, 9, 10]].tolist() == [1, 5.5, 6.5]
