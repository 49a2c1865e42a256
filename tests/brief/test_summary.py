"""The summary: named cases against the numbers that they are about, and its words. Oracle: hand, unless a test says otherwise."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import detente.crisis
from detente.analysis.provenance import StandingCount
from detente.analysis.studies import keep_studies
from detente.analysis.track_record import read_track_record
from detente.brief import compose
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace, plain
from detente.brief.pages import say
from detente.brief.shared import declare_shared
from detente.brief.summary import summarise
from detente.brief.summary.ahead import attack_if_seen, read_planned
from detente.brief.summary.charts import whole_points
from detente.brief.summary.choices import read_choices
from detente.brief.summary.composing import _reasons, read_parts
from detente.brief.summary.confidence import read_doubts, word_for
from detente.brief.summary.likely import Likely
from detente.brief.summary.moves import find_combination, policy_group, read_moves
from detente.brief.summary.value import count_words
from detente.crisis import load_crisis, shipped_crises
from detente.crisis.dates import first_day
from detente.crisis.hindcasts import all_hindcasts, mean_brier
from detente.runs import run_ensemble

TEMPLATES = sorted(
    path.parent for path in Path(detente.crisis.__file__).parent.glob("templates/*/crisis.yaml")
)
MOST_WORDS, LONGEST = 900, 25
BOTH = """
  both: {label: offer and arm, description: Westmark offers and arms., fix: {answer@1: offer}, state: {posture: armed}}
