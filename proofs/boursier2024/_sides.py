"""Steps that several proofs share: a neuron whose preactivation has a known sign, as relu and step of it."""

from theorycheck.symbolic.proof import Step


def known_side(name: str, value: str, side: str, other: str, sign: str, indicator: str) -> tuple[Step, ...]:
    """relu(value) = side * value and step(value) = side, for side in {0, 1}.

    Args:
        name: prefix of the steps' names; the results are ``{name}_part`` and ``{name}_step``.
        value: the preactivation.
        side: 1 where it is positive, 0 where it is negative.
        other: 1 - side.
        sign: the fact ``(2 side - 1) value > 0``.
        indicator: the fact ``side**2 = side``.
    """
    inside, half = f"{side}*{value}", f"(2*{side} - 1)"
    return (
        Step(f"{name}_sign", f"{inside} >= 0", by=f"{side}**2*#{sign} - (2*{side} + 1)*{value}*#{indicator}"),
        Step(f"{name}_above", f"{inside} >= {value}", by=f"{other}**2*#{sign} - (2*{side} - 3)*{value}*#{indicator}"),
        Step(f"{name}_product", f"{inside}*({inside} - {value}) = 0", by=f"{value}**2*#{indicator}"),
        Step(
            f"{name}_part",
            f"relu({value}) = {inside}",
            "positive_part",
            (f"{name}_sign", f"{name}_above", f"{name}_product"),
            f"{value}; {inside}",
        ),
        Step(f"{name}_factor", f"relu({value}) = step({value})*{value}", "positive_part", by=value),
        Step(
            f"{name}_scaled",
            f"{half}*{value}*(step({value}) - {side}) = 0",
            by=f"{half}*(#{name}_part - #{name}_factor)",
        ),
        Step(f"{name}_step", f"step({value}) = {side}", "cancel", (f"{name}_scaled",), f"#{sign}"),
    )
