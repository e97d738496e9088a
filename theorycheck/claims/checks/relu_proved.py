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
        "multipliers_positive": ("nearly_orthogonal",),
        "orthogonal": ("orthogonal_data",),  # with the equal lengths that the claim assumes as well
        "balanced": ("balanced_labels",),
        "widths": ("equal_widths",),
        "multipliers": ("nearly_orthogonal",),  # they are positive, by kou2023/positive
        "plus_side": ("own_pattern",),
        "minus_side": ("own_pattern",),
    },
    "frei2022": {"slope": ("leaky_activation",), "slope_below": _SLOPES},
    "min2023": {
        "multipliers": ("nonnegative_multipliers",),
        "equal_margins": ("nonnegative_multipliers",),
        "separable": ("orthogonally_separable",),
        "correlation": ("orthogonally_separable",),
        "lengths": ("orthogonally_separable",),
        "forces": ("logistic_loss",),  # strictly: the hinge loss has no force beyond margin 1
        "slopes": ("relu_activation", "piecewise_linear"),
        "least_slope": ("relu_activation", "piecewise_linear"),
        "greatest_slope": ("relu_activation", "piecewise_linear"),
    },
    "tsoy2024": {},
    "karhadkar2024": {
        "least_slope": ("leaky_activation",),
        "greatest_slope": ("leaky_activation",),
        "inputs": ("signal_and_orthogonal_noise",),
        "unit": ("signal_and_orthogonal_noise",),
        "clean": ("signal_and_orthogonal_noise",),
        "orthonormal": ("signal_and_orthogonal_noise",),
        "noise": ("signal_and_orthogonal_noise",),
    },
    "boursier2024": {
        "euler": ("relu_activation", "piecewise_linear"),
        "slopes": ("relu_activation", "piecewise_linear"),
        "involution": ("antipodal_sample",),
        "opposite": ("antipodal_sample",),
        "odd": ("antipodal_sample",),
        "even": ("antipodal_sample",),
        "plus_pattern": ("patterns_kept", "leaky_patterns_kept"),  # of the fits, or of the neurons made of them
        "minus_pattern": ("patterns_kept", "leaky_patterns_kept"),
        "slope": ("not_linear",),
        "inputs": ("positive_inputs",),
        "noise": ("label_noise",),
        "many": ("many_samples",),
        "dominates": ("dominant_outputs",),
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
    "kou2023/collinear": frozenset(  # the family: inner products, lengths, K lambda = 1
        {"product_11", "product_12", "product_13", "product_23", "product_33", "first_row", "second_row", "ratio"}
        | {"apart", "first_weight", "third_weight"}
    ),
    "kou2023/dead_point": frozenset({"unseen", "others_off", "own_loss", "losses"}),  # the case that it is about
    "kou2023/limits": frozenset(
        {"clock", "flow", "definite", "definite_sign", "first_time"}
    ),  # K of independent samples
    "kou2023/orthogonal_margins": frozenset({"flow", "first_time", "inverse"}),
    "kou2023/relu_orthogonal": frozenset({"own_class"}),
    "kou2023/relu_rank": frozenset(
        {"binary", "norm_sign", "most", "scale", "enough", "nonzero"}
    ),  # active sets of a neurons or more; W_j is not 0
    "kou2023/orthogonal": frozenset({"inverse", "norm_sign", "closed_form"}),
    "kou2023/persistence": frozenset({"aligned", "ratio"}),  # after the first step, and while it is as the claim says
    "frei2022": frozenset({"positive_weights", "negative_weights", "rows"}),  # what the limit looks like
    "min2023": frozenset({"flow", "own_sign"}),
    "min2023/separable": frozenset({"output", "active", "rate"}),  # a neuron with an active sample
    "min2023/max_margin": frozenset(  # the max-margin networks that are compared
        {"side", "output", "margins", "scale", "scale_sign"}
    ),
    "tsoy2024": frozenset(  # the four points, a direction of length 1 and slopes of the ReLU there
        {"first_unit", "second_unit", "orthogonal", "share_1", "share_2", "share_3", "share_4", "critical", "positive"}
    ),
    "karhadkar2024": frozenset({"labels", "flips", "scale", "margins"}),
    "boursier2024": frozenset({"output_flow", "weight_flow"}),
    "boursier2024/early_alignment": frozenset(  # a time, a cell, a point of the sphere
        {"no_output", "same_pattern", "unit", "critical", "parallel"}
    ),
    "boursier2024/conservation": frozenset({"start", "positive_bound", "bounded"}),
    "boursier2024/symmetric": frozenset(  # directions that are compared
        {"off_kink", "alive", "first", "unit", "second", "second_unit"}
    ),
    **dict.fromkeys(
        ("boursier2024/two_sided", "boursier2024/leaky"),  # what the two-sided network is
        frozenset({"side", "plus_size", "minus_size", "plus_total", "minus_total", "plus_normal", "minus_normal"}),
    ),
    "boursier2024/escape": frozenset({"length", "alive", "start", "aligned", "scale", "clock"}),  # a neuron in its cell
    "boursier2024/global_ols": frozenset({"side", "plus_normal", "minus_normal", "all_normal"}),  # what the fits are
    "boursier2024/expected_loss": frozenset(  # independent noise, d independent inputs a side, least squares
        {"side", "moments", "plus_inverse", "minus_inverse", "plus_normal", "minus_normal", "all_inverse", "all_normal"}
    ),
    "boursier2024/failure": frozenset(  # fair signs; networks of one sign, which is the case that the claim is about
        {"certain", "fair_up", "fair_down", "signs", "one_sign", "which"}
    ),
    "boursier2024/orthant": frozenset({"weights", "first", "dead"}),  # live neurons in the orthant, dead ones opposite
}
CASES = {
    "boursier2024/conservation": {
        "strict": ("sign",),
        "alive": ("sign with equality",),
    },
    "boursier2024/symmetric": {"teacher": ("linear teacher",)},
    "boursier2024/global_ols": {
        "plus_still": ("stationary means equal fits",),
        "minus_still": ("stationary means equal fits",),
        "agree": ("equal fits are stationary", "on both sides"),
    },
    "boursier2024/failure": {"wrong_side": ("cost of one sample",)},
    "boursier2024/orthant": {
        "normal": ("outputs", "weights"),
        "still": ("only least squares",),
        "alive": ("only least squares",),
        "labels": ("alignment stays in the orthant",),
    },
    "boursier2024/threshold": {
        "plus_independent": ("one side", "interpolation"),
        "minus_independent": ("interpolation",),
        "side": ("bound", "no interpolation"),
        "dependent": ("bound", "no interpolation"),
        "scaled": ("bound", "no interpolation"),
        "generic": ("no interpolation",),
    },
    "kou2023/collinear": {
        "below": ("below the threshold",),
        "beyond": ("above the threshold", "allowed"),
    },
    "kou2023/relu_orthogonal": {"nobody": ("dead sample",)},
}
