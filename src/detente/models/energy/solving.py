"""Solving the linear programme of a gas system with HiGHS, once or for many situations."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.energy.programme import GasBounds, GasProgramme, bound_gas, compile_gas
from detente.models.energy.system import GasSystem, Situation

if TYPE_CHECKING:
    import highspy
    from scipy.sparse import csc_array

__all__ = ["GasSolution", "GasSolver", "solve_gas"]

LEAST = 1e-6
"""What is below this, in TWh, is not reported as lacking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSolution:
    """The cheapest way to run a gas system, with its prices and its certificate.

    Volumes are TWh per period, shape ``(n_parts, n_periods)`` in the order of the system's parts; prices are EUR/MWh.

    Attributes
    ----------
    status
        As HiGHS names it; always ``Optimal``, since anything else is an error.
    objective_eur_mn
        Total cost, EUR million.
    demand_twh
        Demand before response, in this situation, ``(n_nodes, n_periods)``.
    supply_twh, flow_twh, sendout_twh, purchase_twh
        Of sources, pipelines (at their entry), terminals and supply steps.
    injection_twh, withdrawal_twh, stock_twh
        Of stores; the stock at the end of each period.
    missing_twh
        What each store lacks to its target, ``(n_stores,)``.
    response_twh, shedding_twh
        Demand that gave way by choice and by force, ``(n_nodes, n_periods)``.
    price
        Dual of each node's balance: what one more MWh of demand there would cost, ``(n_nodes, n_periods)``. Where the
        system is degenerate it is one of several.
    liquefied_price
        Dual of the balance of liquefied gas, ``(n_periods,)``.
    residual_twh
        Largest violation of a balance, bound or row, recomputed from the answer.
    node_residual_twh
        What each node's balance misses, recomputed from the answer, ``(n_nodes, n_periods)``.
    gap_eur_mn
        Cost less the dual objective, recomputed from the prices: zero proves that nothing is cheaper.
    iterations
        Of the simplex method.
    """

    status: str
    objective_eur_mn: float
    demand_twh: FloatArray
    supply_twh: FloatArray
    flow_twh: FloatArray
    sendout_twh: FloatArray
    purchase_twh: FloatArray
    injection_twh: FloatArray
    withdrawal_twh: FloatArray
    stock_twh: FloatArray
    missing_twh: FloatArray
    response_twh: FloatArray
    shedding_twh: FloatArray
    price: FloatArray
    liquefied_price: FloatArray
    residual_twh: float
    node_residual_twh: FloatArray
    gap_eur_mn: float
    iterations: int

    @property
    def energy_change_pct(self) -> FloatArray:
        """Change of gas used against demand over all periods, percent, never positive, ``(n_nodes,)``.

        It is the input of ``sanctions.ces_loss``; a node without demand changes by nothing.
        """
        demand = self.demand_twh.sum(axis=1)
        lost = (self.response_twh + self.shedding_twh).sum(axis=1)
        share: FloatArray = lost / np.where(demand > 0.0, demand, 1.0)
        return 0.0 - 100.0 * share


class GasSolver:
    """Solves one system in many situations, each from the basis of the system as it stands.

    Since every solve starts from the same basis, an answer does not depend on the solves before it. A solver belongs
    to one thread.

    Parameters
    ----------
    programme
        From :func:`detente.models.energy.compile_gas`.

    Raises
    ------
    ModelError
        ``input-invalid`` if the system as it stands cannot be run; see :meth:`solve`.
    """

    def __init__(self, programme: GasProgramme) -> None:
        self.programme = programme
        self._highs = _load(programme)
        _run(self._highs, programme, bound_gas(programme))
        self._start = self._highs.getBasis()

    def solve(self, situation: Situation | None = None) -> GasSolution:
        """Return the cheapest way to run the system in a situation.

        Raises
        ------
        ModelError
            ``input-invalid`` for a situation that does not fit the system, or in which it cannot be run: the message
            says which node or store lacks what in which period.
        """
        self._highs.clearSolver()
        self._highs.setBasis(self._start)
        return _run(self._highs, self.programme, bound_gas(self.programme, situation))


