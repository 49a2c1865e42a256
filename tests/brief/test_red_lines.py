"""Red lines and a third party's consent in a briefing of an invented crisis.

Oracle: hand, from the columns of the run and the words of the file.
"""

import numpy as np
import pytest
from tests.brief.test_questions import by_id

from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.brief.figures import plain
from detente.crisis import load_crisis
from detente.crisis.metric_names import metric_name
from detente.runs import run_ensemble
from detente.testing import tiny_crisis_folder

ROOM = """
  room:
    label: room for a settlement
    model: bargaining.settlement
    members: [membership]
    inputs:
      challenger_position: {position: NOR}
      defender_position: {position: WES}
      challenger_salience: {salience: NOR}
      defender_salience: {salience: WES}
      challenger_red_line: {red_line: NOR}
      win_prob: 0.5
      challenger_war_cost: 0.6
      defender_war_cost: 0.6
      FIRMNESS
  midland:
    label: Midland's consent to the package
    model: bargaining.consent
    members: [membership]
    inputs:
      package: {output: room.nash_point}
      position: {position: MID}
      salience: {salience: MID}
      challenger_position: {position: NOR}
      status_quo: {position: WES}
      win_prob: 0.5
      war_cost: 0.6
"""


def brief_with(folder, firmness):
    """Brief the tiny crisis with a line of Northland at 20, and a price or none on crossing it."""
    made = tiny_crisis_folder(folder)
    path = made / "crisis.yaml"
    text = path.read_text(encoding="utf-8")
    room = ROOM.replace("      FIRMNESS\n", firmness)
    path.write_text(text.replace("\nmechanisms:", "\nmechanisms:" + room, 1), encoding="utf-8")
    table = made / "positions.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    lines = [f"{head},red_line", *(f"{row},{20 if row[:3] == 'NOR' else ''}" for row in rows)]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    crisis = load_crisis(made)
    results = run_ensemble(crisis, folder=folder / "run", n_draws=32, seed=1)
    return compose(crisis, keep_studies(crisis, results))


@pytest.fixture(scope="module")
def soft(tmp_path_factory):
    return brief_with(tmp_path_factory.mktemp("soft"), "      red_line_firmness: 1.2\n")


def lines(brief):
    return next(table for table in by_id(brief, "aims").tables if table.id == "red-lines")


def test_a_soft_line_is_called_soft_with_its_price_and_how_far_it_is_crossed(soft):
    table, columns = lines(soft), soft.context.columns
    assert table.note.startswith("Lines are soft: a point beyond one costs 1.2 times as much")
    assert "Northland on Midland's membership" in [row[0] for row in table.rows]
    levels = soft.context.levels.start("room", "nash_point")
    best = columns.values(levels[0].metric)
    line = columns.values(metric_name("quantity", "red_lines.NOR.membership"))
    beyond = best - line
    crossed = beyond > 0.5
    assert crossed.any()
    tail = "room.challenger_red_line.membership"
    assert soft.figures[f"aims.crossed.{tail}"].value == pytest.approx(beyond[crossed].mean())
    assert soft.figures[f"aims.crosses.{tail}"].value == pytest.approx(crossed.mean())


def test_a_line_without_a_price_is_hard_and_not_crossed(tmp_path):
    brief = brief_with(tmp_path, "")
    assert lines(brief).note == "Lines are hard: no package crosses one."
    assert [row[0] for row in lines(brief).rows] == ["None is crossed"]
    columns, levels = brief.context.columns, brief.context.levels
    exists = columns.values(levels.start("room", "exists")[0].metric) > 0.5
    best = columns.values(levels.start("room", "nash_point")[0].metric)
    line = columns.values(metric_name("quantity", "red_lines.NOR.membership"))
    assert exists.any()
    assert np.all(best[exists] <= line[exists] + 1e-3)


def test_a_third_partys_consent_is_told_against_war_and_against_today(soft):
    columns, levels = soft.context.columns, soft.context.levels
    for output in ("consents", "consents_as_things_stand"):
        share = (columns.values(levels.start("midland", output)[0].metric) > 0.5).mean()
        assert soft.figures[f"aims.{output}.midland"].value == pytest.approx(share)
    words = " ".join(plain(part) for part in by_id(soft, "aims").model)
    assert "and rather than keep things as they are in" in words
    # Midland wants 95, today's 85 goes on, and the package lies near 40
    assert "It is a loss taken to be spared a war" in words
