"""Parameters recovered from simulated data: 95% intervals hold the truth in 95 of 100 sets, within sampling error.

Oracle: theorem: at these sizes the estimates are as good as normal. A coefficient's intervals over the sets are binomial draws;
the bound is one that a right program breaks once in ten thousand tests of a coefficient. Seeds are keyed: set k of family f is
drawn from the seed sequence (f, k).
"""

import csv

import numpy as np
import pytest
from scipy.stats import binom, norm

from detente.fit import fit_game
from detente.fit.maximising import Equation
from detente.fit.trees import TREES, TreeLikelihood
from detente.game import game_from_tree, read_efg, trace_logit_branch, write_efg
from detente.game.catalogue import find_game
from detente.testing.disputes import (
    DISPUTES,
    DISPUTES_SPEC,
    OFFERS,
    OFFERS_SPEC,
    SIGNALS,
    SIGNALS_SPEC,
    draw_disputes,
    draw_offers,
    draw_signals,
)
from detente.testing.trees import end, move

Z95 = 1.959963984540054
TRUTHS = {
    "egame12": {"u11": (0.3, 0.6), "u13": (-0.8,), "u14": (0.5,), "u24": (0.3, -0.6)},
    "egame122": {
        "u11": (0.4, 0.5),
        "u12": (-0.3,),
        "u13": (0.4,),
        "u22": (0.2, 0.5),
        "u24": (-0.3, 0.6),
    },
    "egame123": {
        "u11": (0.2, 0.6),
        "u15": (0.5,),
        "u23": (0.3, 0.5),
        "u26": (0.6,),
        "u36": (0.2, -0.6),
    },
}
TERMS = {
    "egame12": {"u11": ["const", "x"], "u13": ["const"], "u14": ["y"], "u24": ["const", "z"]},
    "egame122": {
        "u11": ["const", "x"],
        "u12": ["y"],
        "u13": ["z"],
        "u22": ["const", "x"],
        "u24": ["const", "z"],
    },
    "egame123": {
        "u11": ["const", "x"],
        "u15": ["y"],
        "u23": ["const", "z"],
        "u26": ["y"],
        "u36": ["const", "x"],
    },
}


def flat(truth):
    return [value for values in truth.values() for value in values]


def seed_of(family, number):
    return int(np.random.SeedSequence([sum(map(ord, family)), number]).generate_state(1)[0])


def draw_tree(model, errors, link, rows, seed):
    """Draw outcomes from the chances of the model, whose formulas are tested against hand-written ones."""
    generator = np.random.default_rng(seed)
    columns = dict(zip("xyz", generator.normal(size=(3, rows)), strict=True))
    table = {"const": np.ones(rows)} | columns
    equations = [
        Equation(name=name, terms=tuple(terms), columns=np.column_stack([table[t] for t in terms]))
        for name, terms in TERMS[model].items()
    ]
    outcomes = 3 if model == "egame12" else 4
    likelihood = TreeLikelihood(
        tree=TREES[model],
        counts=np.zeros((rows, outcomes)),
        equations=equations,
        fixed={},
        errors=errors,
        link=link,
    )
    probs = likelihood.outcome_probs(np.array(flat(TRUTHS[model])))
    drawn = (generator.random(rows)[:, None] > probs.cumsum(axis=1)).sum(axis=1)
    return columns | {"outcome": [f"o{place}" for place in np.minimum(drawn, outcomes - 1)]}


def tree_family(model, errors, link):
    outcomes = 3 if model == "egame12" else 4
    spec = {
        "outcome": {"column": "outcome", "order": [f"o{place}" for place in range(outcomes)]},
        "errors": errors,
        "link": link,
        "utilities": TERMS[model],
    }

    def draw(seed):
        return draw_tree(model, errors, link, 1500, seed)

    return model, draw, spec, flat(TRUTHS[model]), {}


