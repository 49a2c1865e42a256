# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,import-untyped"
# ruff: noqa: ANN001, ANN002, ANN202, ANN204, ARG001  (numba reads these signatures, not people)
"""A vector of eight draws as a value that compiled code computes with.

Plain loops over eight draws do not become vector instructions reliably (the compiler unrolls them first and then fears
overlapping arrays), so the kernels use this type. ``load`` and ``store`` move a row of a ``(rows, 8)`` array, or an
entry of a ``(rows,)`` array as an ordinary number: one source of a kernel serves blocks of draws and single draws.

Every operation works in each lane on its own and is exact IEEE arithmetic with explicit fused multiply-adds: no
reordering, so that lanes, single draws and different machines give the same bits.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

__all__ = [
    "LANES",
    "Emitter",
    "absolute",
    "emit_absolute",
    "emit_exp",
    "emit_log",
    "exp",
    "fma",
    "kind_of",
    "load",
    "log",
    "maximum",
    "place",
    "same",
    "store",
]

LANES = 8
"""Draws in a block: the doubles in one 64-byte register and cache line."""

_DOUBLE = ir.DoubleType()
_INT = ir.IntType(64)


class _LanesType(types.Type):
    """The type of eight float64 that move together."""

    def __init__(self):
        super().__init__(name="Lanes8")


_LANES = _LanesType()


@register_model(_LanesType)
class _LanesModel(models.PrimitiveModel):
    """A lanes value is one vector in registers."""

    def __init__(self, manager, fe_type):
        super().__init__(manager, fe_type, ir.VectorType(_DOUBLE, LANES))


class Emitter:
    """Emits instructions for a lanes value or for a single float64."""

    def __init__(self, builder, kind):
        self.builder = builder
        self.wide = kind == _LANES
        self.real = ir.VectorType(_DOUBLE, LANES) if self.wide else _DOUBLE
        self.bits = ir.VectorType(_INT, LANES) if self.wide else _INT

    def number(self, value):
        """Return a constant in each lane."""
        return ir.Constant(self.real, [value] * LANES if self.wide else value)

    def integer(self, value):
        """Return an integer constant in each lane."""
        return ir.Constant(self.bits, [value] * LANES if self.wide else value)

    def spread(self, value, kind):
        """Return the value as a lanes value if it is a number and lanes are computed."""
        if kind == _LANES or not self.wide:
            return value
        empty = ir.Constant(self.real, ir.Undefined)
        index = ir.IntType(32)
        first = self.builder.insert_element(empty, value, ir.Constant(index, 0))
        mask = ir.Constant(ir.VectorType(index, LANES), [0] * LANES)
        return self.builder.shuffle_vector(first, empty, mask)

    def fma(self, first, second, third):
        """Emit first * second + third, rounded once."""
        name = "llvm.fma.v8f64" if self.wide else "llvm.fma.f64"
        kind = ir.FunctionType(self.real, [self.real] * 3)
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, [first, second, third])

    def series(self, variable, coefficients):
        """Emit a polynomial, highest coefficient first."""
        value = self.number(coefficients[0])
        for coefficient in coefficients[1:]:
            value = self.fma(value, variable, self.number(coefficient))
        return value

    def larger(self, left, right):
        """Emit the larger of two."""
        return self.builder.select(self.builder.fcmp_ordered(">", left, right), left, right)


def kind_of(array):
    """Return the type of what a row of the array holds."""
    return _LANES if array.ndim == 2 else types.float64


def place(context, builder, array_type, array, row):
    """Emit the address of a row."""
    data = context.make_array(array_type)(context, builder, array).data
    if array_type.ndim == 1:
        return builder.gep(data, [row])
    start = builder.gep(data, [builder.mul(row, ir.Constant(row.type, LANES))])
    return builder.bitcast(start, ir.VectorType(_DOUBLE, LANES).as_pointer())


@intrinsic
def load(_typing, array, row):
    """Read a row of an array."""

    def code(context, builder, signature, arguments):
        return builder.load(place(context, builder, signature.args[0], *arguments), align=8)

    return kind_of(array)(array, types.intp), code


@intrinsic
def store(_typing, array, row, value):
    """Write a row of an array."""

    def code(context, builder, signature, arguments):
        target = place(context, builder, signature.args[0], arguments[0], arguments[1])
        builder.store(arguments[2], target, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, kind_of(array)), code


@intrinsic
def same(_typing, array, value):
    """Return a number in each lane, of the kind that the array holds."""

    def code(_context, builder, signature, arguments):
        return Emitter(builder, signature.return_type).spread(arguments[1], types.float64)

    return kind_of(array)(array, types.float64), code


def _elementwise(count, emit):
    """Make an intrinsic of one to three operands, each lanes or numbers."""

    def result(*kinds):
        wide = any(kind == _LANES for kind in kinds)
        operands = [_LANES if kind == _LANES else types.float64 for kind in kinds]
        kind = _LANES if wide else types.float64

        def code(_context, builder, signature, arguments):
            emitter = Emitter(builder, signature.return_type)
            values = [
                emitter.spread(value, kind)
                for value, kind in zip(arguments, signature.args, strict=True)
            ]
            return emit(emitter, *values)

        return kind(*operands), code

    if count == 1:

        def one(_typing, first):
            return result(first)

        return intrinsic(one)
    if count == 2:

        def two(_typing, first, second):
            return result(first, second)

        return intrinsic(two)

    def three(_typing, first, second, third):
        return result(first, second, third)

    return intrinsic(three)


_EXP_SERIES = (
    0.5,
    0.16666666666666666,
    0.04166666666665136,
    0.008333333333332155,
    0.0013888888905881542,
    0.0001984126985433861,
    2.4801536388690766e-05,
    2.755728006701698e-06,
    2.761380686153829e-07,
    2.5095554677111112e-08,
)
"""Of (exp(r) - 1 - r) / r**2 on half of log 2 either side of 0: 1/2 and then the polynomial through Chebyshev's nodes.

