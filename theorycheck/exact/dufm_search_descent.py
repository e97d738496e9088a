"""Descents: L-BFGS with the ReLU rounded less and less, and the polish of what comes out."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs

from theorycheck.exact.dufm_search_compress import compress
from theorycheck.exact.dufm_search_polish import polish, value_at
from theorycheck.exact.dufm_search_problem import Network, Problem

# (where the ReLU is rounded, steps, stall); rounded more at first, too many starts die: weak entries are cut off
FIRST = ((0.02, 250, 1e-4),)
REST = ((0.004, 300, 1e-6), (0.001, 300, 1e-6), (0.0, 100, 1e-6))
_MEMORY = 20


@attrs.frozen
class Descent:
    """Minimises networks of one problem, several at once."""

    problem: Problem
    pool: ThreadPoolExecutor

    def stage(self, network: Network, plan: Sequence[tuple[float, int, float]]) -> Network:
        """L-BFGS through `plan`, with the loss of the last stage."""
        from theorycheck.exact.dufm_search_kernel import minimise

        theta, loss = network.theta.copy(), network.loss
        if not self.problem.instance.relu:
            plan = [(0.0, 2000, 1e-12)] if plan is REST else [(0.0, 200, 1e-4)]
        for soft, steps, stall in plan:
            loss = minimise(theta, network.rows, *self.problem.arguments(), soft, steps, stall, _MEMORY)
        return attrs.evolve(network, theta=theta, loss=float(loss))

    def valued(self, network: Network) -> Network:
        """The network with its loss."""
        return attrs.evolve(network, loss=value_at(self.problem, network.rows, network.theta))

    def together(self, networks: Sequence[Network], plan: Sequence[tuple[float, int, float]]) -> list[Network]:
        """All through one plan, in threads; the order is kept, so nothing depends on which ends first."""
        return list(self.pool.map(lambda network: self.stage(network, plan), networks))

    def race(self, networks: Sequence[Network], kept: float) -> list[Network]:
        """All through the first stage, the best share `kept` of them to the end."""
        first = sorted(self.together(networks, FIRST), key=lambda network: network.loss)
        return self.together(first[: max(1, round(kept * len(first)))], REST)

    def finish(self, network: Network, late: Callable[[], bool]) -> Network:
        """Fewer neurons, then Newton steps on the kinks; never worse."""
        small = compress(self.problem, network)
        small = small if small.loss < network.loss + 1e-9 else network
        done = polish(self.problem, small, late)
        again = compress(self.problem, done)
        done = again if again.loss <= done.loss + 1e-15 else done
        return done if done.loss <= network.loss else network
