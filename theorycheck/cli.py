"""The command line: reads options, calls a command, turns mistakes into one line and an exit code.

Exit codes: 0 nothing refuted and nothing failed; 1 a claim refuted or a certificate invalid; 2 the input was wrong;
3 something asked for stayed undecided.
"""

import os
import sys
from typing import Annotated

import typer

from theorycheck.commands.options import (
    Activation,
    Bias,
    Centre,
    Columns,
    Data,
    Json,
    Keys,
    LossName,
    Normalise,
    Out,
    Rows,
    Seed,
    Set,
    Target,
    TrainedOutput,
    TwoClasses,
    Weights,
    Width,
    data_choice,
)
from theorycheck.commands.studies import study_app
from theorycheck.errors import TheorycheckError

app = typer.Typer(
    name="theorycheck",
    help="Check deep-learning theorems on small instances: derive, solve exactly, train, falsify, write up.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
solve_app = typer.Typer(
    help="Solve an instance exactly, with a certificate.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(solve_app, name="solve")
app.add_typer(study_app, name="study")


@app.command("list")
def list_(json: Json = False) -> None:
    """The library of claims."""
    from theorycheck.commands.show import show_library

    raise typer.Exit(show_library(json))


@app.command()
def check(
    keys: Keys = None,
    data: Data = "",
    target: Target = None,
    rows: Rows = None,
    columns: Columns = None,
    centre: Centre = False,
    normalise: Normalise = False,
    classes: TwoClasses = "",
    given: Set = None,
    seed: Seed = 0,
    budget: Annotated[float, typer.Option("--budget", help="Seconds a claim.")] = 20.0,
    json: Json = False,
    out: Out = None,
) -> None:
    """Test claims: prove, solve and train, on drawn instances or on your own data."""
    from theorycheck.commands.check import check_claims

    choice = data_choice(data, target, rows, columns, centre, normalise, classes)
    raise typer.Exit(check_claims(keys or [], choice, given or [], seed, budget, json, out))


@app.command()
def falsify(
    key: Annotated[str, typer.Argument(help="The claim.")],
    drop: Annotated[str | None, typer.Option("--drop", help="The assumption to drop.")] = None,
    every: Annotated[bool, typer.Option("--all", help="The whole drop-one table.")] = False,
    given: Set = None,
    budget: Annotated[float, typer.Option("--budget", help="Seconds a search.")] = 60.0,
    json: Json = False,
    out: Out = None,
    script: Annotated[str | None, typer.Option("--script", help="Also write a stand-alone Python checker.")] = None,
) -> None:
    """Search for a small exact counterexample to a claim without one of its assumptions."""
    from theorycheck.commands.falsify import falsify_claim, falsify_table

    if every:
        raise typer.Exit(falsify_table(key, budget, json, out))
    raise typer.Exit(falsify_claim(key, drop, given or [], budget, json, out, script))


@app.command()
def verify(files: Annotated[list[str], typer.Argument(help="Certificates.")], json: Json = False) -> None:
    """Replay certificates; needs no solver."""
    from theorycheck.commands.verify import verify_files

    raise typer.Exit(verify_files(files, json))


@app.command()
def prove(
    keys: Keys = None,
    json: Json = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print the proofs as LaTeX.")] = False,
) -> None:
    """Replay the proofs for all sizes, step by step."""
    from theorycheck.commands.prove import prove_claims

    raise typer.Exit(prove_claims(keys or [], json, latex))


@app.command()
def derive(
    what: Annotated[
        str,
        typer.Argument(
            help="loss, gradient, hessian-trace, jacobian, tangent-space, normal-space, riemannian-gradient, "
            "riemannian-hessian, stationarity, flow-constant or finite-step; of the unconstrained-features model: "
            "dufm-reduction, dufm-stationarity, dufm-thresholds, dufm-stability, schatten-form or "
            "solution-set-dimension; of plain training: sample-coordinates, one-step, margin-kkt, alignment or "
            "two-sided."
        ),
    ],
    activation: Activation = "sinh",
    width: Width = 2,
    samples: Annotated[int, typer.Option("--samples", "-n", help="n, for symbolic data.")] = 2,
    inputs: Annotated[int, typer.Option("--inputs", "-d", help="d, for symbolic data.")] = 2,
    loss: Annotated[
        str | None,
        typer.Option("--loss", help="half-sum (default), sum, mean, half-mean; dufm-*: mse or ce."),
    ] = None,
    weights: Weights = None,
    trained_output: TrainedOutput = False,
    bias: Bias = False,
    data: Data = "",
    target: Target = None,
    rows: Rows = None,
    columns: Columns = None,
    centre: Centre = False,
    normalise: Normalise = False,
    classes: TwoClasses = "",
    algorithm: Annotated[
        str, typer.Option("--algorithm", help="full-batch or one-sample (flow-constant).")
    ] = "full-batch",
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    json: Json = False,
) -> None:
    """Derive a formula of a two-layer network, or of the unconstrained-features model in K, L and lambda."""
    from theorycheck.commands.derive import derive_formula

    sizes = {"samples": samples, "inputs": inputs}
    options = {"activation": activation, "width": width, "weights": weights, "loss": loss, "algorithm": algorithm}
    options |= {"trained_output": trained_output, "bias": bias}
    choice = data_choice(data, target, rows, columns, centre, normalise, classes)
    raise typer.Exit(derive_formula(what, options, sizes, choice, latex, json))


@solve_app.command()
def sharpness(
    data: Data = "",
    target: Target = None,
    rows: Rows = None,
    columns: Columns = None,
    centre: Centre = False,
    normalise: Normalise = False,
    classes: TwoClasses = "",
    samples: Annotated[str | None, typer.Option("--X", help="Samples: '1,0;0,1'; the identity by default.")] = None,
    labels: Annotated[str | None, typer.Option("--y", help="Labels: '3,4'.")] = None,
    width: Width = 5,
    activation: Activation = "sinh",
    loss: LossName = "half-sum",
    weights: Weights = None,
    trained_output: TrainedOutput = False,
    bias: Bias = False,
    json: Json = False,
    out: Annotated[str | None, typer.Option("--out", help="Write the certificate to this file.")] = None,
) -> None:
    """The least Hessian trace over the zero-loss set of a two-layer network."""
    from theorycheck.commands.solve import solve_sharpness

    choice = data_choice(data, target, rows, columns, centre, normalise, classes)
    network = {"width": width, "activation": activation, "weights": weights, "trained": trained_output, "bias": bias}
    raise typer.Exit(solve_sharpness(choice, samples, labels, network, loss, json, out))


@solve_app.command()
def dufm(
    classes: Annotated[int, typer.Option("--classes", "-K", help="K.")],
    depth: Annotated[int, typer.Option("--depth", "-L", help="L, the number of weight matrices.")],
    reg: Annotated[str, typer.Option("--reg", help="λ, or L + 1 of them: λ_H,λ_1,...,λ_L.")],
    loss: Annotated[str, typer.Option("--loss", help="mse or ce.")] = "mse",
    activation: Annotated[str, typer.Option("--activation", help="relu or linear.")] = "relu",
    samples: Annotated[int | None, typer.Option("--samples", "-n", help="Samples a class; 1 by default.")] = None,
    counts: Annotated[str | None, typer.Option("--counts", help="n_1,...,n_K, where classes differ.")] = None,
    width: Annotated[int | None, typer.Option("--width", help="d, the most rows of a layer.")] = None,
    structure: Annotated[
        str | None, typer.Option("--structure", help="Take this one: dnc, srg, cut, ladder, blocks, low_rank, ...")
    ] = None,
    budget: Annotated[float, typer.Option("--budget", help="Seconds of the search; 0 for none.")] = 20.0,
    json: Json = False,
    out: Annotated[str | None, typer.Option("--out", help="Write the certificate to this file.")] = None,
) -> None:
    """The least objective of a deep unconstrained-features model: structures, a search, certified bounds."""
    from theorycheck.commands.solve import solve_dufm

    kind = {"loss": loss, "activation": activation}
    limits = (width, structure, budget)
    raise typer.Exit(solve_dufm((classes, depth), reg, kind, (samples, counts), limits, json, out))


@solve_app.command()
def margin(
    data: Data = "",
    target: Target = None,
    rows: Rows = None,
    columns: Columns = None,
    centre: Centre = False,
    normalise: Normalise = False,
    classes: TwoClasses = "",
    samples: Annotated[str | None, typer.Option("--X", help="Samples: '1,0;0,1'; the identity by default.")] = None,
    labels: Annotated[str | None, typer.Option("--y", help="Labels 1 or -1: '1,-1'.")] = None,
    slope: Annotated[str, typer.Option("--slope", help="γ, from 0 (ReLU) to 1 (linear).")] = "1/2",
    width: Annotated[str, typer.Option("--width", "-m", help="Neurons a sign: m, or m_+,m_-.")] = "20",
    eta: Annotated[str | None, typer.Option("--eta", help="The step, to count time in steps too.")] = None,
    pattern: Annotated[
        str | None, typer.Option("--pattern", help="JSON file {'plus': [[1, 0], ...], 'minus': ...}, a row a neuron.")
    ] = None,
    json: Json = False,
    out: Annotated[str | None, typer.Option("--out", help="Write the certificate to this file.")] = None,
) -> None:
    """The maximum-margin KKT point of a two-layer (leaky) ReLU network, exactly, and the limits of training."""
    from theorycheck.commands.solve_relu import solve_margin

    choice = data_choice(data, target, rows, columns, centre, normalise, classes)
    network = {"slope": slope, "width": width, "eta": eta}
    raise typer.Exit(solve_margin(choice, (samples, labels), network, pattern, json, out))


@solve_app.command()
def extremal(
    data: Data = "",
    target: Target = None,
    rows: Rows = None,
    columns: Columns = None,
    centre: Centre = False,
    normalise: Normalise = False,
    classes: TwoClasses = "",
    samples: Annotated[str | None, typer.Option("--X", help="Samples: '1,0;0,1'; the identity by default.")] = None,
    labels: Annotated[str | None, typer.Option("--y", help="Labels: '3,-4'.")] = None,
    split: Annotated[str | None, typer.Option("--split", help="u of the two-sided least squares: '1,0'.")] = None,
    figure: Annotated[str | None, typer.Option("--figure", help="Draw circle or sphere: .pdf, .svg, .png.")] = None,
    json: Json = False,
    out: Annotated[str | None, typer.Option("--out", help="Write the certificate to this file.")] = None,
) -> None:
    """The extremal vectors of early alignment in a two-layer ReLU network, and its two-sided least squares."""
    from theorycheck.commands.solve_extremal import solve_extremal

    choice = data_choice(data, target, rows, columns, centre, normalise, classes)
    raise typer.Exit(solve_extremal(choice, (samples, labels), split, figure, json, out))


@app.command()
def report(
    out: Annotated[str, typer.Option("--out", help="The folder of the report.")] = "report",
    html: Annotated[str | None, typer.Option("--html", help="Write the HTML page into this folder instead.")] = None,
    latex: Annotated[str | None, typer.Option("--latex", help="Write the LaTeX file here instead.")] = None,
    seed: Seed = 0,
    budget: Annotated[float, typer.Option("--budget", help="Seconds a claim and a search.")] = 10.0,
) -> None:
    """Check every claim, build the drop-one table, and write it all up."""
    from theorycheck.commands.report import write

    raise typer.Exit(write(out, html, latex, seed, budget))


def main() -> None:
    """Run the command line; mistakes of the user end in one line on standard error and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except TheorycheckError as reason:
        code = _complain(f"theorycheck: {reason}", 2)
    except (typer.Abort, KeyboardInterrupt):
        code = _complain("theorycheck: stopped; what was finished is on disk", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as reason:
        if not hasattr(reason, "format_message"):  # not one of the option parser's own complaints
            raise
        message = reason.format_message()  # type: ignore[attr-defined]
        code = _complain(message if message.startswith("Usage") else f"theorycheck: {message}", 2)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(line: str, code: int) -> int:
    print(line, file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
