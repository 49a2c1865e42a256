"""Extensive-form games: arrays, agent quantal response equilibrium in bulk, best responses. Knows no crisis."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.game.building import Game, GameBuilder
    from detente.game.evaluation import (
        BestResponse,
        best_response,
        class_probs,
        expected_payoffs,
        information_set_beliefs,
        nash_conv,
        outcome_probs,
        payoff_parts,
        posteriors,
        reach_probs,
        terminal_probs,
        type_payoffs,
    )
    from detente.game.form import CHANCE, TERMINAL, ExtensiveForm
    from detente.game.formats.efg import parse_efg, read_efg, write_efg
    from detente.game.formats.exchange import (
        from_openspiel,
        from_pygambit,
        to_openspiel,
        to_pygambit,
    )
    from detente.game.formats.reading import read_game
    from detente.game.formats.trees import game_from_tree
    from detente.game.kernels.compiling import watch_compiling
    from detente.game.nash import NashResult, solve_nash
    from detente.game.payoffs import PricedPayoffs
    from detente.game.qre.branch import BranchResult, trace_logit_branch
    from detente.game.qre.branching import OtherBranchesResult, find_other_branches
    from detente.game.qre.certifying import logit_residual
    from detente.game.qre.sensitivity import SensitivityResult, equilibrium_sensitivity
    from detente.game.qre.solving import LogitQREResult, Status, solve_logit_qre
    from detente.game.sampling import Histories, sample_histories

__all__ = [
    "CHANCE",
    "TERMINAL",
    "BestResponse",
    "BranchResult",
    "ExtensiveForm",
    "Game",
    "GameBuilder",
    "Histories",
    "LogitQREResult",
    "NashResult",
    "OtherBranchesResult",
    "PricedPayoffs",
    "SensitivityResult",
    "Status",
    "best_response",
    "class_probs",
    "equilibrium_sensitivity",
    "expected_payoffs",
    "find_other_branches",
    "from_openspiel",
    "from_pygambit",
    "game_from_tree",
    "information_set_beliefs",
    "logit_residual",
    "nash_conv",
    "outcome_probs",
    "parse_efg",
    "payoff_parts",
    "posteriors",
    "reach_probs",
    "read_efg",
    "read_game",
    "sample_histories",
    "solve_logit_qre",
    "solve_nash",
    "terminal_probs",
    "to_openspiel",
    "to_pygambit",
    "trace_logit_branch",
    "type_payoffs",
    "watch_compiling",
    "write_efg",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
