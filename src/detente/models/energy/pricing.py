r"""The gas system as a mechanism: a designed sample of programmes, and a surface through it for every draw.

A crisis prices thousands of draws; each programme takes some ten milliseconds. So the programmes of a fixed set of points
are solved once, and draws are read off a cubic radial basis surface with a quadratic trend through them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.energy.programme import compile_gas
from detente.models.energy.solving import GasSolution, GasSolver
from detente.models.energy.system import Situation
from detente.models.energy.tables import GasReading, read_gas_tables
from detente.models.registry import Setting

if TYPE_CHECKING:
    from scipy.interpolate import RBFInterpolator

__all__ = [
    "AXES",
    "GasCase",
    "GasMechanism",
    "GasSurface",
    "cut_routes",
    "design_points",
    "fit_gas",
    "situation_of",
]

YEAR = 365.0
AXES = ("cut_share", "lng_spare_twh", "demand_elasticity", "weather", "lng_pact_twh")
"""Inputs that the programmes are solved for."""
LOW = np.array([0.0, 0.0, 0.08, 0.88, 0.0])
HIGH = np.array([1.0, 500.0, 0.32, 1.12, 150.0])
SCALE = np.array([2.0, 1.0, 0.7, 1.3, 0.6])
"""Stretch of the axes before distances are taken: the cut moves most."""
N_POINTS, N_HOARDING = 256, 96
UNION = "EU"
WeighedCase = tuple["FloatArray | float", Mapping[str, FloatArray]]
"""Chance of a case, and what the surface says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasCase:
    """One case of a year: what is cut by source id, and what is uncertain.

    Attributes
    ----------
    cut
        Share withheld, by id of a route.
    lng_spare_twh, lng_pact_twh
        Liquefied gas in a year that the price draws beyond today's pace, and that a pact diverts.
    demand_elasticity
        Price elasticity of demand without its sign.
    weather
        Need for heat against a normal year.
    hoarding
        Whether the members of the union keep their own gas.
    """

    cut: Mapping[str, float]
    lng_spare_twh: float
    lng_pact_twh: float = 0.0
    demand_elasticity: float = 0.18
    weather: float = 1.0
    hoarding: bool = False


def situation_of(reading: GasReading, case: GasCase) -> Situation:
    """Return a case as a situation of the programme.

    Raises
    ------
    ModelError
        ``input-invalid`` when the situation is used, for a route that the system does not have.
    """
    volume = {
        step.name: float(np.asarray(step.volume_twh_per_day, dtype=np.float64).mean())
        for step in reading.system.supply
    }
    available: dict[str, ArrayLike] = {name: 1.0 - share for name, share in case.cut.items()}
    for names, twh in ((reading.market, case.lng_spare_twh), (reading.pact, case.lng_pact_twh)):
        total = YEAR * sum(volume[name] for name in names)
        available |= {name: twh / total for name in names if total > 0.0}
    union = (
        node.name
        for node, area in zip(reading.system.nodes, reading.areas, strict=True)
        if area == UNION
    )
    return Situation(
        weather=1.0 + reading.heat_share * (case.weather - 1.0),
        available=available,
        hoarding=frozenset(union) if case.hoarding else frozenset(),
        response=reading.response(case.demand_elasticity),
    )


