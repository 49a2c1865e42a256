"""Records of studies: what is computed on the draws of a run beside its games, as plain data.

They are written into the run folder and read from it (:meth:`detente.runs.Run.study`); here nothing is computed.
``D`` is the number of draws that a study uses, the first of the run.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from detente.arrays import BoolArray, FloatArray

__all__ = [
    "OWN_ODDS",
    "PLEDGE_PART",
    "ActorCost",
    "Coalition",
    "CoalitionStudy",
    "CutOff",
    "GasStudy",
    "GasYearRecord",
    "HopesStudy",
    "Marginal",
    "MeasureEffect",
    "MeasureStudy",
    "MeasureTotal",
    "MemberEffect",
    "OptionReasons",
    "PackageCosts",
    "PayerStudy",
    "ReasonsStudy",
    "TypeReasons",
    "Winning",
]


# --- what one of several adds ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """What one of several adds, draws ``(D,)``: alone, last (to all the others), and in the mean over all orders."""

    alone: FloatArray
    last: FloatArray
    mean: FloatArray


# --- coalitions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """A coalition once the challenger withholds gas: the state that says so, and who then joins each package.

    ``join`` has shape ``(M, P, D)``.
    """

    variable: str
    value: str
    join: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Winning:
    """What winning one member for the package of all measures would do.

    ``chance`` ``(D,)`` is the chance that the package is adopted if the member joins for certain, ``made_good`` ``(D,)`` its
    probability of joining once the others make good all the gas that it would lose; None where it would lose none.
    """

    member: int
    chance: FloatArray
    made_good: FloatArray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coalition:
    """All packages of one joining mechanism at one state. ``M`` members, ``K`` measures, ``P = 2 ** K`` packages.

    A package is a number whose bits are its measures. ``join`` has shape ``(M, P, D)``, ``chance`` ``(P, D)`` by rule,
    ``strength`` ``(P,)`` (mean over draws). ``announced`` is the package that the state names, ``rule`` the rule of the
    body that decides it. ``chain`` holds packages from one measure to all, each adding the measure that keeps the chance
    highest; ``adds`` says what each measure adds to the chance (a fall is negative), none where there are no measures.
    ``strongest`` pairs a least chance and the strongest package that has it. ``multiple`` is the share of
    packages and draws with more than one answer. ``winning`` are the least willing members, the pivot first. ``state``
    holds what was asked for and, where the severity of the act depends on the state, what makes it worst. ``models`` and
    ``references`` name what computed it.
    """

    mechanism: str
    state: Mapping[str, str]
    members: tuple[str, ...]
    measures: tuple[str, ...]
    rule: str
    announced: int
    models: tuple[str, ...]
    references: tuple[str, ...]
    join: FloatArray
    chance: Mapping[str, FloatArray]
    strength: FloatArray
    multiple: float
    chain: tuple[int, ...]
    adds: tuple[Marginal, ...]
    strongest: tuple[tuple[float, int], ...]
    winning: tuple[Winning, ...]
    cut_off: CutOff | None

    @property
    def full(self) -> int:
        """The package of all measures."""
        return len(self.strength) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CoalitionStudy:
    """Every joining mechanism of a crisis, in file order, at the state of the run's first policy."""

    coalitions: tuple[Coalition, ...]


# --- gas -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GasYearRecord:
    """One case of the gas year and the programme's answer to it, TWh by part and period; prices in EUR/MWh.

    ``demand_twh``, ``response_twh``, ``shedding_twh`` and ``price`` have a row per node, ``supply_twh`` per source,
    ``flow_twh`` per pipeline, ``sendout_twh`` per terminal, ``injection_twh``, ``withdrawal_twh`` and ``stock_twh`` (at the
    end of the period) per store;
    ``union_price`` is the mean price of the union by period, weighted by demand.
    """

    id: str
    label: str
    lng_pact_twh: float
    demand_twh: FloatArray
    supply_twh: FloatArray
    flow_twh: FloatArray
    sendout_twh: FloatArray
    injection_twh: FloatArray
    withdrawal_twh: FloatArray
    stock_twh: FloatArray
    response_twh: FloatArray
    shedding_twh: FloatArray
    price: FloatArray
    union_price: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GasStudy:
    """The gas system of a crisis at the central values of its quantities, month by month, in several cases.

    Parts are named by their ids; ``names`` has the words. ``periods`` are labels (``YYYY-MM``), ``days`` their lengths.
    ``union`` says per node whether it counts to the union, ``actors`` whom it holds. Capacities are TWh a day, shape
    ``(n_parts, n_periods)``; ``store_twh`` is what each store holds when full, ``(n_stores,)``. ``suppliers`` has the ids of sources by supplier. ``sources`` are the source keys of the
    tables.
    """

    mechanism: str
    model: str
    reference: str
    sources: tuple[str, ...]
    periods: tuple[str, ...]
    days: FloatArray
    names: Mapping[str, str]
    nodes: tuple[str, ...]
    union: BoolArray
    actors: tuple[tuple[str, ...], ...]
    entries: tuple[str, ...]
    entry_nodes: tuple[str, ...]
    suppliers: Mapping[str, tuple[str, ...]]
    pipelines: tuple[str, ...]
    pipeline_twh_per_day: FloatArray
    terminal_nodes: tuple[str, ...]
    terminal_twh_per_day: FloatArray
    store_nodes: tuple[str, ...]
    store_twh: FloatArray
    years: tuple[GasYearRecord, ...]