With it 1 + r + r**2 * series is within 4e-17 of exp(r), relatively.
"""


def emit_exp(emitter, x):
    """exp(x) for x <= 0, to an ulp; below -708 it stays at 3e-308. Pairs of terms, so that few wait for one another."""
    builder, number, fma = emitter.builder, emitter.number, emitter.fma
    x = emitter.larger(x, number(-708.0))
    magic = number(6755399441055744.0)  # adding 1.5 * 2**52 rounds to an integer
    shifted = fma(x, number(1.4426950408889634), magic)
    k = builder.fsub(shifted, magic)
    r = fma(k, number(-6.93147180369123816490e-01), x)
    r = fma(k, number(-1.90821492927058770002e-10), r)
    square = builder.fmul(r, r)
    fourth = builder.fmul(square, square)
    pairs = [
        fma(number(odd), r, number(even))
        for even, odd in zip(_EXP_SERIES[::2], _EXP_SERIES[1::2], strict=True)
    ]
    low, high = fma(pairs[1], square, pairs[0]), fma(pairs[3], square, pairs[2])
    series = fma(fma(pairs[4], fourth, high), fourth, low)
    value = builder.fadd(fma(series, square, r), number(1.0))
    bits = builder.bitcast(shifted, emitter.bits)
    power = builder.shl(builder.add(bits, emitter.integer(1023)), emitter.integer(52))
    return builder.fmul(value, builder.bitcast(power, emitter.real))


_LOG_SERIES = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)


def emit_log(emitter, x):
    """log(x) for normal x > 0, by the series of the FreeBSD library's e_log.c."""
    builder = emitter.builder
    bits = builder.bitcast(x, emitter.bits)
    k = builder.sub(builder.lshr(bits, emitter.integer(52)), emitter.integer(1023))
    m = builder.or_(
        builder.and_(bits, emitter.integer(0x000FFFFFFFFFFFFF)),
        emitter.integer(0x3FF0000000000000),
    )
    m = builder.bitcast(m, emitter.real)
    big = builder.fcmp_ordered(">", m, emitter.number(1.4142135623730951))
    m = builder.select(big, builder.fmul(m, emitter.number(0.5)), m)
    shift = builder.select(big, emitter.number(1.0), emitter.number(0.0))
    k = builder.fadd(builder.sitofp(k, emitter.real), shift)
    f = builder.fsub(m, emitter.number(1.0))
    s = builder.fdiv(f, builder.fadd(f, emitter.number(2.0)))
    z = builder.fmul(s, s)
    r = builder.fmul(emitter.series(z, _LOG_SERIES), z)
    h = builder.fmul(builder.fmul(f, f), emitter.number(0.5))
    low = emitter.fma(
        s, builder.fadd(h, r), builder.fmul(k, emitter.number(1.90821492927058770002e-10))
    )
    rest = builder.fsub(builder.fsub(h, low), f)
    return builder.fsub(builder.fmul(k, emitter.number(6.93147180369123816490e-01)), rest)


def emit_absolute(emitter, x):
    """Emit the absolute value."""
    builder = emitter.builder
    bits = builder.bitcast(x, emitter.bits)
    return builder.bitcast(builder.and_(bits, emitter.integer(0x7FFFFFFFFFFFFFFF)), emitter.real)


exp = _elementwise(1, emit_exp)
log = _elementwise(1, emit_log)
absolute = _elementwise(1, emit_absolute)
maximum = _elementwise(2, Emitter.larger)
fma = _elementwise(3, Emitter.fma)
_add = _elementwise(2, lambda emitter, a, b: emitter.builder.fadd(a, b))
_subtract = _elementwise(2, lambda emitter, a, b: emitter.builder.fsub(a, b))
_multiply = _elementwise(2, lambda emitter, a, b: emitter.builder.fmul(a, b))
_divide = _elementwise(2, lambda emitter, a, b: emitter.builder.fdiv(a, b))


def _give_operator(symbol, function):
    @overload(symbol)
    def choose(left, right):
        if _LANES in {left, right}:
            return lambda left, right: function(left, right)  # noqa: PLW0108  numba wants a function
        return None


_give_operator(operator.add, _add)
_give_operator(operator.sub, _subtract)
_give_operator(operator.mul, _multiply)
_give_operator(operator.truediv, _divide)
