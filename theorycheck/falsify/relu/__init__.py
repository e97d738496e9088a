"""Plainly trained (leaky) ReLU networks on data, as the search for counterexamples sees them."""

from theorycheck.falsify.relu import evidence, fixed, space, steps, told
from theorycheck.falsify.setting import Setting

SETTING = Setting(
    read=fixed.read,
    space=space.space,
    subject=space.subject,
    respects=fixed.respects,
    json=told.instance_json,
    told=told.one_line,
    told_point=told.point_line,
    latex=told.latex,
    price=steps.price,
    steps=steps.steps,
    forms=steps.forms,
    keeps=evidence.keeps,
    breaks=evidence.breaks,
)
