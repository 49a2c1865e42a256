"""What every subject of ``detente price`` shares: the request, mechanisms evaluated over draws, tables."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import detente
from detente.arrays import FloatArray
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.errors import UsageError, nearest

if TYPE_CHECKING:
    from detente.arrays import FloatArray
    from detente.crisis import Crisis
    from detente.linking.pricing import Priced

__all__ = [
    "PriceRequest",
    "describe_family",
    "find_family",
    "make_request",
    "price_family",
    "price_situations",
    "print_mechanism",
    "print_origin",
    "span_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRequest:
    """What the command line asks for; ``coalition`` maps actors to the share with which they take part."""

    crisis: "Crisis"
    subject: str
    packages: tuple[str, ...]
    coalition: Mapping[str, float] | None
    cuts: Mapping[str, float]
    counter: str | None
    weekly: bool
    by_measure: bool
    n_draws: int
    seed: int
    as_json: bool


def make_request(
    crisis: str,
    subject: str,
    *,
    packages: Sequence[str],
    coalition: str | None,
    cuts: Sequence[str] = (),
    counter: str | None = None,
    weekly: bool = False,
    by_measure: bool = False,
    assignments: Sequence[str],
    n_draws: int,
    seed: int,
    as_json: bool,
) -> PriceRequest:
    """Load the crisis with its overrides and check the options.

    Raises
    ------
    CrisisFileError
        With every error that the checks of the crisis find.
    UsageError
        ``option-invalid`` or ``actor-unknown``.
    """
    from detente.cli._crises import parse_assignments
    from detente.engine.drawing import check_draws

    check_draws(n_draws, seed=seed)
    loaded = detente.load(crisis, parse_assignments(assignments))
    return PriceRequest(
        crisis=loaded,
        subject=_subject(subject),
        packages=tuple(dict.fromkeys(packages)),
        coalition=None if coalition is None else _coalition(coalition, loaded),
        cuts=_cuts(cuts, subject),
        counter=_counter(counter, subject),
        weekly=_weekly(subject, asked=weekly),
        by_measure=_by_measure(subject, asked=by_measure),
        n_draws=n_draws,
        seed=seed,
        as_json=as_json,
    )


def _cuts(texts: Sequence[str], subject: str) -> dict[str, float]:
    if texts and subject != "energy":
        message = f"{subject} has no gas to cut"
        raise UsageError(
            message, code="option-invalid", at="--cut", fix="leave it out, or price energy"
        )
    return dict(_share(words, "--cut") for words in texts)


def _counter(name: str | None, subject: str) -> str | None:
    if name is not None and subject != "sanctions":
        message = f"{subject} has no package that a counter-measure answers"
        raise UsageError(
            message, code="option-invalid", at="--counter", fix="leave it out, or price sanctions"
        )
    return name


def _weekly(subject: str, *, asked: bool) -> bool:
    if asked and subject != "energy":
        message = f"{subject} has no gas year"
        raise UsageError(
            message, code="option-invalid", at="--weekly", fix="leave it out, or price energy"
        )
    return asked


def _by_measure(subject: str, *, asked: bool) -> bool:
    if asked and subject != "sanctions":
        message = f"{subject} has no measures"
        raise UsageError(
            message,
            code="option-invalid",
            at="--by-measure",
            fix="leave it out, or price sanctions",
        )
    return asked


def _share(words: str, option: str) -> tuple[str, float]:
    """Read ``NAME`` or ``NAME=SHARE``."""
    name, sign, share = (piece.strip() for piece in words.partition("="))
    try:
        value = float(share) if sign else 1.0
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        message = f"{name} is given the share {share!r}"
        raise UsageError(message, code="option-invalid", at=option, fix="give a number from 0 to 1")
    return name, value


def _subject(subject: str) -> str:
    from detente.models import all_models

    known = sorted({name.partition(".")[0] for name in all_models()})
    if subject in known:
        return subject
    message = f"there is no family of mechanisms {subject!r}"
    near = _families_that_name(subject)
    near = near or list(nearest(subject, known)) or known
    raise UsageError(
        message, code="model-unknown", at="SUBJECT", fix=f"name one of: {', '.join(near)}"
    )


def _families_that_name(word: str) -> list[str]:
    """Return the families with a model whose name holds the word: gas is priced by energy."""
    from detente.models import all_models

    found = [name.partition(".") for name in all_models()]
    return sorted({family for family, _, model in found if word and word in model.split("_")})


def _coalition(words: str, crisis: "Crisis") -> dict[str, float]:
    found: dict[str, float] = {}
    for part in words.split(","):
        name, sign, share = (piece.strip() for piece in part.partition("="))
        if name not in crisis.actors:
            near = nearest(name, crisis.actors)
            message = f"crisis {crisis.id!r} has no actor {name!r}"
            raise UsageError(
                message,
                code="actor-unknown",
                at="--coalition",
                fix=f"name actors of the crisis, such as {', '.join(near or list(crisis.actors)[:5])}",
            )
        try:
            value = float(share) if sign else 1.0
        except ValueError:
            value = -1.0
        if not 0.0 <= value <= 1.0:
            message = f"{name} is to take part with the share {share!r}"
            raise UsageError(
                message, code="option-invalid", at="--coalition", fix="give a number from 0 to 1"
            )
        found[name] = value
    return found


def find_family(request: PriceRequest) -> tuple[str, ...]:
    """Return the mechanisms of the subject that the crisis binds, those of ``--package`` if any are named.

    Raises
    ------
    UsageError
        ``mechanism-unknown`` if the crisis binds none, or none of that name.
    """
    crisis = request.crisis
    known = tuple(
        item.id
        for item in crisis.mechanisms.values()
        if item.model.startswith(f"{request.subject}.")
    )
    if not known:
        bound = sorted({item.model.partition(".")[0] for item in crisis.mechanisms.values()})
        message = (
            f"crisis {crisis.id!r} binds no mechanism of {request.subject}, so nothing is priced"
        )
        raise UsageError(
            message,
            code="mechanism-unknown",
            at="SUBJECT",
            fix=(f"price one of: {', '.join(bound)}; or " if bound else "")
            + f"bind a model {request.subject}.* under `mechanisms`",
        )
    for name in request.packages:
        if name not in known:
            near = nearest(name, known) or known
            message = f"crisis {crisis.id!r} has no mechanism {name!r} of {request.subject}"
            raise UsageError(
                message,
                code="mechanism-unknown",
                at="--package",
                fix=f"use one of: {', '.join(near)}",
            )
    return tuple(name for name in known if not request.packages or name in request.packages)


def price_situations(
    request: PriceRequest, *, fixed: "Mapping[str, Mapping[str, FloatArray]] | None" = None
) -> "Priced":
    """Evaluate all mechanisms of the crisis; ``fixed`` gives values to inputs in the place of what the file binds."""
    from detente.analysis import mechanism_prices

    return mechanism_prices.price_situations(
        request.crisis, n_draws=request.n_draws, seed=request.seed, fixed=fixed
    )


def describe_family(
    request: PriceRequest, family: Sequence[str], *, priced: "Priced | None" = None
) -> dict[str, Any]:
    """Return what is printed, as plain values; ``priced`` is asked for if it is not at hand."""
    from detente.analysis import mechanism_prices

    crisis = request.crisis
    priced = price_situations(request) if priced is None else priced
    return {
        "crisis": crisis.id,
        "as_of": crisis.as_of.isoformat(),
        "subject": request.subject,
        "draws": request.n_draws,
        "seed": request.seed,
        "overrides": dict(crisis.overrides),
        "range": "5-95% of draws",
        "mechanisms": mechanism_prices.describe_family(crisis, family, priced),
    }


def price_family(request: PriceRequest) -> None:
    """Print what the mechanisms of the subject say, situation by situation."""
    family = find_family(request)
    if request.coalition is not None:
        # a subject that can do so has a module of its own
        message = f"the mechanisms of {request.subject} take their members from the crisis file"
        raise UsageError(
            message,
            code="option-invalid",
            at="--coalition",
            fix="leave it out, or set the members' quantities with --set",
        )
    found = describe_family(request, family)
    if request.as_json:
        sys.stdout.write(json_text(found))
        return
    for item in found["mechanisms"]:
        print_mechanism(item)


def span_text(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return mean and range of :func:`span` as text, two digits after the point or three significant ones."""
    texts = [
        f"{row[key]:.2f}" if abs(row[key]) < 100 else f"{row[key]:.3g}"
        for key in ("mean", "low", "high")
    ]
    return texts[0], texts[0] if texts[1] == texts[2] else f"{texts[1]} to {texts[2]}"


def print_mechanism(item: Mapping[str, Any]) -> None:
    """Print a mechanism of :func:`describe_family` with its equation and sources."""
    rows = []
    for situation in item["situations"]:
        values = situation["values"]
        if not values:
            continue
        names = [
            f"{row['output']} {row['member']}" if "member" in row else row["output"]
            for row in values
        ]
        means, ranges = zip(*map(span_text, values), strict=True)
        units = [row["unit"] for row in values]
        # one row a situation: its label folds beside the outputs, not above them
        rows.append((situation["label"], *map("\n".join, (names, means, ranges, units))))
    columns = [
        text("situation", overflow="fold"),
        text("output", no_wrap=True),
        number("mean", no_wrap=True),
        number("5-95% of draws", no_wrap=True),
        text("unit"),
    ]
    table = make_table(columns, rows, title=f"{item['label']} ({item['mechanism']})")
    print_table(table)
    print_origin(item)


def print_origin(item: Mapping[str, Any]) -> None:
    """Print model, equation and sources of a mechanism of :func:`describe_family`."""
    print_line(f"model {item['model']}: {item['equation']}")
    print_line(f"sources: {', '.join(item['sources']) or 'none'}")
    sys.stdout.write("\n")