def design_points(n_points: int) -> FloatArray:
    """Return the points of the design, shape ``(n_points, n_axes)``: the corners of the box, then a Sobol sequence."""
    from scipy.stats import qmc  # noqa: PLC0415  slow to load

    n_axes = len(AXES)
    corners = np.array(np.meshgrid(*[[0.0, 1.0]] * n_axes, indexing="ij")).reshape(n_axes, -1).T
    inside = qmc.Sobol(n_axes, scramble=False).random(2 ** int(np.ceil(np.log2(n_points))))[1:]
    unit = np.concatenate([corners, inside])[:n_points]
    points: FloatArray = LOW + (HIGH - LOW) * unit
    return points


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSurface:
    """What the programmes of a design say, ready to be read between their points.

    ``values`` has per point the share of demand lost by node, the mean price by node, then for the union the share that
    responds, the share cut off and the TWh of liquefied gas, then the share lost by node in the first period.
    """

    reading: GasReading
    points: FloatArray
    values: FloatArray
    surface: "RBFInterpolator"

    def read(self, at: FloatArray) -> "dict[str, FloatArray]":
        """Return losses and prices at points ``(n, n_axes)``.

        Returns
        -------
        dict[str, FloatArray]
            ``lost``, ``first`` (lost in the first period) and ``price`` ``(n_nodes, n)``; ``responds``, ``shed``,
            ``lng_twh`` ``(n,)``. Shares keep to 0-1.
        """
        got = _read_in_lots(self.surface, _stretch(at)).T
        n_nodes = len(self.reading.system.nodes)
        return {
            "lost": np.clip(got[:n_nodes], 0.0, 1.0),
            "price": np.exp(got[n_nodes : 2 * n_nodes]),
            "responds": np.clip(got[2 * n_nodes], 0.0, 1.0),
            "shed": np.clip(got[2 * n_nodes + 1], 0.0, 1.0),
            "lng_twh": np.maximum(got[2 * n_nodes + 2], 0.0),
            "first": np.clip(got[2 * n_nodes + 3 :], 0.0, 1.0),
        }


def fit_gas(setting: Setting, *, hoarding: bool = False) -> GasSurface:
    """Solve the programmes of a design and lay a surface through them.

    A cut takes every route away whose supplier is an actor of the challenger.

    Raises
    ------
    ModelError
        ``input-invalid`` for tables that make no system, or in which the challenger supplies nothing.
    """
    from scipy.interpolate import RBFInterpolator  # noqa: PLC0415  slow to load

    reading = read_gas_tables(setting.tables, start=setting.start)
    routes = cut_routes(reading, setting.challengers)
    points = design_points(N_HOARDING if hoarding else N_POINTS)

    def compute() -> FloatArray:
        solver = GasSolver(compile_gas(reading.system))
        rows = []
        for cut, spare, elasticity, weather, pact in points.tolist():
            case = GasCase(
                cut=dict.fromkeys(routes, cut),
                lng_spare_twh=spare,
                lng_pact_twh=pact,
                demand_elasticity=elasticity,
                weather=weather,
                hoarding=hoarding,
            )
            rows.append(_summary(reading, solver.solve(situation_of(reading, case))))
        return np.array(rows)

    values = setting.remember((hoarding, points, setting.start, routes, setting.tables), compute)
    return GasSurface(
        reading=reading,
        points=points,
        values=values,
        surface=RBFInterpolator(_stretch(points), values, kernel="cubic", degree=2),
    )


