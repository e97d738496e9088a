"""What a user calls: claims by key, checks, counterexamples, proofs."""

from typing import Any

from theorycheck.claims.check import Budget, run
from theorycheck.claims.claim import Claim
from theorycheck.claims.store import all_claims, assumption_named, find, select
from theorycheck.claims.verdict import Verdict
from theorycheck.errors import InvalidInstance
from theorycheck.models.instance import Instance
from theorycheck.models.losses import Loss


def claims() -> tuple[Claim, ...]:
    """The library."""
    return all_claims()


def _claim(claim: str | Claim) -> Claim:
    return claim if isinstance(claim, Claim) else find(claim)


def check(
    claim: str | Claim,
    data: Any = None,
    network: Any = None,
    loss: Any = "half-sum",
    budget: Budget | None = None,
    seed: int = 0,
    features: Any = None,
    relu: Any = None,
) -> Verdict:
    """Test a claim by its proof, exact solution and training.

    Args:
        claim: a key of the library, or a Claim of your own.
        data: a `Dataset`, for your own instance.
        network: a `TwoLayer`; goes with `data`.
        loss: a `Loss` or its name.
        budget: seconds and number of drawn instances.
        seed: of the drawn instances.
        features: an `UnconstrainedFeatures`, for your own instance of a claim on unconstrained features.
        relu: a `ReluInstance`, for your own instance of a claim on plainly trained (leaky) ReLU networks.

    Returns:
        The verdict, with its findings and certificates.

    Raises:
        InvalidClaim: an unknown key; the message names the nearest.
        InvalidInstance: data without a network or the other way round, or parts that do not fit.

    Example:
        >>> check("gatmiry2024.d1", budget=Budget(seconds=5, instances=1)).outcome.value
        'PROVED'
    """
    if budget is not None and not isinstance(budget, Budget):
        raise InvalidInstance(f"the budget is {budget!r}; pass tc.Budget(seconds=…, instances=…)")
    if (data is None) != (network is None):
        raise InvalidInstance("an instance of your own needs both data= and network=")
    chosen, own = _claim(claim), relu if features is None else features
    given = {"two-layer": data, "features": features, "relu": relu}
    if any(value is not None for setting, value in given.items() if setting != chosen.setting):
        fitting = {"two-layer": "data= and network=", "features": "features=", "relu": "relu="}[chosen.setting]
        raise InvalidInstance(f"{chosen.key} is about {chosen.setting} instances; pass {fitting}")
    if data is not None:
        own = Instance(data, network, loss if isinstance(loss, Loss) else Loss(loss))
    return run(chosen, budget, seed, own)


def falsify(claim: str | Claim, drop: str | None = None, seconds: float = 60.0, **fixed: Any) -> Any:
    """Search for a small exact counterexample to a claim, with one of its assumptions dropped.

    Args:
        claim: a key of the library, or a Claim of your own.
        drop: an assumption's name; None attacks the claim itself.
        seconds: the budget.
        fixed: what the search may not change: activation, m, n, d, y, weights, ...

    Returns:
        A `Counterexample` with its certificate, or `Survived`, which is no proof that there is none.

    Raises:
        InvalidClaim: an unknown key or assumption; the message names the nearest.
    """
    from theorycheck.falsify.search import falsify as search

    chosen = _claim(claim)
    if drop is not None:
        assumption_named(chosen, drop)
    return search(chosen, drop=drop, fixed=fixed, seconds=seconds)


def drop_one_table(*keys: str, seconds_each: float = 60.0) -> Any:
    """The drop-one table of some claims, or of the whole library.

    Args:
        keys: claims or papers.
        seconds_each: the budget of a row.

    Raises:
        InvalidClaim: an unknown key.
    """
    from theorycheck.falsify.table import drop_one_table as table

    return table(select(keys), seconds_each)


def prove(name: str) -> Any:
    """Replay a proof for all sizes, step by step.

    Args:
        name: paper and proof, such as `gatmiry2024/thm1`.

    Raises:
        InvalidClaim: there is no such proof.
    """
    from theorycheck.symbolic.proof import prove as replay
    from theorycheck.symbolic.proof_files import load_proof

    return replay(load_proof(name))


def verify(path: Any) -> Any:
    """Replay the certificate in a file; needs no solver.

    Args:
        path: a JSON file that theorycheck wrote.

    Returns:
        A record: file, valid, kind, statement, reason.

    Raises:
        CertificateError: the file is missing, corrupt, or no certificate of ours.
    """
    from theorycheck.certificates.certificate import verify_file

    return verify_file(path)
