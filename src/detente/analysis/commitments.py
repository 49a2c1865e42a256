"""Commitments: what policies are made of, and what combinations of them there are.

A policy of a crisis file fixes menus, forbids instruments and sets where the game starts. Taken apart, each phase that any
of them fixes is a choice, with the ways in which it is fixed as its options; so is the starting position. A combination takes
one option of each choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Pledge, Policy
from detente.errors import refuse
from detente.rules.policies import Start, name_policies, start_of

__all__ = [
    "START",
    "Choice",
    "list_commitments",
    "menu_choices",
    "name_mix",
]

START = "start"
"""Name of the choice of where the game starts."""
_OPEN = Policy(id="", label="")  # leaves a choice open


class Choice(NamedTuple):
    """Something to commit to: a phase (``phase``, ``phase@round``, ``phase/player``) or :data:`START`.

    Each option is a policy that commits to this one thing; one without an id leaves it open. ``n_fixed`` of the ``n_policies`` policies that commit to anything decide it.
    """

    id: str
    options: tuple[Policy, ...]
    n_fixed: int
    n_policies: int

    @property
    def phase(self) -> str:
        """The phase that it is about; none for the starting position."""
        return "" if self.id == START else self.id.partition("@")[0].partition("/")[0]

    @property
    def round(self) -> int | None:
        """The only round that it is about, if there is but one."""
        number = self.id.partition("@")[2]
        return int(number) if number else None


def list_commitments(crisis: Crisis, policies: Sequence[str] | None = None) -> tuple[Choice, ...]:
    """Take the policies of a crisis file apart into choices.

    Parameters
    ----------
    crisis
        The crisis.
    policies
        Ids of its policies; all by default.

    Returns
    -------
    tuple of Choice
        The starting position first if policies set it differently, then phases as the crisis has them. Options stand in the
        order of the file; leaving a choice open is the first of those that a policy which commits to anything leaves open.
    """
    chosen = [crisis.policies[name] for name in (policies or crisis.policies)]
    bound = [policy for policy in chosen if policy.binds]
    if not bound:
        return ()
    # a pledge belongs to its policy: what rests on another pledge is another option
    starts = {_before(crisis, policy): policy for policy in reversed(bound)}
    found = []
    if len(starts) > 1:
        options = [
            _resting(crisis, _starting(crisis, policy, *start[:2]), policy.pledges)
            for policy in bound
            for start in (_before(crisis, policy),)
            if starts[start] is policy
        ]
        found.append(Choice(START, tuple(options), len(bound), len(bound)))
    keys = dict.fromkeys(key for policy in bound for key in policy.fix)
    order = {phase.id: place for place, phase in enumerate(crisis.phases)}
    for key in sorted(keys, key=lambda name: (order.get(name.partition("@")[0], 0), name)):
        fixed = [(policy.fix[key], policy.pledges) for policy in bound if key in policy.fix]
        options = [] if len(fixed) == len(bound) else [_OPEN]
        options += [
            _resting(crisis, _fixing(crisis, key, names), pledges)
            for names, pledges in dict.fromkeys(fixed)
        ]
        found.append(Choice(key, tuple(options), len(fixed), len(bound)))
    return tuple(found)


def menu_choices(crisis: Crisis, menus: Mapping[str, Sequence[str]]) -> tuple[Choice, ...]:
    """Return choices whose options are single instruments, by ``phase`` or ``phase/player``; an empty text leaves one open."""
    return tuple(
        Choice(
            key,
            tuple(
                _fixing(crisis, key.partition("/")[0], (name,)) if name else _OPEN for name in menu
            ),
            0,
            0,
        )
        for key, menu in menus.items()
    )


def name_mix(crisis: Crisis, picks: Sequence[Policy]) -> str:
    """Return the label of a combination, without what it says of the starting position and a move of its own sets anew."""
    moved = {
        name for pick in picks for one in pick.forced for name in crisis.instruments[one].effects
    }
    said = [
        pick
        if not moved & pick.state.keys()
        else replace(
            pick,
            label=_start_words(
                crisis,
                {name: value for name, value in pick.state.items() if name not in moved},
                pick.forbid,
            ),
        )
        for pick in picks
    ]
    return name_policies(said)[1]


# --- inside ----------------------------------------------------------------------------------------------------------

_Before = tuple[Start, tuple[str, ...], tuple[Pledge, ...]]


def _before(crisis: Crisis, policy: Policy) -> _Before:
    """Return what a policy changes before the game, what it forbids, and on which pledges that rests if it does either."""
    start, forbid = start_of(crisis, policy), tuple(sorted(policy.forbid))
    return start, forbid, policy.pledges if start or forbid else ()


def _resting(crisis: Crisis, option: Policy, pledges: tuple[Pledge, ...]) -> Policy:
    """Return a part of a policy as resting on the policy's pledges, which its name and label then say."""
    if not option.id or not pledges:
        return option
    names = [crisis.policies[pledge.id].label for pledge in pledges]
    return replace(
        option,
        id=f"{option.id}-of-{'-and-'.join(pledge.id for pledge in pledges)}",
        label=f"{option.label} (of the pledge {', '.join(f'“{name}”' for name in names)})",
        pledges=pledges,
    )


def _starting(crisis: Crisis, policy: Policy, state: Start, forbid: tuple[str, ...]) -> Policy:
    if not state and not forbid:
        return _OPEN
    changed = {name: value for name, value in policy.state.items() if (name, value) in state}
    label = _start_words(crisis, changed, forbid)
    return Policy(id=f"start-{policy.id}", label=label, state=changed, forbid=forbid)


def _start_words(crisis: Crisis, state: Mapping[str, str], forbid: Sequence[str]) -> str:
    """Say in words where a game starts and what is forbidden in it."""
    words = [_phrase(crisis, name, value) for name, value in state.items()]
    words += [f"without “{crisis.instruments[name].label}”" for name in forbid]
    return ", ".join(words)


def _phrase(crisis: Crisis, name: str, value: str) -> str:
    variable = crisis.state.get(name)
    if variable is None:
        return f"with {name} {value}"
    if value in variable.phrases:
        return variable.phrases[value]
    return f"with {variable.label}: {variable.value_labels.get(value, value)}"


def _fixing(crisis: Crisis, key: str, names: tuple[str, ...]) -> Policy:
    for name in names:
        if name not in crisis.instruments:
            refuse(
                f"crisis {crisis.id!r} has no instrument {name!r}",
                code="option-invalid",
                at=f"choices[{key!r}]",
                fix="name instruments of the menu",
            )
    number = key.partition("@")[2]
    label = " or ".join(crisis.instruments[name].label for name in names)
    phase = key.partition("@")[0]
    other = [item for item in crisis.phases if item.id != phase]
    if any(name in move.menu for name in names for item in other for move in item.moves):
        own = next((item.label for item in crisis.phases if item.id == phase), phase)
        label += f" ({own[:1].lower() if own[1:2].islower() else own[:1]}{own[1:]})"
    return Policy(
        id="-or-".join(names) + (f"@{number}" if number else ""),
        label=label + (f" in round {number}" if number and crisis.rounds > 1 else ""),
        fix={key: names},
    )