def cut_routes(reading: GasReading, challengers: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids of the routes that the challenger supplies.

    Raises
    ------
    ModelError
        ``input-invalid`` if there is none.
    """
    routes = tuple(name for actor in challengers for name in reading.suppliers.get(actor, ()))
    if not routes:
        message = f"no gas route has the supplier {' or '.join(challengers) or 'of a challenger'}"
        raise ModelError(
            message,
            code="input-invalid",
            at="gas_routes supplier",
            fix=f"name the actor in the column supplier; there are: {', '.join(sorted(reading.suppliers))}",
        )
    return routes


_LOT = 8
"""Points that a surface is read at together, always as many: a product of matrices rounds by its shape."""


def _read_in_lots(surface: "RBFInterpolator", at: FloatArray) -> FloatArray:
    """Read a surface at points ``(n, n_axes)``, so that what a point gives depends on no other one."""
    whole = np.concatenate([at, np.repeat(at[-1:], -len(at) % _LOT, axis=0)])
    lots = [surface(whole[first : first + _LOT]) for first in range(0, len(whole), _LOT)]
    found: FloatArray = np.concatenate(lots)[: len(at)]
    return found


def _stretch(at: FloatArray) -> FloatArray:
    stretched: FloatArray = (at - LOW) / (HIGH - LOW) * SCALE
    return stretched


def _summary(reading: GasReading, got: GasSolution) -> FloatArray:
    union = np.array([area == UNION for area in reading.areas])
    demand = got.demand_twh.sum(axis=1)
    safe = np.where(demand > 0.0, demand, 1.0)
    missing = got.response_twh + got.shedding_twh
    lost = missing.sum(axis=1) / safe
    at_first = got.demand_twh[:, 0]
    first = missing[:, 0] / np.where(at_first > 0.0, at_first, 1.0)
    price = np.where(
        demand > 0.0, (got.price * got.demand_twh).sum(axis=1) / safe, got.price.mean(axis=1)
    )
    whole = max(float(demand[union].sum()), 1e-12)
    return np.concatenate(
        [
            lost,
            np.log(np.maximum(price, 1.0)),
            [
                float(got.response_twh[union].sum()) / whole,
                float(got.shedding_twh[union].sum()) / whole,
                float(got.sendout_twh.sum()),
            ],
            first,
        ]
    )


class GasMechanism:
    """The gas system of a crisis, ready to price draws: its surfaces, and the nodes of a mechanism's members."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.solidarity = fit_gas(setting)
        self._hoarding: GasSurface | None = None
        reading = self.solidarity.reading
        place = {actor: node for node, held in enumerate(reading.actors) for actor in held}
        self._node = np.array([place.get(member, -1) for member in setting.members], dtype=np.intp)
        union = np.array([area == UNION for area in reading.areas])
        demand = np.array([np.sum(node.demand_twh) for node in reading.system.nodes])
        weight = np.where(union, demand, 0.0) if union.any() else demand
        self._weight = weight / max(float(weight.sum()), 1e-12)

    @property
    def hoarding(self) -> GasSurface:
        """The surface where members keep their own gas, fitted when it is first wanted."""
        if self._hoarding is None:
            self._hoarding = fit_gas(self.setting, hoarding=True)
        return self._hoarding

    def union_price(self, price: FloatArray) -> FloatArray:
        """Return the mean price in the union, from prices by node ``(n_nodes, n)``; of all nodes where there is no union."""
        return np.asarray(self._weight @ price)

    def cases(
        self, given: Mapping[str, FloatArray], *, hoarding_prob: FloatArray
    ) -> tuple[Mapping[str, FloatArray], tuple[WeighedCase, ...], tuple[int, ...]]:
        """Read the surfaces: without a cut and a pact, and as given with the chance of each case.

        Parameters
        ----------
        given
            Values of :data:`AXES`.
        hoarding_prob
            Chance that members keep their own gas once it is cut; broadcasts with the values.

        Returns
        -------
        tuple
            What :meth:`GasSurface.read` gives without a cut; pairs of chance and what it gives; the shape of the inputs.
        """
        shape = np.broadcast_shapes(*(given[name].shape for name in AXES), hoarding_prob.shape)
        axes = {name: np.broadcast_to(given[name], shape) for name in AXES}
        at = np.stack([axes[name].ravel() for name in AXES], axis=1)
        before = at.copy()
        before[:, [AXES.index("cut_share"), AXES.index("lng_pact_twh")]] = 0.0
        base = _read_once(self.solidarity, before)
        as_given = _read_once(self.solidarity, at)
        hoards = np.where(axes["cut_share"] > 0.0, hoarding_prob, 0.0)
        if not hoards.any():
            return base, ((1.0, as_given),), shape
        return base, ((1.0 - hoards, as_given), (hoards, _read_once(self.hoarding, at))), shape

    def member_change_pct(
        self, lost: FloatArray, base: FloatArray, shape: tuple[int, ...]
    ) -> FloatArray:
        """Return the change of gas used by each member, from shares lost by node ``(n_nodes, n)``; zero without a node."""
        used = np.maximum(1.0 - lost, 0.0) / np.maximum(1.0 - base, 1e-9) - 1.0
        change = np.where(self._node[:, None] >= 0, 100.0 * used[self._node], 0.0)
        return np.asarray(np.maximum(change, -100.0)).reshape(len(self._node), *shape)


def _read_once(surface: GasSurface, at: FloatArray) -> dict[str, FloatArray]:
    """Read each distinct point once: levels of a crisis often share draws."""
    points, back = np.unique(at, axis=0, return_inverse=True)
    back = back.ravel()
    return {name: array[..., back] for name, array in surface.read(points).items()}
