"""A numba scalar type that holds one number for each of `LANES` runs, as one machine vector.

LLVM's own vectoriser gives up on the short loops of a small network, or guards each with alias checks (four to ten
times slower here). With this type every `+ - * /` in compiled code is one vector instruction, so a kernel reads like
arithmetic on scalars and runs all lanes at once. Imports numba: import this module only inside functions.
"""

import math
import operator
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic as _numba_intrinsic
from numba.extending import lower_builtin, models, register_model, type_callable

__all__ = [
    "LANES",
    "compiled",
    "exp",
    "flip",
    "inlined",
    "lanewise",
    "load",
    "splat",
    "store",
    "tanh",
    "where_le",
    "where_lt",
]

LANES = 8  # eight float64: one AVX-512 register, or two of AVX2
# No nnan or ninf: a run that diverged must keep its NaN, because that is how divergence is seen. Without _nrt=False
# each step counts references of its arrays, atomically; so compiled code here allocates nothing.
_OPTIONS = {"fastmath": {"contract", "nsz", "arcp"}, "nogil": True, "error_model": "numpy", "_nrt": False}
compiled = njit(**_OPTIONS)
# Left to itself LLVM does not inline the larger helpers, and their vectors then travel through memory: 3 times slower.
inlined = njit(forceinline=True, **_OPTIONS)

_F64, _I64, _I32 = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
_VF, _VI = ir.VectorType(_F64, LANES), ir.VectorType(_I64, LANES)


def intrinsic(definition) -> Any:
    """Numba's `intrinsic`; Any, because numba fills in the first argument that type checkers would miss."""
    return _numba_intrinsic(definition)


class _Vector(types.Type):
    def __init__(self):
        super().__init__(name=f"float64x{LANES}")


_VECTOR = _Vector()


@register_model(_Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, _VF)


def _spread(builder, scalar, vector_type):
    seed = builder.insert_element(ir.Constant(vector_type, ir.Undefined), scalar, ir.Constant(_I32, 0))
    return builder.shuffle_vector(seed, seed, ir.Constant(ir.VectorType(_I32, LANES), [0] * LANES))


def _widen(context, builder, value, source):
    """`value` itself when it is a vector, otherwise the scalar in every lane."""
    if source is _VECTOR:
        return value
    return _spread(builder, context.cast(builder, value, source, types.float64), _VF)


def _define_operator(symbol, instruction):
    @type_callable(symbol)
    def _type(context):
        def typer(left, right):
            if _VECTOR in (left, right) and all(t is _VECTOR or isinstance(t, types.Number) for t in (left, right)):
                return _VECTOR
            return None

        return typer

    def _lower(context, builder, signature, arguments):
        wide = (_widen(context, builder, *pair) for pair in zip(arguments, signature.args, strict=True))
        return getattr(builder, instruction)(*wide)

    for left, right in ((_Vector, _Vector), (_Vector, types.Number), (types.Number, _Vector)):
        lower_builtin(symbol, left, right)(_lower)


for _symbol, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define_operator(_symbol, _instruction)
    _define_operator(getattr(operator, "i" + _symbol.__name__), _instruction)


@type_callable(operator.neg)
def _type_neg(context):
    return lambda value: _VECTOR if value is _VECTOR else None


@lower_builtin(operator.neg, _Vector)
def _lower_neg(context, builder, signature, arguments):
    return builder.fneg(arguments[0])


