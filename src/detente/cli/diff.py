"""``detente diff``: explain what moved between two briefings, runs or versions of a crisis, and which inputs did it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import detente
from detente.cli._options import DRAWS, METRIC, MOST, SEED, JsonOption, PolicyOption, reworded
from detente.cli._output import json_text
from detente.engine import usual
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.crisis import Crisis

__all__ = ["command"]

_MOST_GAMES = 200_000
"""More games than this are not solved unasked."""

DrawsOption = Annotated[int, reworded(DRAWS, help="Draws for the explanation.")]
SeedOption = Annotated[int, reworded(SEED, help="Key of these draws.")]
BeforeArgument = Annotated[
    str, typer.Argument(help="A briefing, a run, or a crisis by name or folder.", metavar="A")
]
AfterArgument = Annotated[str, typer.Argument(help="Another of the same kind.", metavar="B")]
MetricOption = Annotated[str, METRIC]
MostOption = Annotated[int, MOST]


def command(
    before: BeforeArgument,
    after: AfterArgument,
    *,
    metric: MetricOption = "attack",
    policy: PolicyOption = None,
    draws: DrawsOption = usual.DRAWS_OF_A_CHANGE,
    seed: SeedOption = usual.SEED,
    most: MostOption = 15,
    as_json: JsonOption = False,
) -> None:
    """Say which figures moved, by how much, and which inputs did it.

    Two crises, and two briefings of a crisis that is at hand unchanged, are solved for sets of the inputs that differ, and
    the change of one metric is split among these by Shapley's value: the parts add up to the change.

    For example:

      detente diff brief/my-crisis what-if

      detente diff my-crisis ./my-crisis-revised --metric settlement
    """
    kinds = [_kind(Path(text)) for text in (before, after)]
    if kinds[0] != kinds[1]:
        message = f"{before} is a {kinds[0]} and {after} a {kinds[1]}"
        raise UsageError(
            message,
            code="option-invalid",
            at="B",
            fix="compare two briefings, two runs or two crises",
        )
    options = {"metric": metric, "policy": policy, "n_draws": draws, "seed": seed}
    if kinds[0] == "briefing":
        data = _of_briefs(Path(before), Path(after), options)
    elif kinds[0] == "run":
        data = _of_runs(Path(before), Path(after), policy)
    else:
        data = _of_crises(before, after, options)
    sys.stdout.write(json_text(data) if as_json else _text(data, most))


def _kind(path: Path) -> str:
    from detente.brief.export.data_files import holds_briefing

    if path.suffix == ".json" or holds_briefing(path):
        return "briefing"
    return "run" if (path / "manifest.json").is_file() else "crisis"


def _of_briefs(before: Path, after: Path, options: dict[str, Any]) -> dict[str, Any]:
    from detente.brief.export.comparing import compare_briefs, read_brief

    first, second = (
        read_brief(path if path.suffix == ".json" else path / "brief.json")
        for path in (before, after)
    )
    found = compare_briefs(first, second)
    data: dict[str, Any] = {
        "kind": "briefing",
        "crises": [first["crisis"], second["crisis"]],
        "draws_and_seeds": [list(run) for run in found.runs],
        "overrides": [dict(item) for item in found.overrides],
        "figures": [
            {
                "id": item.id,
                "label": item.label,
                "unit": item.unit,
                "before": item.before,
                "after": item.after,
                "change": item.change,
                "text": f"{item.before_text} -> {item.after_text}",
            }
            for item in found.figures
        ],
        "figures_compared": found.n_figures,
        "inputs": [
            {"path": path, "label": label, "before": old, "after": new}
            for path, label, old, new in found.inputs
        ],
        "split": None,
        "unexplained": "",
    }
    if found.same_digest:
        data["unexplained"] = "both briefings are of the same crisis file and overrides"
        return data
    crises = [_load_again(item) for item in (first, second)]
    if crises[0] is None or crises[1] is None:
        data["unexplained"] = (
            "a crisis file has changed since its briefing, or is not found under its name; detente diff of the two "
            "crisis folders splits a change"
        )
        return data
    return data | _split(crises[0], crises[1], options)


def _load_again(data: dict[str, Any]) -> "Crisis | None":
    """Load the crisis of a briefing if it is at hand as it was."""
    from detente.crisis import load_crisis
    from detente.errors import DetenteError

    try:
        crisis = load_crisis(data["crisis"], overrides=dict(data.get("overrides", {})))
    except DetenteError:
        return None
    return crisis if crisis.digest == data.get("digest") else None


def _of_runs(before: Path, after: Path, policy: str | None) -> dict[str, Any]:
    from detente.analysis.differences import compare_inputs, compare_results
    from detente.engine.designs import describe_cases
    from detente.runs import Run

    first, second = Run.open(before), Run.open(after)
    rows = compare_results(first, second, policy=policy)

    def known(value: float) -> float | None:
        return None if value != value else value  # noqa: PLR0124  # NaN is not itself

    return {
        "kind": "run",
        "crises": [first.manifest.crisis, second.manifest.crisis],
        "draws_and_seeds": [[item.n_draws, item.manifest.seed] for item in (first, second)],
        "cases": [describe_cases(item.manifest.plan) for item in (first, second)],
        "overrides": [dict(item.manifest.overrides) for item in (first, second)],
        "figures": [
            {
                "id": difference.metric,
                "label": f"{difference.metric} under {difference.policy}",
                "unit": "",
                "before": old,
                "after": new,
                "change": difference.mean,
                "change_interval": [known(difference.mean_low), known(difference.mean_high)],
                "text": f"{old:.4g} -> {new:.4g}",
            }
            for difference, old, new in rows
            if difference.mean != 0.0
        ],
        "figures_compared": len(rows),
        "inputs": [
            {"path": path, "label": path, "before": old, "after": new}
            for path, old, new in compare_inputs(first, second)
        ],
        "split": None,
        "unexplained": "name the two crises to have the change split among the inputs",
    }


def _of_crises(before: str, after: str, options: dict[str, Any]) -> dict[str, Any]:
    first, second = detente.load(before), detente.load(after)
    data: dict[str, Any] = {
        "kind": "crisis",
        "crises": [first.id, second.id],
        "draws_and_seeds": [[options["n_draws"], options["seed"]]] * 2,
        "overrides": [{}, {}],
        "figures": [],
        "figures_compared": 0,
        "split": None,
        "unexplained": "",
    }
    return data | _split(first, second, options)


def _split(first: "Crisis", second: "Crisis", options: dict[str, Any]) -> dict[str, Any]:
    from detente.analysis.differences import (
        explain_change,
        find_changed_inputs,
        find_changed_rules,
    )
    from detente.analysis.splitting import EXACT_INPUTS

    inputs, rules = find_changed_inputs(first, second), find_changed_rules(first, second)
    found: dict[str, Any] = {
        "inputs": [
            {
                "path": item.path,
                "label": item.label,
                "before": item.before or "absent",
                "after": item.after or "absent",
            }
            for item in inputs
        ],
        "rules": list(rules),
    }
    if not inputs and not rules:
        return found | {"unexplained": "nothing differs that the game depends on"}
    if first.id != second.id:
        return found | {"unexplained": "these are two crises, not two versions of one"}
    count = len(inputs) + bool(rules)
    games = (2**count if count <= EXACT_INPUTS else 16 * count) * options["n_draws"]
    if games > _MOST_GAMES:
        words = f"{count:,} inputs differ, which takes some {games:,} games; ask for fewer --draws"
        return found | {"unexplained": words}
    split = explain_change(first, second, **options)
    return found | {
        "split": {
            "metric": options["metric"],
            "before": split.before,
            "after": split.after,
            "exact": split.exact,
            "draws": options["n_draws"],
            "games": split.n_evaluated,
            "parts": [part._asdict() for part in split.parts],
        }
    }


# --- text ------------------------------------------------------------------------------------------------------------


def _is_seen(item: dict[str, Any]) -> bool:
    """Tell whether a figure that moved is printed otherwise than before."""
    before, _, after = item["text"].partition(" -> ")
    return bool(before != after)


def _text(data: dict[str, Any], most: int) -> str:
    lines = [f"{data['crises'][0]} -> {data['crises'][1]}"]
    lines += _cases_text(data)
    if data["figures_compared"]:
        moved = data["figures"]
        lone = sum(item["change"] is None for item in moved)
        seen = [item for item in moved if _is_seen(item)]
        lines += [
            "",
            (
                f"{len(moved) - lone:,} of {data['figures_compared']:,} figures moved, {lone:,} "
                f"{'stands' if lone == 1 else 'stand'} in one only:"
            ),
        ]
        lines += [f"  {item['text']:24}  {item['label']}  [{item['id']}]" for item in seen[:most]]
        lines += _rest(len(seen), most)
        if len(seen) < len(moved):
            lines.append(f"  {len(moved) - len(seen):,} moved by less than the digits shown")
    if data["inputs"]:
        number = len(data["inputs"])
        lines += ["", f"{number:,} {'input differs' if number == 1 else 'inputs differ'}:"]
        lines += [
            f"  {item['path']}: {item['before']} -> {item['after']}"
            for item in data["inputs"][:most]
        ]
        lines += _rest(len(data["inputs"]), most)
    if data.get("rules"):
        lines += ["", f"Rules differ in: {', '.join(data['rules'][:most])}"]
        lines += _rest(len(data["rules"]), most)
    split = data["split"]
    if split:
        how = "exact" if split["exact"] else "sampled orders, standard errors in brackets"
        lines += [
            "",
            (
                f"{split['metric']}: {split['before']:.4g} -> {split['after']:.4g}, "
                f"{split['after'] - split['before']:+.4g}, over {split['draws']} draws; split ({how}):"
            ),
        ]
        lines += [
            f"  {part['part']:+10.4g}"
            + ("" if split["exact"] else f" ({part['error']:.2g})")
            + f"  {part['name']}  (alone {part['alone']:+.3g}, last {part['last']:+.3g})"
            for part in split["parts"][:most]
        ]
        lines += _rest(len(split["parts"]), most)
    if data["unexplained"]:
        lines += ["", f"Not split among inputs: {data['unexplained']}."]
    return "\n".join(lines) + "\n"


def _cases_text(data: dict[str, Any]) -> list[str]:
    """Say what the cases of two runs are; means over cases of two modes are two kinds of number."""
    cases = data.get("cases", ())
    lines = [
        f"  {name}: {draws:,} {item['cases_are']}, seed {seed}"
        for name, item, (draws, seed) in zip("AB", cases, data["draws_and_seeds"], strict=False)
    ]
    if len({item["mode"] for item in cases}) > 1:
        lines.append(
            "  The modes differ: part of every change below is that of what the cases are drawn from."
        )
    return lines


def _rest(count: int, most: int) -> list[str]:
    return [f"  and {count - most:,} more (--most {count})"] if count > most else []
