"""Lesson 09: its numbers, and its code against the helpers'."""

import pytest
import torch
from torch import nn

from helpers.figures import png
from helpers.lesson09 import exercises as check
from helpers.lesson09.explorers import AFTER, BEFORE, SCALES, HistogramExplorer
from helpers.lesson09.histograms import (
    BINS,
    EDGE,
    LOOKS,
    TOP,
    WITH,
    WITHOUT,
    LayerHistograms,
    shares,
)  # fmt: skip
from helpers.lesson09.norms import ACTIVATIONS, DeepNet, health, initialize, untrained
from tools.lessons import ROOT, source

LESSON = ROOT / "notebooks" / "09_batch_norm.ipynb"


@pytest.fixture(scope="module")
def lesson():
    """The names that the lesson's own cells make: its network, its data, its loop."""
    names: dict = {}
    for cell in ("set-up", "data", "net", "initialize", "vanish", "vanish-slope", "four-nets",
                 "draw", "train-loop", "error", "start"):  # fmt: skip
        exec(source(LESSON, cell), names)
    return names


def learned(lesson, make, seeds, **options):
    """Return the errors of the networks that `make(seed)` makes, after their training."""
    found = []
    for seed in seeds:
        net = make(seed)
        lesson["train"](net, [], **options)
        found.append(lesson["error"](net))
    return found


def started(lesson, activation, norm, start):
    """Return a function that makes a network of the lesson for a seed."""

    def make(seed):
        torch.manual_seed(seed)
        net = lesson["DeepNet"](activation, norm)
        if isinstance(start, str):
            lesson["start"](net, start)
        else:
            lesson["initialize"](net, *start)
        return net

    return make


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
def test_the_network_of_the_helper_is_the_one_that_the_lesson_wrote(lesson, activation, norm):
    nets = []
    for kind, begin in ((DeepNet, initialize), (lesson["DeepNet"], lesson["initialize"])):
        torch.manual_seed(5)
        nets.append(kind(ACTIVATIONS[activation], norm))
        begin(nets[-1], std=0.3, bias=0.1)
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
    picture.set("two", WITHOUT, layers)
    drawn = png(picture.figure)
    assert drawn != empty
    paths = picture._drawn["two", WITHOUT].get_paths()
    for path, values in zip(paths, layers, strict=True):
        heights = torch.as_tensor(path.vertices[1 : 2 * BINS + 1 : 2, 1])
        torch.testing.assert_close(heights, shares(values).double())
    picture.clear("two", WITHOUT)
    assert png(picture.figure) == empty
    # the two looks differ by more than color
    assert LOOKS[WITHOUT]["facecolor"] == "none" != LOOKS[WITH]["facecolor"]
    assert picture.figure.axes[0].get_ylim() == (0, TOP)


def test_the_histogram_explorer_without_a_browser():
    explorer = HistogramExplorer()
    assert "80 of 80 units are dead" in explorer.caption.text
    assert "relu without batch norm, bias −0.20, weight scale 0.1: " in explorer.caption.text
    assert explorer.caption.text.endswith("In layer 8, almost nothing is left of x.")
    for name, value in [("bias", 0.3), ("scale", 1.0), ("activation", "tanh"), ("norm", True)]:
        said, seen = explorer.caption.text, explorer.picture.value
        explorer.controls[name].value = value
        assert explorer.caption.text != said and explorer.picture.value != seen, name
    assert explorer.caption.text.startswith("tanh with batch norm, bias 0.30, weight scale 1: ")


def test_a_bias_that_is_nearly_zero_has_no_sign():
    explorer = HistogramExplorer()
    for bias in (-1e-17, 0.0):  # a browser may send the first for the second
        explorer.controls["bias"].value = bias
        assert "bias 0.00" in explorer.caption.text


def test_the_explorer_shows_what_the_net_computes():
    explorer = HistogramExplorer()
    explorer.controls["bias"].value = 0.2
    layers = untrained(explorer.x, "relu", False, 0.1, 0.2)
    for row, expected in zip((BEFORE, AFTER), layers):
        paths = explorer.histograms._drawn[row, WITHOUT].get_paths()
        for path, values in zip(paths, expected, strict=True):
            heights = torch.as_tensor(path.vertices[1 : 2 * BINS + 1 : 2, 1])
            torch.testing.assert_close(heights, shares(values).double())


