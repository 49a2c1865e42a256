# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,import-untyped"
# ruff: noqa: ANN001, ANN202, ANN204, ARG001, C901  (numba reads these signatures; an emitter is one piece on purpose)
"""Loops over the actions and nodes of one piece of a walk, emitted as instructions.

A walk is made of very many very short loops: three or four actions, one to nine nodes. Compiled as loops they spend
more on counting, on addresses and on moving intermediate results than on arithmetic. Here a loop of up to four turns
becomes straight code with all its values in registers, picked by one jump; longer ones stay loops. Both do the same
operations in the same order, so a result does not depend on which of them ran.

Arrays hold rows of eight draws or single draws, as in :mod:`detente.game.kernels._lanes`.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from detente.game.kernels._lanes import Emitter, emit_absolute, emit_exp, emit_log, kind_of, place

__all__ = [
    "ArrayAt",
    "after",
    "at",
    "average",
    "by_count",
    "expect",
    "gather",
    "largest_gap",
    "soften",
]

_STRAIGHT = 4
_INT = ir.IntType(64)
_ROW = types.intp


class ArrayAt:
    """An array that code is emitted for."""

    def __init__(self, context, builder, kind, value):
        self.context, self.builder, self.kind, self.value = context, builder, kind, value

    def load(self, row):
        """Emit reading a row of draws."""
        return self.builder.load(self._place(row), align=8)

    def store(self, row, value):
        """Emit writing a row of draws."""
        self.builder.store(value, self._place(row), align=8)

    def _place(self, row):
        return place(self.context, self.builder, self.kind, self.value, row)

    def index(self, entry):
        """Emit reading an entry of an index array, counted through all its rows. It must not be negative."""
        data = self.context.make_array(self.kind)(self.context, self.builder, self.value).data
        return self.builder.sext(self.builder.load(self.builder.gep(data, [entry])), _INT)


def by_count(builder, count, straight, loop, *, most=_STRAIGHT):
    """Emit a jump by ``count``: ``straight(n)`` for n up to ``most``, ``loop()`` for more. Return what they return."""
    end = builder.append_basic_block("end")
    many = builder.append_basic_block("many")
    jump = builder.switch(count, many)
    results = []
    for n in range(1, most + 1):
        block = builder.append_basic_block(f"straight_{n}")
        jump.add_case(ir.Constant(count.type, n), block)
        builder.position_at_end(block)
        results.append((straight(n), builder.block))
        builder.branch(end)
    builder.position_at_end(many)
    results.append((loop(), builder.block))
    builder.branch(end)
    builder.position_at_end(end)
    if results[0][0] is None:
        return None
    result = builder.phi(results[0][0].type)
    for value, block in results:
        result.add_incoming(value, block)
    return result


def after(builder, row, steps):
    """Emit a row some steps on."""
    return builder.add(row, ir.Constant(row.type, steps)) if steps else row


def gather(builder, count, first, turn):
    """Emit ``turn(value, j)`` for each ``j`` below ``count``, from ``first`` on; return the last value."""
    held = cgutils.alloca_once(builder, first.type)
    builder.store(first, held)
    with cgutils.for_range(builder, count) as loop:
        builder.store(turn(builder.load(held), loop.index), held)
    return builder.load(held)


@intrinsic
def at(_typing, array, entry):
    """Read an entry of an index array, counted through all its rows; unlike indexing it never counts from the end."""

    def code(context, builder, signature, arguments):
        return ArrayAt(context, builder, signature.args[0], arguments[0]).index(arguments[1])

    return _ROW(array, _ROW), code


@intrinsic
def soften(_typing, source, target, logs, row, rate, count):
    """Write softmax(rate * source) of ``count`` rows from ``row`` on to ``target``; its logarithm to ``logs`` or to None."""
    with_log = not isinstance(logs, types.NoneType)

    def code(context, builder, signature, arguments):
        emitter = Emitter(builder, kind_of(source))
        start, rate, count = arguments[3:]
        given, chosen, logarithm = (
            ArrayAt(context, builder, signature.args[n], arguments[n]) for n in range(3)
        )

        def straight(n):
            rows = [after(builder, start, j) for j in range(n)]
            x = [given.load(row) for row in rows]
            top = x[0]
            for other in x[1:]:
                top = emitter.larger(top, other)
            x = [builder.fmul(rate, builder.fsub(value, top)) for value in x]
            weights = [emit_exp(emitter, value) for value in x]
            total = weights[0]
            for weight in weights[1:]:
                total = builder.fadd(total, weight)
            inverse = builder.fdiv(emitter.number(1.0), total)
            for j, weight in enumerate(weights):
                chosen.store(rows[j], builder.fmul(weight, inverse))
            if with_log:
                low = emit_log(emitter, total)
                for j, value in enumerate(x):
                    logarithm.store(rows[j], builder.fsub(value, low))

        def loop():
            def larger(top, j):
                return emitter.larger(top, given.load(builder.add(start, j)))

            top = gather(builder, count, given.load(start), larger)

            def add(total, j):
                row = builder.add(start, j)
                value = builder.fmul(rate, builder.fsub(given.load(row), top))
                if with_log:
                    logarithm.store(row, value)
                weight = emit_exp(emitter, value)
                chosen.store(row, weight)
                return builder.fadd(total, weight)

            total = gather(builder, count, emitter.number(0.0), add)
            inverse = builder.fdiv(emitter.number(1.0), total)
            low = emit_log(emitter, total) if with_log else None
            with cgutils.for_range(builder, count) as turn:
                row = builder.add(start, turn.index)
                chosen.store(row, builder.fmul(chosen.load(row), inverse))
                if with_log:
                    logarithm.store(row, builder.fsub(logarithm.load(row), low))

        by_count(builder, count, straight, loop)
        return context.get_dummy_value()

    return types.void(source, target, logs, _ROW, kind_of(source), _ROW), code


@intrinsic
def largest_gap(_typing, worst, first, second, row, other_row, count):
    """Return the largest of ``worst`` and the differences of two arrays in ``count`` rows, from their rows on."""

    def code(context, builder, signature, arguments):
        emitter = Emitter(builder, signature.return_type)
        worst, _, _, start, beside, count = arguments
        one, other = (ArrayAt(context, builder, signature.args[n], arguments[n]) for n in (1, 2))

        def larger(worst, j):
            here = one.load(builder.add(start, j))
            gap = builder.fsub(here, other.load(builder.add(beside, j)))
            return emitter.larger(worst, emit_absolute(emitter, gap))

        def straight(n):
            most = worst
            for j in range(n):
                most = larger(most, ir.Constant(_INT, j))
            return most

        def loop():
            return gather(builder, count, worst, larger)

        return by_count(builder, count, straight, loop)

    kind = kind_of(first)
    return kind(kind, first, second, _ROW, _ROW, _ROW), code


@intrinsic
def expect(
    _typing, out, row, n_actions, belief, low, n_nodes, value, n_players, player, cell, first, fresh
):
    """Write what ``player`` expects from each action of a piece: values below, weighted by beliefs in its nodes.

    Unless ``fresh`` it is added to what ``out`` holds.
    """

    def code(context, builder, signature, arguments):
        emitter = Emitter(builder, kind_of(value))
        _, row, n_actions, _, low, n_nodes, _, n_players, player, _, first, fresh = arguments
        target, weight, worth, below = (
            ArrayAt(context, builder, signature.args[n], arguments[n]) for n in (0, 3, 6, 9)
        )

        def add(total, weight, entry):
            place = builder.add(builder.mul(below.index(entry), n_players), player)
            return emitter.fma(weight, worth.load(place), total)

        def for_each_action(sum_nodes):
            with cgutils.for_range(builder, n_actions) as loop:
                place = builder.add(row, loop.index)
                start = builder.select(fresh, emitter.number(0.0), target.load(place))
                target.store(place, sum_nodes(start, builder.add(first, loop.index)))

        def straight(n):
            weights = [weight.load(after(builder, low, j)) for j in range(n)]

            def sum_nodes(total, entry):
                for item in weights:
                    total = add(total, item, entry)
                    entry = builder.add(entry, n_actions)
                return total

            for_each_action(sum_nodes)

        def loop():
            def sum_nodes(total, entry):
                def turn(total, j):
                    step = builder.add(entry, builder.mul(j, n_actions))
                    return add(total, weight.load(builder.add(low, j)), step)

                return gather(builder, n_nodes, total, turn)

            for_each_action(sum_nodes)

        by_count(builder, n_nodes, straight, loop)
        return context.get_dummy_value()

    kinds = (out, _ROW, _ROW, belief, _ROW, _ROW, value, _ROW, _ROW, cell, _ROW, types.boolean)
    return types.void(*kinds), code


@intrinsic
def average(_typing, value, n_players, low, high, weights, row, n_actions, cell, first):
    """Write all players' payoffs at the nodes of a piece: values below, weighted by the probabilities of actions."""

    def code(context, builder, signature, arguments):
        emitter = Emitter(builder, kind_of(value))
        _, n_players, low, high, _, row, n_actions, _, first = arguments
        worth, weight, below = (
            ArrayAt(context, builder, signature.args[n], arguments[n]) for n in (0, 4, 7)
        )

        def child(entry):
            return builder.mul(below.index(entry), n_players)

        def for_each_node(write):
            with cgutils.for_range(builder, builder.sub(high, low)) as loop:
                entry = builder.add(first, builder.mul(loop.index, n_actions))
                write(builder.mul(builder.add(low, loop.index), n_players), entry)

        def straight(n):
            odds = [weight.load(after(builder, row, j)) for j in range(n)]

            def write(target, entry):
                children = [child(after(builder, entry, j)) for j in range(n)]

                def mean(player):
                    total = emitter.number(0.0)
                    for odd, start in zip(odds, children, strict=True):
                        total = emitter.fma(odd, worth.load(builder.add(start, player)), total)
                    return total

                two = builder.icmp_signed("==", n_players, ir.Constant(_INT, 2))
                with builder.if_else(two) as (if_two, otherwise):
                    with if_two:
                        both = [mean(ir.Constant(_INT, player)) for player in range(2)]
                        for player in range(2):
                            worth.store(after(builder, target, player), both[player])
                    with otherwise, cgutils.for_range(builder, n_players) as loop:
                        worth.store(builder.add(target, loop.index), mean(loop.index))

            for_each_node(write)

        def loop():
            def write(target, entry):
                with cgutils.for_range(builder, n_players) as player:

                    def turn(total, j):
                        place = builder.add(child(builder.add(entry, j)), player.index)
                        return emitter.fma(
                            weight.load(builder.add(row, j)), worth.load(place), total
                        )

                    mean = gather(builder, n_actions, emitter.number(0.0), turn)
                    worth.store(builder.add(target, player.index), mean)

            for_each_node(write)

        by_count(builder, n_actions, straight, loop)
        return context.get_dummy_value()

    kinds = (value, _ROW, _ROW, _ROW, weights, _ROW, _ROW, cell, _ROW)
    return types.void(*kinds), code
