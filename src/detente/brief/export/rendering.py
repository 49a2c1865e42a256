"""Rendering: the briefing as data for machines and as tables, and the templates of its pages."""

import csv
import io
import json
import math
import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from detente.analysis.mixes import MixSearch
from detente.brief.export.data_files import APPENDIX_FILE, PRINTED_FILES
from detente.brief.export.summary_data import summary_data
from detente.brief.figures import (
    Answer,
    Chart,
    FactView,
    Figure,
    TableView,
    link,
    links_in,
    parts_of,
    plain,
)
from detente.brief.pages import card_heading, page_loader, say
from detente.brief.quantity_words import quantity_text, source_date
from detente.brief.words import format_date, plural, say_edition, sentence_case, spell_count
from detente.crisis.metric_names import metric_name

if TYPE_CHECKING:
    from detente.brief.document import Brief

__all__ = [
    "as_data",
    "environment",
    "figure_data",
    "to_csv_files",
    "to_json",
]

DIGITS = 10
"""Significant digits of a number in the data file: more than any result carries, fewer than rounding noise."""


def _tidy(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    rounded = float(f"{value:.{DIGITS}g}")
    return 0.0 if rounded == 0 else rounded


# --- data ------------------------------------------------------------------------------------------------------------


def as_data(brief: "Brief") -> dict[str, Any]:
    """Return the briefing as plain data, in the shape of ``brief.schema.json``."""
    context = brief.context
    results = context.results
    certificate = results.certificate
    return {
        "crisis": brief.crisis.id,
        "title": brief.crisis.title,
        "as_of": brief.crisis.as_of.isoformat(),
        "seed": results.manifest.seed,
        "draws": results.n_draws,
        "design": results.manifest.design,
        "mode": results.manifest.mode,
        "base_policy": context.policies.base,
        "overrides": dict(brief.crisis.overrides),
        "digest": brief.crisis.digest,
        "note": say("methods", "disclaimer"),
        "headline": [plain(text) for text in brief.headline],
        "headline_figures": list(dict.fromkeys(links_in(" ".join(brief.headline)))),
        "sure": [plain(text) for text in brief.sure],
        "summary": summary_data(brief.summary)
        | {"figures": [figure_data(figure) for figure in brief.summary.figures]},
        "outcomes": _outcomes(brief, context.policies.base),
        "questions": [_question(answer) for answer in brief.answers],
        "policies": _policies(brief),
        **(
            {}
            if context.policies.search is None
            else {"search": _search(brief, context.policies.search)}
        ),
        "drivers": _drivers(brief),
        "certificate": {
            "max_residual": _tidy(certificate.max_residual),
            "unconverged_share": _tidy(certificate.unconverged_share),
            "solutions": certificate.n_solutions,
        },
        "inputs": _input_data(brief),
        "sources": _source_data(brief),
        "files": [
            *(
                f"charts/{chart.id}.{ending}"
                for chart in brief.every_chart
                for ending in ("svg", "png")
            ),
            *(f"tables/{name}" for name in to_csv_files(brief)),
            APPENDIX_FILE,
            *PRINTED_FILES,
        ],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "id": chart.id,
        "title": chart.title,
        "subtitle": chart.subtitle,
        "file": f"charts/{chart.id}.svg",
        "table": f"tables/{chart.id}.csv",
    }


def _drivers(brief: "Brief") -> list[dict[str, Any]]:
    """List every quantity that an attack can depend on by its effect; ``clear`` ones stand out from chance."""
    context = brief.context
    clear = {driver.path for driver in context.traces.movers("attack")}
    read = set(context.traces.game_inputs)
    return [
        {"quantity": driver.path, "effect": _tidy(driver.effect), "clear": driver.path in clear}
        for driver in context.results.drivers("attack", context.policies.base)
        if driver.path in read
    ]


def _input_data(brief: "Brief") -> dict[str, dict[str, Any]]:
    """Describe the quantities that traces name, so that a trace can be read without the crisis folder."""
    named = {path for figure in brief.figures.values() for path in figure.trace.quantities}
    found = {}
    for path in sorted(named & set(brief.crisis.quantities)):
        quantity = brief.crisis.quantities[path]
        found[path] = {
            "label": quantity.label,
            "value": quantity_text(quantity),
            "family": quantity.distribution.family,
            "parameters": [_tidy(number) for number in quantity.distribution.parameters],
            "unit": quantity.unit,
            "as_of": quantity.as_of.isoformat(),
            "grade": brief.context.names.grade(quantity.grade, quantity.claimed_by),
            "sources": list(quantity.sources),
            "file": quantity.place.file,
            "line": quantity.place.line,
        }
    return found


def _source_data(brief: "Brief") -> dict[str, dict[str, Any]]:
    return {
        source.key: {
            "publisher": source.publisher,
            "title": source.title,
            "date": source_date(source),
            **({"edition": source.edition} if source.edition else {}),
            "address": source.address,
            "standing": source.standing,
            "file": source.place.file,
            "line": source.place.line,
        }
        for source in sorted(brief.sources, key=lambda item: item.key)
    }


def _outcomes(brief: "Brief", policy: str) -> dict[str, dict[str, float | bool | None]]:
    context = brief.context
    found: dict[str, dict[str, float | bool | None]] = {}
    for rule in brief.crisis.outcomes:
        if context.columns.has(metric_name("outcome", rule)):
            metric = metric_name("outcome", rule)
            if context.results.is_excluded(metric, policy):
                found[rule] = {"mean": None, "low": None, "high": None, "excluded": True}
                continue
            summary = context.results.summary(metric, policy)
            found[rule] = {
                "mean": _tidy(summary.mean),
                "low": _tidy(summary.low),
                "high": _tidy(summary.high),
            }
    return found


def _policies(brief: "Brief") -> list[dict[str, Any]]:
    context = brief.context
    regret = context.results.regret
    payoff = {row.policy: row for row in regret(policies=context.policies.ids).rows}
    table = regret("attack", lower_is_better=True, policies=context.policies.ranked)
    attack = {row.policy: row for row in table.rows}
    return [
        {
            "id": policy,
            "label": context.policies.get(policy).label,
            "outcomes": _outcomes(brief, policy),
            "regret": _tidy(payoff[policy].mean),
            "regret_high": _tidy(payoff[policy].high),
            "regret_attack": _tidy(attack[policy].mean) if policy in attack else None,
            "regret_attack_high": _tidy(attack[policy].high) if policy in attack else None,
            "forgoes": list(context.results.forgone(policy)),
        }
        for policy in context.policies.ids
    ]


def _search(brief: "Brief", search: MixSearch) -> dict[str, Any]:
    """Describe the search over combinations of commitments and the mixes that it found."""
    context = brief.context
    return {
        "aims": [
            {"metric": metric, "better": "less" if less else "more", "label": label}
            for metric, less, label in search.aims
        ],
        "draws": search.n_draws,
        "combinations": search.n_combinations,
        "games": search.n_games,
        "unbeaten": search.n_unbeaten,
        "left_open": list(search.left_open),
        "mixes": [
            {
                "id": mix,
                "label": context.policies.get(mix).label,
                "fix": {key: list(names) for key, names in context.policies.get(mix).fix.items()},
                "forbid": list(context.policies.get(mix).forbid),
                "state": dict(context.policies.get(mix).state),
                **(
                    {"pledges": [pledge.id for pledge in context.policies.get(mix).pledges]}
                    if context.policies.get(mix).pledges
                    else {}
                ),
                "outcomes": _outcomes(brief, mix),
            }
            for mix in context.policies.mixes
        ],
    }


def _question(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "title": answer.title,
        "answer": plain(answer.answer),
        "so_what": plain(answer.so_what),
        "model": [plain(text) for text in answer.model],
        "changes": [plain(text) for text in answer.changes],
        "absent": list(answer.absent),
        "facts": [_fact(fact) for fact in answer.facts],
        "charts": [_chart(chart) for chart in answer.charts],
        "figures": [figure_data(figure) for figure in answer.figures],
    }


def _fact(fact: FactView) -> dict[str, Any]:
    return {
        "id": fact.id,
        "text": fact.text,
        "sources": list(fact.sources),
        "as_of": fact.as_of,
        "grade": fact.grade,
        "claims": list(fact.claims),
        "values": [
            {
                "label": value.label,
                "text": value.text,
                "source": value.source_key,
                "as_of": value.as_of,
                "grade": value.grade,
                "figure": value.figure,
            }
            for value in fact.values
        ],
    }


def figure_data(figure: Figure) -> dict[str, Any]:
    """Return a figure as plain data."""
    trace = figure.trace
    return {
        "id": figure.id,
        "label": figure.label,
        "value": _tidy(figure.value),
        "low": _tidy(figure.low),
        "high": _tidy(figure.high),
        "unit": figure.unit,
        "text": figure.full_text,
        "trace": {
            "sources": list(trace.sources),
            "quantities": list(trace.quantities),
            "model": trace.model,
            "reference": trace.reference,
            "metric": trace.metric,
            "policy": trace.policy,
            "inputs_read": trace.inputs_read,
            "place": trace.place,
        },
    }


def to_json(brief: "Brief") -> str:
    """Write the data file: sorted as composed, numbers rounded to ten significant digits, one trailing newline."""
    return json.dumps(as_data(brief), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


# --- templates -----------------------------------------------------------------------------------------------------


def _rich(text: str, page: str = "") -> Markup:
    """Turn links to figures into anchors, within the page or of the page that is named."""
    parts = [
        f'<a class="n" href="{page}#{escape(figure)}">{escape(words, quote=False)}</a>'
        if figure
        else escape(words, quote=False)
        for figure, words in parts_of(text)
    ]
    return Markup("".join(parts))  # noqa: S704  # every part is escaped above


_SPECIAL = re.compile(
    r"[\\`*\[\]]|~~"
    r"|<(?=[A-Za-z/!?])"  # a tag, a comment or an autolink; "<1%" is none
    r"|&(?=#?\w+;)"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word it is only itself
)
_LINE_START = re.compile(
    r"^[ \t]*(?:([#>+=~|:-])|([0-9]{1,9})([.)]))(?=\s|[#>=~|-]|$)", re.MULTILINE
)
_BREAK = re.compile(r"\s*\n\s*")
"""The end of a line, where an empty line would end a list and an indented one would be code."""
_ADDRESS = re.compile(r"https?://[^\s<>\[\]`*\\]+")


def _escape_mark(match: re.Match[str]) -> str:
    text = match[0]
    return {"<": "&lt;", "&": "&amp;"}.get(text, "".join(f"\\{one}" for one in text))


def _inline(text: str) -> str:
    """Escape what Markdown or HTML would read as more than text."""
    return _SPECIAL.sub(_escape_mark, text)


def _markdown(value: object) -> Markup:
    """Write a value as Markdown that shows its own text; what is Markdown already is left as it is."""
    if isinstance(value, Markup):
        return value
    text = _LINE_START.sub(
        lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}",
        _BREAK.sub("\n", _inline(str(value))),
    )
    return Markup(text)  # noqa: S704  # escaped above


def _cell(text: str) -> Markup:
    """One cell of a Markdown table."""
    words = " ".join(_inline(plain(text)).splitlines())
    return Markup(words.replace("|", "\\|"))  # noqa: S704  # escaped above


def _address(text: str) -> Markup:
    """Leave an address of the web as it is, so that readers of Markdown link it, and escape any other."""
    return Markup(text) if _ADDRESS.fullmatch(text) else _markdown(text)  # noqa: S704  # matched above


def _code(text: str) -> Markup:
    """Write text between backticks, where only these are special."""
    return Markup("`" + text.replace("`", "'") + "`")  # noqa: S704  # inside a code span nothing is read


def environment(*, html: bool) -> jinja2.Environment:
    """Return the templates of the briefing, with their filters; text is escaped for a page or for Markdown."""
    found = jinja2.Environment(
        loader=page_loader(),
        autoescape=True,
        finalize=None if html else _markdown,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    found.globals["heading"] = card_heading
    found.filters.update(
        rich=_rich,
        plain=plain,
        cell=_cell,
        date=format_date,
        source_date=source_date,
        say_edition=say_edition,
        safe_svg=Markup,
        address=_address,
        code=_code,
        link=link,
        sentence=sentence_case,
        counted=plural,
        spelled=spell_count,
    )
    return found


# --- tables ----------------------------------------------------------------------------------------------------------


def to_csv_files(brief: "Brief") -> Mapping[str, str]:
    """Write every table as CSV, by file name, and all figures in one."""
    files = {f"{chart.id}.csv": _csv(chart.table) for chart in brief.summary.charts}
    for answer in brief.answers:
        for chart in answer.charts:
            files[f"{chart.id}.csv"] = _csv(chart.table)
        for table in answer.tables:
            files[f"{answer.id}-{table.id}.csv"] = _csv(table)
    for extra in (*brief.base_rates, brief.timeline, brief.inputs, brief.disputed):
        if extra is not None:
            files[f"{extra.id}.csv"] = _csv(extra)
    rows = [
        (
            figure.id,
            figure.label,
            *(
                "" if v is None else repr(v)
                for v in map(_tidy, (figure.value, figure.low, figure.high))
            ),
            figure.unit,
            figure.trace.model,
            ";".join(figure.trace.sources),
        )
        for figure in brief.figures.values()
    ]
    head = ("id", "label", "value", "low", "high", "unit", "model", "sources")
    files["figures.csv"] = _lines(head, rows)
    return files


def _csv(table: TableView) -> str:
    return _lines(table.columns, [tuple(plain(cell) for cell in row) for row in table.rows])


def _lines(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return buffer.getvalue()
