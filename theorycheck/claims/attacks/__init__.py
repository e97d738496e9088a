"""Ways in which the conclusions of the theorems can fail, each with its candidates and its exact test."""

from theorycheck.claims.attacks.beside import SPURIOUS_BESIDE_EQUAL as SPURIOUS_BESIDE_EQUAL
from theorycheck.claims.attacks.curvature import (
    NEAR_STATIONARY_NEGATIVE_CURVATURE as NEAR_STATIONARY_NEGATIVE_CURVATURE,
)
from theorycheck.claims.attacks.curvature import NEGATIVE_CURVATURE as NEGATIVE_CURVATURE
from theorycheck.claims.attacks.empty import EMPTY as EMPTY
from theorycheck.claims.attacks.features_below import BELOW_COLLAPSE as BELOW_COLLAPSE
from theorycheck.claims.attacks.features_curved import NOT_LOCALLY_MINIMAL as NOT_LOCALLY_MINIMAL
from theorycheck.claims.attacks.features_curved import NOT_SMALLER_AT_FIRST as NOT_SMALLER_AT_FIRST
from theorycheck.claims.attacks.features_lost import CLASS_LOST as CLASS_LOST
from theorycheck.claims.attacks.features_lost import TOO_NARROW as TOO_NARROW
from theorycheck.claims.attacks.features_lost import ZERO_BELOW_COLLAPSE as ZERO_BELOW_COLLAPSE
from theorycheck.claims.attacks.features_nuclear import NUCLEAR_NORM_RAISED as NUCLEAR_NORM_RAISED
from theorycheck.claims.attacks.features_optimal import COLLAPSE_OPTIMAL as COLLAPSE_OPTIMAL
from theorycheck.claims.attacks.features_optimal import ZERO_OPTIMAL as ZERO_OPTIMAL
from theorycheck.claims.attacks.flow import NEURONS_DIFFER as NEURONS_DIFFER
from theorycheck.claims.attacks.flow import OVERSHOOT as OVERSHOOT
from theorycheck.claims.attacks.flow import STAYS as STAYS
from theorycheck.claims.attacks.lower import LOWER_THAN_EQUAL as LOWER_THAN_EQUAL
from theorycheck.claims.attacks.rates import DISTANCE_BOUND as DISTANCE_BOUND
from theorycheck.claims.attacks.rates import GRADIENT_DOMINANCE as GRADIENT_DOMINANCE
from theorycheck.claims.attacks.stationary import EQUAL_NOT_STATIONARY as EQUAL_NOT_STATIONARY
from theorycheck.claims.attacks.stationary import SPURIOUS_STATIONARY as SPURIOUS_STATIONARY
from theorycheck.claims.attacks.stationary import WEIGHTED_STATIONARY as WEIGHTED_STATIONARY
from theorycheck.claims.attacks.trained import TRAINED_LOWER_THAN_EQUAL as TRAINED_LOWER_THAN_EQUAL