def draw_centipede(seed):
    game = read_efg(find_game("mckelvey1992/four-move"))
    form = game.form
    solved = trace_logit_branch(
        form, [1.0], payoffs=game.payoffs * [1.0, 2.0], chance_probs=game.chance_probs
    ).strategy[:, 0]
    generator = np.random.default_rng(seed)
    columns = {"set": [], "action": [], "count": []}
    for place, label in enumerate(form.info_set_label):
        span = slice(form.action_offset[place], form.action_offset[place + 1])
        columns["set"] += [label] * 2
        columns["action"] += form.action_label[span]
        columns["count"] += generator.multinomial(400, solved[span] / solved[span].sum()).tolist()
    return columns


GAME = "mckelvey1992/four-move"
COUNTED = {"information_set": "set", "action": "action", "count": "count"}
ENDED = {
    "outcome": {"column": "end"},
    "utilities": {
        "glow": {"player": "Player 1", "ends": ["PASS/PASS/TAKE"], "terms": ["const", "x"]},
        "pride": {"player": "Player 2", "ends": ["PASS/TAKE"], "terms": ["z"]},
    },
    "rationality": ["const"],
}


def draw_ends(seed, rows=500):
    """Draw how centipedes end, each solved by tracing the branch of its own payoffs, one row at a time."""
    game = read_efg(find_game(GAME))
    generator = np.random.default_rng(seed)
    x, z = generator.normal(size=(2, rows)).round(1)
    ends = ["TAKE", "PASS/TAKE", "PASS/PASS/TAKE", "PASS/PASS/PASS/TAKE", "PASS/PASS/PASS/PASS"]
    found, known = [], {}
    for mine, theirs in zip(x, z, strict=True):
        if (mine, theirs) not in known:
            payoffs = game.payoffs.copy()
            payoffs[2, 0] += 0.4 + 0.5 * mine
            payoffs[1, 1] += 0.6 * theirs
            take = trace_logit_branch(
                game.form, [1.5], payoffs=payoffs, chance_probs=game.chance_probs
            ).strategy[::2, 0]
            stay = np.cumprod(1.0 - take)
            known[mine, theirs] = np.append(take * np.append(1.0, stay[:-1]), stay[-1])
        found.append(ends[generator.choice(5, p=known[mine, theirs] / known[mine, theirs].sum())])
    return {"x": x, "z": z, "end": found}


THREATS = move(
    0,
    0,
    wait=end(0, 0),
    threaten=move(1, 0, give=end(0, 0), fight=end(0, 0)),
    strike={"chance": [0.4, 0.6], "actions": ["works", "fails"], "children": [end(0.8, 0), end(-0.6, 0)]},
)  # fmt: skip
THREATENED = {
    "outcome": {"column": "end"},
    "errors": "private",
    "utilities": {
        "status quo": {"player": "A", "ends": ["wait"], "terms": ["const", "x"]},
        "war": {"player": "A", "ends": ["threaten/fight"], "terms": ["const"]},
        "answer": {"player": "B", "ends": ["threaten/fight"], "terms": ["const", "z"]},
    },
}


def save_threats(folder):
    """Write the game of threats, and return its file."""
    path = folder / "threats.efg"
    game = game_from_tree({"players": ["A", "B"], "tree": THREATS})
    path.write_text(write_efg(game), encoding="utf-8")
    return str(path)


def draw_threats(seed, rows=800):
    """Draw how threats end: each side knows the error of every end of its own, and takes what is worth most to it."""
    generator = np.random.default_rng(seed)
    x, z = generator.normal(size=(2, rows))
    mine, theirs = generator.normal(size=(5, rows)), generator.normal(size=(2, rows))
    answer = 0.3 - 0.6 * z
    fights = norm.cdf(answer / np.sqrt(2.0))
    quo = 0.3 + 0.7 * x + mine[0]
    threat = (1 - fights) * mine[1] + fights * (-0.5 + mine[2])
    strike = 0.4 * (0.8 + mine[3]) + 0.6 * (-0.6 + mine[4])
    act = np.stack([quo, threat, strike]).argmax(axis=0)
    war = answer + theirs[1] > theirs[0]
    works = generator.random(rows) < 0.4
    ends = np.where(act == 0, "wait", np.where(war, "threaten/fight", "threaten/give"))
    ends = np.where(act == 2, np.where(works, "strike/works", "strike/fails"), ends)
    return {"x": x, "z": z, "end": ends}


