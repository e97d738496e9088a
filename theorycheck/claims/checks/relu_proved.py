"""What the hypotheses of the proofs on plainly trained ReLU networks are in the words of the claims; see `proved`."""

_SLOPES = ("leaky_activation", "relu_activation", "piecewise_linear")
COVERED_BY = {
    "kou2023": {
        "slope_sign": _SLOPES,
        "slope_below": _SLOPES,
        "nonzero": ("nonzero_samples", "nearly_orthogonal", "orthogonal_data", "positive_multipliers"),
        "logistic": ("logistic_loss",),
        "decreasing": ("logistic_loss", "decreasing_loss"),
        "small": ("small_start",),
        "other_small": ("small_start",),
        "first_step": ("small_start",),  # which speaks of R_min, p and the slope too
        "near": ("nearly_orthogonal",),
        "orthogonal": ("orthogonal_data",),  # with the equal lengths that the claim assumes as well
        "balanced": ("balanced_labels",),
        "widths": ("equal_widths",),
        "multipliers": ("nearly_orthogonal",),  # they are positive, by kou2023/positive
        "plus_side": ("own_pattern",),
        "minus_side": ("own_pattern",),
    },
    "frei2022": {"slope": ("leaky_activation",), "slope_below": _SLOPES},
    "min2023": {},
    "tsoy2024": {},
    "karhadkar2024": {},
    "boursier2024": {
        "euler": ("relu_activation", "piecewise_linear"),
        "slopes": ("relu_activation", "piecewise_linear"),
        "involution": ("antipodal_sample",),
        "opposite": ("antipodal_sample",),
        "odd": ("antipodal_sample",),
        "even": ("antipodal_sample",),
        "plus_pattern": ("patterns_kept",),
        "minus_pattern": ("patterns_kept",),
    },
}
SETTING = {
    "kou2023": frozenset({"labels", "sign", "norms", "pairs", "forward", "solves"}),  # lambda solves K lambda = 1
    "kou2023/positive": frozenset({"two", "nearer"}),  # the sharper condition, which the claim tells beside its own
    "kou2023/equal_margins": frozenset({"minimiser", "multipliers", "feasible", "slack", "invertible"}),
    "kou2023/rate": frozenset(
        {"unit", "value", "most", "other_most", "present", "growth"}
    ),  # spectral norm; as u grows
    "kou2023/stable_rank": frozenset({"unit", "value", "most", "nonzero"}),  # the spectral norm
    "kou2023/orthogonal": frozenset({"inverse", "norm_sign", "closed_form"}),
    "kou2023/persistence": frozenset({"aligned", "ratio"}),  # after the first step, and while it is as the claim says
    "frei2022": frozenset({"positive_weights", "negative_weights", "rows"}),  # what the limit looks like
    "min2023": frozenset(),
    "tsoy2024": frozenset(),
    "karhadkar2024": frozenset(),
    "boursier2024": frozenset({"output_flow", "weight_flow"}),
    "boursier2024/early_alignment": frozenset(  # a time, a cell, a point of the sphere
        {"no_output", "same_pattern", "unit", "critical", "parallel"}
    ),
    "boursier2024/conservation": frozenset({"start", "positive_bound", "bounded"}),
    "boursier2024/symmetric": frozenset(  # directions that are compared
        {"off_kink", "alive", "first", "unit", "second", "second_unit"}
    ),
    "boursier2024/two_sided": frozenset(  # what the two-sided network is
        {"side", "plus_size", "minus_size", "plus_total", "minus_total", "plus_normal", "minus_normal"}
    ),
    "boursier2024/escape": frozenset({"length", "alive", "start", "aligned", "scale", "clock"}),  # a neuron in its cell
}
CASES = {
    "boursier2024/conservation": {
        "strict": ("sign",),
        "dominates": ("never zero", "sign with equality"),
        "alive": ("sign with equality",),
    },
    "boursier2024/symmetric": {"teacher": ("linear teacher",)},
}
