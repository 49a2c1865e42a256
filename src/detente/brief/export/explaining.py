"""Explaining a figure: what ``detente trace`` prints, read from the data file of a briefing alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.brief.export.data_files import DATA_FILE, holds_briefing
from detente.brief.export.reading import figures_in, read_brief
from detente.brief.words import format_date, say_edition
from detente.errors import UsageError, nearest

__all__ = ["Explanation", "explain_figure", "find_data_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A figure of a briefing with the quantities and sources behind it, as plain data."""

    figure: Mapping[str, Any]
    quantities: Mapping[str, Mapping[str, Any]]
    sources: Mapping[str, Mapping[str, Any]]
    crisis: str
    as_of: str
    draws: int
    seed: int

    def as_data(self) -> dict[str, Any]:
        """Return the explanation as plain data."""
        return {
            "crisis": self.crisis,
            "as_of": self.as_of,
            "draws": self.draws,
            "seed": self.seed,
            "figure": dict(self.figure),
            "quantities": {path: dict(item) for path, item in self.quantities.items()},
            "sources": {key: dict(item) for key, item in self.sources.items()},
        }

    def as_text(self) -> str:
        """Return the explanation as text: value, model, run, quantities with their lines, sources."""
        figure, trace = self.figure, self.figure["trace"]
        lines = [f"{figure['id']}", f"  {figure['label']}: {figure['text']}"]
        model = trace["model"] + (f" ({trace['reference']})" if trace["reference"] else "")
        if model:
            lines.append(f"  model: {model}")
        if trace["metric"]:
            policy = f", policy {trace['policy']}" if trace["policy"] else ""
            lines.append(
                f"  run: {trace['metric']}{policy}; {self.draws:,} draws, seed {self.seed}"
            )
        if trace["place"]:
            lines.append(f"  line: {trace['place']}")
        lines.extend(self._quantity_lines(trace))
        lines.extend(self._source_lines())
        return "\n".join(lines) + "\n"

    def _quantity_lines(self, trace: Mapping[str, Any]) -> list[str]:
        if not self.quantities:
            return []
        shown, read = len(self.quantities), int(trace["inputs_read"])
        head = "  quantities:"
        if read > shown:
            head = (
                f"  quantities (the nearest or strongest {shown} of {read} that it can depend on):"
            )
        lines = [head]
        for path, item in self.quantities.items():
            place = f"{item['file']}:{item['line']}" if item["line"] else item["file"]
            keys = ", ".join(item["sources"])
            lines.append(f"    {path}  [{place}]")
            lines.append(f"      {item['label']}: {item['value']}; {item['grade']}; source {keys}")
        return lines

    def _source_lines(self) -> list[str]:
        if not self.sources:
            return []
        lines = ["  sources:"]
        for key, item in self.sources.items():
            day = f", {format_date(item['date'])}" if item["date"] else ""
            place = f"  [{item['file']}:{item['line']}]" if item["line"] else ""
            edition = say_edition(item.get("edition", ""))
            lines.append(f"    {key}{place}")
            lines.append(
                f"      {item['publisher']}: {item['title']}{day}{', ' if edition else ''}{edition}"
            )
            if item["address"]:
                lines.append(f"      {item['address']}")
        return lines


def find_data_file(run: Path | None) -> Path:
    """Return the data file of a briefing: of the folder named, else the newest under ``./brief``.

    Raises
    ------
    UsageError
        ``file-missing`` if there is none.
    """
    if run is not None:
        path = run if run.suffix == ".json" else run / DATA_FILE
        if path.is_file() or holds_briefing(run):
            return path
        message = f"there is no briefing in {run}"
    else:
        found = [folder for folder in Path("brief").glob("*") if holds_briefing(folder)]
        if found:
            return max(found, key=_written) / DATA_FILE
        message = "there is no briefing under ./brief"
    raise UsageError(
        message,
        code="file-missing",
        at=str(run or "brief"),
        fix="run detente brief CRISIS first, or name its folder with --run",
    )


def _written(folder: Path) -> tuple[int, str]:
    """Return when a briefing was written: one that is unfinished counts as the latest."""
    try:
        return (folder / DATA_FILE).lstat().st_mtime_ns, str(folder)
    except OSError:
        return 2**63, str(folder)


def explain_figure(figure_id: str, path: Path) -> Explanation:
    """Find a figure in the data file of a briefing, with all that stands behind it.

    Raises
    ------
    UsageError
        ``figure-unknown``, with the nearest ids.
    RunError
        As of :func:`detente.brief.export.reading.read_brief`.
    """
    data = read_brief(path)
    figures = figures_in(data)
    inputs, sources = data["inputs"], data.get("sources", {})
    figure = figures.get(figure_id)
    if figure is None:
        message = f"the briefing has no figure {figure_id!r}"
        raise UsageError(
            message, code="figure-unknown", at=str(path), fix=_nearest(figure_id, list(figures))
        )
    trace = figure["trace"]
    quantities = {name: inputs[name] for name in trace["quantities"] if name in inputs}
    keys = dict.fromkeys(
        [*(k for item in quantities.values() for k in item["sources"]), *trace["sources"]]
    )
    return Explanation(
        figure=figure,
        quantities=quantities,
        sources={key: sources[key] for key in keys if key in sources},
        crisis=data["crisis"],
        as_of=data["as_of"],
        draws=data["draws"],
        seed=data["seed"],
    )


def _nearest(figure_id: str, known: list[str]) -> str:
    near = list(nearest(figure_id, known))
    near += [name for name in known if figure_id in name and name not in near][: 3 - len(near)]
    if near:
        return f"use one of the nearest: {', '.join(near)}"
    return "list the ids in tables/figures.csv of the briefing and use one of them"