"""


def run_of(crisis, folder, *, n_draws=64):
    return keep_studies(crisis, run_ensemble(crisis, folder=folder, n_draws=n_draws, seed=1))


def changed(template, folder, *changes):
    """Return a crisis like the template in which some of its text reads otherwise."""
    folder.mkdir()
    for path in template.iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    file = folder / "crisis.yaml"
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
    return load_crisis(folder)


@pytest.fixture(scope="module")
def parts(context, brief):
    return read_parts(context, Book(context, "summary"), brief.shared)


@pytest.fixture(scope="module")
def combined(template, tmp_path_factory):
    """A crisis with a commitment to an offer and to arms."""
    place = tmp_path_factory.mktemp("both")
    crisis = changed(
        template,
        place / "crisis",
        ("  nothing: {label: do nothing", f"{BOTH}  nothing: {{label: do nothing"),
    )
    return Context.of(crisis, run_of(crisis, place / "run"))


# --- what is likely --------------------------------------------------------------------------------------------------


def test_the_chance_of_each_type_is_that_of_the_run(context, parts):
    """Oracle: independent code."""
    assert [line.id for line, _ in parts.likely.by_type] == ["limited", "revisionist"]
    for line, figure in parts.likely.by_type:
        values = context.columns.values(f"attack_given/north/{line.id}")
        assert figure.value == pytest.approx(values.mean())
    first, second = (figure.value for _, figure in parts.likely.by_type)
    assert abs(first - second) >= 0.05


def test_what_is_likeliest_is_no_less_likely_than_any_outcome_or_group(context, parts):
    """Oracle: independent code."""
    rules = context.crisis.outcomes.values()
    means = {rule.id: context.columns.values(f"outcome/{rule.id}").mean() for rule in rules}
    attack = sum(means[rule.id] for rule in rules if rule.attack)
    assert parts.likely.share.value >= max(*means.values(), attack) - 1e-12
    assert (parts.likely.lead == "attack") == (parts.likely.share.value == pytest.approx(attack))


def test_the_first_sentences_say_these_numbers(brief, parts):
    first = plain(brief.summary.lead[0])
    assert brief.shared.attack.text in first
    for line, figure in parts.likely.by_type:
        assert f"{figure.text} if {line.clause}" in first
    assert "within eight weeks" in first  # 15 January to 15 March 2030 are 59 days


def test_the_question_names_who_attacks_whom(brief):
    assert (
        brief.summary.question
        == "Will Northland attack Midland, and what would help to prevent it?"
    )


@pytest.mark.parametrize(
    ("attackers", "target", "compared", "question"),
    [
        (["Northland"], "", True, "Will Northland attack, and what would help to prevent it?"),
        (["A", "B"], "", False, "Will A or B attack?"),
        ([], "", True, "What happens next, and what would help?"),
        ([], "", False, "What happens next?"),
    ],
)
def test_the_question_of_other_crises(attackers, target, compared, question):
    said = say("summary", "question", attackers=attackers, target=target, compared=compared)
    assert said == question


# --- what moves do ---------------------------------------------------------------------------------------------------


def test_every_commitment_has_a_row_with_its_changes(context, parts):
    """Oracle: independent code."""
    assert {move.policy for move in parts.moves.rows} == {"arm", "offer", "threaten", "nothing"}
    for move in parts.moves.rows:
        for effect in move.effects:
            metric = f"attack_given/north/{effect.type.id}"
            change = context.columns.values(metric, move.policy) - context.columns.values(metric)
            assert effect.mean == pytest.approx(change.mean())
            assert effect.share_higher == np.mean(change >= 0.005)


def test_what_calms_and_what_harms_does_so_with_every_type(parts):
    moves = parts.moves
    assert moves.calm.policy == "offer"
    assert {effect.label for effect in moves.calm.effects} <= {"deters", "reassures"}
    assert all(effect.mean < 0 for effect in moves.calm.effects)
    assert {effect.label for effect in moves.harm.effects} == {"provokes"}
    assert all(effect.mean >= 0.005 for effect in moves.harm.effects)
    others = [move for move in moves.rows if {e.label for e in move.effects} == {"provokes"}]
    sums = [sum(effect.mean for effect in move.effects) for move in others]
    assert sum(effect.mean for effect in moves.harm.effects) == max(sums)


def test_a_dilemma_lowers_for_one_type_and_raises_for_another(context, brief, parts):
    """Oracle: hand, with changes set by hand: 3 points up and 5 down; own attacks must go the same way."""

    def shared_with(up, down, own_up):
        (first, one), (second, two) = brief.shared.by_type["arm"]
        size = np.ones_like(first.attack)
        pair = (
            (replace(first, attack=up * size, own=own_up * size), replace(one, value=up)),
            (replace(second, attack=down * size, own=down * size), replace(two, value=down)),
        )
        return replace(brief.shared, by_type={**brief.shared.by_type, "arm": pair})

    def dilemma(*given):
        return read_moves(context, shared_with(*given), parts.types).dilemma

    assert dilemma(0.03, -0.05, 0.03).policy == "arm"
    assert dilemma(0.03, 0.05, 0.03) is None
    assert dilemma(0.004, -0.05, 0.004) is None
    assert dilemma(0.03, -0.05, 0.0) is None  # another's attacks rise, not its own


def test_a_commitment_under_which_others_attack_more_is_not_judged(context, brief, parts):
    """Oracle: hand; 5 points of attacks that are not the type's own are force."""
    pairs = tuple(
        (replace(effect, attack=effect.own + 0.05), figure)
        for effect, figure in brief.shared.by_type["offer"]
    )
    shared = replace(brief.shared, by_type={**brief.shared.by_type, "offer": pairs})
    moves = read_moves(context, shared, parts.types)
    offer = next(move for move in moves.rows if move.policy == "offer")
    assert offer.group == "attack"
    assert not offer.compared
    assert moves.calm is None


def test_the_title_of_the_chart_is_one_of_the_cases_that_hold(brief, parts):
    title = brief.summary.moves.title
    assert parts.moves.dilemma is None
    assert title == f"“{parts.moves.calm.label.capitalize()}” calms either type"


def test_commitments_are_grouped_by_what_they_hold(context, combined):
    groups = {name: policy_group(context, name) for name in ("arm", "offer", "threaten", "nothing")}
    assert groups == {"arm": "force", "offer": "offers", "threaten": "economic", "nothing": "other"}
    assert policy_group(combined, "both") == "both"


# --- offers and deterrence -------------------------------------------------------------------------------------------


def test_without_a_commitment_that_combines_that_is_said(brief, parts):
    assert parts.combination is None
    assert "is left open" in brief.summary.lead[2]


