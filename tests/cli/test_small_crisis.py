"""A crisis of one's own, from its text to its briefing, with nothing but the commands.

The text below is written from the documentation alone: three actors, one pipeline, two rounds, other names and other
mechanisms than those of the template. Oracle: hand, what issue 2 says that a briefing holds.
"""

import json
import re
import sys

import pytest

from detente.cli import main

CRISIS = """
schema: 1
id: amber-strait
title: "Karvia, Luria [bold] & <Sedna>"
as_of: 2041-06-01
summary: Karvia wants the Amber Strait; Luria buys its gas; Sedna holds the strait.
rounds: 2
rationality: play.precision
tables: {sources: sources.csv, exposures: exposures.csv}
actors:
  KAR: {name: Karvia, kind: state, player: karvia}
  LUR: {name: Luria, kind: state, player: luria}
  SED: {name: Sedna, kind: state, player: sedna}
players:
  karvia:
    name: Karvia
    role: challenger
    actors: [KAR]
    types:
      bold: {label: bold, prior: p.bold}
      shy: {label: shy, prior: rest}
  luria: {name: Luria, role: defender, actors: [LUR], types: {one: {label: Luria, prior: 1}}}
  sedna: {name: Sedna, role: target, actors: [SED], types: {one: {label: Sedna, prior: 1}}}
quantities:
  play.precision: {label: precision, value: 0.15, unit: per_stake, as_of: 2041-06-01, source: desk, grade: estimate}
  p.bold: {label: prior of bold, uniform: [0.2, 0.6], unit: prob, as_of: 2041-06-01, source: desk, grade: estimate}
  gas.demand: {label: demand for gas, value: 100, unit: twh, as_of: 2041-05-20, source: almanac, grade: fact}
  gas.lng: {label: LNG, contested: [{value: 15, source: almanac}, {value: 25, source: desk}], unit: twh, as_of: 2041-05-20, grade: estimate}
  gas.karvia: {label: gas from Karvia, value: 55, unit: twh, as_of: 2041-05-20, source: almanac, grade: fact}
  gas.stock: {label: gas in store, triangular: [5, 10, 20], unit: twh, as_of: 2041-05-20, source: almanac, grade: estimate}
  pain: {label: stakes per percent of gas short, lognormal: [0.6, 0.3], unit: ratio, as_of: 2041-06-01, source: desk, grade: estimate}
  prize: {label: worth of the strait, triangular: [10, 25, 40], unit: stakes, as_of: 2041-06-01, source: desk, grade: estimate}
  toll: {label: worth of a shared toll, uniform: [4, 12], unit: stakes, as_of: 2041-06-01, source: desk, grade: estimate}
  fight.win: {label: chance that a seizure works, beta: [6, 4], unit: prob, as_of: 2041-06-01, source: desk, grade: estimate}
  fight.cost: {label: cost of fighting, triangular: [5, 12, 25], unit: stakes, as_of: 2041-06-01, source: desk, grade: estimate}
state:
  strait: {label: the strait, values: [held, shared, seized, repelled], initial: held}
  flow: {label: the pipeline, values: [full, half, shut], initial: full}
  toll: {label: the toll, values: [none, tabled], initial: none}
instruments:
  sit: {label: sit still, player: karvia, kind: restraint}
  throttle: {label: throttle the pipeline, player: karvia, kind: energy, when: {flow: [full, half]}, effects: {flow: up}}
  seize:
    label: seize the strait
    player: karvia
    kind: military
    chance:
      - {id: done, label: the strait falls, prob: fight.win, effects: {strait: seized}}
      - {id: fail, label: the seizure fails, prob: rest, effects: {strait: repelled}}
  sign: {label: sign the toll, player: karvia, kind: diplomacy, when: {toll: tabled}, effects: {strait: shared}}
  table: {label: table a shared toll, player: sedna, kind: diplomacy, when: {toll: none}, effects: {toll: tabled}}
  refuse: {label: refuse to talk, player: sedna, kind: restraint}
  buy: {label: "buy <b>elsewhere</b> | 100%", player: luria, kind: energy}
  stay: {label: stay with Karvia, player: luria, kind: restraint}
phases:
  - {id: offer, label: Sedna's word, player: sedna, menu: [table, refuse]}
  - {id: act, label: Karvia's act, player: karvia, menu: [sit, throttle, seize, sign]}
  - {id: react, label: Luria's reaction, player: luria, menu: [buy, stay], when: {strait: held}}
ends_when:
  - {strait: [shared, seized, repelled]}
outcomes:
  seizure: {label: the strait is seized, when: {strait: seized}, attack: karvia}
  repulse: {label: the seizure is repelled, when: {strait: repelled}, attack: karvia}
  shared: {label: a shared toll, when: {strait: shared}, settlement: true}
  squeeze: {label: a gas squeeze, when: {flow: [half, shut]}}
  mean: {label: calm, when: {}}
mechanisms:
  balance:
    label: Luria's gas balance
    model: energy.annual_balance
    inputs:
      demand_twh: gas.demand
      domestic_twh: 20
      other_pipeline_twh: 0
      lng_twh: gas.lng
      lng_spare_twh: 5
      challenger_gas_twh: gas.karvia
      storage_twh: gas.stock
      storage_floor_twh: 3
      cut_share: {by: flow, full: 0, half: 0.5, shut: 1}
      demand_response_share: exposures.LUR.response
considerations:
  strait:
    label: the strait
    price: {by: strait, held: 0, shared: toll, seized: prize, repelled: 0}
    weights: {karvia: {bold: 1.4, shy: 0.7}, sedna: -1}
  fighting:
    label: fighting
    price: {by: strait, held: 0, shared: 0, seized: fight.cost, repelled: fight.cost}
    weights: {karvia: -1, sedna: -0.6, luria: -0.2}
  gas_pain:
    label: gas that Luria lacks
    price: {product: [pain, 100, {output: balance.shortfall_share}]}
    weights: {luria: -1, karvia: {bold: 0.1, shy: -0.1}}
policies:
  free: {label: no commitment, description: All choose freely.}
  toll_first: {label: table the toll, description: Sedna tables a toll at once., fix: {offer@1: table}}
  no_seizure: {label: no seizure, description: Karvia forgoes force., forbid: [seize]}
facts:
  - {id: gas, question: alliance, text: "Luria buys 55 TWh a year; <i>sources</i> | differ on LNG.", source: almanac, as_of: 2041-05-20, grade: fact, figures: [gas.karvia, gas.lng]}
"""
SOURCES = """key,publisher,title,date,address,standing
almanac,Harbour Office,"Almanac of the <strait> | 2041",2041-05-21,https://example.org/almanac,official
desk,authors,Desk judgement,2041-06-01,,judgement
"""
EXPOSURES = """actor,variable,value,low,high,unit,as_of,grade,confidence,source,claims
LUR,response,0.05,0,0.1,share,2041-05-20,estimate,medium,almanac,
"""
QUESTIONS = ["aims", "options", "diplomacy", "deterrence", "sanctions", "alliance", "outlook"]
DRAWS = ("--draws", "40", "--seed", "7")
PARTS_OF_A_FIGURE = {"id", "label", "value", "low", "high", "unit", "trace"}
PARTS_OF_A_TRACE = {"sources", "quantities", "model", "reference"}


