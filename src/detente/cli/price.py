"""``detente price``: what the mechanisms of a crisis say in each situation, over draws.

A subject is a family of mechanisms (the part of a model's name before the point). A subject that can say more than what
every mechanism can has a module of its own, ``_price_<subject>.py``, with a function ``price_subject(request)`` that
prints; its options stand in :class:`detente.cli._pricing.PriceRequest`. Nothing lists the subjects.
"""

import importlib
import importlib.util
from typing import Annotated

import typer

from detente.cli._options import CrisisArgument, DrawsOption, JsonOption, SeedOption, SetOption
from detente.engine import usual

__all__ = ["command"]

SubjectArgument = Annotated[
    str,
    typer.Argument(
        help="Family of mechanisms: sanctions, energy, or another that the crisis binds.",
        metavar="SUBJECT",
    ),
]
PackagesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--package",
        help="Price only this mechanism or package, by its id. May be repeated.",
        metavar="ID",
    ),
]
CoalitionOption = Annotated[
    str | None,
    typer.Option(
        help="Who takes part: actors separated by commas, each with a share of 0 to 1 if it takes part by half.",
        metavar="A,B=0.5,...",
    ),
]
CutsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--cut",
        help="Energy only: a gas route or a supplier by its id, with the share that is withheld (1 without). May be repeated.",
        metavar="ROUTE|SUPPLIER=SHARE",
    ),
]
WeeklyOption = Annotated[
    bool,
    typer.Option(
        "--weekly",
        help="Energy only: the gas year by weeks instead of months; the ranges over draws stay those of months.",
    ),
]
CounterOption = Annotated[
    str | None,
    typer.Option(
        "--counter",
        help="Sanctions only: an instrument of the crisis with which the other side answers, such as a gas cut-off; every actor's loss is put together from trade, finance and gas.",
        metavar="INSTRUMENT",
    ),
]
ByMeasureOption = Annotated[
    bool,
    typer.Option(
        "--by-measure",
        help="Sanctions only: what each measure does alone, last and in the mean over orders, with its evidence; what each member loses and joins.",
    ),
]


def command(
    crisis: CrisisArgument,
    subject: SubjectArgument,
    *,
    packages: PackagesOption = None,
    coalition: CoalitionOption = None,
    cuts: CutsOption = None,
    weekly: WeeklyOption = False,
    by_measure: ByMeasureOption = False,
    counter: CounterOption = None,
    assignments: SetOption = None,
    draws: DrawsOption = usual.DRAWS_OF_A_COMPARISON,
    seed: SeedOption = usual.SEED,
    as_json: JsonOption = False,
) -> None:
    """Price the situations of a crisis with one family of its mechanisms, without solving the game.

    Prints for each mechanism, situation and actor the mean over draws and the range of 5 to 95% of them, the equation
    that stands behind it and the sources of what feeds it.

    For example:

      detente price my-crisis sanctions

      detente price my-crisis sanctions --package senders --set trade.elasticity=2..4

      detente price my-crisis sanctions --package embargo --counter cut_gas

      detente price my-crisis sanctions --by-measure

      detente price ./my-crisis energy --cut nord_stream_1=0.6 --json
    """
    from detente.cli._pricing import make_request, price_family

    request = make_request(
        crisis,
        subject,
        packages=packages or (),
        coalition=coalition,
        cuts=cuts or (),
        counter=counter,
        weekly=weekly,
        by_measure=by_measure,
        assignments=assignments or (),
        n_draws=draws,
        seed=seed,
        as_json=as_json,
    )
    module = f"detente.cli._price_{request.subject}"
    if importlib.util.find_spec(module) is None:
        price_family(request)
    else:
        importlib.import_module(module).price_subject(request)