# --- payers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorCost:
    """What a package costs an actor in a year, in percent of its income: in all, and the part that is gas, ``(D,)``.

    ``actor`` is empty for the target; ``gas`` is None where nothing prices it.
    """

    actor: str
    total: FloatArray
    gas: FloatArray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCosts:
    """Who pays for a package after a year, without an answer by the other side and with it.

    ``bans_gas`` says whether the package itself holds gas; ``countered`` is empty where nothing prices an answer.
    """

    package: str
    bans_gas: bool
    plain: tuple[ActorCost, ...]
    countered: tuple[ActorCost, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerStudy:
    """Who pays for every package of a crisis that is priced by horizon.

    ``instrument`` is the answer of the other side and ``mechanism`` what prices it; both empty where there is none.
    """

    instrument: str
    mechanism: str
    packages: tuple[PackageCosts, ...]


# --- measures --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureEffect:
    """What a measure does to a side: ``adds`` is None where nothing is modelled.

    ``on``, ``quantity`` and ``horizon`` are those of the table of effects, ``rows`` the ids of its rows.
    """

    measure: str
    on: str
    quantity: str
    horizon: str
    adds: Marginal | None
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTotal:
    """What all measures that are modelled come to together, draws ``(D,)``."""

    on: str
    quantity: str
    horizon: str
    total: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEffect:
    """What a measure costs an actor in percent of its income, draws ``(D,)``."""

    actor: str
    measure: str
    horizon: str
    loss: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureStudy:
    """Sanctions by measure, in the order of the table. What no member's effect stands for is not modelled."""

    measures: tuple[str, ...]
    effects: tuple[MeasureEffect, ...]
    totals: tuple[MeasureTotal, ...]
    members: tuple[MemberEffect, ...]


# --- hopes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HopesStudy:
    """What the first policy of a run would come to if everybody had the analysts' odds: ``attack``, ``settlement`` ``(D,)``."""

    attack: FloatArray
    settlement: FloatArray


# --- reasons ---------------------------------------------------------------------------------------------------------

OWN_ODDS = "own odds"
"""Names what the mover's own odds of chance add to the worth of an option, beside the considerations."""
PLEDGE_PART = "the pledge"
"""The part of a payoff that the policy's pledge takes; the other parts bear the ids of considerations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionReasons:
    """What a policy changes in an option: in how often it is taken, in its worth, and in what adds to that, in stakes."""

    instrument: str
    prob: float
    payoff: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeReasons:
    """What a policy changes in the options of a type at a decision: in those that both policies leave, and what it opens.

    ``opened`` says how often an option is taken that only this policy puts on the menu. Both are empty where one of the two
    policies leaves no choice.
    """

    type: str
    options: tuple[OptionReasons, ...]
    opened: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonsStudy:
    """Why the policy works under which an attack is least likely, and how much of an attack is noise of choice.

    ``policy`` is empty where none brings an attack below the first policy of the run, which it is compared with; ``round``,
    ``phase``, ``player`` say at which decision. ``attack`` and ``noise`` ``(D,)`` are the chance of an attack under the first
    policy and the part of it that is noise, ``rationality`` ``(D,)`` how strict choice is.
    """

    policy: str
    round: int
    phase: str
    player: str
    types: tuple[TypeReasons, ...]
    attack: FloatArray
    noise: FloatArray
    rationality: FloatArray
