"""The unconstrained-features model: what it refuses, and how it tells itself."""

import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"classes": 1}, "K is 1"),
        ({"classes": True}, "K"),
        ({"depth": 0}, "L is 0"),
        ({"reg": 0}, "positive"),
        ({"reg": "1e400"}, "out of reach"),
        ({"reg": "1e-400"}, "out of reach"),
        ({"reg": float("nan")}, "finite"),
        ({"reg": ("1/10", "1/20")}, "2 numbers for reg"),
        ({"counts": (1, 2)}, "2 numbers for counts"),
        ({"counts": (1, 0, 1)}, "samples"),
        ({"loss": "hinge"}, "hinge"),
        ({"activation": "tanh"}, "tanh"),
        ({"width": 0}, "width"),
    ],
)
def test_refusals_are_clear(given, word):
    with pytest.raises(InvalidInstance, match=word):
        UnconstrainedFeatures(**{"classes": 3, "depth": 2, "reg": "1/10", **given})


def test_one_number_stands_for_all():
    model = UnconstrainedFeatures(3, 2, 0.5, counts=4)
    assert model.reg == (0.5,) * 3
    assert model.counts == (4, 4, 4)
    assert model.samples == 12
    assert model.balanced


def test_one_layer_has_nothing_to_rectify():
    one = UnconstrainedFeatures(2, 1, "1/10")
    assert not one.relu
    assert "no hidden layer" in str(one)
    assert one.digest != UnconstrainedFeatures(2, 1, "1/10", seed=1).digest
