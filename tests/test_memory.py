"""How much autograd keeps, against numbers worked out by hand."""

import math

import torch
from torch import nn

from helpers.memory import megabytes_kept


def test_what_is_kept_for_backward_counts_once_and_nothing_is_kept_without_gradients():
    weight = torch.ones(1000, requires_grad=True)  # 4,000 bytes
    assert math.isclose(megabytes_kept(lambda: weight.exp().sum()), 0.004)  # the result of exp
    assert math.isclose(megabytes_kept(lambda: weight * weight), 0.004)
    assert math.isclose(megabytes_kept(lambda: (weight * torch.ones(1000)).exp()), 0.008)
    with torch.no_grad():
        assert megabytes_kept(lambda: weight.exp()) == 0


def test_what_a_network_keeps_is_the_inputs_of_its_layers_and_a_layer_s_weights():
    net, images = nn.Sequential(nn.Linear(100, 50), nn.Linear(50, 10)), torch.randn(32, 100)
    expected = 4 * (32 * 100 + 32 * 50 + 50 * 10)  # both inputs, and the second layer's weights
    assert math.isclose(megabytes_kept(lambda: net(images)), expected / 1e6)
    with torch.inference_mode():
        assert megabytes_kept(lambda: net(images)) == 0