def detente(capsys, *arguments):
    """Run the command line as a shell would: exit code, standard output, standard error."""
    before, sys.argv = sys.argv, ["detente", *map(str, arguments)]
    capsys.readouterr()
    try:
        main()
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv = before
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "amber strait"
    folder.mkdir()
    for name, text in (
        ("crisis.yaml", CRISIS),
        ("sources.csv", SOURCES),
        ("exposures.csv", EXPOSURES),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def out(folder, tmp_path_factory):
    """The briefing, written by one thread."""
    out = tmp_path_factory.mktemp("out") / "one"
    words = ["detente", "brief", str(folder), *DRAWS, "--workers", "1", "--out", str(out)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as stop:
            main()
    assert not stop.value.code
    return out


@pytest.fixture(scope="module")
def data(out):
    return json.loads((out / "brief.json").read_text(encoding="utf-8"))


def figures(data):
    return [figure for question in data["questions"] for figure in question["figures"]]


def test_the_check_finds_that_buying_and_staying_do_the_same_and_nothing_else(folder, capsys):
    code, out, err = detente(capsys, "check", folder)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].endswith("  phases.2")
    assert out.count("  warning: ") == 1
    assert "[option-copied]" in out


def test_the_data_hold_every_key_that_is_promised(data):
    assert (data["crisis"], data["as_of"], data["seed"], data["draws"]) == (
        "amber-strait",
        "2041-06-01",
        7,
        40,
    )
    assert set(data["outcomes"]) == {"seizure", "repulse", "shared", "squeeze", "mean"}
    assert [policy["id"] for policy in data["policies"]] == ["free", "toll_first", "no_seizure"]
    for policy in data["policies"]:
        assert policy["label"]
        assert policy["regret"] >= 0
        assert set(policy["outcomes"]) == set(data["outcomes"])
    for driver in data["drivers"]:
        assert driver["quantity"]
        assert -1 <= driver["effect"] <= 1
    assert 0 <= data["certificate"]["max_residual"] < 1e-8
    assert data["certificate"]["unconverged_share"] == 0


def test_probabilities_sum_to_one_and_ranges_hold_their_ends(data):
    for outcomes in (data["outcomes"], *(policy["outcomes"] for policy in data["policies"])):
        possible = [outcome for outcome in outcomes.values() if not outcome.get("excluded")]
        assert sum(outcome["mean"] for outcome in possible) == pytest.approx(1, abs=1e-8)
        for outcome in possible:
            assert 0 <= outcome["low"] <= outcome["high"] <= 1
    forgone = data["policies"][2]["outcomes"]
    assert forgone["seizure"]["excluded"]
    assert forgone["repulse"]["mean"] is None
    tabled = data["policies"][1]["outcomes"]
    assert tabled["shared"]["mean"] > data["outcomes"]["shared"]["mean"]


def test_seven_questions_in_order_each_with_figures_that_have_a_trace(data):
    assert [question["id"] for question in data["questions"]] == QUESTIONS
    for question in data["questions"]:
        assert question["title"].endswith("?")
        assert question["answer"]
    for name in ("aims", "options", "diplomacy", "deterrence", "alliance", "outlook"):
        assert data["questions"][QUESTIONS.index(name)]["figures"], name
    ids = [figure["id"] for figure in figures(data)]
    assert len(ids) == len(set(ids))
    for figure in figures(data):
        assert set(figure) >= PARTS_OF_A_FIGURE
        assert set(figure["trace"]) >= PARTS_OF_A_TRACE
        assert figure["label"]
        assert figure["trace"]["model"] or figure["trace"]["sources"], figure["id"]


def test_every_figure_can_be_traced_from_the_command_line(data, out, capsys):
    for figure in figures(data):
        code, text, _ = detente(capsys, "trace", figure["id"], "--run", out)
        assert code == 0
        assert text.startswith(figure["id"])
    code, text, _ = detente(capsys, "trace", "outlook.attack", "--run", out)
    line = CRISIS[: CRISIS.index("  fight.win:")].count("\n") + 1
    assert f"fight.win  [crisis.yaml:{line}]" in text
    assert "[sources.csv:3]" in text
    assert "game.logit_qre" in text


def test_an_unknown_figure_is_an_error_with_the_nearest(out, capsys):
    code, printed, err = detente(capsys, "trace", "outlook.atack", "--run", out)
    assert (code, printed) == (2, "")
    assert "[figure-unknown]" in err
    assert "outlook.attack" in err


def test_more_workers_give_the_same_bytes(folder, out, tmp_path, capsys):
    code, summary, _ = detente(
        capsys, "brief", f"{folder}/", *DRAWS, "--workers", "2", "--out", tmp_path / "zwei ü"
    )
    assert code == 0
    assert "Karvia, Luria [bold] & <Sedna>, as of 1 June 2041" in summary
    for name in ("brief.html", "brief.md", "brief.json"):
        assert (tmp_path / "zwei ü" / name).read_bytes() == (out / name).read_bytes(), name


def test_words_of_the_author_stay_words(out):
    page = (out / "brief.html").read_text(encoding="utf-8")
    assert "<b>elsewhere</b>" not in page
    assert "<i>sources</i>" not in page
    assert "<Sedna>" not in page
    assert "&lt;Sedna&gt;" in page
    text = (out / "brief.md").read_text(encoding="utf-8")
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        cells = [len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()]
        assert len(set(cells)) == 1, table


def test_what_if_moves_the_answer_and_an_unknown_path_gives_the_nearest(folder, tmp_path, capsys):
    code, printed, _ = detente(
        capsys, "brief", folder, *DRAWS, "--out", tmp_path, "--policy", "free",
        "--set", "fight.cost=200", "--set", "state.toll=tabled", "--json",
    )  # fmt: skip
    assert code == 0
    data = json.loads(printed)
    assert [policy["id"] for policy in data["policies"]] == ["free"]
    assert data["outcomes"]["seizure"]["mean"] < 0.01
    assert data["outcomes"]["shared"]["mean"] > 0.3
    code, _, err = detente(capsys, "brief", folder, "--set", "fight.kost=1", "--out", tmp_path)
    assert code == 2
    assert "did you mean fight.cost" in err


@pytest.mark.parametrize("place", ["file", "file/inside"])
def test_a_file_in_the_way_is_no_traceback_and_stays(folder, tmp_path, capsys, place):
    (tmp_path / "file").write_text("mine")
    code, _, err = detente(capsys, "brief", folder, *DRAWS, "--out", tmp_path / place)
    assert code == 2
    assert "[output-unwritable]" in err
    assert (tmp_path / "file").read_text() == "mine"


def test_a_payoff_too_large_for_a_number_is_named(folder, tmp_path, capsys):
    """Price and weight are numbers; their product is none."""
    code, _, err = detente(
        capsys, "brief", folder, *DRAWS, "--out", tmp_path, "--set", "prize=1.7e308"
    )
    assert code == 2
    assert "[payoff-not-finite]" in err
    assert "consideration 'strait'" in err
    assert "Warning" not in err


def test_a_crisis_without_a_defender_takes_the_view_of_those_who_do_not_challenge(
    folder, tmp_path, capsys
):
    own = tmp_path / "own"
    own.mkdir()
    for path in folder.iterdir():
        (own / path.name).write_text(path.read_text().replace("role: defender", "role: ally"))
    code, _, err = detente(capsys, "brief", own, *DRAWS, "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    text = (tmp_path / "out" / "appendix.html").read_text("utf-8")
    assert "Payoff of Luria and Sedna" in text
