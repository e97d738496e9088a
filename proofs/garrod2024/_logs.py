"""What the proofs about cross-entropy share: exp is positive, increasing and reflects order; s and q are real."""

from theorycheck.symbolic.proof import Step

POSITIVE = Step("exp_sign", "exp(s) > 0", "exponential", by="s")
INCREASING = Step("exp_increasing", "s <= q => exp(s) <= exp(q)", "increasing", ("exp_sign",), "exp(s); s; q")
REFLECTS = Step("exp_reflects", "exp(s) <= exp(q) => s <= q", "order_reflecting", ("exp_sign",), "exp(s); s; q")
