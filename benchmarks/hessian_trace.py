"""Symbolic Hessian trace of the sum-of-squares loss, n = 4, m = d, z**3 + z: by structure against two direct ways.

    python benchmarks/hessian_trace.py [SECONDS]

Every peer runs in a process of its own with a clear sympy cache, and is given up after SECONDS (180 by default). Ratios
are between times of this run.
"""

import multiprocessing
import os
import platform
import random
import sys
import time
from fractions import Fraction

SAMPLES = 4
PEER_SIZES = (16, 64)
OUR_SIZES = (16, 64, 256, 1024, 4096)


def setting(parameters):
    from theorycheck.models.networks import TwoLayer
    from theorycheck.symbolic.structure import problem

    width = round(parameters**0.5)
    return TwoLayer(width, "cubic"), problem(TwoLayer(width, "cubic"), samples=SAMPLES, inputs=width, loss="sum")


def plain_loss(at):
    import sympy

    def output(row):
        preactivations = [sympy.Add(*(t * x for t, x in zip(neuron, row, strict=True))) for neuron in at.theta]
        return sympy.Add(*(z**3 + z for z in preactivations))

    return sympy.Add(*((output(row) - label) ** 2 for row, label in zip(at.X, at.y, strict=True)))


def sympy_hessian(at):
    import sympy

    return sympy.hessian(plain_loss(at), at.parameters).trace()


def second_derivatives(at):
    import sympy

    loss = plain_loss(at)
    return sympy.Add(*(loss.diff(parameter, 2) for parameter in at.parameters))


def ours(parameters):
    # imports are outside the clock, for the peers as for us: sympy loads its tensors when it first adds two terms
    import sympy.tensor.tensor  # noqa: F401

    import theorycheck.symbolic.hessian  # noqa: F401
    from theorycheck import derive

    network, _ = setting(parameters)
    start = time.perf_counter()
    width = network.width
    result = derive.hessian_trace(network, samples=SAMPLES, inputs=width, loss="sum").expression
    return time.perf_counter() - start, result


def run_ours(parameters, answers):
    answers.put(ours(parameters)[0])


def run_peer(name, parameters, answers):
    import sympy.tensor.tensor  # noqa: F401

    _, at = setting(parameters)
    start = time.perf_counter()
    theirs = {"sympy_hessian": sympy_hessian, "second_derivatives": second_derivatives}[name](at)
    elapsed = time.perf_counter() - start
    agree(theirs, ours(parameters)[1])
    answers.put(elapsed)


def agree(theirs, mine):
    """Both expressions at one integer point; a benchmark of different results would say nothing."""
    symbols = sorted(theirs.free_symbols, key=str)
    values = {symbol: random.Random(index).randint(-3, 3) for index, symbol in enumerate(symbols)}
    if theirs.subs(values) != mine.subs(values):
        raise SystemExit("the two traces differ")


def timed(target, arguments, limit):
    """Seconds taken in a fresh process, or None after the limit."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=target, args=(*arguments, answers))
    process.start()
    try:
        return answers.get(timeout=limit)
    except Exception:
        return None
    finally:
        process.terminate()
        process.join()


def exact_evaluation(parameters):
    """The best of five exact evaluations at random rationals, and the number's size."""
    from theorycheck import derive

    network, _ = setting(parameters)
    width, draw = network.width, random.Random(0)

    def table(rows, columns):
        return [[Fraction(draw.randint(-99, 99), draw.randint(1, 99)) for _ in range(columns)] for _ in range(rows)]

    result = derive.hessian_trace(network, samples=SAMPLES, inputs=width, loss="sum")
    theta, X, (y,) = table(width, width), table(SAMPLES, width), table(1, SAMPLES)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        value = result.evaluate(theta, X, y)
        times.append(time.perf_counter() - start)
    return min(times), len(str(value))


def machine():
    """The processor's name and the number of cores that this process may use."""
    name = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as lines:
            name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{name}, {cores} cores, Python {platform.python_version()}"


def main():
    import sympy

    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 180.0
    print(f"machine: {machine()}, sympy {sympy.__version__}")
    print(f"symbolic Hessian trace, n = {SAMPLES}, m = d, phi = z**3 + z, a process of its own, imports not counted")
    mine = {}
    for parameters in OUR_SIZES:
        mine[parameters] = timed(run_ours, (parameters,), limit)
        print(f"  by structure        p = {parameters:5d}  {mine[parameters]:9.3f} s", flush=True)
    for parameters in PEER_SIZES:
        for name in ("sympy_hessian", "second_derivatives"):
            theirs = timed(run_peer, (name, parameters), limit)
            outcome = f"gave up after {limit:.0f} s" if theirs is None else f"{theirs:9.3f} s"
            ratio = limit / mine[parameters] if theirs is None else theirs / mine[parameters]
            more = "more than " if theirs is None else ""
            print(f"  {name:19s} p = {parameters:5d}  {outcome}  {more}{ratio:.0f} times ours", flush=True)
    seconds, digits = exact_evaluation(1024)
    print(f"exact rational evaluation, p = 1024: {seconds * 1e3:.1f} ms (a fraction of {digits} characters)")


if __name__ == "__main__":
    main()
