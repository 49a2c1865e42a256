"""Games estimated from data: strategic models of trees, ultimatum and signalling games, agent quantal response."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.fit.comparing import (
        LikelihoodRatio,
        NonNested,
        clarke_test,
        likelihood_ratio_test,
        vuong_test,
    )
    from detente.fit.effects import CrossValidation, Effect, average_effects, cross_validate
    from detente.fit.fitting import fit_game
    from detente.fit.formulas import fit_frame
    from detente.fit.into import put_into_crisis
    from detente.fit.results import (
        Coefficient,
        FitResult,
        Start,
    )
    from detente.fit.specs import Spec, read_spec
    from detente.fit.tables import make_table

__all__ = [
    "Coefficient",
    "CrossValidation",
    "Effect",
    "FitResult",
    "LikelihoodRatio",
    "NonNested",
    "Spec",
    "Start",
    "average_effects",
    "clarke_test",
    "cross_validate",
    "fit_frame",
    "fit_game",
    "likelihood_ratio_test",
    "make_table",
    "put_into_crisis",
    "read_spec",
    "vuong_test",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
