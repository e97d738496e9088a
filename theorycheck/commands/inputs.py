"""From the texts of the command line to data, networks and instances."""

from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.numbers import exact

SETTINGS = {
    "activation": "an activation: a name or text such as z + z**3",
    "m": "the width",
    "width": "the width",
    "n": "the number of samples (falsify)",
    "d": "the number of inputs (falsify)",
    "y": "labels, separated by commas",
    "X": "samples: numbers separated by commas, rows by semicolons",
    "weights": "output weights, separated by commas",
    "loss": "sum, half-sum, mean or half-mean",
    "eta": "step size",
    "sigma": "noise level",
    "trained_output": "yes or no",
    "bias": "yes or no",
}
FEATURES = {
    "classes": "the number of classes K",
    "depth": "the number L of weight matrices",
    "reg": "λ, one number for all factors, or λ_H, λ_1, ..., λ_L separated by commas",
    "loss": "mse or ce",
    "activation": "relu or linear",
    "samples": "the number of samples of every class",
    "counts": "the numbers of samples of the classes, separated by commas",
    "width": "the most neurons of a layer",
}
RELU = {
    "X": "samples: numbers separated by commas, rows by semicolons",
    "y": "labels, separated by commas",
    "n": "the number of samples (falsify)",
    "d": "the number of inputs (falsify)",
    "width": "neurons a sign, m or m_+,m_-; with trained outputs the number of all neurons",
    "slope": "γ, from 0 (ReLU) to 1",
    "loss": "logistic, square or hinge",
    "outputs": "fixed or trained",
    "init": "the scale of the start",
    "eta": "step size",
    "activation": "leaky or tanh",
    "dominance": "|a_j| / ‖w_j‖ at the start, with trained outputs",
    "signs": "of the trained outputs at the start: random, balanced, plus or minus",
    "seed": "of the start",
}
NAMES = {"two-layer": SETTINGS, "features": FEATURES, "relu": RELU}
_EXAMPLES = {"two-layer": "activation=tanh", "features": "classes=6", "relu": "slope=1/2"}
_ABOUT = {
    "two-layer": "",
    "features": " to a claim on unconstrained features",
    "relu": " to a claim on (leaky) ReLU networks",
}


@attrs.frozen
class DataChoice:
    """Which data the user pointed at.

    Attributes:
        path: a file, or `bundled:NAME` for one of scikit-learn's sets; "" for none.
        target: the label column.
        rows: a selection such as `0:8`.
        columns: a selection of inputs.
        centre: whether to subtract the mean sample.
        normalise: whether to divide each sample by its length.
        classes: two labels such as `3,8`, which become 1 and -1; "" keeps all. Rows count what is left.
    """

    path: str = ""
    target: str | None = None
    rows: str | None = None
    columns: str | None = None
    centre: bool = False
    normalise: bool = False
    classes: str = ""

    def load(self) -> Any:
        """The dataset.

        Raises:
            InvalidInstance: the file, a column or a cell is not what it should be.
        """
        from theorycheck.models.data import Dataset
        from theorycheck.models.selection import pair

        if self.path.startswith("bundled:"):
            options = {"rows": self.rows, "columns": self.columns, "target": self.target}
            options |= {"classes": self.classes or None}
            return Dataset.bundled(self.path[8:], **options, centre=self.centre, normalise=self.normalise)
        data = Dataset.from_file(self.path, target=self.target)
        data = data.two_classes(*pair(self.classes)) if self.classes else data
        if self.rows or self.columns:
            data = data.select(self.rows, self.columns)
        data = data.centred() if self.centre else data
        return data.normalised() if self.normalise else data


def settings(pairs: list[str], setting: str = "two-layer") -> dict[str, str]:
    """The NAME=VALUE pairs after --set.

    Args:
        pairs: the texts.
        setting: what the claim's instances are, which says what may be set.

    Raises:
        InvalidInstance: a pair without `=`, or an unknown name.
    """
    found, known = {}, NAMES[setting]
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidInstance(f"--set {pair!r}: write NAME=VALUE, for example --set {_EXAMPLES[setting]}")
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=2) or list(known)
            raise InvalidInstance(f"--set {name!r} is unknown{_ABOUT[setting]}; nearest: {', '.join(near)}")
        found["m" if name == "width" and setting == "two-layer" else name] = value
    return found


def numbers(text: str, where: str) -> list:
    """Numbers separated by commas; a message names the entry where there are several."""
    parts = text.split(",")
    return [exact(part, f"{where}, entry {k}" if len(parts) > 1 else where) for k, part in enumerate(parts)]


def rows(text: str, where: str) -> list[list]:
    """Rows of numbers separated by semicolons."""
    return [numbers(row, f"row {i} of {where}") for i, row in enumerate(text.split(";"))]