def test_a_combination_is_compared_with_the_same_offer_alone(combined):
    """Oracle: independent code."""
    shared = declare_shared(combined)
    book = Book(combined, "summary")
    parts = read_parts(combined, book, shared)
    found = parts.combination
    assert (found.policy, found.alone) == ("both", "offer")
    assert len(found.verdicts) == 2
    for line, verdict, figure in found.verdicts:
        metric = f"attack_given/north/{line.id}"
        change = combined.columns.values(metric, "both") - combined.columns.values(metric, "offer")
        assert figure.value == pytest.approx(change.mean())
        falls, rises = np.mean(change <= -0.005), np.mean(change >= 0.005)
        expected = "helps" if falls >= 2 / 3 else "harms" if rises >= 2 / 3 else "none"
        assert verdict == expected
    said = summarise(combined, shared)
    assert "is left open" not in said.lead[2]
    (finding,) = [one for one in said.findings if one.case == "combined"]
    assert "“offer a moratorium”" in plain(finding.text)


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (["helps", "helps"], "together they do more than the offer alone, whatever the type."),
        (["helps", "none"], "more than the offer alone if one, and do no clear harm otherwise."),
        (
            ["harms", "harms"],
            "do not combine: deterrence on top of the offer makes an attack likelier.",
        ),
        (
            ["none", "harms"],
            "makes an attack likelier if two, and makes no clear difference otherwise.",
        ),
        (["none", "none"], "makes no clear difference, whatever the type."),
        (["helps", "harms"], "helps if one, and harms if two."),
    ],
)
def test_each_way_of_combining_has_a_sentence(combined, verdicts, sentence, monkeypatch):
    from detente.brief.summary import composing

    shared, book = declare_shared(combined), Book(combined, "summary")
    found = read_parts(combined, book, shared).combination
    types = [
        replace(line, clause=name)
        for (line, _, _), name in zip(found.verdicts, ("one", "two"), strict=True)
    ]
    figures = [figure for _, _, figure in found.verdicts]
    changed = replace(found, verdicts=tuple(zip(types, verdicts, figures, strict=True)))
    monkeypatch.setattr(composing, "find_combination", lambda *_: changed)
    assert summarise(combined, shared).lead[2].endswith(sentence)


def test_a_search_without_pairs_finds_no_combination(context, parts):
    assert find_combination(context, Book(context, "summary"), parts.types) is None


# --- how sure --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failed", "record", "word"),
    [
        (0, "passed", "high"),
        (0, "open", "medium"),
        (1, "passed", "medium"),
        (1, "failed", "medium"),
        (2, "open", "low"),
        (3, "failed", "low"),
    ],
)
def test_confidence_counts_what_failed(failed, record, word):
    assert word_for(failed, record) == word