def solve_gas(system: GasSystem, situation: Situation | None = None) -> GasSolution:
    """Return the cheapest way to run a gas system, in a situation or as it stands.

    To solve many situations of one system, make one :class:`GasSolver`.

    Raises
    ------
    ModelError
        ``input-invalid`` for a system that is not one, or that cannot be run: the message says which node or store
        lacks what in which period.

    References
    ----------
    :cite:p:`riepin2022`, a least-cost programme of nodes, pipelines, terminals and stores by month. Departs from
    source: capacities are given, demand gives way in priced steps, and liquefied gas comes along one curve for all
    terminals.
    """
    programme = compile_gas(system)
    return _run(_load(programme), programme, bound_gas(programme, situation))


def _load(programme: GasProgramme) -> "highspy.Highs":
    matrix = programme.matrix
    return _pass(
        programme.cost,
        matrix,
        (np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1])),
        (np.zeros(matrix.shape[0]), np.zeros(matrix.shape[0])),
    )


def _pass(
    cost: FloatArray,
    matrix: "csc_array",
    column_bounds: tuple[FloatArray, FloatArray],
    row_bounds: tuple[FloatArray, FloatArray],
) -> "highspy.Highs":
    import highspy  # noqa: PLC0415  slow to load

    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = column_bounds
    model.row_lower_, model.row_upper_ = row_bounds
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("parallel", "off")
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("solver", "simplex")
    highs.passModel(model)
    return highs


def _run(highs: "highspy.Highs", programme: GasProgramme, bounds: GasBounds) -> GasSolution:
    import highspy  # noqa: PLC0415  slow to load

    n_rows, n_columns = programme.matrix.shape
    highs.changeColsBounds(
        n_columns, np.arange(n_columns, dtype=np.int32), bounds.lower, bounds.upper
    )
    highs.changeRowsBounds(  # type: ignore[attr-defined]  # missing from the stub
        n_rows, np.arange(n_rows, dtype=np.int32), bounds.row_lower, bounds.row_upper
    )
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        _explain(programme, bounds, highs.modelStatusToString(status))
    return _read_solution(programme, bounds, highs)


def _read_solution(
    programme: GasProgramme, bounds: GasBounds, highs: "highspy.Highs"
) -> GasSolution:
    answer = highs.getSolution()
    x: FloatArray = np.array(answer.col_value)
    dual: FloatArray = np.array(answer.row_dual)
    n_periods = len(programme.system.periods)
    block = {
        name: x[place].reshape(-1, n_periods)
        for name, place in programme.columns.items()
        if name != "missing"
    }
    steps = programme.steps
    response = np.zeros_like(bounds.demand_twh)
    shedding = np.zeros_like(bounds.demand_twh)
    np.add.at(response, steps.node[~steps.sheds], block["unserved"][~steps.sheds])
    np.add.at(shedding, steps.node[steps.sheds], block["unserved"][steps.sheds])
    row = programme.matrix @ x
    balance = programme.rows["balance"]
    return GasSolution(
        status=highs.modelStatusToString(highs.getModelStatus()),
        objective_eur_mn=float(programme.cost @ x),
        demand_twh=bounds.demand_twh,
        supply_twh=block["supply"],
        flow_twh=block["flow"],
        sendout_twh=block["sendout"],
        purchase_twh=block["purchase"],
        injection_twh=block["injection"],
        withdrawal_twh=block["withdrawal"],
        stock_twh=block["stock"],
        missing_twh=x[programme.columns["missing"]],
        response_twh=response,
        shedding_twh=shedding,
        price=dual[balance].reshape(-1, n_periods),
        liquefied_price=dual[programme.rows["liquefied"]],
        residual_twh=float(
            max(
                _excess(x, bounds.lower, bounds.upper),
                _excess(row, bounds.row_lower, bounds.row_upper),
            )
        ),
        node_residual_twh=(row[balance] - bounds.row_lower[balance]).reshape(-1, n_periods),
        gap_eur_mn=float(programme.cost @ x - _dual_objective(programme, bounds, dual)),
        iterations=int(highs.getInfo().simplex_iteration_count),
    )


