"""Descents: L-BFGS with the ReLU rounded less and less, and the polish of what comes out."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np

from theorycheck.exact.dufm_search_compress import compress
from theorycheck.exact.dufm_search_polish import polish, value_at
from theorycheck.exact.dufm_search_problem import Network, Problem

Plan = tuple[tuple[float, int, float], ...]  # where the ReLU is rounded, steps, stall
# rounded more at first, too many starts die: what is weak is cut off
FIRST: Plan = ((0.02, 250, 1e-4),)
REST: Plan = ((0.004, 300, 1e-6), (0.001, 300, 1e-6), (0.0, 100, 1e-6))
LINEAR_FIRST: Plan = ((0.0, 200, 1e-4),)
LINEAR_REST: Plan = ((0.0, 2000, 1e-12),)
_MEMORY = 20
_ROUNDING = 1e-13  # losses that differ by less are equal: the smaller network is taken


@attrs.frozen
class Descent:
    """Minimises networks of one problem, several at once.

    Attributes:
        problem: of the networks.
        pool: the threads.
        late: whether the time is up; asked before each descent, which then leaves its network with an infinite loss.
        effort: floating-point operations that one stage of a descent may take, about; large networks make fewer steps.
    """

    problem: Problem
    pool: ThreadPoolExecutor
    late: Callable[[], bool]
    effort: float = 1e10

    def stage(self, network: Network, plan: Plan) -> Network:
        """L-BFGS through `plan`, with the loss of the last stage."""
        from theorycheck.exact.dufm_search_kernel import minimise

        if self.late():
            return attrs.evolve(network, loss=np.inf)
        theta, loss = network.theta.copy(), network.loss
        most = max(10, int(self.effort / (6.0 * len(theta) * self.problem.instance.classes)))
        for soft, steps, stall in plan:
            loss = minimise(theta, network.rows, *self.problem.arguments(), soft, min(steps, most), stall, _MEMORY)
        return attrs.evolve(network, theta=theta, loss=float(loss))

    @property
    def rest(self) -> Plan:
        """The plan that ends at a local minimum, up to its kinks."""
        return REST if self.problem.instance.relu else LINEAR_REST

    def valued(self, network: Network) -> Network:
        """The network with its loss."""
        return attrs.evolve(network, loss=value_at(self.problem, network.rows, network.theta))

    def together(self, networks: Sequence[Network], plan: Plan) -> list[Network]:
        """All through one plan, in threads; the order is kept, so nothing depends on which ends first."""
        return list(self.pool.map(lambda network: self.stage(network, plan), networks))

    def race(self, networks: Sequence[Network], kept: float) -> list[Network]:
        """All through the first stage, the best share `kept` of them to the end, without the neurons not needed."""
        plan = FIRST if self.problem.instance.relu else LINEAR_FIRST
        first = sorted(self.together(networks, plan), key=lambda network: network.loss)
        found = self.together(first[: max(1, round(kept * len(first)))], self.rest)
        return [compress(self.problem, network) for network in found if np.isfinite(network.loss)]

    def finish(self, network: Network, late: Callable[[], bool]) -> Network:
        """Fewer neurons, then Newton steps on the kinks until `late`; never worse."""
        small = compress(self.problem, network)
        small = small if small.loss < network.loss + 1e-9 else network
        done = polish(self.problem, small, late)
        again = compress(self.problem, done)
        done = again if again.loss <= done.loss + _ROUNDING else done
        return done if done.loss <= network.loss + _ROUNDING else network
