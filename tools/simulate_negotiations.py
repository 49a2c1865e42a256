"""Try forecasts of negotiated outcomes on made-up issues whose simple baselines err as published ones do.

Run: python tools/simulate_negotiations.py [worlds]

A *world* says how positions, saliences and outcomes come about: the outcome is a compromise of influences that the table
shows with error, give or take; or one position prevails; or something outside the table decides. Worlds are drawn at
random and kept if the constant 50, the weighted mean and the weighted median err on them about as on decisions of the
European Union (28.0, 23.2 and 27.6 points of 100 on average). No actual issue is used. For each rule the script prints
how much it changes the mean absolute error of the weighted mean: average over worlds, best and worst world; then the
same where the table shows capabilities that count for influence by a power between 0 and 1 that nobody knows.
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np

from detente.models.bargaining import (
    PREDICTORS,
    BargainingIssue,
    make_issue,
    polarisation,
    predictive_median,
)

PUBLISHED = {"midpoint": 28.0, "weighted-mean": 23.2, "weighted-median": 27.6}
TOLERANCE = {"midpoint": 1.5, "weighted-mean": 1.2, "weighted-median": 1.6}
TRIAL, FULL = 300, 3000

Rule = Callable[[BargainingIssue], float]


def draw_world(rng: np.random.Generator) -> dict[str, float]:
    """Draw how issues and outcomes come about."""
    compromise = rng.uniform(0.2, 0.9)
    return {
        "compromise_prob": compromise,
        "prevailing_prob": rng.uniform(0.0, 1.0 - compromise),
        "majority_advantage": rng.uniform(1.0, 2.0),
        "compromise_sd": rng.uniform(10.0, 30.0),
        "camp_concentration": rng.uniform(0.7, 3.0),
        "hidden_influence": rng.uniform(0.3, 0.7),
        "two_camps_prob": rng.uniform(0.15, 0.4),
        "salience_power": rng.uniform(0.5, 1.5),
        # an issue on which nobody stands between the ends may be won outright more often
        "two_camps_prevail": rng.uniform(0.0, 1.0),
        # how much of what the table calls capability is influence: none (salience alone) to all
        "capability_power": rng.uniform(0.0, 1.0),
    }


def draw_issues(
    world: dict[str, float], n: int, rng: np.random.Generator, *, use_capability: bool = False
) -> Iterator[tuple[BargainingIssue, float]]:
    """Draw issues with their outcomes."""
    for _ in range(n):
        actors = int(rng.integers(12, 28))
        between = 0 if rng.random() < world["two_camps_prob"] else int(rng.integers(1, 6))
        camps = np.r_[0.0, rng.integers(1, 20, between) * 5.0, 100.0]
        shares = rng.dirichlet(np.full(len(camps), world["camp_concentration"]))
        x = camps[rng.choice(len(camps), actors, p=shares)]
        if np.ptp(x) == 0.0:
            continue
        x = 100.0 * (x - x.min()) / np.ptp(x)
        salience = np.clip(rng.normal(0.55, 0.22, actors), 0.05, 1.0)
        capability = rng.lognormal(0.0, 0.8, actors)
        influence = salience ** world["salience_power"] * capability ** world["capability_power"]
        influence *= rng.lognormal(0.0, world["hidden_influence"], actors)
        influence /= influence.sum()
        # two camps: some compromises turn into outright wins
        compromise = world["compromise_prob"]
        prevailing = world["prevailing_prob"]
        if between == 0:
            moved = compromise * world["two_camps_prevail"]
            compromise, prevailing = compromise - moved, prevailing + moved
        how = rng.random()
        if how < compromise:
            y = float(np.clip(influence @ x + rng.normal(0.0, world["compromise_sd"]), 0.0, 100.0))
        elif how < compromise + prevailing:
            places, index = np.unique(x, return_inverse=True)
            support = np.bincount(index, influence) ** world["majority_advantage"]
            y = float(rng.choice(places, p=support / support.sum()))
        else:
            y = float(rng.uniform(0.0, 100.0))
        shown = capability if use_capability else np.ones(actors)
        yield make_issue(shown, x, salience, low=0.0, high=100.0), y


def towards_the_middle(share: float) -> Rule:
    """Shrink the weighted mean towards 50 by a share (stretch it if negative)."""
    return lambda issue: 50.0 + (1.0 - share) * (PREDICTORS["weighted-mean"].predict(issue) - 50.0)


def mixed_with_the_median(share: float) -> Rule:
    """Mix the weighted median into the weighted mean."""
    return lambda issue: (
        (1.0 - share) * PREDICTORS["weighted-mean"].predict(issue)
        + share * PREDICTORS["weighted-median"].predict(issue)
    )


def median_with(prevailing_prob: float, spread: float = 0.2) -> Rule:
    """Return the predictive median with other parameters."""
    return lambda issue: predictive_median(issue, prevailing_prob=prevailing_prob, spread=spread)


def median_by_polarisation(most: float, power: float) -> Rule:
    """Return the predictive median whose chance of an outright win grows with polarisation."""
    return lambda issue: predictive_median(
        issue, prevailing_prob=most * polarisation(issue) ** power
    )


def capability_to(power: float, rule: Rule) -> Rule:
    """Let capability count by a power."""
    return lambda issue: rule(
        make_issue(
            issue.capability**power, issue.position, issue.salience, low=issue.low, high=issue.high
        )
    )


RULES: dict[str, Rule] = {
    **{name: predictor.predict for name, predictor in PREDICTORS.items()},
    "median, pi 0.2": median_with(0.2),
    "median, pi 0.2, spread 0.3": median_with(0.2, 0.3),
    "median, pi 0.35 rho": median_by_polarisation(0.35, 1),
    "median, pi 0.35 rho^3": median_by_polarisation(0.35, 3),
    "median, pi 0.25 rho^2": median_by_polarisation(0.25, 2),
    "median, pi 0.5 rho^2": median_by_polarisation(0.5, 2),
    "mean shrunk by 0.1": towards_the_middle(0.1),
    "mean stretched by 0.1": towards_the_middle(-0.1),
    "mean with 0.1 median": mixed_with_the_median(0.1),
}
CAPABLE: dict[str, Rule] = {
    "predictive-median": PREDICTORS["predictive-median"].predict,
    "nash": PREDICTORS["nash"].predict,
    "weighted-mean": PREDICTORS["weighted-mean"].predict,
    "weighted-mean, root of c": capability_to(0.5, PREDICTORS["weighted-mean"].predict),
    "salience-mean": PREDICTORS["salience-mean"].predict,
    "weighted-median": PREDICTORS["weighted-median"].predict,
}


def errors(issues: list[tuple[BargainingIssue, float]], rule: Rule) -> float:
    """Return the mean absolute error of a rule."""
    return float(np.mean([abs(rule(issue) - y) for issue, y in issues]))


def main(worlds: int) -> None:
    """Print a table of rules."""
    rng = np.random.default_rng(20)
    changes: dict[str, list[float]] = {name: [] for name in RULES}
    capable: dict[str, list[float]] = {name: [] for name in CAPABLE}
    tried = 0
    while len(changes["midpoint"]) < worlds:
        world = draw_world(rng)
        tried += 1
        for size in (TRIAL, FULL):
            issues = list(draw_issues(world, size, rng))
            found = {name: errors(issues, RULES[name]) for name in PUBLISHED}
            if any(abs(found[name] - PUBLISHED[name]) > TOLERANCE[name] for name in PUBLISHED):
                break
        else:
            for name, rule in RULES.items():
                changes[name].append(errors(issues, rule) - found["weighted-mean"])
            issues = list(draw_issues(world, FULL // 2, rng, use_capability=True))
            base = errors(issues, CAPABLE["weighted-mean"])
            for name, rule in CAPABLE.items():
                capable[name].append(errors(issues, rule) - base)
    print(f"{worlds} worlds kept of {tried}; change of the weighted mean's error, points of 100")
    _print(changes)
    print("the same with capabilities of unknown influence")
    _print(capable)


def _print(changes: dict[str, list[float]]) -> None:
    print(f"{'rule':28}{'average':>9}{'best':>8}{'worst':>8}{'better in':>11}")
    for name, values in changes.items():
        better = np.mean(np.array(values) < 0.0)
        print(
            f"{name:28}{np.mean(values):+9.2f}{min(values):+8.2f}{max(values):+8.2f}{better:>11.0%}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
