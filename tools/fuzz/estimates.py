"""What is estimated and scored: data and specifications of ``fit``, forecasts, and tables of past crises."""

import csv
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from cases import Case, category
from mutations import spoil_bytes, spoil_table

from detente.game import game_from_tree, write_efg
from detente.testing.disputes import draw_disputes, draw_offers, draw_signals
from detente.testing.trees import end, move

_SPECS = {
    "egame12": "outcome: {column: outcome, order: [quiet, yield, war]}\nerrors: private\nutilities: {u11: [const, x], u13: [const], u14: [w], u24: [const, z]}\n",
    "ultimatum": "outcome: {offer: offer, accept: accept}\noffers: {largest: 100}\nutilities: {R1: [const, x], R2: [const, z]}\nscale: {s2: 2.7}\n",
    "signalling": "outcome: {counts: [quo, concede, firm, back]}\nutilities: {S_A: [x], V_A: [const], C_B: [const, y], W_A: [const, z], W_B: [const], a: [const]}\n",
    "game.efg": "outcome: {column: outcome, ends: {quiet: [leave], yield: [act/give], war: [act/fight]}}\nerrors: private\nutilities:\n  u: {player: one, ends: [leave], terms: [const, x]}\n  v: {player: two, ends: [act/fight], terms: [z]}\nscale: {one: [const]}\n",
    "mckelvey1992/four-move": "outcome: {information_set: set, action: action, count: count}\nrationality: common\npayoffs: {glow: {player: Player 1, ends: [PASS/PASS/TAKE]}}\n",
}  # fmt: skip
_CHOICES = b"set,action,count\nmove 1,TAKE,4\nmove 1,PASS,40\nmove 2,TAKE,10\nmove 2,PASS,30\nmove 3,TAKE,15\nmove 3,PASS,15\nmove 4,TAKE,12\nmove 4,PASS,3\n"
_CELLS = ["", "NA", "nan", "inf", "-1e308", "1e-320", "0", "1e6", "3,5", "yes", "=1+1", "x" * 300]
_FIT_OPTIONS = [
    [], ["--json"], ["--effects"], ["--folds", "3"], ["--folds", "-2"], ["--penalty", "log-f"], ["--penalty", "jeffreys"],
    ["--errors", "bootstrap", "--resamples", "3"], ["--errors", "sandwich", "--effects"], ["--method", "pl"], ["--table", "latex"],
]  # fmt: skip


def _written(columns: Mapping[str, Sequence[object]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue().encode()


@category
def fit(rng: random.Random, work: Path) -> Case:
    """Data of each family of models, or the specification beside them."""
    model = rng.choice(sorted(_SPECS))
    seed = rng.randrange(1000)
    if model == "ultimatum":
        content = _written(draw_offers(40, seed=seed))
    elif model == "signalling":
        content = _written(draw_signals(30, games=15, seed=seed))
    elif "four-move" in model:
        content = _CHOICES
    else:
        content = _written(draw_disputes(60, seed=seed))
        tree = move(0, 0, leave=end(0, 0), act=move(1, 0, give=end(1, -1), fight=end(-1, -1)))
        game = game_from_tree({"players": ["one", "two"], "tree": tree})
        (work / "game.efg").write_text(write_efg(game), encoding="utf-8")
    spec = _SPECS[model].encode()
    what = "as it is"
    match rng.randrange(5):
        case 0 | 1 | 2:
            what, content = spoil_table(rng, content, cells=_CELLS)
        case 3:
            what, spec = spoil_bytes(rng, spec)
    (work / "t.csv").write_bytes(content)
    (work / "s.yaml").write_bytes(spec)
    options = rng.choice(_FIT_OPTIONS)
    name = "./game.efg" if model.endswith(".efg") else model
    return Case(
        what=f"{model} {what} {' '.join(options)}",
        arguments=("fit", name, "t.csv", "--spec", "s.yaml", "--starts", "1", *options),
        exit_codes=(0, 1, 2),
    )


@category
def score(rng: random.Random, work: Path) -> Case:
    """Forecasts and what came about."""
    kind = rng.choice(["probability", "mean,sd", "q05,q50,q95"])
    rows, came = [], []
    for number in range(12):
        low = rng.random()
        said = {"probability": f"{low:.2f}", "mean,sd": f"{low:.2f},0.5"}.get(
            kind, f"{low:.2f},{low + 1:.2f},{low + 2:.2f}"
        )
        rows += [f"e{number},{who},{said}\n" for who in ("crowd", "panel")]
        came.append(f"e{number},{rng.randrange(2)}\n")
    forecasts = f"id,forecaster,{kind}\n{''.join(rows)}".encode()
    outcomes = f"id,outcome\n{''.join(came)}".encode()
    if rng.random() < 0.6:
        what, forecasts = spoil_table(rng, forecasts, cells=_CELLS)
    else:
        what, outcomes = spoil_table(rng, outcomes, cells=_CELLS)
    (work / "f.csv").write_bytes(forecasts)
    (work / "e.csv").write_bytes(outcomes)
    options = rng.choice(
        [[], ["--json"], ["--bins", "1"], ["--bins", "0"], ["--resamples", "100"], ["--plot", "p.svg"], ["--seed", "-1"]]
    )  # fmt: skip
    return Case(
        what=f"{kind} {what} {' '.join(options)}",
        arguments=("score", "f.csv", "e.csv", *options),
    )


def _past(rng: random.Random, work: Path) -> str:
    """Write tables of made-up crises and actors, one of them spoilt, and say how."""
    crises = ["crisno,crisname,yrtrig,motrig,datrig,yrterm,moterm,daterm,break,trigent,gravcr,viol,iwcmb,geog,pcid\n"]  # fmt: skip
    actors = ["crisno,cracid,yrtrig,motrig,datrig,powsta,cractloc,nuclear,regime\n"]
    for number in range(90):
        year = 1930 + number // 2
        trigger, violence = rng.choice([6, 7, 9]), rng.choice([1, 4])
        crises.append(f"{number},C{number},{year},3,1,{year},4,1,{trigger},365,2,{violence},1,34,40\n")  # fmt: skip
        actors.append(f"{number},290,{year},3,1,{rng.randrange(1, 5)},1,1,{rng.randrange(1, 4)}\n")
    tables = {"i.csv": "".join(crises).encode(), "e.csv": "".join(actors).encode()}
    spoilt = rng.choice(list(tables))
    what, tables[spoilt] = spoil_table(rng, tables[spoilt], cells=_CELLS)
    for name, content in tables.items():
        (work / name).write_bytes(content)
    return f"{spoilt} {what}"


@category
def classes(rng: random.Random, work: Path) -> Case:
    """Tables of past crises, whose classes are scored."""
    what = _past(rng, work)
    options = rng.choice([[], [], ["--json"], ["--since", "99999999999"], ["--since", "-5"]])
    since = [] if "--since" in options else ["--since", "1965"]
    return Case(
        what=f"{what} {' '.join(options)}",
        arguments=("reference-class", "i.csv", "e.csv", *since, *options),
    )


@category
def panel(rng: random.Random, work: Path) -> Case:
    """The same tables, run as templates."""
    what = _past(rng, work)
    options = rng.choice([[], [], ["--json"], ["--draws", "0"], ["--seed", "-1"]])
    draws = [] if "--draws" in options else ["--draws", "1"]
    return Case(
        what=f"{what} {' '.join(options)}",
        arguments=("panel", "i.csv", "e.csv", "--since", "1950", *draws, *options),
    )
