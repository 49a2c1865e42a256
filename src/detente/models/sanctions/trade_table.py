"""An inter-regional input-output table, and the shares that calibrate a trade model from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.errors import ModelError, nearest

__all__ = [
    "InputOutputTable",
    "TradeEconomy",
    "aggregate_table",
    "calibrate_economy",
    "find_positions",
    "settle_value_added",
]

ROUNDING_OF_WORLD = 1e-6
"""A row gap below this share of the whole table's output is rounding of the source, whatever the row's size."""


ROUNDING_OF_VALUE_ADDED = 1e-7
"""Value added below zero by less than this share of the whole table's output is rounding of the source: a column of a world
table adds up some thousand rounded cells (decision note 0058)."""

_LEFT_OF_SALES = 1e-3
"""Value added that is left to a sector whose own was lost in rounding, as a share of its sales."""

_LARGEST = 1e100
"""Largest figure of a table: sums of figures, and their products, stay within the range of numbers."""

_SHOWN = 10


def find_positions(codes: Iterable[str], *, known: tuple[str, ...], kind: str) -> list[int]:
    """Positions of codes in a list of labels.

    Parameters
    ----------
    codes
        What to look up.
    known
        The labels, in the order of the arrays.
    kind
        What the labels are (``region``, ``sector``), for the message.

    Returns
    -------
    list[int]
        One position per code, in the order given.

    Raises
    ------
    ModelError
        ``input-invalid`` naming the unknown code and the nearest known ones.

    Examples
    --------
    >>> find_positions(["B"], known=("A", "B"), kind="region")
    [1]
    """
    positions = []
    for code in codes:
        if code not in known:
            near = nearest(code, known) or known[:8]
            message = f"unknown {kind} code {code!r}: the table has no such {kind}"
            raise ModelError(
                message,
                code="input-invalid",
                at=f"table.{kind}s",
                fix=f"use one of its codes, for instance {', '.join(near)}",
            )
        positions.append(known.index(code))
    return positions


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOutputTable:
    """Who sells how much of what to whom, in one currency and one year.

    Rows are a seller's region and sector, columns a buyer's region and (for intermediate goods) sector. Value added
    is the row's output less the column's purchases, so that it holds net taxes, margins and the source's rounding.

    Attributes
    ----------
    regions, sectors
        Labels, ``N`` and ``J`` of them.
    intermediate
        Sales to producers, shape ``(N, J, N, J)``: seller region, seller sector, buyer region, buyer sector; >= 0.
    final
        Sales to final users, shape ``(N, J, N)``: seller region, seller sector, buyer region. May hold negative
        entries (stocks run down); :meth:`without_negatives` sets them to zero.
    output
        Output as the source reports it, shape ``(N, J)``; used for the balance check only.
    balance_tolerance
        Largest gap between a row's sales and its reported output, as a share of that output.
    unit
        Unit of every figure, for messages.

    Raises
    ------
    ModelError
        ``input-invalid`` for labels that repeat, arrays of the wrong shape, figures that are not finite or too large to be
        added up, negative intermediate sales, a row that does not balance (the worst is named), or value added below zero
        by more than rounding (:data:`ROUNDING_OF_VALUE_ADDED`).
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    intermediate: FloatArray
    final: FloatArray
    output: FloatArray
    balance_tolerance: float = 0.01
    unit: str = "USD million"

    def __post_init__(self) -> None:
        """Check labels, shapes, signs, row balance and value added."""
        n, j = len(self.regions), len(self.sectors)
        _check_labels(self.regions, "region")
        _check_labels(self.sectors, "sector")
        for name, array, shape in (
            ("intermediate", self.intermediate, (n, j, n, j)),
            ("final", self.final, (n, j, n)),
            ("output", self.output, (n, j)),
        ):
            _check_array(name, array, shape)
        _check_size(self.intermediate, self.final, self.output)
        self._check_signs()
        self._check_balance()
        self._check_value_added()

    @property
    def sales(self) -> FloatArray:
        """What each row sells to all users, shape ``(N, J)``."""
        return np.asarray(self.intermediate.sum(axis=(2, 3)) + self.final.sum(axis=2))

    @property
    def value_added(self) -> FloatArray:
        """Sales less purchases of intermediate goods, shape ``(N, J)``."""
        return np.asarray(self.sales - self.intermediate.sum(axis=(0, 1)))

    @property
    def flows(self) -> FloatArray:
        """Sales for every use, shape ``(J, N, N)``: sector, buyer, seller."""
        return np.asarray((self.intermediate.sum(axis=3) + self.final).transpose(1, 2, 0))

    @property
    def row_gaps(self) -> FloatArray:
        """Sales less reported output, shape ``(N, J)``."""
        return np.asarray(self.sales - self.output)

    def region_positions(self, codes: Iterable[str]) -> list[int]:
        """Positions of region codes; an unknown one is an error that names the nearest."""
        return find_positions(codes, known=self.regions, kind="region")

    def sector_positions(self, codes: Iterable[str]) -> list[int]:
        """Positions of sector codes; an unknown one is an error that names the nearest."""
        return find_positions(codes, known=self.sectors, kind="sector")

    def without_negatives(self) -> "InputOutputTable":
        """Return the table with negative final sales (stocks run down) set to zero; output grows by as much."""
        final = np.maximum(self.final, 0.0)
        added = (final - self.final).sum(axis=2)
        return replace(self, final=final, output=self.output + added)

    def _row(self, region: int, sector: int) -> str:
        return f"{self.regions[region]}_{self.sectors[sector]}"

    def _check_signs(self) -> None:
        if (self.intermediate < 0.0).any():
            a, b, c, d = (
                int(i)
                for i in np.unravel_index(self.intermediate.argmin(), self.intermediate.shape)
            )
            message = (
                f"sales of {self._row(a, b)} to {self._row(c, d)} are "
                f"{self.intermediate[a, b, c, d]:g} {self.unit}, below zero"
            )
            raise ModelError(
                message,
                code="input-invalid",
                at=f"table row {self._row(a, b)}, column {self._row(c, d)}",
                fix="correct the cell; only final demand may hold negative entries",
            )

    def _check_balance(self) -> None:
        gap = self.row_gaps
        allowed = np.maximum(
            self.balance_tolerance * np.abs(self.output),
            ROUNDING_OF_WORLD * np.abs(self.output).sum(),
        )
        if (np.abs(gap) <= allowed).all():
            return
        region, sector = (
            int(i) for i in np.unravel_index((np.abs(gap) - allowed).argmax(), gap.shape)
        )
        count = int((np.abs(gap) > allowed).sum())
        message = (
            f"the table does not balance: {self._row(region, sector)} sells "
            f"{self.sales[region, sector]:g} {self.unit} but its output is "
            f"{self.output[region, sector]:g}, a gap of {gap[region, sector]:g} "
            f"({count} row(s) off by more than {self.balance_tolerance:.2%}; this is the worst)"
        )
        raise ModelError(
            message,
            code="input-invalid",
            at=f"table row {self._row(region, sector)}",
            fix="check that every user of the row is in the table and in one unit, or raise balance_tolerance",
        )

    @property
    def rounded(self) -> BoolArray:
        """Sectors that sell something and have value added of zero or, by rounding, less; shape ``(N, J)``."""
        idle = self.sales <= 0.01 * self._rounding
        return np.asarray((self.value_added <= 0.0) & ~idle)

    @property
    def _rounding(self) -> float:
        return float(ROUNDING_OF_VALUE_ADDED * np.abs(self.output).sum())

    def _check_value_added(self) -> None:
        value_added = self.value_added
        idle = self.sales <= 0.01 * self._rounding
        allowed = np.where(idle, 0.01, 1.0) * self._rounding
        if (value_added >= -allowed).all():
            return
        region, sector = (int(i) for i in np.unravel_index(value_added.argmin(), value_added.shape))
        message = (
            f"value added of {self._row(region, sector)} is {value_added[region, sector]:g} {self.unit}: "
            f"it buys more than the {self.sales[region, sector]:g} it sells, by more than {self._rounding:g}, "
            f"{ROUNDING_OF_VALUE_ADDED:g} of the table's output, which would pass for rounding"
        )
        raise ModelError(
            message,
            code="input-invalid",
            at=f"table column {self._row(region, sector)}",
            fix="correct the column, or merge the sector with a neighbour",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeEconomy:
    """The shares of a world economy before a shock: all that the equilibrium in changes needs.

    Attributes
    ----------
    regions, sectors
        Labels, ``N`` and ``J`` of them.
    import_share
        Share of each seller in a buyer's spending on a sector, shape ``(J, N, N)``: sector, buyer, seller; sums to
        one over sellers. A buyer that uses nothing of a sector is given itself as the only seller.
    value_added_share
        Share of value added in output, shape ``(J, N)``, in (0, 1].
    input_share
        Share of inputs from a sector in output, shape ``(N, J, J)``: region, supplying sector, using sector.
    final_share
        Share of each sector in final spending, shape ``(J, N)``; sums to one over sectors.
    value_added
        Income of the factors of each region, shape ``(N,)``, in the table's unit.
    transfer
        Final spending less income (the trade deficit), shape ``(N,)``; zero where trade is balanced.
    notes
        What was taken for rounding, and what no home sales mean, in sentences; to be shown to the reader of any result.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    import_share: FloatArray
    value_added_share: FloatArray
    input_share: FloatArray
    final_share: FloatArray
    value_added: FloatArray
    transfer: FloatArray
    notes: tuple[str, ...] = ()

    @property
    def domestic_share(self) -> FloatArray:
        """Share of spending that stays at home, shape ``(J, N)``."""
        return np.asarray(np.diagonal(self.import_share, axis1=1, axis2=2))

    @property
    def without_home_sales(self) -> tuple[str, ...]:
        """Labels ``REGION_SECTOR`` of what a region uses, directly or through its inputs, and sells none of at home.

        In autarky such a region would lose all its income.
        """
        used = (self.final_share > 0.0) | (self.input_share.sum(axis=2).T > 0.0)
        lacking = np.argwhere(used & (self.domestic_share <= 0.0))
        return tuple(f"{self.regions[region]}_{self.sectors[sector]}" for sector, region in lacking)

    @property
    def is_balanced(self) -> bool:
        """Whether every region spends what it earns, to rounding."""
        return bool(np.abs(self.transfer).max() <= 1e-9 * self.value_added.sum())

    def region_positions(self, codes: Iterable[str]) -> list[int]:
        """Positions of region codes; an unknown one is an error that names the nearest."""
        return find_positions(codes, known=self.regions, kind="region")

    def sector_positions(self, codes: Iterable[str]) -> list[int]:
        """Positions of sector codes; an unknown one is an error that names the nearest."""
        return find_positions(codes, known=self.sectors, kind="sector")


def aggregate_table(
    table: InputOutputTable, *, regions: Mapping[str, str], sectors: Mapping[str, str]
) -> InputOutputTable:
    """Add up regions and sectors of a table.

    Parameters
    ----------
    table
        The table in full.
    regions, sectors
        Group of each region and of each sector; every one must be named. Groups stand in the order of first use.

    Returns
    -------
    InputOutputTable
        The smaller table, checked like any other.

    Raises
    ------
    ModelError
        ``input-invalid`` for a code that the table lacks, or that has no group.
    """
    region_group, region_names = _group(table.regions, regions, "region")
    sector_group, sector_names = _group(table.sectors, sectors, "sector")
    intermediate = np.einsum(
        "ai,bj,ijnk,cn,dk->abcd",
        region_group,
        sector_group,
        table.intermediate,
        region_group,
        sector_group,
        optimize=True,
    )
    final = np.einsum(
        "ai,bj,ijn,cn->abc", region_group, sector_group, table.final, region_group, optimize=True
    )
    return replace(
        table,
        regions=region_names,
        sectors=sector_names,
        intermediate=intermediate,
        final=final,
        output=region_group @ table.output @ sector_group.T,
    )


def calibrate_economy(table: InputOutputTable) -> TradeEconomy:
    r"""Shares of a table, under the model's rule that all buyers of a sector in a region import alike.

    With flows :math:`M^j_{ni}` (buyer n, seller i, all uses), output :math:`Y^j_n` and purchases :math:`Z`:

    .. math:: \pi^j_{ni} = M^j_{ni} / \textstyle\sum_h M^j_{nh}, \quad
              \gamma^{kj}_n = \textstyle\sum_i Z^{kj}_{in} / Y^j_n, \quad
              \gamma^j_n = 1 - \textstyle\sum_k \gamma^{kj}_n, \quad
              \alpha^j_n = \textstyle\sum_i F^j_{in} / \textstyle\sum_{ik} F^k_{in}

    Parameters
    ----------
    table
        A balanced table without negative final sales (see :meth:`InputOutputTable.without_negatives`).

    Returns
    -------
    TradeEconomy
        Output is taken to be the row's sales, so the shares fit each other exactly.

    Raises
    ------
    ModelError
        ``input-invalid`` if final sales are negative, or a region has no income or no final demand.

    References
    ----------
    :cite:p:`caliendo2015`, section 3 (equilibrium in relative changes) and its data section for the shares.
    """
    table, notes = settle_value_added(table)
    if (table.final < 0.0).any():
        a, b, c = (int(i) for i in np.unravel_index(table.final.argmin(), table.final.shape))
        message = (
            f"final sales of {table.regions[a]}_{table.sectors[b]} to {table.regions[c]} are "
            f"{table.final[a, b, c]:g} {table.unit}, below zero"
        )
        raise ModelError(
            message,
            code="input-invalid",
            at=f"table row {table.regions[a]}_{table.sectors[b]}",
            fix="call table.without_negatives() first",
        )
    flows = table.flows
    spending = flows.sum(axis=2)
    n, j = len(table.regions), len(table.sectors)
    own = np.broadcast_to(np.eye(n), (j, n, n))
    used = spending > 0.0
    import_share = np.where(
        used[:, :, None], flows / np.where(used, spending, 1.0)[:, :, None], own
    )
    sales = table.sales
    made = sales > 0.0
    inputs = table.intermediate.sum(axis=0).transpose(1, 0, 2)
    input_share = np.where(made[:, None, :], inputs / np.where(made, sales, 1.0)[:, None, :], 0.0)
    final = table.final.sum(axis=0)
    income, demand = table.value_added.sum(axis=1), final.sum(axis=0)
    for label, what, values in zip(
        ("income", "final demand"), ("value added", "final"), (income, demand), strict=True
    ):
        if (values <= 0.0).any():
            region = table.regions[int(values.argmin())]
            message = f"{region} has no {label} ({values.min():g} {table.unit})"
            raise ModelError(
                message,
                code="input-invalid",
                at=f"table {what}",
                fix="correct the table or merge the region with a neighbour",
            )
    economy = TradeEconomy(
        regions=table.regions,
        sectors=table.sectors,
        import_share=import_share,
        value_added_share=1.0 - input_share.sum(axis=1).T,
        input_share=input_share,
        final_share=final / demand,
        value_added=income,
        transfer=demand - income,
        notes=notes,
    )
    lacking = economy.without_home_sales
    if not lacking:
        return economy
    more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
    note = (
        f"no sales at home in {', '.join(lacking[:_SHOWN])}{more}: each region uses the good and buys all of it abroad, "
        "so that its loss in autarky is 100%"
    )
    return replace(economy, notes=(*notes, note))


def settle_value_added(table: InputOutputTable) -> tuple[InputOutputTable, tuple[str, ...]]:
    """Give sectors whose value added was lost in rounding a little of it, and say so.

    Parameters
    ----------
    table
        A table; see :attr:`InputOutputTable.rounded`.

    Returns
    -------
    tuple
        The table in which such a sector buys less, every input in proportion, until a thousandth of its sales is left (or
        what passes for rounding, if that is less); what it buys less is final demand of its region, so that every seller
        sells as much. And a sentence for each sector, of many for the first.
    """
    places = [(int(region), int(sector)) for region, sector in np.argwhere(table.rounded)]
    if not places:
        return table, ()
    intermediate, final = table.intermediate.copy(), table.final.copy()
    sales, value_added = table.sales, table.value_added
    notes = []
    for region, sector in places:
        bought = table.intermediate[:, :, region, sector]
        left = min(_LEFT_OF_SALES * sales[region, sector], table._rounding)  # noqa: SLF001  # its own module
        moved = bought * ((left - value_added[region, sector]) / bought.sum())
        intermediate[:, :, region, sector] -= moved
        final[:, :, region] += moved
        notes.append(
            f"value added of {table.regions[region]}_{table.sectors[sector]} is {value_added[region, sector]:g} "
            f"{table.unit}, below {ROUNDING_OF_VALUE_ADDED:g} of the table's output: taken for rounding, and {left:g} put in its place"
        )
    if len(notes) > _SHOWN:
        notes = [*notes[:_SHOWN], f"and so in {len(notes) - _SHOWN} more sectors"]
    return replace(table, intermediate=intermediate, final=final), tuple(notes)


def _group(
    labels: tuple[str, ...], groups: Mapping[str, str], kind: str
) -> tuple[FloatArray, tuple[str, ...]]:
    """Matrix of ones where a label (column) is in a group (row), and the names of the groups."""
    find_positions(groups, known=labels, kind=kind)
    for label in labels:
        if label not in groups:
            message = f"the {kind} {label!r} is in no group"
            raise ModelError(
                message, code="input-invalid", at=f"{kind}s", fix="name a group for each of them"
            )
    names = tuple(dict.fromkeys(groups[label] for label in labels))
    matrix = np.array([[float(groups[label] == name) for label in labels] for name in names])
    return matrix, names


def _check_labels(labels: tuple[str, ...], kind: str) -> None:
    if not labels:
        message = f"the table has no {kind}"
        raise ModelError(
            message, code="input-invalid", at=f"table.{kind}s", fix="name at least one"
        )
    for label in labels:
        if labels.count(label) > 1:
            message = f"{kind} code {label!r} appears {labels.count(label)} times"
            raise ModelError(
                message, code="input-invalid", at=f"table.{kind}s", fix="give each its own code"
            )


def _check_size(intermediate: FloatArray, final: FloatArray, output: FloatArray) -> None:
    """Check that figures can be added up and divided without leaving the range of numbers."""
    for name, array in (("intermediate", intermediate), ("final", final), ("output", output)):
        most = float(np.abs(array).max(initial=0.0))
        if most > _LARGEST:
            message = f"{name} holds {most:g}, more than {_LARGEST:g}"
            raise ModelError(
                message,
                code="input-invalid",
                at=f"table.{name}",
                fix="give figures in a larger unit",
            )


def _check_array(name: str, array: FloatArray, shape: tuple[int, ...]) -> None:
    if np.shape(array) != shape:
        message = f"{name} has the shape {np.shape(array)}, the labels ask for {shape}"
        raise ModelError(message, code="input-invalid", at=f"table.{name}", fix="reshape it")
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        message = f"{name} is not finite at {place}"
        raise ModelError(
            message, code="input-invalid", at=f"table.{name}{place}", fix="correct the cell"
        )
