"""Names of metrics: what a run stores of each case, written and taken apart in one place.

A name is a kind and what it is about, divided by slashes: ``payoff/north/limited``. That of a mechanism's output also
says at which state and for which member: ``mechanism/joins/joining_prob@gas=cut,talks=none/MID``. Names are stored as
text; :class:`Metric` is the same name in its parts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Self

__all__ = ["METRIC_PARTS", "Metric", "MetricKind", "metric_name", "metric_prefix"]

MetricKind = Literal[
    "attack",
    "attack_by",
    "attack_given",
    "attack_with",
    "belief",
    "certificate",
    "excluded",
    "first",
    "level",
    "mechanism",
    "outcome",
    "outcome_given",
    "payoff",
    "pledge",
    "prior",
    "quantity",
    "settlement",
    "settlement_given",
    "use",
]
"""The kinds of metrics that there are."""

METRIC_PARTS: Mapping[MetricKind, tuple[str, ...]] = MappingProxyType(
    {
        "attack": (),
        "attack_by": ("player",),
        "attack_given": ("player", "type"),
        "attack_with": ("player", "instrument"),
        "belief": ("player", "type", "instrument"),
        "certificate": ("name",),
        "excluded": ("metric",),
        "first": ("player", "type", "instrument"),
        "level": ("consideration",),
        "mechanism": ("mechanism", "output"),
        "outcome": ("outcome",),
        "outcome_given": ("player", "type", "outcome"),
        "payoff": ("player", "type", "consideration"),
        "pledge": ("player", "type"),
        "prior": ("player", "type"),
        "quantity": ("path",),
        "settlement": (),
        "settlement_given": ("player", "type"),
        "use": ("player", "instrument"),
    }
)
"""What a metric of each kind is about, in the order of its name; the last parts of a payoff may be left out."""

_OF_THE_CRISIS = frozenset({"mechanism", "quantity"})
_LAST_TAKES_ALL: Mapping[str, int] = {
    kind: max(len(parts) - 1, 0) for kind, parts in METRIC_PARTS.items()
}


@dataclass(frozen=True, slots=True)
class Metric:
    """The name of a metric in its parts; ``str(metric)`` is the name.

    ``kind`` is a :data:`MetricKind`, or any word where a name was read that no run stores. ``state`` holds pairs of
    variable and value at which a mechanism was evaluated, ``member`` the member of the mechanism that it is about.

    Examples
    --------
    >>> str(Metric.of("belief", "north", "limited", "mobilise"))
    'belief/north/limited/mobilise'
    >>> found = Metric.parse("mechanism/joins/joining_prob@gas=cut,talks=none/MID")
    >>> found.parts, found.state, found.member
    (('joins', 'joining_prob'), (('gas', 'cut'), ('talks', 'none')), 'MID')
    """

    kind: str
    parts: tuple[str, ...] = ()
    state: tuple[tuple[str, str], ...] = ()
    member: str = ""

    @classmethod
    def of(cls, kind: MetricKind, *parts: str) -> Self:
        """Return the metric of a kind about the named parts (:data:`METRIC_PARTS`)."""
        return cls(kind, parts)

    @classmethod
    def of_output(
        cls, mechanism: str, output: str, state: Iterable[tuple[str, str]] = (), *, member: str = ""
    ) -> Self:
        """Return the metric of a mechanism's output at a state, for a member where it has members."""
        return cls("mechanism", (mechanism, output), tuple(state), member)

    @classmethod
    def parse(cls, name: str) -> Self:
        """Take a name apart; a name that no run stores gives a metric of a kind that is none, or with odd parts."""
        kind, _, rest = name.partition("/")
        if kind == "mechanism":
            mechanism, _, tail = rest.partition("/")
            spot, _, member = tail.partition("/")
            output, _, where = spot.partition("@")
            pairs = [pair.partition("=") for pair in where.split(",")] if where else []
            parts = (mechanism, output) if output else (mechanism,)
            return cls(kind, parts, tuple((key, value) for key, _, value in pairs), member)
        if not rest:
            return cls(kind)
        most = _LAST_TAKES_ALL.get(kind, -1)
        return cls(kind, tuple(rest.split("/", most)))

    def __str__(self) -> str:
        """Return the name that runs store."""
        where = ",".join(f"{variable}={value}" for variable, value in self.state)
        name = "/".join((self.kind, *self.parts)) + (f"@{where}" if where else "")
        return f"{name}/{self.member}" if self.member else name

    @property
    def about(self) -> str:
        """What the metric is about in the first place: a player, a path, an outcome; empty for an attack."""
        return self.parts[0] if self.parts else ""

    @property
    def of_the_crisis(self) -> bool:
        """Whether the crisis alone decides it: it is then the same under every policy."""
        return self.kind in _OF_THE_CRISIS

    @property
    def dotted(self) -> str:
        """The name with dots for its slashes, as ids of figures have it."""
        return str(self).replace("/", ".")


def metric_name(kind: MetricKind, *parts: str) -> str:
    """Return the name of a metric as runs store it.

    Examples
    --------
    >>> metric_name("payoff", "north", "limited")
    'payoff/north/limited'
    """
    return str(Metric.of(kind, *parts))


def metric_prefix(kind: MetricKind, *parts: str) -> str:
    """Return what the names of a kind begin with, or those about its first parts.

    Examples
    --------
    >>> metric_prefix("belief", "north", "limited")
    'belief/north/limited/'
    """
    return f"{Metric.of(kind, *parts)}/"