def _excess(values: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    return float(np.maximum(lower - values, values - upper).max(initial=0.0))


def _dual_objective(programme: GasProgramme, bounds: GasBounds, dual: FloatArray) -> float:
    """Bound on the cost that the prices prove; what stands against an infinite bound is rounding and left out."""
    reduced = programme.cost - programme.matrix.T @ dual

    def worth(price: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
        active = np.where(price > 0.0, lower, upper)
        return float(price @ np.where(np.isfinite(active), active, 0.0))

    return worth(dual, bounds.row_lower, bounds.row_upper) + worth(
        reduced, bounds.lower, bounds.upper
    )


def _explain(programme: GasProgramme, bounds: GasBounds, status: str) -> NoReturn:
    """Find the least by which the system misses what is asked of it, and say where."""
    lacks = _find_lacks(programme, bounds)
    if not lacks:
        message = f"HiGHS ends with the status {status!r} on this gas system"
        raise ModelError(
            message,
            code="input-invalid",
            at="gas programme",
            fix="look for values that differ by many orders of magnitude",
        )
    lacks.sort(key=lambda lack: -lack[0])
    first = "; ".join(text for _, text, _ in lacks[:3])
    more = f"; and {len(lacks) - 3} more" if len(lacks) > 3 else ""
    message = f"the gas system cannot be run: {first}{more}"
    raise ModelError(
        message,
        code="input-invalid",
        at=f"gas programme {lacks[0][2]}",
        fix="raise what can be supplied, carried or shed there, lower what must be taken or kept in store, "
        "or give the store a target_price",
    )


def _find_lacks(programme: GasProgramme, bounds: GasBounds) -> list[tuple[float, str, str]]:
    """Solve the elastic programme: every balance, floor, target and total may be missed, at one per TWh."""
    import highspy  # noqa: PLC0415  slow to load
    from scipy.sparse import block_array, csc_array, eye_array  # noqa: PLC0415  slow to load

    system = programme.system
    labels = [period.label for period in system.periods]
    n_rows, n_columns = programme.matrix.shape
    balance, stock = programme.rows["balance"], programme.columns["stock"]
    n_balances, n_stocks = balance.stop - balance.start, stock.stop - stock.start
    n_tail = n_rows - programme.rows["total"].start
    rows = eye_array(n_rows, format="csc")
    tail = rows[:, programme.rows["total"].start :]
    n_totals = len(system.sources)
    signs = np.r_[-np.ones(n_totals), np.ones(n_tail - n_totals)]
    matrix = csc_array(
        block_array(
            [
                [programme.matrix, rows[:, balance], -rows[:, balance], tail * signs, None],
                [
                    eye_array(n_columns, format="csr")[stock],
                    None,
                    None,
                    None,
                    eye_array(n_stocks),
                ],
            ]
        )
    )
    n_slacks = matrix.shape[1] - n_columns
    lower = bounds.lower.copy()
    lower[stock] = 0.0
    highs = _pass(
        np.r_[np.zeros(n_columns), np.ones(n_slacks)],
        matrix,
        (np.r_[lower, np.zeros(n_slacks)], np.r_[bounds.upper, np.full(n_slacks, np.inf)]),
        (
            np.r_[bounds.row_lower, bounds.lower[stock]],
            np.r_[bounds.row_upper, np.full(n_stocks, np.inf)],
        ),
    )
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return []  # pragma: no cover - the elastic programme has an answer by construction
    slack: FloatArray = np.array(highs.getSolution().col_value)[n_columns:]
    parts = np.split(slack, np.cumsum([n_balances, n_balances, n_totals, n_tail - n_totals]))
    nodes = [(node.name, label) for node in system.nodes for label in labels]
    stores = [(store.name, label) for store in system.stores for label in labels]
    said: list[tuple[float, str, str]] = []
    for amounts, places, text in (
        (parts[0], nodes, "{} lacks {:.3g} TWh in {}"),
        (parts[1], nodes, "{} must take {:.3g} TWh more than it can use or pass on in {}"),
        (
            parts[2],
            [(source.name, "all periods") for source in system.sources],
            "{} must give {:.3g} TWh more than its total over {}",
        ),
        (
            parts[3],
            [(store.name, labels[-1]) for store in system.stores],
            "{} ends {:.3g} TWh below its target in {}",
        ),
        (parts[4], stores, "{} is {:.3g} TWh below its floor in {}"),
    ):
        said.extend(
            (float(amount), text.format(name, amount, label), f"{name}, {label}")
            for amount, (name, label) in zip(amounts, places, strict=True)
            if amount > LEAST
        )
    return said
