import pytest

from theorycheck import derive
from theorycheck.errors import InvalidInstance
from theorycheck.models.networks import TwoLayer


def network(width, activation, trained=False, bias=False):
    return TwoLayer(width, activation, trained_output=trained, bias=bias)


def test_symbols_and_their_order():
    small = derive.hessian_trace(network(2, "cubic", True, True), samples=1, inputs=1).problem
    assert [s.name for s in small.parameters] == ["theta_11", "b_1", "theta_21", "b_2", "a_1", "a_2"]
    wide = derive.hessian_trace(network(11, "cubic"), samples=1, inputs=2).problem
    assert len({s.name for s in wide.parameters}) == 22
    assert wide.theta[10][1].name == "theta_11_2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": 0}, "samples is 0"),
        ({"inputs": -1}, "inputs is -1"),
        ({"samples": 1.5}, "samples is 1.5"),
        ({"X": [[1, 2], [3]]}, "rows of one length"),
        ({"X": []}, "X is empty"),
        ({"X": [[]]}, "X is empty"),
        ({"X": [1, 2]}, "list of numbers"),
        ({"X": 3}, "list of numbers"),
        ({"X": [[1, 2]], "y": [1, 2]}, "2 labels for 1 samples"),
        ({"X": [[1, 2]], "y": 3}, "list of numbers"),
        ({"X": [[1, float("nan")]]}, r"X\[0\]\[1\]"),
        ({"X": [[1, "text"]]}, r"X\[0\]\[1\]"),
        ({"X": [[1, 2]], "samples": 3}, "samples=3 but X has 1"),
        ({"loss": "hinge"}, "unknown loss"),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments, message):
    with pytest.raises(InvalidInstance, match=message) as caught:
        derive.hessian_trace(network(2, "cubic"), **arguments)
    assert "\n" not in str(caught.value)


def test_evaluation_refuses_what_does_not_fit():
    result = derive.hessian_trace(network(2, "cubic"))
    with pytest.raises(InvalidInstance, match="x_11, not a rational number"):
        result.evaluate([[1, 2], [3, 4]])
    with pytest.raises(InvalidInstance, match="labels are symbols"):
        result.evaluate([[1, 2], [3, 4]], [[1, 0], [0, 1]])
    with pytest.raises(InvalidInstance, match="theta has 1 rows"):
        result.evaluate([[1, 2]], [[1, 0], [0, 1]], [1, 1])
    with pytest.raises(InvalidInstance, match=r"theta\[1\] has 1 entries"):
        result.evaluate([[1, 2], [3]], [[1, 0], [0, 1]], [1, 1])
    trained = derive.hessian_trace(network(1, "cubic", trained=True), X=[[1]], y=[1])
    with pytest.raises(InvalidInstance, match="output_weights"):
        trained.evaluate([[1]])
