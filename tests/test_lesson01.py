"""Lesson 01: the numbers and pictures of its explorers, without a browser."""

import pytest
import torch

from helpers.figures import fixed
from helpers.lesson01.explorers import EDGES, GraphExplorer, TangentExplorer
from helpers.lesson01.slopes import FUNCTIONS, relu_graph, rise_over_run, slope
from helpers.lesson01.tiles import tiles

BY_FORMULA = {
    "x²": lambda x: 2 * x,
    "x³/3 − x": lambda x: x**2 - 1,
    "sin 2x": lambda x: 2 * torch.cos(2 * x),
    "eˣ": torch.exp,
    "tanh x": lambda x: 1 - torch.tanh(x) ** 2,
    "|x|": torch.sign,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_slopes_are_those_of_the_formulas(name):
    x = torch.linspace(-2, 2, 41, dtype=torch.float64)
    assert torch.allclose(slope(FUNCTIONS[name], x), BY_FORMULA[name](x))
    assert not x.requires_grad and x.grad is None
    near = rise_over_run(FUNCTIONS[name], 0.7, 1e-6)
    assert near == pytest.approx(BY_FORMULA[name](torch.tensor(0.7)).item(), abs=1e-4)


def test_a_line_needs_two_points():
    with pytest.raises(ValueError, match="two points"):
        rise_over_run(torch.square, 1.0, 0.0)


@pytest.mark.parametrize("x, w, b", [(2, 1.5, -1), (2, -1.5, 1), (-3, -3, 3), (0, 2, 0)])
def test_the_graph_has_the_values_and_gradients_of_the_chain_rule(x, w, b):
    total = w * x + b
    gate = float(total > 0)
    assert relu_graph(x, w, b) == {
        "x": (x, gate * w),
        "w": (w, gate * x),
        "b": (b, gate),
        "product": (w * x, gate),
        "sum": (total, gate),
        "y": (max(total, 0), 1),
    }


def test_no_value_is_written_as_minus_zero():
    for value, gradient in relu_graph(-2, 0, -1).values():
        assert "−0.00" not in fixed(value) + fixed(gradient)


def test_the_graph_explorer_writes_value_and_gradient_on_every_edge():
    explorer = GraphExplorer()
    explorer.controls["b"].value = 1.25
    for name, (value, gradient) in relu_graph(2.0, 1.5, 1.25).items():
        forward, backward = explorer._texts[name]
        assert forward.get_text() == f"→ {fixed(value)}"
        assert backward.get_text() == f"← {fixed(gradient)}"
    assert set(EDGES) == set(explorer._texts)


def test_the_tangent_has_the_slope_and_touches_the_curve():
    explorer = TangentExplorer()
    explorer.controls["name"].value = "sin 2x"
    explorer.controls["x"].value = 0.4
    (x0, x1), (y0, y1) = explorer._tangent.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(2 * torch.cos(torch.tensor(0.8)).item())
    middle = y0 + (0.4 - x0) * (y1 - y0) / (x1 - x0)
    assert middle == pytest.approx(torch.sin(torch.tensor(0.8)).item(), abs=1e-5)


def test_the_corner_has_no_tangent():
    explorer = TangentExplorer()
    explorer.controls["name"].value = "|x|"
    explorer.controls["x"].value = 1e-17  # as a browser may say 0
    assert explorer.caption.text.startswith("At the corner of |x| there is no single slope")
    assert not explorer._tangent.get_visible() and not explorer._now.get_visible()
    explorer.controls["x"].value = 2.0
    assert explorer._tangent.get_visible()
    slopes = explorer._slopes.get_ydata()
    assert len(slopes) == 161 and sum(slopes != slopes) == 1  # NaN at 0: a gap in the line


def test_the_caption_names_the_corner_of_relu():
    explorer = GraphExplorer()
    for b, said in (-2.75, "unchanged"), (-3, "the corner of relu"), (3, "unchanged"):
        explorer.controls["b"].value = b
        assert said in explorer.caption.text
    explorer.controls["w"].value = -3
    assert "is flat there" in explorer.caption.text


def test_tiles_show_every_number_and_mark_the_chosen():
    table = torch.tensor([[1, 2], [3, 4]])
    figure = tiles([table, torch.tensor(7)], ["table", "one"], marked=[table[0], table[:0]])
    said = [text.get_text() for text in figure.axes[0].texts]
    assert said == ["table", "1", "2", "3", "4", "one", "7"]
    assert [patch.get_linewidth() for patch in figure.axes[0].patches] == [2, 2, 0.8, 0.8, 0.8]


def test_tiles_show_what_is_only_repeated():
    column = torch.tensor([[0], [10]])
    figure = tiles([column.expand(2, 3), torch.ones(2, 3)], ["a", "b"], repeated=[1])
    dashed = [patch.get_linestyle() == "--" for patch in figure.axes[0].patches]
    assert dashed == [False, True, True, False, True, True] + [False] * 6


def test_tiles_refuse_a_third_axis():
    with pytest.raises(ValueError, match="at most 2 axes"):
        tiles([torch.zeros(2, 2, 2)], ["too deep"])