FAMILIES = {
    "agent": ("egame12", lambda seed: draw_disputes(1000, seed=seed), DISPUTES_SPEC, flat(DISPUTES), {}),
    "private": tree_family("egame12", "private", "probit"),
    "logit": tree_family("egame12", "agent", "logit"),
    "egame122": tree_family("egame122", "agent", "probit"),
    "egame122-private": tree_family("egame122", "private", "probit"),
    "egame123": tree_family("egame123", "agent", "probit"),
    "egame123-private": tree_family("egame123", "private", "probit"),
    "sandwich": ("egame12", lambda seed: draw_disputes(1500, seed=seed), DISPUTES_SPEC, flat(DISPUTES), {"errors": "sandwich"}),
    "ultimatum": ("ultimatum", lambda seed: draw_offers(600, seed=seed), OFFERS_SPEC, flat(OFFERS), {}),
    "cmle": ("signalling", lambda seed: draw_signals(150, games=60, seed=seed), SIGNALS_SPEC, flat(SIGNALS), {"method": "cmle"}),
    "npl": ("signalling", lambda seed: draw_signals(150, games=60, seed=seed), SIGNALS_SPEC, flat(SIGNALS), {"method": "npl"}),
    "qre": (GAME, draw_centipede, {"outcome": COUNTED, "rationality": "by player"}, [1.0, 2.0], {}),
    "threats-private": (save_threats, draw_threats, THREATENED, [0.3, 0.7, -0.5, 0.3, -0.6], {}),
    "game": (GAME, draw_ends, ENDED, [0.4, 0.5, 0.6, np.log(1.5)], {}),
}  # fmt: skip


def cover(family, sets, folder):
    """Return how many sets' intervals hold each true coefficient; every fit must converge."""
    model, draw, spec, truth, options = FAMILIES[family]
    if callable(model):
        model = model(folder)
    path = folder / "data.csv"
    held = np.zeros(len(truth), dtype=int)
    for number in range(sets):
        columns = draw(seed_of(family, number))
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        found = fit_game(model, path, spec, starts=1, **options)
        assert found.converged, (family, number, found.warnings)
        held += [
            abs(item.estimate - true) <= Z95 * item.se
            for item, true in zip(found.coefficients, truth, strict=True)
        ]
    return held


def bounds(sets):
    return binom.ppf([5e-5, 1.0 - 5e-5], sets, 0.95)


QUICK = ["agent", "private", "threats-private", "egame122", "egame123", "ultimatum", "qre"]


@pytest.mark.parametrize("family", QUICK)
def test_intervals_hold_the_truth_in_few_sets(family, tmp_path):
    """As below, in twenty sets."""
    low, _ = bounds(20)
    assert (cover(family, 20, tmp_path) >= low).all()


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_intervals_hold_the_truth(family, tmp_path):
    """As the module says, in two hundred sets."""
    held = cover(family, 200, tmp_path)
    low, high = bounds(200)
    assert ((held >= low) & (held <= high)).all(), held


def test_a_wrong_error_would_be_noticed():
    """Oracle: hand: intervals a quarter too narrow hold the truth in 86 of 100 sets, below the bound in most samples."""
    low, _ = bounds(200)
    share = norm.cdf(0.75 * Z95) - norm.cdf(-0.75 * Z95)
    assert binom.cdf(low - 1, 200, share) > 0.6
