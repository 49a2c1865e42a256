# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,import-untyped"
# ruff: noqa: ANN001, ANN202, ARG001, C901, PLR0915  (numba reads these signatures; an emitter is one piece on purpose)
"""Loops over the entries of one list of a menu, emitted as instructions; see :mod:`detente.game.kernels._pieces`.

In a list of two the odds are one exponential, whatever is the greater; longer lists take their greatest entry out.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from detente.game.kernels._lanes import Emitter, emit_exp, emit_log, kind_of
from detente.game.kernels._pieces import ArrayAt, after, by_count, gather

__all__ = ["keep", "mix_menu", "mix_nest", "offer"]

_ROW = types.intp
_INT = ir.IntType(64)


@intrinsic
def keep(_typing, logs, array, row, value):
    """Write a row of an array, unless ``logs`` is None."""
    wanted = not isinstance(logs, types.NoneType)

    def code(context, builder, signature, arguments):
        if wanted:
            _, array, row, value = arguments
            ArrayAt(context, builder, signature.args[1], array).store(row, value)
        return context.get_dummy_value()

    return types.void(logs, array, _ROW, value), code


@intrinsic
def offer(_typing, rows, source, worth, rate, begin, end):
    """Write rate * (source - its greatest) of the options of a menu to ``worth``; entries of nests have row -1."""

    def code(context, builder, signature, arguments):
        emitter = Emitter(builder, kind_of(source))
        row_of, given, offered = (
            ArrayAt(context, builder, signature.args[n], arguments[n]) for n in range(3)
        )
        rate, begin, end = arguments[3:]
        count = builder.sub(end, begin)
        zero = ir.Constant(_INT, 0)

        def straight(n):
            rows = [row_of.index(after(builder, begin, j)) for j in range(n)]
            is_option = [builder.icmp_signed(">=", row, zero) for row in rows]
            # a nest reads some row of the strategy: the first option's, which changes no maximum
            first = rows[-1]
            for row, option in zip(rows[::-1], is_option[::-1], strict=True):
                first = builder.select(option, row, first)
            x = [
                given.load(builder.select(option, row, first))
                for row, option in zip(rows, is_option, strict=True)
            ]
            top = x[0]
            for other in x[1:]:
                top = emitter.larger(top, other)
            for j, value in enumerate(x):
                offered.store(ir.Constant(_INT, j), builder.fmul(rate, builder.fsub(value, top)))

        def loop():
            def larger(top, j):
                row = row_of.index(builder.add(begin, j))
                option = builder.icmp_signed(">=", row, zero)
                value = given.load(builder.select(option, row, zero))
                return builder.select(option, emitter.larger(top, value), top)

            least = emitter.number(-1.7976931348623157e308)
            top = gather(builder, count, least, larger)
            with cgutils.for_range(builder, count) as turn:
                row = row_of.index(builder.add(begin, turn.index))
                option = builder.icmp_signed(">=", row, zero)
                value = given.load(builder.select(option, row, zero))
                offered.store(turn.index, builder.fmul(rate, builder.fsub(value, top)))

        by_count(builder, count, straight, loop, most=6)
        return context.get_dummy_value()

    kinds = (rows, source, worth, kind_of(source), _ROW, _ROW)
    return types.void(*kinds), code


def _mix(valued):
    """Make the intrinsic for the lists of nests, which have a value, or for those of menus."""

    def mix(
        _typing, worth, log_share, share_row, share, log_odds, logs, scratch, entry, place, count,
        sharp, scale,
    ):  # fmt: skip
        with_log = not isinstance(logs, types.NoneType)

        def code(context, builder, signature, arguments):
            emitter = Emitter(builder, kind_of(worth))
            given, weight, row_of, chosen, logarithm = (
                ArrayAt(context, builder, signature.args[n], arguments[n]) for n in range(5)
            )
            scratch, entry, place, count, sharp, scale = arguments[6:]

            def odds(j):
                """Emit the log-odds of an entry, up to a constant of the list."""
                x = given.load(builder.add(scratch, j))
                share = weight.load(row_of.index(builder.add(entry, j)))
                return emitter.fma(x, sharp, share) if valued else builder.fadd(x, share)

            def put(j, prob, log_prob):
                chosen.store(builder.add(place, j), prob)
                if with_log:
                    logarithm.store(builder.add(scratch, j), log_prob)

            def value_of(top, total):
                less = emit_log(emitter, total) if valued or with_log else None
                value = builder.fmul(scale, builder.fadd(top, less)) if valued else total
                return less, value

            def number(j):
                return ir.Constant(_INT, j)

            def two():
                one, other = odds(number(0)), odds(number(1))
                gap = builder.fsub(one, other)
                ahead = builder.fcmp_ordered(">", gap, emitter.number(0.0))
                back = builder.fsub(other, one)
                low = builder.select(ahead, back, gap)
                weight = emit_exp(emitter, low)
                total = builder.fadd(emitter.number(1.0), weight)
                great = builder.fdiv(emitter.number(1.0), total)
                small = builder.fmul(weight, great)
                less, value = value_of(builder.select(ahead, one, other), total)
                zero = emitter.number(0.0)
                for j, prob, log_odd in (
                    (0, builder.select(ahead, great, small), builder.select(ahead, zero, low)),
                    (1, builder.select(ahead, small, great), builder.select(ahead, low, zero)),
                ):
                    put(number(j), prob, builder.fsub(log_odd, less) if with_log else None)
                return value

            def straight(n):
                if n == 2:
                    return two()
                x = [odds(number(j)) for j in range(n)]
                top = x[0]
                for other in x[1:]:
                    top = emitter.larger(top, other)
                x = [builder.fsub(one, top) for one in x]
                weights = [emit_exp(emitter, one) for one in x]
                total = weights[0]
                for one in weights[1:]:
                    total = builder.fadd(total, one)
                inverse = builder.fdiv(emitter.number(1.0), total)
                less, value = value_of(top, total)
                for j, (one, log_odd) in enumerate(zip(weights, x, strict=True)):
                    prob = builder.fmul(one, inverse)
                    put(number(j), prob, builder.fsub(log_odd, less) if with_log else None)
                return value

            def loop():
                def larger(top, j):
                    return emitter.larger(top, odds(j))

                top = gather(builder, count, odds(number(0)), larger)

                def add(total, j):
                    x = builder.fsub(odds(j), top)
                    weight = emit_exp(emitter, x)
                    put(j, weight, x)
                    return builder.fadd(total, weight)

                total = gather(builder, count, emitter.number(0.0), add)
                inverse = builder.fdiv(emitter.number(1.0), total)
                less, value = value_of(top, total)
                with cgutils.for_range(builder, count) as turn:
                    row = builder.add(place, turn.index)
                    chosen.store(row, builder.fmul(chosen.load(row), inverse))
                    if with_log:
                        row = builder.add(scratch, turn.index)
                        logarithm.store(row, builder.fsub(logarithm.load(row), less))
                return value

            return by_count(builder, count, straight, loop)

        kind = kind_of(worth)
        rows = (_ROW, _ROW, _ROW, _ROW)
        return kind(worth, log_share, share_row, share, log_odds, logs, *rows, kind, kind), code

    return intrinsic(mix)


mix_nest = _mix(True)
"""Write the shares of a nest's entries by their ``worth`` and the log shares; their logarithms too, unless ``logs`` is None.

The list has ``count`` entries, in scratch from ``scratch`` on, in arrays of all entries from ``entry`` and in ``share`` from
``place`` on. Return the inclusive value ``scale * log(sum)``.
"""
mix_menu = _mix(False)
"""The same for the list of a menu itself, whose scale is 1 and whose value nobody needs; what it returns means nothing."""
