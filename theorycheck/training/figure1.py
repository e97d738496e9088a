"""The paper's Figure 1, rebuilt: ten neurons, three samples in three dimensions, label-noise SGD with step 0.05.

Source: arXiv 2410.16401, Figure 1 and its text, through third-party summaries. What the paper leaves unsaid is a field
below marked "our choice"; a report must print those.
"""

import math

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.training.label_noise import LabelNoise, Schedule, Training, train
from theorycheck.training.predict import Prediction, e_fold_steps, predict
from theorycheck.training.problem import gaussian_start, problem


@attrs.frozen
class Figure1Setting:
    """All choices behind the figure; `our_choices` lists those that the paper does not state.

    Attributes:
        width: m [PAPER].
        samples: n [PAPER].
        inputs: d [PAPER].
        step_size: η [PAPER].
        noise_variance: σ² [PAPER says "noise variance σ=.03"; reading it as a variance is our choice].
        activation: our choice.
        loss: our choice.
        labels: law of the labels, uniform on (0, this); our choice.
        start_scale: standard deviation of the first layer; our choice: at 1 the cubic's SGD diverges.
        least_eigenvalue: data with a smaller least eigenvalue of XXᵀ are drawn again; our choice.
        batch: our choice.
        noise: our choice.
        steps: our choice.
        records: our choice.
        data_seed: our choice.
        run_seeds: our choice.
    """

    width: int = 10
    samples: int = 3
    inputs: int = 3
    step_size: float = 0.05
    noise_variance: float = 0.03
    activation: str = "z**3 + z/10"
    loss: str = "mean"
    labels: float = 1.0
    start_scale: float = 0.3
    least_eigenvalue: float = 0.1
    batch: str = "full"
    noise: str = "rademacher"
    steps: int = 4_000_000
    records: int = 80
    data_seed: int = 0
    run_seeds: tuple[int, ...] = (0, 1, 2)

    @property
    def our_choices(self):
        """Field name to value, for every field that the paper leaves unsaid, and the reading of the noise variance."""
        stated = {"width", "samples", "inputs", "step_size"}
        return {name: value for name, value in attrs.asdict(self).items() if name not in stated}


@attrs.frozen(eq=False)
class Figure1:
    """The figure's data.

    Attributes:
        setting: the choices.
        X: samples, (n, d), entries uniform on (0, 1) [PAPER].
        y: labels, (n,).
        training: the runs; each has the singular values of Z along its records.
        prediction: ν and the local rates.
        e_fold: predicted steps in which the smaller singular values shrink by e.
    """

    setting: Figure1Setting
    X: np.ndarray
    y: np.ndarray
    training: Training
    prediction: Prediction
    e_fold: float


def figure1(setting: Figure1Setting | None = None, progress=None) -> Figure1:
    """Draw the data, train, and predict. Four million steps take about a second for eight runs, after compilation.

    Args:
        setting: the choices.
        progress: called as `progress(done, total)`.

    Returns:
        The `Figure1`; look at `training.met_criterion` before using it: a run may have diverged.

    Raises:
        InvalidInstance: no data with the asked least eigenvalue were found.
    """
    from theorycheck.models.losses import Loss
    from theorycheck.models.networks import TwoLayer

    setting = setting or Figure1Setting()
    X, y = _data(setting)
    network = TwoLayer(width=setting.width, activation=setting.activation)
    fitted = problem((X, y), network, Loss(setting.loss))
    prediction = predict(fitted)
    rule = LabelNoise(setting.step_size, math.sqrt(setting.noise_variance), setting.batch, setting.noise)
    every = max(1, setting.steps // setting.records)
    schedule = Schedule(setting.steps, every, target=prediction.preactivations)
    starts = gaussian_start(fitted, setting.run_seeds, setting.start_scale)
    training = train(fitted, rule, starts, setting.run_seeds, schedule, progress)
    return Figure1(setting, X, y, training, prediction, e_fold_steps(fitted, rule, prediction.rate))


def _data(setting):
    """Data and labels of the first draw whose least eigenvalue suffices."""
    draw = np.random.default_rng(setting.data_seed)
    for _ in range(10_000):
        X = draw.uniform(0.0, 1.0, (setting.samples, setting.inputs))
        y = draw.uniform(0.0, setting.labels, setting.samples)
        if np.linalg.eigvalsh(X @ X.T)[0] > setting.least_eigenvalue:
            return X, y
    raise InvalidInstance(f"figure 1: no data with least eigenvalue above {setting.least_eigenvalue}; lower it")
