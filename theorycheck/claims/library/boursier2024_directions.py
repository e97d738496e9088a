"""Boursier & Flammarion 2024, how many directions neurons can take early (arXiv 2410.02348): see `boursier2024`."""

from theorycheck.claims import relu_extremal_assumptions as E
from theorycheck.claims import relu_sibling_fits as siblings
from theorycheck.claims.attacks import relu_extremal_vectors as vectors
from theorycheck.claims.checks import relu_aligned as aligned
from theorycheck.claims.checks import relu_directions as directions
from theorycheck.claims.claim import Claim, Conclusion, Mark, Sibling, Source
from theorycheck.claims.instances import sequence
from theorycheck.claims.library import boursier2024_drops as drops
from theorycheck.claims.relu_assumptions import RELU, SQUARE, TRAINED
from theorycheck.claims.relu_instances import ANTIPODAL_PAIR, TRIPLE, antipodal_samples, trained

ARXIV = "2410.02348"


def _keeps(one) -> bool:
    return bool(E.AWAY_FROM_KINKS.margin(one).holds and E.ALMOST_CONSTANT.margin(one).holds)


B2_TWO = Claim(
    key="boursier2024.b2_two",
    title="Alignment vectors that vary little, samples away from the hyperplane: exactly two extremal directions",
    statement="D = 1/(2n) sum y_k x_k. If no alignment vector is 2/5 |D| away from D, and all samples have a cosine of "
    "more than 2/5 in size with D, there are exactly two extremal directions, one in the cell of D and one in that of "
    "-D: one for each sign of an output weight.",
    latex=r"$\|D_n(w)-\bar D\|<\tfrac25\|\bar D\|$, $|\cos(x_k,\bar D)|>\tfrac25$ $\Rightarrow$ two directions.",
    source=Source(
        ARXIV,
        "extremal vectors",
        Mark.DERIVED,
        "A critical w has an angle to D or -D whose sine is below 2/5, so it lies in their cells, where D_n is "
        "constant. The paper asks for closeness, not for a number of directions.",
    ),
    assumptions=(SQUARE, RELU, TRAINED, E.AWAY_FROM_KINKS, E.ALMOST_CONSTANT),
    setting="relu",
    conclusion=Conclusion("two_directions", "exactly two extremal directions", r"\#\{D\ne0\}=2"),
    checks=(directions.TWO, aligned.ASCENT),
    instances=sequence((trained(ANTIPODAL_PAIR), trained(TRIPLE)), lambda: antipodal_samples().filter(_keeps)),
    attacks=(vectors.MORE_THAN_TWO,),
    siblings=(Sibling("boursier2024.b2_two~always", "There are never more than two.", siblings.more_than_two),),
    drops=drops.B2_TWO,
)

CLAIMS = (B2_TWO,)