def _address(context, builder, array_type, array, offset, vector_type=_VF):
    """Where lanes start at entry `offset` of a flat array, without numba's handling of negative indices."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [offset]), vector_type.as_pointer())


@intrinsic
def load(typingctx, array, offset):
    """The `LANES` numbers of a flat float64 array from `offset` on."""

    def codegen(context, builder, signature, arguments):
        return builder.load(_address(context, builder, signature.args[0], *arguments), align=8)

    return _VECTOR(array, types.intp), codegen


@intrinsic
def store(typingctx, array, offset, value):
    """Write the lanes of `value` to a flat float64 array from `offset` on."""

    def codegen(context, builder, signature, arguments):
        builder.store(arguments[2], _address(context, builder, signature.args[0], *arguments[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, _VECTOR), codegen


@intrinsic
def splat(typingctx, value):
    """One scalar in every lane."""

    def codegen(context, builder, signature, arguments):
        return _spread(builder, arguments[0], _VF)

    return _VECTOR(types.float64), codegen


@intrinsic
def flip(typingctx, magnitude, words, offset, bit):
    """`magnitude`, with the sign of lane k taken from bit `63 - bit` of `words[offset + k]` (uint64)."""

    def codegen(context, builder, signature, arguments):
        size, array, offset, shift = arguments
        source = _address(context, builder, signature.args[1], array, offset, _VI)
        moved = builder.shl(builder.load(source, align=8), _spread(builder, shift, _VI))
        sign = builder.and_(moved, ir.Constant(_VI, [-(2**63)] * LANES))
        bits = _spread(builder, builder.bitcast(size, _I64), _VI)
        return builder.bitcast(builder.xor(bits, sign), _VF)

    return _VECTOR(types.float64, words, types.intp, types.int64), codegen


def _define_where(predicate):
    @intrinsic
    def where(typingctx, left, right, yes, no):
        def codegen(context, builder, signature, arguments):
            left, right, yes, no = (
                _widen(context, builder, *pair) for pair in zip(arguments, signature.args, strict=True)
            )
            return builder.select(builder.fcmp_ordered(predicate, left, right), yes, no)

        return _VECTOR(left, right, yes, no), codegen

    return where


where_lt = _define_where("<")
where_le = _define_where("<=")


@intrinsic
def _lane(typingctx, value, index):
    def codegen(context, builder, signature, arguments):
        return builder.extract_element(arguments[0], builder.trunc(arguments[1], _I32))

    return types.float64(_VECTOR, types.int64), codegen


@intrinsic
def _insert(typingctx, value, index, entry):
    def codegen(context, builder, signature, arguments):
        return builder.insert_element(arguments[0], arguments[2], builder.trunc(arguments[1], _I32))

    return _VECTOR(_VECTOR, types.int64, types.float64), codegen


def lanewise(function):
    """A scalar function (compiled, or from `math`) applied lane by lane: correct for any function, but not fast."""
    scalar = compiled(lambda x: function(x))

    @compiled
    def apply(value):
        result = value
        for k in range(LANES):
            result = _insert(result, k, scalar(_lane(value, k)))
        return result

    return apply


@intrinsic
def _power_of_two(typingctx, shifted):
    """2^k, for `shifted` = k + 1.5·2^52: there the low bits of the double are k itself."""

    def codegen(context, builder, signature, arguments):
        bits = builder.bitcast(arguments[0], _VI)
        biased = builder.add(bits, ir.Constant(_VI, [1023] * LANES))
        return builder.bitcast(builder.shl(biased, ir.Constant(_VI, [52] * LANES)), _VF)

    return _VECTOR(_VECTOR), codegen


_SHIFT = 1.5 * 2.0**52
_LOG2_E = 1 / math.log(2)
_LN2_HIGH = 6.93147180369123816490e-01  # log 2 in two parts (Cody and Waite), so that k log 2 is exact to 2^-85
_LN2_LOW = 1.90821492927058770002e-10
_TAYLOR = tuple(1 / math.factorial(k) for k in range(13, -1, -1))  # |r| <= log(2)/2: the next term is below 2^-57


@inlined
def exp(x):
    """e^x to about one unit in the last place; saturates at e^709 and e^-708, and keeps NaN."""
    x = where_lt(709.0, x, 709.0, x)
    x = where_lt(x, -708.0, -708.0, x)
    shifted = x * _LOG2_E + _SHIFT
    k = shifted - _SHIFT
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    total = splat(_TAYLOR[0])
    for coefficient in _TAYLOR[1:]:
        total = total * r + coefficient
    return total * _power_of_two(shifted)


@inlined
def tanh(x):
    """The hyperbolic tangent; absolute error below 3e-16, saturates without overflow."""
    return 1.0 - 2.0 / (exp(2.0 * x) + 1.0)
