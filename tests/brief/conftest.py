"""One small run of the template crisis for all tests of the briefing."""

import importlib.resources
import shutil
from pathlib import Path

import pytest

from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.brief.context import Context
from detente.crisis import load_crisis
from detente.runs import run_ensemble

TEMPLATE = Path(str(importlib.resources.files("detente.crisis") / "templates" / "coercion"))


@pytest.fixture(scope="session")
def template() -> Path:
    return TEMPLATE


@pytest.fixture(scope="session")
def crisis():
    return load_crisis(TEMPLATE)


@pytest.fixture(scope="session")
def results(crisis, tmp_path_factory):
    run = run_ensemble(crisis, folder=tmp_path_factory.mktemp("run"), n_draws=64, seed=1)
    return keep_studies(crisis, run)


@pytest.fixture(scope="session")
def context(crisis, results):
    return Context.of(crisis, results)


@pytest.fixture(scope="session")
def brief(crisis, results):
    return compose(crisis, results)


MECHANISMS = """
  deal:
    label: room for terms
    model: bargaining.settlement
    members: [membership]
    inputs:
      challenger_position: {position: NOR}
      defender_position: {position: WES}
      challenger_salience: {salience: NOR}
      defender_salience: {salience: WES}
      win_prob: {output: contest.success_prob}
      challenger_war_cost: test.war_cost
      defender_war_cost: test.war_cost
  pays:
    label: an invasion
    model: deterrence.option
    inputs:
      success_prob: {output: contest.success_prob}
      gain: war.gain
      loss: 10
      cost: war.cost.north
      escalation_prob: 0.05
      escalation_cost: 50
  joins:
    label: the sanctions
    model: alliance.joining
    members: [WES, MID]
    inputs:
      dependence: {exposure: gas_share, missing: 0.1}
      trade_exposure: 0.1
      bank_exposure: 0
      position: {position: membership}
      distance_km: 1000
      weight: 0.5
      severity: {by: conflict, none: 0.1, backdown: 0, covert: 0.3, war_won: 1, war_lost: 1}
      package_strength: {by: threat, vague: 0.5, firm: 0.8}
      side_payment: 0
      rationality: 3
  senders:
    label: the allies' own loss under sanctions
    model: sanctions.sender_loss
    members: [WES, MID]
    inputs:
      trade_share: 0.05
      joining_prob: {output: joins.joining_prob}
      trade_cost_pct: {by: sanctions, none: 0, imposed: trade.cost}
      trade_elasticity: trade.elasticity
  balance:
    label: gas balance
    model: energy.annual_balance
    inputs:
      demand_twh: 100
      domestic_twh: 10
      other_pipeline_twh: 20
      lng_twh: 20
      lng_spare_twh: 5
      challenger_gas_twh: 50
      storage_twh: 20
      storage_floor_twh: 10
      cut_share: {by: gas, flowing: 0, cut: 1}
      demand_response_share: 0.1
  alarm:
    label: Northland's belief that Westmark is offensive
    model: beliefs.posterior
    inputs:
      prior: test.alarm
      likelihood: 1
      likelihood_other: {by: posture, none: 1, armed: 0.5}
"""

QUANTITIES = """
  test.war_cost: {label: cost of war as a share of all that is disputed, uniform: [0.02, 0.4], unit: share, as_of: 2030-01-01, source: judgement, grade: estimate}
  test.alarm: {label: prior that Westmark is offensive, value: 0.3, unit: prob, as_of: 2030-01-01, source: judgement, grade: estimate}
  test.count: {label: counted troops, contested: [{value: 20000, source: gazette}, {value: 26000, source: judgement}], unit: persons, as_of: 2030-01-01, grade: estimate}
"""

TABLES = {
    "tracks": (
        "id,date,status,scheduled_for,format,place,participants,result,visibility,as_of,grade,confidence,source,claims\n"
        "K1,2029-12-20,held,,summit,Lakeside,Northland; Westmark,no result,public,2029-12-20,fact,high,gazette,\n"
        "K2,2030-01-09,held,,ministers,Lakeside,Northland; Westmark,go on,public,2030-01-09,fact,high,gazette,\n"
        "K3,2030-01-15,scheduled,2030-01-22,ministers,Lakeside,Northland; Westmark,,public,2030-01-15,fact,high,gazette,\n"
    ),
    "base_rates": (
        "id,topic,population,statistic,value,lo90,hi90,n,unit,show,words,compare,differs,as_of,grade,confidence,source,claims\n"
        "B1,escalation,all crises,full war,0.17,0.14,0.2,387,share,yes,a crisis becomes a war,war,past crises of all kinds,"
        "2019-12-31,derived,high,gazette,\n"
    ),
    "estimates": (
        "id,option,statement,value,value_hi,unit,verdict,compare,reads_low,reads_high,as_of,grade,confidence,source,claims\n"
        "O1,war,forecast,,,,will not happen,war,0,0.01,2030-01-10,estimate,high,gazette,\n"
        "O2,retreat,forecast,,,,likely,backdown,0.5,0.9,2030-01-10,estimate,high,gazette,\n"
    ),
}


LABELS = {"gas_share": "Northland's share of its gas"}


def write_full_folder(folder: Path) -> Path:
    """Write the template with every mechanism and some tables more."""
    shutil.copytree(TEMPLATE, folder)
    path = folder / "crisis.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("\nconsiderations:\n", f"{MECHANISMS}\nconsiderations:\n")
    text = text.replace("\ncorrelations:", f"{QUANTITIES}\ncorrelations:")
    text = text.replace("figures: [force.north]", "figures: [force.north, test.count]")
    text = text.replace(
        "values: [none, armed],", "values: [none, armed], phrases: {armed: with arms aid},"
    )
    exposures = (folder / "exposures.csv").read_text(encoding="utf-8").splitlines()
    labelled = [
        f"{line},{'label' if k == 0 else LABELS.get(line.split(',')[1], '')}"
        for k, line in enumerate(exposures)
    ]
    (folder / "exposures.csv").write_text("\n".join(labelled) + "\n", encoding="utf-8")
    for kind, table in TABLES.items():
        (folder / f"{kind}.csv").write_text(table, encoding="utf-8")
        text = text.replace(
            "  timeline: timeline.csv", f"  timeline: timeline.csv\n  {kind}: {kind}.csv"
        )
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def full_folder(tmp_path_factory) -> Path:
    """The template with every mechanism and some tables more."""
    return write_full_folder(tmp_path_factory.mktemp("full") / "full")


@pytest.fixture(scope="session")
def full_context(full_folder, tmp_path_factory):
    crisis = load_crisis(full_folder)
    folder = tmp_path_factory.mktemp("full-run")
    run = run_ensemble(crisis, folder=folder, n_draws=64, seed=1)
    return Context.of(crisis, keep_studies(crisis, run))


@pytest.fixture(scope="session")
def full_brief(full_context):
    return compose(full_context.crisis, full_context.results)
