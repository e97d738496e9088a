"""The kinds of instances that can be searched."""

from theorycheck.claims.claim import Claim
from theorycheck.errors import InvalidClaim
from theorycheck.falsify import features, relu, two_layer
from theorycheck.falsify.setting import Setting

SETTINGS = {"two-layer": two_layer.SETTING, "features": features.SETTING, "relu": relu.SETTING}


def setting_of(claim: Claim) -> Setting:
    """What is specific to the instances of a claim.

    Raises:
        InvalidClaim: the claim's setting is none of these.
    """
    if claim.setting not in SETTINGS:
        raise InvalidClaim(f"{claim.key} has an unknown setting {claim.setting!r}; choose one of {', '.join(SETTINGS)}")
    return SETTINGS[claim.setting]
