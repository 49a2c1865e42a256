"""``detente diff``: explain what moved between two briefings, runs or versions of a crisis, and which inputs did it."""

import sys
from collections.abc import Sequence
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
        data = _of_runs(Path(before), Path(after), options)
    else:
        data = _of_crises(before, after, options)
    sys.stdout.write(json_text(data) if as_json else _text(data, most))


def _kind(path: Path) -> str:
    from detente.brief.export.data_files import holds_briefing

    if path.suffix == ".json" or holds_briefing(path):
        return "briefing"
    return "run" if (path / "manifest.json").is_file() else "crisis"


def _of_briefs(before: Path, after: Path, options: dict[str, Any]) -> dict[str, Any]:
    from detente.brief.export.comparing import compare_briefs
    from detente.brief.export.reading import read_brief

    first, second = (
        read_brief(path if path.suffix == ".json" else path / "brief.json")
        for path in (before, after)
    )
    found = compare_briefs(first, second)
    data: dict[str, Any] = {
        "kind": "briefing",
        "crises": [first["crisis"], second["crisis"]],
        "draws_and_seeds": [list(run) for run in found.runs],
        "pairing": "same draws" if found.same_draws else "other draws",
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
                "same_as": list(item.same_as),
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
    return data | _explained([first, second], options)


def _of_runs(before: Path, after: Path, options: dict[str, Any]) -> dict[str, Any]:
    from detente.analysis.run_differences import compare_inputs, compare_runs
    from detente.engine.designs import describe_cases
    from detente.runs import Run

    runs = [Run.open(path) for path in (before, after)]
    found = compare_runs(*runs, policy=options["policy"])
    manifests = [run.manifest for run in runs]
    data: dict[str, Any] = {
        "kind": "run",
        "crises": [item.crisis for item in manifests],
        "draws_and_seeds": [[item.n_draws, item.seed] for item in manifests],
        "cases": [describe_cases(item.plan) for item in manifests],
        "overrides": [dict(item.overrides) for item in manifests],
        "policy": found.policy,
        "pairing": found.pairing,
        "draws_shared": found.n_shared,
        "figures": [
            {
                "id": row.metric,
                "label": f"{row.metric} under {found.policy}",
                "unit": "",
                "before": row.before,
                "after": row.after,
                "change": row.change,
                "change_interval": [_known(row.low), _known(row.high)],
                "text": f"{row.before:.4g} -> {row.after:.4g}",
                "same_as": list(row.same_as),
            }
            for row in found.moved
        ],
        "figures_compared": found.n_metrics,
        "by_type": [item.as_data() for item in found.by_type],
        "inputs": [
            {"path": path, "label": path, "before": old, "after": new}
            for path, old, new in compare_inputs(*runs)
        ],
        "split": None,
        "unexplained": "",
    }
    return data | _explained(
        [{"crisis": i.crisis, "digest": i.digest, "overrides": i.overrides} for i in manifests],
        options | {"policy": found.policy},
    )


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124  # NaN is not itself


def _explained(versions: list[dict[str, Any]], options: dict[str, Any]) -> dict[str, Any]:
    """Split a change among the inputs of two versions of a crisis that are at hand, or say why not."""
    from detente.crisis.loading import load_as_it_was

    if versions[0]["digest"] == versions[1]["digest"]:
        return {"unexplained": "both are of the same crisis file and overrides"}
    crises = [
        load_as_it_was(item["crisis"], item.get("overrides", {}), item.get("digest"))
        for item in versions
    ]
    if crises[0] is None or crises[1] is None:
        words = "a crisis file has changed since, or is not found under its name; detente diff of the two crisis folders splits a change"
        return {"unexplained": words}
    return {
        key: value
        for key, value in _split(crises[0], crises[1], options).items()
        if key != "inputs"
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
        explain_by_type,
        explain_change,
        find_changed_inputs,
        find_changed_priors,
        find_changed_rules,
    )
    from detente.analysis.splitting import EXACT_INPUTS

    inputs = [*find_changed_inputs(first, second), *find_changed_priors(first, second)]
    rules = find_changed_rules(first, second)
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
    by_type = explain_by_type(
        first, second, **{key: value for key, value in options.items() if key != "metric"}
    )
    return found | {
        "by_type": [item.as_data() for item in by_type],
        "split": {
            "metric": options["metric"],
            "before": split.before,
            "after": split.after,
            "exact": split.exact,
            "draws": options["n_draws"],
            "games": split.n_evaluated,
            "parts": [part._asdict() for part in split.parts],
        },
    }


# --- text ------------------------------------------------------------------------------------------------------------


def _is_seen(item: dict[str, Any]) -> bool:
    """Tell whether a figure that moved is printed otherwise than before."""
    before, _, after = item["text"].partition(" -> ")
    return bool(before != after)


def _text(data: dict[str, Any], most: int) -> str:
    lines = [f"{data['crises'][0]} -> {data['crises'][1]}", *_cases_text(data)]
    if data["figures_compared"]:
        lines += _figures_text(data, most)
    lines += _types_text(data.get("by_type", ()))
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
    if data["split"]:
        lines += _split_text(data["split"], most)
    if data["unexplained"]:
        lines += ["", f"Not split among inputs: {data['unexplained']}."]
    return "\n".join(lines) + "\n"


def _types_text(by_type: Sequence[dict[str, Any]]) -> list[str]:
    """Say what changes in an attack given each type of the challenger; nothing where nothing does by the rules."""
    told = [item for item in by_type if not item["forced"]]
    if not told:
        return []
    rows = [
        f"  {item['attack'] - item['attack_change']:.1%} -> {item['attack']:.1%} ({item['attack_change'] * 100:+.1f} points)  if "
        f"{item['player']} is {item['type']}: {item['label']}, falls in {item['share_lower']:.0%} of cases and rises in {item['share_higher']:.0%}"
        for item in told
    ]
    return ["", "An attack by type of the challenger, case by case:", *rows]


def _figures_text(data: dict[str, Any], most: int) -> list[str]:
    moved = data["figures"]
    copies = sum(len(item["same_as"]) for item in moved)
    lone = sum(item["change"] is None for item in moved)
    seen = [item for item in moved if _is_seen(item)]
    counted = (
        f"{len(moved) - lone:,} of {data['figures_compared'] - copies:,} figures moved, {lone:,} "
        f"{'stands' if lone == 1 else 'stand'} in one only"
    )
    lines = ["", f"{counted}; those of the headline come first:" if moved else f"{counted}."]
    lines += [f"  {_figure_text(item)}" for item in seen[:most]]
    lines += _rest(len(seen), most)
    if len(seen) < len(moved):
        lines.append(f"  {len(moved) - len(seen):,} moved by less than the digits shown")
    return lines


def _figure_text(item: dict[str, Any]) -> str:
    """Say how a figure moved; of a run, whether by more than chance."""
    words = f"{item['text']:24}  {item['label']}  [{item['id']}]"
    low, high = item.get("change_interval") or (None, None)
    if low is not None and high is not None and low <= 0.0 <= high:
        words += "  (no more than chance)"
    return words


def _split_text(split: dict[str, Any], most: int) -> list[str]:
    how = "exact" if split["exact"] else "sampled orders, standard errors in brackets"
    change = split["after"] - split["before"]
    head = (
        f"{split['metric']}: {split['before']:.4g} -> {split['after']:.4g}, {change:+.4g}, "
        f"over {split['draws']} draws; split ({how}):"
    )
    parts = [
        f"  {part['part']:+10.4g}"
        + ("" if split["exact"] else f" ({part['error']:.2g})")
        + f"  {part['name']}  (alone {part['alone']:+.3g}, last {part['last']:+.3g})"
        for part in split["parts"][:most]
    ]
    return ["", head, *parts, *_rest(len(split["parts"]), most)]


def _cases_text(data: dict[str, Any]) -> list[str]:
    """Say what the cases are, and whether two sets of figures are of the same ones."""
    cases = data.get("cases", [{"mode": "", "cases_are": "draws"}] * 2)
    lines = [
        f"  {name}: {draws:,} {item['cases_are']}, seed {seed}"
        for name, item, (draws, seed) in zip("AB", cases, data["draws_and_seeds"], strict=True)
    ]
    pairing = data.get("pairing", "same draws")
    if pairing == "first draws":
        shared = data["draws_shared"]
        lines.append(
            f"  The numbers of draws differ: compared are the first {shared:,}, which both have."
        )
    if pairing == "other draws":
        lines.append(
            "  These are not the same draws: part of every change below is chance, and would stand between two runs of one crisis."
        )
    if len({item["mode"] for item in cases}) > 1:
        lines.append(
            "  The modes differ: part of every change below is that of what the cases are drawn from."
        )
    return lines


def _rest(count: int, most: int) -> list[str]:
    return [f"  and {count - most:,} more (--most {count})"] if count > most else []
