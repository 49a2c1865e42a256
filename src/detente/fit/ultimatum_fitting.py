"""The statistical ultimatum game, from a specification and a table to an estimate."""

from pathlib import Path

import numpy as np

from detente.arrays import FloatArray
from detente.errors import UsageError, refuse
from detente.fit.maximising import Equation
from detente.fit.penalties import Penalty
from detente.fit.results import FitResult
from detente.fit.searching import Options, estimate
from detente.fit.separation import separating_direction
from detente.fit.specs import Spec
from detente.fit.terms import CONST, Observations, read_observations
from detente.fit.tree_fitting import read_equations, used_terms
from detente.fit.ultimatum import UltimatumLikelihood

__all__ = ["fit_ultimatum"]

_KEYS = ("outcome", "offers", "utilities", "scale", "missing")
_RESERVATIONS = ("R1", "R2")


def fit_ultimatum(spec: Spec, path: Path, options: Options) -> FitResult:
    """Fit the statistical ultimatum game."""
    likelihood, data = _read(spec, path)
    if data.size < likelihood.size:
        refuse(
            f"{data.size} rows are fewer than the {likelihood.size} coefficients",
            code="data-too-few",
            at=data.at(data.size - 1),
            fix="give more rows, or leave out terms",
            error=UsageError,
        )
    if options.penalty == "jeffreys" and None in (likelihood.s1, likelihood.s2):
        refuse(
            "Jeffreys' penalty has no bound where the scale of errors is estimated: it grows as the scale goes to 0",
            code="option-invalid",
            at="penalty",
            fix="use log-f or cauchy, or fix s1 and s2 in scale",
            error=UsageError,
        )
    separation = _check_answers(likelihood, data, options.penalty)
    begin = {"least squares": _begin(likelihood), "zero": np.zeros(likelihood.size)}
    return estimate("ultimatum", likelihood, begin, options, data=data, separation=separation)


def _read(spec: Spec, path: Path) -> tuple[UltimatumLikelihood, Observations]:
    spec.check_keys(_KEYS)
    spec.check_keys(("offer", "accept"), "outcome")
    spec.check_keys(("largest", "smallest"), "offers")
    spec.check_keys(("s1", "s2"), "scale")
    outcome = [spec.text("outcome", "offer")]
    answered = spec.value("outcome", "accept") is not None
    if answered:
        outcome.append(spec.text("outcome", "accept"))
    largest = spec.number("offers", "largest")
    smallest = (
        0.0 if spec.value("offers", "smallest") is None else spec.number("offers", "smallest")
    )
    if not smallest < largest:
        spec.refuse(
            "value-out-of-range",
            f"offers range from {smallest:g} to {largest:g}",
            "offers",
            fix="give a largest offer above the smallest",
        )
    data = read_observations(path, spec, [*outcome, *used_terms(spec, "utilities")])
    offer = data.numbers(outcome[0], spec, "outcome", "offer")
    bad = np.flatnonzero((offer < smallest) | (offer > largest))
    if bad.size:
        data.refuse(
            "value-out-of-range",
            f"the offer is {offer[bad[0]]:g}, outside {smallest:g} to {largest:g}",
            int(bad[0]),
            fix="correct the row, or offers.largest and offers.smallest in the specification",
        )
    accept = None
    if answered:
        accept = data.numbers(outcome[1], spec, "outcome", "accept")
        odd = np.flatnonzero((accept != 0.0) & (accept != 1.0))
        if odd.size:
            data.refuse(
                "table-row-invalid",
                f"{outcome[1]} is {accept[odd[0]]:g}",
                int(odd[0]),
                fix="write 1 for an offer that was accepted, 0 for one that was not",
            )
    equations, fixed = read_equations(spec, data, _RESERVATIONS)
    if len(equations) != len(_RESERVATIONS) or fixed:
        spec.refuse(
            "key-missing",
            "the ultimatum game needs terms for both reservation values",
            "utilities",
            fix="write R1: [const] and R2: [const], with further terms",
        )
    scales = {name: _scale(spec, name) for name in ("s1", "s2")}
    one = np.ones((data.size, 1))
    equations += [
        Equation(name=f"log_{name}", terms=(CONST,), columns=one)
        for name, value in scales.items()
        if value is None
    ]
    likelihood = UltimatumLikelihood(
        offer=offer,
        accept=accept,
        equations=equations,
        smallest=smallest,
        largest=largest,
        **scales,
    )
    return likelihood, data


def _scale(spec: Spec, name: str) -> float | None:
    found = spec.value("scale", name)
    if found is None or found == "estimate":
        return None
    value = spec.number("scale", name)
    if not value > 0.0:
        spec.refuse(
            "value-out-of-range",
            f"{name} is {value:g}, no scale",
            "scale",
            name,
            fix="write a number above 0, or estimate",
        )
    return value


def _check_answers(
    likelihood: UltimatumLikelihood, data: Observations, penalty: Penalty
) -> list[str]:
    """Refuse answers that offers and terms separate where their scale is estimated: it would be 0; tell it under a penalty."""
    if likelihood.accept is None or likelihood.s2 is not None:
        return []
    columns = np.column_stack([likelihood.offer, likelihood.equations[1].columns])
    yes, no = likelihood.accept > 0.0, likelihood.accept == 0.0
    direction = separating_direction(columns, no, yes)
    if direction is None:
        return []
    words = "the offer and the terms of R2 separate what is accepted from what is not"
    if penalty != "none":
        return [words]
    row = int(np.argmax(np.abs(columns @ direction)))
    return refuse(
        f"{words}: s2 has no estimate above 0",
        code="data-separated",
        at=data.at(row),
        fix="fix s2 in scale, leave out a term of R2, add rows, or use a penalty",
        error=UsageError,
    )


def _begin(likelihood: UltimatumLikelihood) -> FloatArray:
    """Return reservation values by least squares, as if offers were what the responder wants and left the rest."""
    proposer, responder = (item.columns for item in likelihood.equations[:2])
    spread = max(float(likelihood.offer.std()), 1e-3 * (likelihood.largest - likelihood.smallest))
    parts = [
        np.linalg.lstsq(proposer, likelihood.largest - likelihood.offer, rcond=None)[0],
        np.linalg.lstsq(responder, likelihood.offer, rcond=None)[0],
    ]
    return np.concatenate([*parts, *([np.log(spread)] for _ in likelihood.equations[2:])])