def doubts_with(
    context, brief, parts, *, low, high, types=(0.3, 0.3), judged=0, crisis="", **found
):
    """Try the tests with numbers set by hand, on a crisis with the record of another."""
    attack = replace(brief.shared.attack, low=low, high=high)
    pairs = tuple(
        (line, replace(figure, value=value))
        for (line, figure), value in zip(parts.likely.by_type, types, strict=True)
    )
    standing = StandingCount(n=10, wholly=judged, partly=0, memory=0, by_grade=())
    shared, likely = replace(brief.shared, attack=attack), replace(parts.likely, by_type=pairs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detente.brief.summary.confidence.count_standing", lambda *_: standing)
        known = replace(context.crisis, id=crisis or context.crisis.id)
        record = replace(read_track_record(), **found)
        return read_doubts(replace(context, crisis=known), shared, likely, record)


def test_each_test_of_confidence_fails_where_its_rule_says(context, brief, parts):
    bad, good = "ukraine-2022", "cuba-1962"
    sure = doubts_with(context, brief, parts, low=0.1, high=0.39, crisis=good, judged=5)
    assert (sure.word, sure.failed) == ("high", ())
    assert doubts_with(context, brief, parts, low=0.1, high=0.40, crisis=good).failed == ("spread",)
    far = doubts_with(context, brief, parts, low=0.1, high=0.2, types=(0.1, 0.4))
    assert (far.failed, far.apart, far.word) == (("spread",), True, "medium")
    judged = doubts_with(context, brief, parts, low=0.1, high=0.2, judged=6)
    assert (judged.failed, judged.word) == (("inputs",), "medium")
    all_three = doubts_with(context, brief, parts, low=0.1, high=0.5, judged=6, crisis=bad)
    assert (all_three.failed, all_three.word) == (("spread", "inputs", "record"), "low")
    assert doubts_with(context, brief, parts, low=0.1, high=0.2).word == "medium"


@pytest.mark.parametrize(
    ("known", "verdict", "state", "reason"),
    [
        ("cuba-1962", "worse", "passed", ""),
        ("ukraine-2022", "adds", "failed", "Replayed day by day before the event, the model did worse than an even chance."),
        ("", "adds", "open", "Over 191 past crises, games such as this one improved on forecasts by class alone."),
        ("", "not shown", "open", "were not shown to improve on forecasts by class alone."),
        ("", "worse", "failed", "Over 191 past crises, games such as this one made forecasts worse than those by class alone."),
    ],
)  # fmt: skip
def test_confidence_reads_the_record(context, brief, parts, known, verdict, state, reason):
    """Replays of the crisis itself come before what the panel of past crises says of games like it."""
    found = doubts_with(context, brief, parts, low=0.1, high=0.2, crisis=known, verdict=verdict)
    assert (found.record, "record" in found.failed) == (state, state == "failed")
    assert any(text.endswith(reason) for text in _reasons(context, found)) == bool(reason)


def test_a_crisis_with_a_value_set_by_hand_is_not_the_one_that_was_replayed(context, brief, parts):
    changed = replace(context, crisis=replace(context.crisis, overrides={"x": "1"}))
    found = doubts_with(changed, brief, parts, low=0.1, high=0.2, crisis="cuba-1962")
    assert (found.record, found.judgement) == ("open", "panel not shown")


def test_reasons_are_those_that_failed(brief, parts):
    doubts, reasons = parts.doubts, brief.summary.confidence.reasons
    assert brief.summary.confidence.word == doubts.word
    assert any("turns on what Northland wants" in text for text in reasons) == doubts.apart
    assert any("judgement" in text for text in reasons) == ("inputs" in doubts.failed)


# --- policies --------------------------------------------------------------------------------------------------------


def test_commitments_worth_debating_are_beaten_by_none(context, parts):
    """Oracle: independent code, every pair compared."""
    choices = parts.choices
    mean = {
        point.policy: (
            context.columns.values("attack", point.policy).mean(),
            -context.columns.values("payoff/west", point.policy).mean(),
        )
        for point in choices.points
    }

    def beats(one, other):
        return one[0] <= other[0] and one[1] <= other[1] and one != other

    kept = {name for name, own in mean.items() if not any(beats(x, own) for x in mean.values())}
    assert set(choices.unbeaten) == kept
    assert all(
        item.point.policy in kept | {choices.named[0].point.policy} for item in choices.named
    )


def test_the_parts_of_named_commitments_are_those_of_regret_and_attack(context, parts):
    """Oracle: independent code."""
    choices = parts.choices
    regret = context.results.regret(policies=context.policies.ranked)
    surest = min(
        choices.unbeaten, key=lambda policy: context.columns.values("attack", policy).mean()
    )
    for item in choices.named:
        policy = item.point.policy
        assert (item.part in {"safest", "both"}) == (policy == regret.least_mean)
        assert (item.part in {"surest", "both"}) == (policy == surest)
        gain = context.columns.values("payoff/west", policy) - context.columns.values("payoff/west")
        assert item.better.value == np.mean(gain > 0)
        assert item.point.gain.value == pytest.approx(gain.mean())


def test_the_title_of_the_scatter_says_what_its_points_do(brief, parts):
    choices = parts.choices
    base = next(point for point in choices.points if point.base)
    both = [
        item.point
        for item in choices.named
        if item.point.attack.value < base.attack.value and item.point.gain.value > 0
    ]
    assert (choices.case == "beats") == bool(both)
    if both:
        assert both[0].label.lower() in brief.summary.tradeoff.title.lower()
        assert "both counts" in brief.summary.tradeoff.title


def test_what_remains_to_be_prepared_for_stays_above_very_unlikely(parts):
    prepared = parts.prepared
    assert prepared.type.id == "revisionist"
    assert min([prepared.base.value, *(figure.value for _, figure in prepared.under)]) > 0.2


def test_one_policy_leaves_out_what_compares(template, tmp_path):
    crisis = changed(
        template,
        tmp_path / "crisis",
        *(
            (line + "\n", "")
            for line in (template / "crisis.yaml").read_text("utf-8").splitlines()
            if re.match(r"  (arm|offer|threaten|nothing): \{label: [A-Za-z ]+, description", line)
        ),
    )
    said = compose(crisis, run_of(crisis, tmp_path / "run", n_draws=16)).summary
    assert said.question == "Will Northland attack Midland?"
    assert len(said.lead) == 1
    assert said.moves is said.tradeoff is None
    assert said.choices == said.findings == ()
    assert said.choices_lead == ""


def test_one_type_is_told_without_types(template, tmp_path):
    crisis = changed(
        template,
        tmp_path / "crisis",
        (
            "      limited: {label: limited aims, phrase: Northland's aims are limited, prior: rest}\n",
            "",
        ),
        ("phrase: Northland is revisionist, prior: prior.revisionist}", "prior: 1}"),
        (
            "weights: {north: {limited: 1, revisionist: weight.revisionist}",
            "weights: {north: weight.revisionist",
        ),
        (
            "  - {id: buildup, actor: NOR, category: MOBILIZE, evidence: {north.revisionist: 1.2}}\n",
            "",
        ),
    )
    said = compose(crisis, run_of(crisis, tmp_path / "run", n_draws=16)).summary
    assert said.types == said.signs == ()
    assert said.moves is not None
    assert not any("if " in text for text in said.lead)
    assert "Hollow" not in said.moves.subtitle


def test_without_a_calendar_no_horizon_and_no_days_are_told(template, tmp_path):
    text = (template / "crisis.yaml").read_text("utf-8").splitlines(keepends=True)
    gone = [line for line in text if line.startswith(("calendar:", "watched_until:"))]
    crisis = changed(template, tmp_path / "crisis", *((line, "") for line in gone))
    assert len(gone) == 2
    said = compose(crisis, run_of(crisis, tmp_path / "run", n_draws=16)).summary
    assert said.dates == ()
    assert "within" not in said.lead[0]
    assert "two rounds" in said.assumed[0]
    assert said.headings.ahead == "Signs to watch"


def test_a_crisis_without_attacks_says_nothing_of_them(template, tmp_path):
    crisis = changed(template, tmp_path / "crisis", (", attack: north", ""))
    said = compose(crisis, run_of(crisis, tmp_path / "run", n_draws=16)).summary
    assert said.question == "What happens next?"
    assert len(said.lead) == 1
    assert said.moves is said.tradeoff is None
    assert said.findings == said.choices == ()
    assert said.prepare == ""
    assert "attack" not in " ".join(said.texts()).lower()


def test_one_case_has_no_ranges(template, tmp_path):
    said = compose(
        load_crisis(template), run_of(load_crisis(template), tmp_path, n_draws=1)
    ).summary
    assert said.confidence.word == "low"
    assert "no ranges" in said.note
    assert "nine" not in " ".join(said.texts())


def test_without_allies_gas_and_sanctions_no_numbers_are_told(context, parts):
    """The template has no coalition; blockade has no sanctions either."""
    assert not context.levels.mechanisms("alliance.joining")
    assert {number.case for number in parts.allies} <= {"target_loss"}
    crisis = load_crisis(next(folder for folder in TEMPLATES if folder.name == "blockade"))
    assert not any("sanctions" in one.model for one in crisis.mechanisms.values())


# --- what to watch ---------------------------------------------------------------------------------------------------


def row(day, grade="fact", claims="", **cells):
    return SimpleNamespace(cells={"scheduled_for": day, "grade": grade, "claims": claims, **cells})


def planned(rows, calendar=()):
    names = SimpleNamespace(actors_text=lambda text: {"NOR": "Northland"}.get(text, text))
    crisis = SimpleNamespace(
        as_of=date(2030, 1, 15),
        calendar=calendar,
        tables={"tracks": SimpleNamespace(rows=rows)},
    )
    return read_planned(SimpleNamespace(crisis=crisis, names=names))


def test_facts_that_claims_rest_on_are_named_before_other_days():
    rows = [row(f"2030-02-{day:02}", format=f"visit {day}") for day in range(1, 8)]
    rows += [
        row("2030-03-01", claims="D1", format="talks", participants="NOR"),
        row("2030-01-16", grade="memory-unverified", claims="D1", format="remembered"),
        row("2030-01-15", claims="D1", format="on the day of the cut-off"),
    ]
    found = planned(rows)
    assert [item.what for item in found] == [*(f"visit {day}" for day in range(1, 6)), "talks"]
    assert found[-1].who == "Northland"


def test_where_nothing_is_scheduled_rounds_are_named():
    found = planned([], calendar=(date(2030, 1, 15), date(2030, 2, 15)))
    assert [(item.day, item.round) for item in found] == [("2030-02-15", 2)]


def test_a_sign_that_every_end_shows_alike_tells_nothing():
    """Oracle: theorem; and Bayes' rule by hand: 0.2 * 3 / (0.2 * 3 + 0.8) = 3 / 7."""
    outcomes = {"war": np.array([0.2, 0.5]), "peace": np.array([0.8, 0.5])}
    assert attack_if_seen(outcomes, {}, ["war"]) == pytest.approx([0.2, 0.5])
    assert attack_if_seen(outcomes, {"war": 2.0, "peace": 2.0}, ["war"]) == pytest.approx(
        [0.2, 0.5]
    )
    assert attack_if_seen(outcomes, {"war": 3.0}, ["war"])[0] == pytest.approx(3 / 7)


def test_moves_that_tell_shift_the_belief_as_the_run_says(context, parts):
    """Oracle: independent code; none of them is itself the use of force."""
    assert parts.telling
    for item in parts.telling:
        assert item.label != "invade"
        (move,) = [one.id for one in context.crisis.instruments.values() if one.label == item.label]
        values = context.columns.values(f"belief/north/revisionist/{move}")
        assert item.after.value == pytest.approx(np.nanmean(values))
        assert abs(item.shift) >= 0.02
    assert [item.shift for item in parts.telling] == sorted(
        (item.shift for item in parts.telling), reverse=True
    )


# --- the track record ------------------------------------------------------------------------------------------------


def test_hindcasts_are_those_of_the_page_of_the_track_record():
    """Oracle: independent text; every row stands on the page with its days, scores and its last day."""
    page = (Path(__file__).parents[2] / "docs/explanation/track-record.md").read_text("utf-8")
    for item in all_hindcasts():
        event = "an attack" if item.event == "attack" else "full invasion"
        ends = (
            ""
            if item.last_low is None
            else f" ({item.last_low * 100:.0f}-{item.last_high * 100:.0f})"
        )
        last = f"{item.last_prob * 100:.0f}%{ends}"
        scores = f"{item.brier:.3f} | {item.log:.3f} |"
        lines = [line for line in page.splitlines() if scores in line and last in line]
        assert any(item.crisis in line or event in line for line in lines), item
        assert any(re.search(rf"\b{item.days}, from", line) for line in lines), item


def test_hindcasts_come_after_the_cut_off_of_their_crisis():
    for item in all_hindcasts():
        crisis = load_crisis(item.crisis)
        assert item.until < item.happened_on
        assert item.happened_on > crisis.as_of
        if item.belief:
            player, kind = item.belief.split(".")
            assert kind in {one.id for one in crisis.players[player].types}


def test_scores_are_judged_against_an_even_chance():
    """Oracle: hand; Brier's score of one half is a quarter."""
    worse = {
        item.crisis: item.worse_than_even for item in all_hindcasts() if item.event == "attack"
    }
    assert worse == {"cuba-1962": False, "kuwait-1990": True, "ukraine-2022": True}
    attacks = [item for item in all_hindcasts() if item.event == "attack"]
    assert mean_brier(attacks) == pytest.approx((0.118 + 0.259 + 0.5) / 3)


def test_a_crisis_without_a_hindcast_has_no_record(brief):
    assert brief.summary.record == ()
    assert brief.summary.headings.assumed == "What was assumed"


# --- words -----------------------------------------------------------------------------------------------------------


def check_words(said):
    """What the page of words asks: short, one bracket, no jargon of the model, no number of four digits but the count of cases."""
    assert said.n_words <= MOST_WORDS
    told = [said.question, *said.lead, *said.confidence.reasons, said.choices_lead, said.prepare]
    told += [text for item in said.findings for text in (item.head, item.text)]
    told += [item.text for item in said.choices] + [said.allies_lead, *said.assumed, *said.record]
    for text in filter(None, map(plain, told)):
        assert text == text.strip()
        assert text[0] not in "0123456789", text
        assert text[-1] in ".?", text
        assert "  " not in text
        assert not re.search(r"[.?!][A-Z“]", text), text
        assert "what is called" not in text
        assert not re.search(r"\b0 points|n/a|None|nan\b", text), text
        for sentence in re.split(r"(?<=[.?!])\s+", text):
            assert count_words(sentence) <= LONGEST, sentence
            assert sentence.count("(") <= 1, sentence
            dates = re.sub(r"\d{1,2} [A-Z][a-z]+ \d{4}", "", sentence)
            assert not re.search(r"\d{4}|\d,\d{3}", dates), sentence


@pytest.mark.parametrize("folder", TEMPLATES, ids=lambda folder: folder.name)
def test_words_of_a_template(folder, tmp_path):
    crisis = load_crisis(folder)
    check_words(compose(crisis, run_of(crisis, tmp_path, n_draws=32)).summary)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_words_of_a_shipped_crisis(name, tmp_path):
    crisis = load_crisis(name)
    said = compose(crisis, run_of(crisis, tmp_path)).summary
    check_words(said)
    assert said.record
    assert said.headings.after == "Written after the event."
    assert all(first_day(item.day) or len(item.day) < 9 for item in said.dates)


def test_every_number_that_is_linked_has_a_figure(brief):
    from detente.brief.figures import links_in

    summary = brief.summary
    texts = [*summary.lead, summary.prepare, *summary.confidence.reasons]
    texts += [item.text for item in (*summary.findings, *summary.choices, *summary.signs)]
    linked = {name for text in texts for name in links_in(text)}
    assert linked
    assert linked <= set(brief.figures)


def test_whole_points_are_signed_and_nothing_is_zero():
    assert [whole_points(x) for x in (-0.26, 0.0149, -0.004, 0.0)] == [
        "\N{MINUS SIGN}26",
        "+1",
        "0",
        "0",
    ]


def test_choices_need_two_commitments(template, tmp_path):
    crisis = load_crisis(template)
    run = run_ensemble(crisis, folder=tmp_path, n_draws=8, seed=1, policies=["free"])
    context = Context.of(crisis, run)
    assert read_choices(context, Book(context, "summary"), declare_shared(context)) is None


@pytest.mark.parametrize(
    ("lead", "share", "several", "title"),
    [
        ("attack", 0.6, True, "An attack is likelier than all else, at 60%"),
        ("attack", 0.3, True, "No outcome dominates: an attack of any kind is first, at 30%"),
        ("attack", 0.3, False, "No outcome dominates: an attack is first, at 30%"),
        ("together", 0.4, True, "A stand-off is likeliest, at 40%; an attack comes to 40%"),
        (
            "alone",
            0.4,
            True,
            "\u201cA stand-off\u201d is likeliest, at 40%; an attack comes to 40%",
        ),
    ],
)
def test_the_title_of_the_outcomes_says_what_leads_and_whether_it_dominates(
    lead, share, several, title
):
    """Oracle: hand, each named case."""
    figure = Figure(
        id="x.y", label="x", value=share, low=None, high=None, unit="prob", trace=Trace()
    )
    likely = Likely(lead=lead, likeliest="a stand-off", share=figure, by_type=())
    values = {"dominates": share >= 0.5, "several": several, "attack": figure}
    assert say("summary", "outcomes_title", likely=likely, **values) == title
