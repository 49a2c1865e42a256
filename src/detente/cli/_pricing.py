"""What every subject of ``detente price`` shares: the request, mechanisms evaluated over draws, tables."""

import difflib
import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from detente.crisis import Crisis
    from detente.linking.planning import Evaluation
    from detente.linking.pricing import Priced
    from detente.models.registry import FloatArray

__all__ = [
    "PriceRequest",
    "describe_family",
    "draw_values",
    "find_family",
    "make_request",
    "price_family",
    "price_situations",
    "print_line",
    "print_mechanism",
    "print_origin",
    "print_table",
    "span",
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
    from detente.cli._crises import load_checked, parse_assignments
    from detente.engine.drawing import check_draws

    check_draws(n_draws, seed=seed)
    loaded = load_checked(crisis, parse_assignments(assignments))
    return PriceRequest(
        crisis=loaded,
        subject=_subject(subject),
        packages=tuple(dict.fromkeys(packages)),
        coalition=None if coalition is None else _coalition(coalition, loaded),
        cuts=_cuts(cuts, subject),
        counter=_counter(counter, subject),
        weekly=_weekly(subject, asked=weekly),
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
    return dict(_share(text, "--cut") for text in texts)


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


def _share(text: str, option: str) -> tuple[str, float]:
    """Read ``NAME`` or ``NAME=SHARE``."""
    name, sign, share = (piece.strip() for piece in text.partition("="))
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
    near = near or difflib.get_close_matches(subject, known, n=3, cutoff=0.5) or known
    raise UsageError(
        message, code="model-unknown", at="SUBJECT", fix=f"name one of: {', '.join(near)}"
    )


def _families_that_name(word: str) -> list[str]:
    """Return the families with a model whose name holds the word: gas is priced by energy."""
    from detente.models import all_models

    found = [name.partition(".") for name in all_models()]
    return sorted({family for family, _, model in found if word and word in model.split("_")})


def _coalition(text: str, crisis: "Crisis") -> dict[str, float]:
    found: dict[str, float] = {}
    for part in text.split(","):
        name, sign, share = (piece.strip() for piece in part.partition("="))
        if name not in crisis.actors:
            near = difflib.get_close_matches(name, crisis.actors, n=3, cutoff=0.3)
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
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.3) or known
            message = f"crisis {crisis.id!r} has no mechanism {name!r} of {request.subject}"
            raise UsageError(
                message,
                code="mechanism-unknown",
                at="--package",
                fix=f"use one of: {', '.join(near)}",
            )
    return tuple(name for name in known if not request.packages or name in request.packages)


def draw_values(request: PriceRequest) -> "Mapping[str, FloatArray]":
    """Return the draws of every quantity by path."""
    from detente.engine import draw_quantities

    return draw_quantities(request.crisis, request.n_draws, seed=request.seed).as_mapping()


def price_situations(
    request: PriceRequest, *, fixed: "Mapping[str, Mapping[str, FloatArray]] | None" = None
) -> "Priced":
    """Evaluate all mechanisms of the crisis at every situation that its rules reach.

    ``fixed`` gives values to inputs of mechanisms, by mechanism and input, in the place of what the file binds.
    """
    from detente.linking.pricing import plan_pricing, price
    from detente.rules import compile_rules, unroll

    tree = unroll(compile_rules(request.crisis))
    plan = plan_pricing(tree, request.crisis)
    if fixed:
        mechanisms = tuple(_fix(item, fixed.get(item.mechanism.id, {})) for item in plan.mechanisms)
        plan = replace(plan, mechanisms=mechanisms)
    return price(plan, draw_values(request))


def _fix(item: "Evaluation", values: "Mapping[str, FloatArray]") -> "Evaluation":
    from detente.linking.bindings import FixedTerm

    inputs = tuple(
        (declared, FixedTerm(value=values[declared.name]) if declared.name in values else term)
        for declared, term in item.inputs
    )
    return replace(item, inputs=inputs)


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
        sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        return
    for item in found["mechanisms"]:
        print_mechanism(item)


def describe_family(
    request: PriceRequest,
    family: Sequence[str],
    *,
    priced: "Priced | None" = None,
) -> dict[str, Any]:
    """Return plain values: each mechanism with its situations, outputs, members, equation and sources.

    ``priced`` is what :func:`price_situations` gave, which is asked if it is not at hand.
    """
    crisis = request.crisis
    priced = price_situations(request) if priced is None else priced
    mechanisms = []
    for name in family:
        item = crisis.mechanisms[name]
        outputs = _outputs(crisis, name)
        situations = []
        for level, state in enumerate(priced.level_states.get(name, ())):
            rows = []
            for output, unit, per_member in outputs:
                values = priced.outputs[name][output]
                if per_member:
                    rows += [
                        {"output": output, "unit": unit, "member": member, **span(row[level])}
                        for member, row in zip(item.members, values, strict=True)
                    ]
                else:
                    rows.append({"output": output, "unit": unit, **span(values[level])})
            situations.append({"state": state, "label": _state_text(crisis, state), "values": rows})
        mechanisms.append(
            {
                "mechanism": name,
                "label": item.label,
                **_origin(crisis, name),
                "situations": situations,
            }
        )
    return {
        "crisis": crisis.id,
        "as_of": crisis.as_of.isoformat(),
        "subject": request.subject,
        "draws": request.n_draws,
        "seed": request.seed,
        "overrides": dict(crisis.overrides),
        "range": "5-95% of draws",
        "mechanisms": mechanisms,
    }


def _outputs(crisis: "Crisis", mechanism: str) -> list[tuple[str, str, bool]]:
    from detente.models import find_model

    model = find_model(crisis.mechanisms[mechanism].model)
    return [] if model is None else [(o.name, o.unit, o.per_member) for o in model.outputs]


def _origin(crisis: "Crisis", mechanism: str) -> dict[str, Any]:
    """Return model, equation and sources of a mechanism."""
    from detente.crisis.metric_names import metric_name
    from detente.models import find_model
    from detente.runs import trace_metric

    model = find_model(crisis.mechanisms[mechanism].model)
    output = "" if model is None else model.outputs[0].name
    trace = trace_metric(crisis, metric_name("mechanism", mechanism, output))
    return {
        "model": crisis.mechanisms[mechanism].model,
        "equation": "" if model is None else model.reference,
        "cites": [] if model is None else list(model.cites),
        "sources": list(trace.sources),
        "quantities": list(trace.quantities),
    }


def _state_text(crisis: "Crisis", state: Mapping[str, str]) -> str:
    parts = [
        f"{crisis.state[variable].label}: {crisis.state[variable].value_labels.get(value, value)}"
        for variable, value in state.items()
    ]
    return "; ".join(parts) or "in every situation"


def span(values: "FloatArray") -> dict[str, float]:
    """Return mean and 5-95% range of draws."""
    import numpy as np

    low, high = np.quantile(values, [0.05, 0.95])
    return {"mean": float(np.mean(values)), "low": float(low), "high": float(high)}


def span_text(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return mean and range of :func:`span` as text, two digits after the point or three significant ones."""
    texts = [
        f"{row[key]:.2f}" if abs(row[key]) < 100 else f"{row[key]:.3g}"
        for key in ("mean", "low", "high")
    ]
    return texts[0], texts[0] if texts[1] == texts[2] else f"{texts[1]} to {texts[2]}"


def print_mechanism(item: Mapping[str, Any]) -> None:
    """Print a mechanism of :func:`describe_family` with its equation and sources."""
    from rich.table import Table

    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title_justify="left",
        title=f"{item['label']} ({item['mechanism']})",
    )
    table.add_column("situation", overflow="fold")
    table.add_column("output", no_wrap=True)
    for heading in ("mean", "5-95% of draws"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("unit")
    for situation in item["situations"]:
        rows = situation["values"]
        if not rows:
            continue
        names = [
            f"{row['output']} {row['member']}" if "member" in row else row["output"] for row in rows
        ]
        means, ranges = zip(*map(span_text, rows), strict=True)
        units = [row["unit"] for row in rows]
        # one row a situation: its label folds beside the outputs, not above them
        table.add_row(situation["label"], *map("\n".join, (names, means, ranges, units)))
    print_table(table)
    print_origin(item)


def print_origin(item: Mapping[str, Any]) -> None:
    """Print model, equation and sources of a mechanism of :func:`describe_family`."""
    print_line(f"model {item['model']}: {item['equation']}")
    print_line(f"sources: {', '.join(item['sources']) or 'none'}")
    sys.stdout.write("\n")


def print_line(text: str) -> None:
    """Print a line on standard output, folded between words to the width of the page."""
    folded = textwrap.fill(
        text, _width(), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    sys.stdout.write(f"{folded}\n")


def print_table(table: "Table") -> None:
    """Print a table on standard output, as wide as it must be where that is no terminal."""
    from rich.console import Console

    Console(width=_width()).print(table)


def _width() -> int:
    """Return the width of the terminal, or enough for a table where there is none."""
    from rich.console import Console

    console = Console()
    return console.width if console.is_terminal else max(console.width, 110)