def whole(text: str, where: str) -> int:
    """A whole number of at least 1."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise InvalidInstance(f"{where} is {text!r}; pass a whole number of at least 1")
    return int(text)


def yes(text: str, where: str) -> bool:
    """Yes or no."""
    if text.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise InvalidInstance(f"{where} is {text!r}; pass yes or no")
    return text.lower() in ("yes", "true", "1")


def network(given: dict[str, str]) -> Any:
    """The network that the settings describe: sinh with five neurons where they are silent."""
    from theorycheck.models.networks import TwoLayer

    weights = tuple(numbers(given["weights"], "--set weights")) if "weights" in given else ()
    width = whole(given["m"], "--set m") if "m" in given else len(weights) or 5
    trained = yes(given.get("trained_output", "no"), "--set trained_output")
    bias = yes(given.get("bias", "no"), "--set bias")
    return TwoLayer(width, given.get("activation", "sinh"), weights, trained, bias)


def dataset(choice: DataChoice, given: dict[str, str], prefix: str = "--set ") -> Any:
    """The data of --data, or of X and y given in text.

    Args:
        choice: the data that the user pointed at.
        given: texts by name.
        prefix: what stands before `y` where the user writes it, for messages.

    Raises:
        InvalidInstance: neither was given, or what was given does not fit.
    """
    from theorycheck.models.data import Dataset

    if choice.path:
        data = choice.load()
        return data.with_labels(numbers(given["y"], "--set y")) if "y" in given else data
    if "y" not in given:
        raise InvalidInstance(f"no data: pass --data FILE, or {prefix}X='1,0;0,1' {prefix}y=3,4")
    labels = numbers(given["y"], "y")
    samples = (
        rows(given["X"], "X")
        if "X" in given
        else [[int(i == k) for k in range(len(labels))] for i in range(len(labels))]
    )
    return Dataset(samples, labels, name="command line")


def instance(choice: DataChoice, given: dict[str, str], seed: int = 0) -> Any:
    """The user's own instance, or None where neither data nor labels were given.

    Raises:
        InvalidInstance: the parts do not fit, or the labels cannot be fitted at all.
    """
    from theorycheck.models.instance import Instance
    from theorycheck.models.losses import Loss

    if not choice.path and not given:
        return None
    extra = {name: exact(given[name], f"--set {name}") for name in ("eta", "sigma") if name in given}
    return Instance(dataset(choice, given), network(given), Loss(given.get("loss", "half-sum")), seed=seed, **extra)


def features(given: dict[str, str], like: Any, seed: int = 0) -> Any:
    """The user's own instance of unconstrained features; where the settings are silent it is like the one given.

    Args:
        given: texts by name; classes, depth and reg are needed.
        like: the claim's smallest instance, for its loss and activation.
        seed: of training.

    Raises:
        InvalidInstance: something is missing or makes no sense.
    """
    from theorycheck.models.features import UnconstrainedFeatures

    missing = [name for name in ("classes", "depth", "reg") if name not in given]
    if missing:
        raise InvalidInstance(f"--set {missing[0]}=... is missing: {FEATURES[missing[0]]}; K, L and λ make an instance")
    if "samples" in given and "counts" in given:
        raise InvalidInstance("--set samples and --set counts say the same; pass one of them")
    words = {"loss": like.loss, "activation": like.activation} | given
    counted = given.get("samples", given.get("counts", "1"))
    return UnconstrainedFeatures(
        classes=whole(given["classes"], "--set classes"),
        depth=whole(given["depth"], "--set depth"),
        reg=tuple(numbers(given["reg"], "--set reg")),
        loss=words["loss"],
        activation=words["activation"],
        counts=tuple(whole(part.strip(), "--set counts") for part in counted.split(",")),
        width=whole(given["width"], "--set width") if "width" in given else None,
        seed=seed,
    )


def relu(choice: DataChoice, given: dict[str, str], like: Any, seed: int = 0) -> Any:
    """The user's own instance of a (leaky) ReLU network; where the settings are silent it is like the one given.

    Args:
        choice: the data that the user pointed at.
        given: texts by name; y is needed where there is no file.
        like: the claim's smallest instance, for its network, loss and start.
        seed: of the start, unless the settings say another.

    Raises:
        InvalidInstance: something is missing or makes no sense.
    """
    from theorycheck.models.relu import ReluInstance

    if "n" in given or "d" in given:
        raise InvalidInstance("--set n and d are for falsify; data of your own say both: pass X and y, or --data FILE")
    kept = {name: getattr(like, name) for name in ("slope", "loss", "outputs", "init", "activation", "signs")}
    words = kept | {name: text for name, text in given.items() if name not in ("X", "y", "width", "seed")}
    widths = tuple(whole(part.strip(), "--set width") for part in given.get("width", "").split(",") if part.strip())
    usual = like.width if words["outputs"] == like.outputs else sum(like.width)
    start = _from_zero(given["seed"], "--set seed") if "seed" in given else seed
    data = _two_signs(dataset(choice, given), words["loss"])
    return ReluInstance(data, width=widths or usual, seed=start, **words)


def _from_zero(text: str, where: str) -> int:
    if not text.strip().isdecimal():
        raise InvalidInstance(f"{where} is {text!r}; pass a whole number of at least 0")
    return int(text)


def _two_signs(data: Any, loss: str) -> Any:
    """Two classes as -1 and 1 where the loss needs that; the name then says which is which."""
    classes = sorted(set(data.y))
    if loss == "square" or len(classes) != 2 or classes == [-1, 1]:
        return data
    low, high = classes
    return attrs.evolve(data.two_classes(high, low), name=f"{data.name} ({low} as -1, {high} as 1)")


def instance_for(claim: Any, choice: DataChoice, pairs: list[str], seed: int = 0) -> Any:
    """The user's own instance for a claim, or None where the user gave nothing.

    Raises:
        InvalidInstance: the parts do not fit, or do not go with the claim.
    """
    given = settings(pairs, claim.setting)
    if claim.setting == "two-layer":
        return instance(choice, given, seed)
    if claim.setting == "relu":
        nothing = choice == DataChoice() and not given
        return None if nothing else relu(choice, given, claim.instances(seed, 0), seed)
    if choice != DataChoice():
        raise InvalidInstance(
            f"{claim.key} is about unconstrained features, which have no data; pass --set classes=..."
        )
    return features(given, claim.instances(seed, 0), seed) if given else None
