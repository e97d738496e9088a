"""The commands of `theorycheck study`: their options, and nothing else."""

from typing import Annotated

import typer

from theorycheck.commands.options import (
    Centre,
    Classes,
    Columns,
    Data,
    Depth,
    FeatureActivation,
    FeatureLoss,
    Json,
    Normalise,
    Rows,
    Samples,
    Target,
    TwoClasses,
    data_choice,
)

study_app = typer.Typer(help="A question on a grid, or along training.", no_args_is_help=True, rich_markup_mode=None)


@study_app.command()
def phase(
    classes: Annotated[str, typer.Option("--classes", help="K: 2:10, 3,6,10 or one number.")] = "2:10",
    depth: Annotated[str, typer.Option("--depth", help="L, likewise.")] = "1:6",
    ratio: Annotated[
        str, typer.Option("--ratio", help="λ over the λ at which collapse and zero tie: 3/10 or a list.")
    ] = "3/10",
    loss: FeatureLoss = "mse",
    activation: FeatureActivation = "relu",
    samples: Samples = 1,
    budget: Annotated[float, typer.Option("--budget", help="Seconds of search a cell; 0: closed forms only.")] = 0.0,
    workers: Annotated[int, typer.Option("--workers", help="Processes.")] = 2,
    json: Json = False,
    out: Annotated[str, typer.Option("--out", help="The folder; a study there that was stopped goes on.")] = "study",
) -> None:
    """Which structure wins in the unconstrained-features model, over two of K, L and λ: figure, CSV, LaTeX."""
    from theorycheck.commands.study import study_phase

    axes = {"classes": classes, "depth": depth, "ratio": ratio}
    model = {"loss": loss, "activation": activation, "samples": samples}
    raise typer.Exit(study_phase(axes, model, budget, workers, json, out))


@study_app.command()
def threshold(
    inputs: Annotated[str, typer.Option("--inputs", help="d: 2,5,10 or one number.")] = "5",
    ratio: Annotated[str, typer.Option("--ratio", help="n/d, a list.")] = "1,3/2,2,5/2,3,4,6,10,20",
    law: Annotated[str, typer.Option("--law", help="Of the inputs: margin, gaussian, ...")] = "margin",
    sigma: Annotated[str, typer.Option("--sigma", help="Standard deviation of the label noise.")] = "1/2",
    init: Annotated[str, typer.Option("--init", help="λ, the scale of the start, a list.")] = "1/1000",
    width: Annotated[int, typer.Option("--width", help="m.")] = 100,
    seeds: Annotated[int, typer.Option("--seeds", help="Runs a point.")] = 10,
    steps: Annotated[int, typer.Option("--steps", help="At most, a run.")] = 200_000,
    workers: Annotated[int, typer.Option("--workers", help="Processes.")] = 1,
    json: Json = False,
    out: Annotated[str, typer.Option("--out", help="The folder; a study there that was stopped goes on.")] = "study",
) -> None:
    """When training both layers of a ReLU network stops short of interpolation, against n/d or against λ."""
    from theorycheck.commands.study_threshold import study_threshold

    axes = {"inputs": inputs, "ratio": ratio, "init": init}
    model = {"law": law, "sigma": sigma, "width": width}
    raise typer.Exit(study_threshold(axes, model, seeds, steps, workers, json, out))


@study_app.command()
def collapse(
    classes: Classes = 4,
    depth: Depth = 3,
    reg: Annotated[str, typer.Option("--reg", help="λ.")] = "7/400",
    loss: FeatureLoss = "ce",
    activation: FeatureActivation = "linear",
    samples: Samples = 1,
    width: Annotated[str, typer.Option("--width", help="d: a list, or one number with --regs.")] = "4,6,8,16,32",
    regs: Annotated[str | None, typer.Option("--regs", help="Values of λ to vary instead.")] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="Runs a value.")] = 64,
    out: Annotated[str, typer.Option("--out", help="The folder of the figure.")] = "study",
) -> None:
    """How often gradient descent on unconstrained features ends in neural collapse, against width or λ."""
    from theorycheck.commands.study import study_collapse

    model = {"classes": classes, "depth": depth, "loss": loss, "activation": activation, "counts": samples}
    raise typer.Exit(study_collapse(model, reg, width, regs, seeds, out))


@study_app.command()
def trajectory(
    data: Data = "",
    target: Target = None,
    rows: Rows = None,
    columns: Columns = None,
    centre: Centre = False,
    normalise: Normalise = False,
    classes: TwoClasses = "",
    samples: Annotated[int, typer.Option("--samples", "-n", help="n, without --data: Gaussian samples.")] = 10,
    inputs: Annotated[int, typer.Option("--inputs", "-d", help="d, likewise.")] = 784,
    seed: Annotated[int, typer.Option("--seed", help="Of the samples.")] = 0,
    slope: Annotated[str, typer.Option("--slope", help="γ, from 0 (ReLU) to 1 (linear).")] = "1/2",
    width: Annotated[str, typer.Option("--width", "-m", help="Neurons a sign: m, or m_+,m_-.")] = "50",
    init: Annotated[str, typer.Option("--init", help="Standard deviation of the start's weights.")] = "1/100",
    eta: Annotated[str | None, typer.Option("--eta", help="Steps η / max|l'|; else 1/4 a margin.")] = None,
    margin: Annotated[float, typer.Option("--margin", help="The least margin at which a run may end.")] = 200.0,
    steps: Annotated[int, typer.Option("--steps", help="At most.")] = 40_000,
    seeds: Annotated[int, typer.Option("--seeds", help="Starts.")] = 3,
    json: Json = False,
    out: Annotated[str, typer.Option("--out", help="The folder of the figure and the CSV file.")] = "study",
) -> None:
    """Stable ranks and margins of a (leaky) ReLU network along gradient descent, against the exact limits."""
    from theorycheck.commands.study_trajectory import study_trajectory

    choice = data_choice(data, target, rows, columns, centre, normalise, classes)
    network = {"slope": slope, "width": width, "init": init, "eta": eta}
    raise typer.Exit(study_trajectory(choice, (samples, inputs, seed), network, (margin, steps), seeds, json, out))


@study_app.command()
def alignment(
    laws: Annotated[str, typer.Option("--laws", help="margin, gaussian or ball.")] = "margin,gaussian",
    n: Annotated[str, typer.Option("--n", help="Numbers of samples.")] = "4,10,20,50,100,500",
    inputs: Annotated[int, typer.Option("--d", help="2 or 3.")] = 2,
    sigma: Annotated[str, typer.Option("--sigma", help="Noise of the labels.")] = "1/2",
    seeds: Annotated[int, typer.Option("--seeds", help="Samples of each law and n.")] = 20,
    json: Json = False,
    out: Annotated[str, typer.Option("--out", help="The folder of figure and CSV.")] = "study",
) -> None:
    """Number and angles of the extremal vectors of early alignment against n, by exact enumeration."""
    from theorycheck.commands.study_alignment import study_alignment

    raise typer.Exit(study_alignment(laws, n, seeds, (inputs, sigma), json, out))
