# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,import-untyped"
# ruff: noqa: ANN001, ANN202, ARG001, C901  (numba reads these signatures; an emitter is one piece on purpose)
"""Loops over the entries of one list of a menu, emitted as instructions; see :mod:`detente.game.kernels._pieces`.

In a list of two the odds are one exponential, whatever is the greater; longer lists take their greatest entry out.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from detente.game.kernels._lanes import Emitter, emit_exp, emit_log, kind_of
from detente.game.kernels._pieces import ArrayAt, after, by_count, gather

__all__ = ["descend", "mix_menu", "mix_nest", "offer"]

_ROW = types.intp
_INT = ir.IntType(64)


@intrinsic
def offer(_typing, rows, source, worth, rate, n_actions, begin, end):
    """Write rate * (source - its greatest) of the options of a menu to ``worth``; rows of nests come after ``n_actions``."""

    def code(context, builder, signature, arguments):
        emitter = Emitter(builder, kind_of(source))
        row_of, given, offered = (
            ArrayAt(context, builder, signature.args[n], arguments[n]) for n in range(3)
        )
        rate, n_actions, begin, end = arguments[3:]
        count = builder.sub(end, begin)

        def straight(n):
            rows = [row_of.index(after(builder, begin, j)) for j in range(n)]
            is_option = [builder.icmp_signed("<", row, n_actions) for row in rows]
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
                option = builder.icmp_signed("<", row, n_actions)
                value = given.load(builder.select(option, row, ir.Constant(_INT, 0)))
                return builder.select(option, emitter.larger(top, value), top)

            least = emitter.number(-1.7976931348623157e308)
            top = gather(builder, count, least, larger)
            with cgutils.for_range(builder, count) as turn:
                row = row_of.index(builder.add(begin, turn.index))
                option = builder.icmp_signed("<", row, n_actions)
                value = given.load(builder.select(option, row, ir.Constant(_INT, 0)))
                offered.store(turn.index, builder.fmul(rate, builder.fsub(value, top)))

        by_count(builder, count, straight, loop, most=6)
        return context.get_dummy_value()

    kinds = (rows, source, worth, kind_of(source), _ROW, _ROW, _ROW)
    return types.void(*kinds), code


@intrinsic
def mix_nest(
    _typing, worth, log_share, share_row, share, log_odds, logs, scratch, entry, place, count, sharp, scale
):  # fmt: skip
    """Write the shares of a nest's entries by their ``worth`` and the log shares, and logarithms unless ``logs`` is None.

    The list has ``count`` entries, in scratch from ``scratch`` on, in arrays of all entries from ``entry`` and in ``share``
    from ``place`` on. Return the inclusive value ``scale * log(sum)``.
    """
    with_log = not isinstance(logs, types.NoneType)

    def code(context, builder, signature, arguments):
        emitter = Emitter(builder, kind_of(worth))
        given, weight, row_of, chosen, logarithm = (
            ArrayAt(context, builder, signature.args[n], arguments[n]) for n in range(5)
        )
        scratch, entry, place, count, sharp, scale = arguments[6:]

        def odds(j):
            share = weight.load(row_of.index(builder.add(entry, j)))
            return emitter.fma(given.load(builder.add(scratch, j)), sharp, share)

        def put(j, prob, log_prob):
            chosen.store(builder.add(place, j), prob)
            if with_log:
                logarithm.store(builder.add(scratch, j), log_prob)

        def value_of(top, total):
            less = emit_log(emitter, total)
            return less, builder.fmul(scale, builder.fadd(top, less))

        return _emit_list(emitter, count, odds, put, value_of, with_log=with_log)

    kind = kind_of(worth)
    rows = (_ROW, _ROW, _ROW, _ROW)
    return kind(worth, log_share, share_row, share, log_odds, logs, *rows, kind, kind), code


@intrinsic
def mix_menu(
    _typing, worth, log_share, share_row, share, target, logs, rows, scratch, entry, place, count
):  # fmt: skip
    """Write the same for the list of a menu itself, whose scale is 1, and probabilities to the rows of its entries.

    Logarithms go to the rows of ``logs``, unless that is None. What it returns means nothing.
    """
    with_log = not isinstance(logs, types.NoneType)

    def code(context, builder, signature, arguments):
        emitter = Emitter(builder, kind_of(worth))
        given, weight, row_of, chosen, goal, logarithm, places = (
            ArrayAt(context, builder, signature.args[n], arguments[n]) for n in range(7)
        )
        scratch, entry, place, count = arguments[7:]

        def odds(j):
            share = weight.load(row_of.index(builder.add(entry, j)))
            return builder.fadd(given.load(builder.add(scratch, j)), share)

        def put(j, prob, log_prob):
            row = places.index(builder.add(entry, j))
            chosen.store(builder.add(place, j), prob)
            goal.store(row, prob)
            if with_log:
                logarithm.store(row, log_prob)

        def value_of(_top, total):
            return (emit_log(emitter, total) if with_log else None), total

        return _emit_list(emitter, count, odds, put, value_of, with_log=with_log)

    four = (_ROW, _ROW, _ROW, _ROW)
    return kind_of(worth)(worth, log_share, share_row, share, target, logs, rows, *four), code


@intrinsic
def descend(
    _typing, share, log_odds, target, logs, rows, above, scratch, entry, place, count
):  # fmt: skip
    """Write the probabilities of a nest's entries to their rows: that in the nest's row, ``above``, times their shares."""
    with_log = not isinstance(logs, types.NoneType)

    def code(context, builder, signature, arguments):
        part, logarithm, goal, log_goal, row_of = (
            ArrayAt(context, builder, signature.args[n], arguments[n]) for n in range(5)
        )
        above, scratch, entry, place, count = arguments[5:]
        prob = goal.load(above)
        before = log_goal.load(above) if with_log else None

        def put(j):
            row = row_of.index(builder.add(entry, j))
            goal.store(row, builder.fmul(prob, part.load(builder.add(place, j))))
            if with_log:
                more = logarithm.load(builder.add(scratch, j))
                log_goal.store(row, builder.fadd(before, more))

        def straight(n):
            for j in range(n):
                put(ir.Constant(_INT, j))

        def loop():
            with cgutils.for_range(builder, count) as turn:
                put(turn.index)

        by_count(builder, count, straight, loop)
        return context.get_dummy_value()

    five = (_ROW, _ROW, _ROW, _ROW, _ROW)
    return types.void(share, log_odds, target, logs, rows, *five), code


def _emit_list(emitter, count, odds, put, value_of, *, with_log):
    """Emit the shares of a list: ``odds(j)`` of its entries, up to a constant, go to ``put(j, share, logarithm)``.

    Return what ``value_of(greatest, total)`` says besides the logarithm of the total.
    """
    builder = emitter.builder

    def number(j):
        return ir.Constant(_INT, j)

    def two():
        one, other = odds(number(0)), odds(number(1))
        gap, back = builder.fsub(one, other), builder.fsub(other, one)
        zero = emitter.number(0.0)
        ahead = builder.fcmp_ordered(">", gap, zero)
        low = builder.select(ahead, back, gap)
        weight = emit_exp(emitter, low)
        total = builder.fadd(emitter.number(1.0), weight)
        great = builder.fdiv(emitter.number(1.0), total)
        small = builder.fmul(weight, great)
        less, value = value_of(builder.select(ahead, one, other), total)
        shares = (builder.select(ahead, great, small), builder.select(ahead, small, great))
        logs = (builder.select(ahead, zero, low), builder.select(ahead, low, zero))
        for j in range(2):
            put(number(j), shares[j], builder.fsub(logs[j], less) if with_log else None)
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
            log_prob = builder.fsub(log_odd, less) if with_log else None
            put(number(j), builder.fmul(one, inverse), log_prob)
        return value

    def loop():
        top = gather(builder, count, odds(number(0)), lambda top, j: emitter.larger(top, odds(j)))

        def weight(j):
            x = builder.fsub(odds(j), top)
            return x, emit_exp(emitter, x)

        def add(total, j):
            return builder.fadd(total, weight(j)[1])

        total = gather(builder, count, emitter.number(0.0), add)
        inverse = builder.fdiv(emitter.number(1.0), total)
        less, value = value_of(top, total)
        with cgutils.for_range(builder, count) as turn:
            x, one = weight(turn.index)
            log_prob = builder.fsub(x, less) if with_log else None
            put(turn.index, builder.fmul(one, inverse), log_prob)
        return value

    return by_count(builder, count, straight, loop)