def test_the_answers_to_the_questions_about_the_explorer():
    explorer = HistogramExplorer()

    def shown(**values):
        for name, value in values.items():
            explorer.controls[name].value = value
        return explorer.caption.text

    for bias, dead in ((0.0, 23), (0.05, 0), (0.5, 0), (1.0, 0)):
        assert f": {dead} of 80 units are dead" in shown(bias=bias)
        assert "almost nothing is left of x" in explorer.caption.text
    text = shown(bias=0.0, scale=3.0)
    assert text.endswith("The numbers explode.") and "000 in layer 8" not in text
    assert float(text.split(" by ")[2].split(" in")[0].replace(",", "")) > 5000
    assert int(shown(activation="tanh", scale=2.0).split(": ")[1].split("%")[0]) > 40


def test_with_batch_norm_tanh_is_hardly_saturated_in_the_explorer():
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    for scale in SCALES:
        after = torch.cat(untrained(x, "tanh", True, scale, -0.2)[1])
        assert (after.abs() > 0.95).float().mean() < 0.05
        between = (after.abs() > 0.7) & (after.abs() <= 0.95)
        assert between.float().mean() > 0.3


def test_with_batch_norm_x_arrives_for_every_bias_and_scale_of_the_explorer():
    """With scales for which epsilon is small enough."""
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    for activation in ACTIVATIONS:
        for bias in (-1.0, 0.0, 1.0):
            for scale in SCALES:
                found = health(untrained(x, activation, True, scale, bias)[1])
                assert found.dead == 0 and found.spread[-1] > 0.3


def test_a_bias_of_zero_brings_units_back_and_large_weights_saturate():
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    for seed in range(10):
        assert health(untrained(x, "relu", False, 0.1, -0.2, seed)[1]).dead > 70
        assert health(untrained(x, "relu", False, 0.1, 0.0, seed)[1]).dead < 45
        assert health(untrained(x, "relu", False, 0.1, 0.2, seed)[1]).dead < 45
        assert health(untrained(x, "tanh", False, 2.0, 0.0, seed)[1]).saturated > 0.4


def test_about_half_of_the_relu_outputs_are_zero_with_batch_norm():
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    for values in untrained(x, "relu", True, 0.1, -0.2)[1]:
        assert 0.4 < (values == 0).float().mean() < 0.6


def test_two_samples_become_one_and_minus_one():
    pair = nn.BatchNorm1d(50)(torch.randn(2, 50, generator=torch.Generator().manual_seed(0)))
    assert (pair.sum(0).abs() < 1e-4).all() and pair.abs().median() > 0.99


def test_pytorchs_default_shrinks_what_depends_on_x(lesson):
    for seed in range(20):
        net = started(lesson, torch.relu, False, "default")(seed)
        with torch.no_grad():
            _, after = net.layers(lesson["x"])
        assert lesson["spread"](after[7]) < lesson["spread"](after[0]) / 20


def test_without_batch_norm_only_the_last_layers_of_tanh_change(lesson):
    names = dict(lesson, losses={})
    for activation in ("relu", "tanh"):
        old, new = (lesson["make_nets"](1)[activation, "without batch norm"] for _ in range(2))
        torch.manual_seed(0)
        lesson["train"](new, names["losses"].setdefault(activation, []))
        with torch.no_grad():
            pairs = zip(old.layers(lesson["x"])[1], new.layers(lesson["x"])[1])
            moved = [(a - b).abs().max() for a, b in pairs]
        if activation == "relu":
            assert max(moved) == 0
        else:
            assert max(moved[:5]) < 0.03 and moved[7] > 0.1
    exec(source(LESSON, "smooth"), names)
    relu, tanh = (torch.tensor(names["smooth"][name][90:]) for name in ("relu", "tanh"))
    torch.testing.assert_close(relu, tanh, atol=0, rtol=0.03)  # one curve for the eye


@pytest.mark.parametrize(
    "seed", [10, *(pytest.param(s, marks=pytest.mark.slow) for s in (11, 12))]
)
def test_with_another_seed_only_batch_norm_learns(lesson, seed):
    """The lesson shows four seeds; these are others."""
    for activation in ACTIVATIONS.values():
        for norm in (False, True):
            make = started(lesson, activation, norm, (0.1, -0.2))
            (found,) = learned(lesson, make, [seed])
            assert found < 0.03 if norm else found > 0.07, (activation, norm, found)


