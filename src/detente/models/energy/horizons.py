"""A gas cut-off by horizon: what each member loses in the first month, in a year and in the third, and the supplier."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs
from detente.models._production import ces_loss_pct
from detente.models.energy.pricing import GAS_INPUTS, GasMechanism
from detente.models.energy.tables import GAS_TABLES
from detente.models.registry import FloatArray, Input, Output, Setting, register

__all__ = ["GAS_HORIZONS", "GasHorizons", "gas_horizons"]

GAS_HORIZONS = ("month", "year", "3y")
"""Horizons of :func:`gas_horizons`: the first month, the first year, the third."""
_WORDS = ("in the first month", "in the first year", "in the third year")

_INPUTS = (
    *(item for item in GAS_INPUTS if item.name != "gdp_weight"),
    Input(
        name="month_ratio",
        unit="ratio",
        description="elasticity of substitution within a month over that within a year",
        low=0.0,
        high=1.0,
        default=1.0,
    ),
    Input(
        name="third_year_ratio",
        unit="ratio",
        description="elasticity of substitution in the third year over that within the first",
        low=1.0,
        high=20.0,
        default=1.0,
    ),
    Input(
        name="revenue_pct_gdp",
        unit="pct_gdp",
        description="gas revenue that the supplier forgoes",
        low=0.0,
        high=100.0,
        default=0.0,
    ),
)


def _outputs(name: str, what: str) -> tuple[Output, ...]:
    return tuple(
        Output(
            name=f"member_{name}_{horizon}_pct_gdp",
            unit="pct_gdp",
            description=f"the member's loss {words} {what}, in percent of the income of the period",
            per_member=True,
        )
        for horizon, words in zip(GAS_HORIZONS, _WORDS, strict=True)
    )


@register(
    "energy.gas_horizons",
    inputs=_INPUTS,
    outputs=(
        *_outputs("loss", "of the cut"),
        *_outputs("stopped", "if nothing of the supplier's gas is taken at all"),
        Output(
            name="supplier_loss_pct_gdp",
            unit="pct_gdp",
            description="revenue that the supplier forgoes while it cuts",
        ),
    ),
    cites=("riepin2022", "bachmann2022", "labandeira2017"),
    reference="riepin2022, least-cost programme of nodes, pipelines, terminals and stores by month; bachmann2022, "
    "aggregate CES; horizons our own",
    tables=GAS_TABLES,
)
def gas_horizons(setting: Setting) -> "GasHorizons":
    """Loss of each member by horizon when a supplier cuts its gas, and when nothing of its gas is taken.

    The first month is that of the programme, in which stores and ships stand in for what is missing. The third year is
    as short of gas as the first, since stores end as full as they began and nothing is built; more can be replaced.
    """
    return GasHorizons(setting)


class GasHorizons:
    """The gas system of a crisis, ready to price draws by horizon; see :func:`gas_horizons`."""

    def __init__(self, setting: Setting) -> None:
        self.system = GasMechanism(setting)

    def __call__(self, **inputs: ArrayLike) -> Mapping[str, FloatArray]:
        """Price levels and draws; inputs and outputs as registered."""
        given = read_inputs("energy.gas_horizons", _INPUTS, inputs)
        outputs = self._losses("loss", given)
        cuts = given["cut_share"] > 0.0
        outputs |= self._losses("stopped", given | {"cut_share": np.where(cuts, 1.0, 0.0)})
        return outputs | {"supplier_loss_pct_gdp": given["revenue_pct_gdp"]}

    def _losses(self, name: str, given: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        base, cases, shape = self.system.cases(given)
        elasticity = given["elasticity"]
        at = {
            "month": ("first", elasticity * given["month_ratio"]),
            "year": ("lost", elasticity),
            "3y": ("lost", elasticity * given["third_year_ratio"]),
        }
        outputs: dict[str, FloatArray] = {}
        for weight, case in cases:
            for horizon, (part, substitution) in at.items():
                key = f"member_{name}_{horizon}_pct_gdp"
                loss = ces_loss_pct(
                    self.system.member_change_pct(case[part], base[part], shape),
                    input_share=given["energy_share"],
                    elasticity=substitution,
                )
                outputs[key] = outputs.get(key, 0.0) + weight * loss
        return outputs
