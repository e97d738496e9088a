"""Options that several commands share."""

from typing import Annotated, Any

import typer

Keys = Annotated[list[str] | None, typer.Argument(help="Claims, or a paper's name for all of its claims.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document; progress goes to standard error.")]
Data = Annotated[str, typer.Option("--data", help="CSV, .npy or .npz file, or bundled:digits and the like.")]
Target = Annotated[str | None, typer.Option("--target", help="The label column; `y` or the last by default.")]
Rows = Annotated[str | None, typer.Option("--rows", help="Samples to keep, such as 0:8.")]
Columns = Annotated[str | None, typer.Option("--columns", help="Inputs to keep, such as 10:20.")]
Centre = Annotated[bool, typer.Option("--centre", help="Subtract the mean sample.")]
TwoClasses = Annotated[str, typer.Option("--classes", help="Two labels such as 3,8, which become 1 and -1.")]
Normalise = Annotated[bool, typer.Option("--normalise", help="Divide each sample by its length.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="NAME=VALUE: activation, m, weights, loss, X, y, eta, ...")
]
Seed = Annotated[int, typer.Option("--seed", help="Of the drawn instances.")]
Out = Annotated[str | None, typer.Option("--out", help="Where to write.")]
Activation = Annotated[str, typer.Option("--activation", help="A name or text such as 'z + z**3'.")]
Width = Annotated[int, typer.Option("--width", "-m", help="The number of neurons.")]
LossName = Annotated[str, typer.Option("--loss", help="sum, half-sum, mean or half-mean.")]
TrainedOutput = Annotated[bool, typer.Option("--trained-output", help="Train the output weights too.")]
Bias = Annotated[bool, typer.Option("--bias", help="Train a bias in every neuron.")]
Weights = Annotated[str | None, typer.Option("--weights", help="Output weights, separated by commas; ones by default.")]
Classes = Annotated[int, typer.Option("--classes", help="K.")]
Depth = Annotated[int, typer.Option("--depth", help="L, the number of weight matrices.")]
Samples = Annotated[int, typer.Option("--samples", "-n", help="n, samples a class.")]
FeatureLoss = Annotated[str, typer.Option("--loss", help="mse or ce.")]
FeatureActivation = Annotated[str, typer.Option("--activation", help="relu or linear.")]


def data_choice(*parts: Any) -> Any:
    """Which data the user pointed at: path, target, rows, columns, centre, normalise, classes."""
    from theorycheck.commands.inputs import DataChoice

    return DataChoice(*parts)