@pytest.mark.parametrize("seed", [10, pytest.param(11, marks=pytest.mark.slow)])
def test_with_relu_every_start_learns_with_batch_norm_and_only_he_without(lesson, seed):
    """The lesson shows two seeds; these are others."""
    for start in ("default", "He", "std 1"):
        (with_norm,) = learned(lesson, started(lesson, torch.relu, True, start), [seed])
        (without,) = learned(lesson, started(lesson, torch.relu, False, start), [seed])
        assert with_norm < 0.03, (start, with_norm)
        if start == "He":
            assert without < with_norm
        else:
            assert not without < 0.07, (start, without)


@pytest.mark.slow
def test_with_tanh_and_large_weights_some_fail_in_spite_of_batch_norm(lesson):
    found = learned(lesson, started(lesson, torch.tanh, True, (2.0, -0.2)), range(12))
    failed = sum(not error < 0.07 for error in found)
    assert 1 <= failed <= 8, found


@pytest.mark.slow
def test_batch_norm_allows_a_larger_learning_rate(lesson):
    """The lesson shows three seeds; these are others."""
    for norm in (False, True):
        make = started(lesson, torch.relu, norm, "He")
        middle = learned(lesson, make, range(10, 15), lr=0.3)
        large = learned(lesson, make, range(10, 15), lr=1.0)
        if norm:
            assert max(middle) < 0.03 and min(large) < 0.03
        else:
            assert max(middle) > 0.07 and not any(error < 0.07 for error in large)


def test_with_other_seeds_the_gradient_reaches_the_second_layer_or_not(lesson):
    for seed in range(10, 40):
        with_norm = lesson["bad_net"](torch.tanh, True, seed)
        without = lesson["bad_net"](torch.tanh, False, seed)
        assert lesson["gradient_ratio"](without) < 0.003
        assert lesson["gradient_ratio"](with_norm) > 0.03


def test_with_other_seeds_large_weights_explode(lesson):
    for seed in range(10, 40):
        net = started(lesson, torch.relu, False, "std 1")(seed)
        with torch.no_grad():
            _, after = net.layers(lesson["x"])
        assert lesson["spread"](after[7]) > 5 * lesson["spread"](after[0])


@pytest.mark.parametrize("seed", range(3))
def test_with_every_seed_eval_is_too_early_after_twenty_steps_and_can_be_fixed(lesson, seed):
    names = dict(lesson)
    text = source(LESSON, "early-shown")
    assert "seed=0" in text
    exec(text.replace("seed=0", f"seed={seed}"), names)
    exec(source(LESSON, "early-mended"), names)  # the cells' own asserts


def test_a_look_at_the_layers_leaves_the_networks_as_they_were(lesson):
    nets = lesson["make_nets"](0)
    before = {name: {k: v.clone() for k, v in net.state_dict().items()}
              for name, net in nets.items()}  # fmt: skip
    exec(source(LESSON, "before"), lesson)  # makes ROWS
    lesson["draw"](LayerHistograms(lesson["ROWS"]), nets)
    for name, net in nets.items():
        assert all(torch.equal(v, before[name][k]) for k, v in net.state_dict().items())


def test_with_every_seed_all_relus_are_dead_from_the_second_layer_on(lesson):
    for seed in range(100):
        _, after = lesson["bad_net"](torch.relu, False, seed).layers(lesson["x"])
        assert all((values == 0).all() for values in after[1:])


@pytest.mark.parametrize("steps", [0, 1, 7, 10, 11])
def test_the_curves_are_drawn_after_any_number_of_steps(lesson, steps):
    """An interrupt may come at any time."""
    values = [1.0 + i for i in range(steps)]
    nets = lesson["make_nets"](1)
    names = lesson | {"nets": nets, "losses": {name: values for name in nets}}
    names |= {"constant_loss": 0.1, "rule_loss": 0.01}
    exec(source(LESSON, "smooth"), names)
    exec(source(LESSON, "curves"), names)
    for line in names["ax"].lines[:4]:
        assert len(line.get_ydata()) == steps
    if steps == 11:
        assert line.get_ydata()[[0, 9, 10]].tolist() == [1, 5.5, 6.5]
