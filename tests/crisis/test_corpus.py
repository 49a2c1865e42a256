"""Malformed crisis folders: each a small mutation of the template, and the code that it must give.

Oracle: hand; every row says what is wrong and which code of the closed list names it.
"""

import json
import os

import pytest

from detente.crisis import check_folder, load_crisis
from detente.errors import CrisisFileError

FILE = "crisis.yaml"


def sub(old, new, file=FILE):
    """Replace the first occurrence of a text that must be there."""

    def mutate(folder):
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"the template no longer holds {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return mutate


def put(content, file=FILE):
    """Write the whole file, as bytes or text."""

    def mutate(folder):
        if isinstance(content, bytes):
            (folder / file).write_bytes(content)
        else:
            (folder / file).write_text(content, encoding="utf-8")

    return mutate


def add(text, file=FILE):
    """Append text to a file."""

    def mutate(folder):
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return mutate


def drop(file):
    """Remove a file."""
    return lambda folder: (folder / file).unlink()


def both(*mutations):
    """Apply several mutations."""

    def mutate(folder):
        for mutation in mutations:
            mutation(folder)

    return mutate


def link_out(folder):
    outside = folder.parent / "outside.csv"
    outside.write_bytes((folder / "sources.csv").read_bytes())
    (folder / "sources.csv").unlink()
    (folder / "sources.csv").symlink_to(outside)


def make_folder(folder):
    (folder / "sources.csv").unlink()
    (folder / "sources.csv").mkdir()


def make_pipe(folder):
    (folder / "sources.csv").unlink()
    os.mkfifo(folder / "sources.csv")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + k)}: &{chr(98 + k)} [{','.join(['*' + chr(97 + k)] * 10)}]\n" for k in range(8)
)
DEEP = "a: " + "[" * 200 + "]" * 200 + "\n"
GAIN = "triangular: [30, 50, 80]"
FACT = "{id: massing, question: aims,"
GAS = "WES,gas_share,0.55,,,share,2029-12-31,fact,high,gazette"
POSITION = "NOR,membership,0,0.9,2030-01-10,estimate,medium,direct,gazette"
E2 = "E2,2030-01-10,NOR,Twenty brigades at the border,2030-01-10,claim,medium,gazette"

CORPUS = {
    # reading files
    "no crisis file": (drop(FILE), "file-missing"),
    "crisis file not utf-8": (put(b"schema: 1\ntitle: \xe9t\xe9\n"), "file-not-utf8"),
    "crisis file in utf-16": (put("schema: 1\n".encode("utf-16")), "file-not-utf8"),
    "crisis file too large": (put(b"#" * (2 * 1024 * 1024 + 1)), "file-too-large"),
    "empty crisis file": (put(""), "value-type"),
    "a list instead of a mapping": (put("- a\n- b\n"), "value-type"),
    "a word instead of a mapping": (put("crisis\n"), "value-type"),
    "unclosed bracket": (sub("disputes: []", "disputes: ["), "yaml-invalid"),
    "tab as indentation": (sub("  sources: sources.csv", "\tsources: sources.csv"), "yaml-invalid"),
    "unquoted colon": (sub("scope: An invented", "scope: An: invented"), "yaml-invalid"),
    "null byte": (put(b"schema: 1\x00\n"), "character-forbidden"),
    "two documents": (add("---\nschema: 1\n"), "yaml-invalid"),
    "python object": (
        sub("disputes: []", "disputes: !!python/object/apply:os.getcwd []"),
        "yaml-invalid",
    ),
    "own tag": (sub("disputes: []", "disputes: !mine []"), "yaml-invalid"),
    "tag that forces text": (sub("rounds: 2", "rounds: ! 2"), "yaml-invalid"),
    "mapping as a key": (sub("disputes: []", "? {a: b}\n: c"), "yaml-invalid"),
    "alias as a key": (sub("disputes: []", "disputes: &a [x]\n*a : c"), "yaml-invalid"),
    "alias without anchor": (sub("disputes: []", "disputes: *nowhere"), "yaml-invalid"),
    "deep nesting": (put(DEEP), "yaml-invalid"),
    "duplicate key at the top": (add("rounds: 3\n"), "yaml-duplicate-key"),
    "duplicate key inside": (
        sub("kind: state, player: north}", "kind: state, kind: state}"),
        "yaml-duplicate-key",
    ),
    "duplicate quoted key": (add('"rounds": 3\n'), "yaml-duplicate-key"),
    "alias bomb": (put(BOMB), "yaml-alias-bomb"),
    "alias in itself": (put("a: &a [*a]\n"), "yaml-alias-bomb"),
    "aliases that nest": (
        put("a0: &a0 [x]\n" + "".join(f"a{k}: &a{k} [*a{k - 1}]\n" for k in range(1, 60))),
        "yaml-alias-bomb",
    ),
    # tables
    "table not there": (drop("timeline.csv"), "table-missing"),
    "no table of sources named": (sub("  sources: sources.csv\n", ""), "table-missing"),
    "table above the folder": (
        sub("timeline: timeline.csv", "timeline: ../timeline.csv"),
        "table-missing",
    ),
    "table by absolute path": (
        sub("timeline: timeline.csv", "timeline: /etc/passwd"),
        "table-missing",
    ),
    "table with backslashes": (
        sub("timeline: timeline.csv", 'timeline: "..\\\\x.csv"'),
        "table-missing",
    ),
    "table with a null byte": (
        sub("timeline: timeline.csv", 'timeline: "a\\0b"'),
        "character-forbidden",
    ),
    "table through a link out": (link_out, "table-missing"),
    "table that is a folder": (make_folder, "table-missing"),
    "table that is a pipe": (make_pipe, "table-missing"),
    "unknown kind of table": (
        sub("  timeline: timeline.csv", "  timelines: timeline.csv"),
        "key-unknown",
    ),
    "table not utf-8": (put(b"key,publisher\n\xff,x\n", "sources.csv"), "file-not-utf8"),
    "table too large": (put(b"x" * (2 * 1024 * 1024 + 1), "timeline.csv"), "file-too-large"),
    "table with too many rows": (
        add("E9,2030-01-05,,x,2030,fact,,gazette,,\n" * 20_001, "timeline.csv"),
        "file-too-large",
    ),
    "empty table": (put("", "timeline.csv"), "table-column-missing"),
    "missing column": (
        sub("actor,variable,value", "actor,variable,amount", "exposures.csv"),
        "table-column-missing",
    ),
    "missing grade column": (sub(",grade,", ",quality,", "timeline.csv"), "table-column-missing"),
    "column twice": (sub("claims,note", "claims,claims", "timeline.csv"), "table-row-invalid"),
    "row too short": (add("E3,2030-01-05\n", "timeline.csv"), "table-row-invalid"),
    "row too long": (
        add("E3,2030-01-05,NOR,x,2030-01-10,fact,high,gazette,,,,,,\n", "timeline.csv"),
        "table-row-invalid",
    ),
    "quote not closed": (add('E3,"2030-01-05\n', "timeline.csv"), "table-row-invalid"),
    "text where a number belongs": (
        sub("gas_share,0.55", "gas_share,half", "exposures.csv"),
        "table-row-invalid",
    ),
    "thousands separator": (
        sub("gas_share,0.55", "gas_share,1_000", "exposures.csv"),
        "table-row-invalid",
    ),
    "nan in a table": (sub("gas_share,0.55", "gas_share,nan", "exposures.csv"), "value-not-finite"),
    "infinity in a table": (
        sub("gas_share,0.55", "gas_share,-Infinity", "exposures.csv"),
        "value-not-finite",
    ),
    "no date of a row": (sub("E1,2030-01-05", "E1,", "timeline.csv"), "table-row-invalid"),
    "date that is none": (
        sub("E1,2030-01-05", "E1,2030-02-30", "timeline.csv"),
        "table-row-invalid",
    ),
    "as_of in words": (
        sub(GAS, GAS.replace("2029-12-31", "late 2029"), "exposures.csv"),
        "table-row-invalid",
    ),
    "range with one end": (
        sub("gas_share,0.55,,", "gas_share,0.55,0.5,", "exposures.csv"),
        "table-row-invalid",
    ),
    "value outside its range": (
        sub("0.12,0.1,0.15", "0.12,0.13,0.15", "exposures.csv"),
        "distribution-invalid",
    ),
    "source without a title": (sub("Forces at the border", "", "sources.csv"), "table-row-invalid"),
    "source twice": (add("gazette,x,y,2030-01-01,,\n", "sources.csv"), "id-duplicate"),
    "row twice": (
        add("E1,2030-01-05,NOR,x,2030-01-10,fact,high,gazette,,\n", "timeline.csv"),
        "id-duplicate",
    ),
    "row without id": (
        add(",2030-01-05,NOR,x,2030-01-10,fact,high,gazette,,\n", "timeline.csv"),
        "id-invalid",
    ),
    "source key with a blank": (add("my source,x,y,2030-01-01,,\n", "sources.csv"), "id-invalid"),
    # shape
    "unknown key at the top": (add("roundz: 3\n"), "key-unknown"),
    "unknown key in an entry": (
        sub("kind: state, player: north}", "kind: state, playr: north}"),
        "key-unknown",
    ),
    "unknown key in a type": (
        sub("prior: prior.revisionist}", "prio: prior.revisionist}"),
        "key-unknown",
    ),
    "merge key": (sub("disputes: []", "disputes: []\n<<: {a: b}"), "key-unknown"),
    "no rounds": (sub("rounds: 2\n", ""), "key-missing"),
    "no instruments": (sub("instruments:\n", "facts2:\n"), "key-missing"),
    "no label": (sub("{label: talks, values", "{values"), "key-missing"),
    "section without entries": (put("schema: 1\nactors: {}\n"), "key-missing"),
    "section of the wrong kind": (sub("issues:\n", "issues: 5\nfoo:\n"), "value-type"),
    "phases as a mapping": (sub("phases:\n", "phases: {a: b}\nfoo:\n"), "value-type"),
    "entry that is a word": (
        sub("gas: {label: pipeline, values: [flowing, cut], initial: flowing}", "gas: flowing"),
        "value-type",
    ),
    "a blank label": (sub("label: talks,", 'label: "  ",'), "value-type"),
    "a bell in a label": (sub("label: talks,", 'label: "ta\\x07lks",'), "character-forbidden"),
    "rounds in words": (sub("rounds: 2", "rounds: two"), "value-type"),
    "rounds not whole": (sub("rounds: 2", "rounds: 2.5"), "value-type"),
    "no rounds at all": (sub("rounds: 2", "rounds: 0"), "value-out-of-range"),
    "too many rounds": (sub("rounds: 2", "rounds: 1000000"), "value-out-of-range"),
    "number as text": (
        sub("value: 15, unit: brigades", 'value: "15", unit: brigades'),
        "value-type",
    ),
    "truth value as a number": (
        sub("value: 15, unit: brigades", "value: true, unit: brigades"),
        "value-type",
    ),
    "yes for true": (sub("negotiable: true", "negotiable: yes"), "value-type"),
    "unknown role": (sub("role: challenger", "role: aggressor"), "value-out-of-range"),
    "unknown kind of actor": (
        sub("name: Northland, kind: state", "name: Northland, kind: empire"),
        "value-out-of-range",
    ),
    "unknown question": (sub("question: aims", "question: causes"), "value-out-of-range"),
    "colour in words": (sub("role: challenger", "role: challenger\n    colour: red"), "value-type"),
    "empty label": (sub("label: talks,", 'label: "",'), "value-out-of-range"),
    "other schema version": (sub("schema: 1", "schema: 99"), "schema-version"),
    "version as text": (sub("schema: 1", 'schema: "1"'), "value-type"),
    "cut-off without a day": (sub("as_of: 2030-01-15 ", "as_of: 2030-01 "), "value-type"),
    "cut-off that is none": (sub("as_of: 2030-01-15 ", "as_of: 2030-13-15 "), "value-type"),
    "quantity date in words": (
        sub(
            "as_of: 2030-01-10, source: gazette, grade: claim",
            "as_of: January, source: gazette, grade: claim",
        ),
        "value-type",
    ),
    "value is nan": (
        sub("value: 15, unit: brigades", "value: .nan, unit: brigades"),
        "value-not-finite",
    ),
    "value is infinite": (
        sub("value: 15, unit: brigades", "value: -.inf, unit: brigades"),
        "value-not-finite",
    ),
    "value overflows": (
        sub("value: 15, unit: brigades", "value: 1e999, unit: brigades"),
        "value-not-finite",
    ),
    "huge integer": (
        sub("value: 15, unit: brigades", f"value: {'9' * 5000}, unit: brigades"),
        "value-not-finite",
    ),
    "phase without a menu": (
        sub("player: west, menu: [wait, offer, arm, threaten]", "player: west"),
        "key-missing",
    ),
    "phase with menu and moves": (
        sub(
            "menu: [shut, supply],", "menu: [shut, supply], moves: [{player: north, menu: [shut]}],"
        ),
        "key-missing",
    ),
    "condition that is a word": (
        sub("when: {conflict: backdown}}", "when: backdown}"),
        "value-type",
    ),
    "condition on a list of words": (sub("  - {conflict: backdown}", "  - backdown"), "value-type"),
    "condition with no values": (sub("when: {talks: none}", "when: {talks: []}"), "value-type"),
    "condition on nothing": (sub("when: {talks: none}", "when: {talks: }"), "value-type"),
    "binding that is a list": (
        sub("attacker_strength: force.north", "attacker_strength: [force.north]"),
        "value-type",
    ),
    "binding that is nothing": (
        sub("attacker_strength: force.north", "attacker_strength:"),
        "value-type",
    ),
    "binding with two words": (
        sub("{exposure: import_share}", "{exposure: import_share, output: a.b}"),
        "value-type",
    ),
    "binding with an extra key": (
        sub("{exposure: import_share}", "{exposure: import_share, mising: 0}"),
        "key-unknown",
    ),
    "sum of nothing known": (sub("{sum: [force.mid,", "{sum: [[],"), "value-type"),
    "column of a number": (sub("{exposure: import_share}", "{exposure: 5}"), "value-type"),
    "column of two tables": (
        sub("{exposure: import_share}", "{exposure: import_share, position: membership}"),
        "value-type",
    ),
    "value that is a fraction": (sub("when: {talks: none}", "when: {talks: 0.5}"), "value-type"),
    "key too long": (sub("disputes: []", f"? {'k' * 1001}\n: 1"), "yaml-invalid"),
    "fill in words": (
        sub("{exposure: import_share}", "{exposure: import_share, missing: none}"),
        "value-type",
    ),
    "output without a name": (
        sub("{output: contest.success_prob}", "{output: contest}"),
        "value-type",
    ),
    "sum of nothing": (sub("{sum: [force.mid,", "{sum: [], x: [force.mid,"), "key-unknown"),
    "empty product": (
        sub(
            "price: {product: [sanctions.damage, {output: gas_loss.loss_pct_gdp}]}",
            "price: {product: []}",
        ),
        "value-type",
    ),
    "by nothing": (sub("{by: gas, flowing", "{by: , flowing"), "value-type"),
    "prior that is a mapping": (
        sub("prior: prior.revisionist", "prior: {sum: [0.5]}"),
        "value-type",
    ),
    # ids
    "crisis id with a blank": (sub("id: my-crisis", "id: my crisis"), "id-invalid"),
    "actor id with a slash": (sub("  MID: {name", "  M/ID: {name"), "id-invalid"),
    "player id with a dot": (sub("  mid:\n", "  mid.land:\n"), "id-invalid"),
    "type named like a binding": (sub("      only: {label", "      sum: {label"), "id-invalid"),
    "type id with a blank": (sub("      only: {label", "      on ly: {label"), "id-invalid"),
    "variable named round": (sub("  talks: {label", "  round: {label"), "id-invalid"),
    "value named up": (sub("values: [vague, firm]", "values: [vague, up]"), "id-invalid"),
    "value with a blank": (
        sub("values: [vague, firm]", "values: [vague, very firm]"),
        "id-invalid",
    ),
    "value twice": (sub("values: [vague, firm]", "values: [vague, firm, firm]"), "id-duplicate"),
    "label of no value": (
        sub("values: [vague, firm]", "value_labels: {loud: loud}, values: [vague, firm]"),
        "state-value-unknown",
    ),
    "quantity path with a blank": (sub("  force.mid: {label", "  force mid: {label"), "id-invalid"),
    "quantity path of a table": (
        sub("  force.mid: {label", "  exposures.MID.x: {label"),
        "id-invalid",
    ),
    "phase twice": (sub("{id: counter, label", "{id: response, label"), "id-duplicate"),
    "phase id with a mark": (sub("{id: counter, label", "{id: counter@1, label"), "id-invalid"),
    "fact twice": (sub("{id: pipeline, question", "{id: massing, question"), "id-duplicate"),
    "chance outcome twice": (sub("{id: lost, label", "{id: won, label"), "id-duplicate"),
    "instrument twice in a menu": (
        sub("menu: [shut, supply]", "menu: [shut, shut]"),
        "id-duplicate",
    ),
    "member twice": (sub("members: [WES]", "members: [WES, WES]"), "id-duplicate"),
    # provenance
    "quantity without a source": (
        sub(
            "unit: brigades, as_of: 2030-01-10, source: gazette, grade: fact",
            "unit: brigades, as_of: 2030-01-10, grade: fact",
        ),
        "source-missing",
    ),
    "fact without a source": (sub("pipeline., source: gazette,", "pipeline.,"), "source-missing"),
    "row without a source": (sub(E2, E2.replace("gazette", ""), "timeline.csv"), "source-missing"),
    "contested value without a source": (
        sub(GAIN, "contested: [{value: 30}, {value: 40, source: gazette}]"),
        "source-missing",
    ),
    "unknown source": (
        sub(
            "brigades, as_of: 2030-01-10, source: gazette",
            "brigades, as_of: 2030-01-10, source: gazete",
        ),
        "source-unknown",
    ),
    "unknown source of a row": (
        sub(E2, E2.replace("gazette", "gazette;herald"), "timeline.csv"),
        "source-unknown",
    ),
    "unknown source of an instrument": (
        sub("kind: restraint, nest: waiting, effects: {}}", "kind: restraint, source: herald}"),
        "source-unknown",
    ),
    "unknown source of a contested value": (
        sub(GAIN, "contested: [{value: 30, source: herald}, {value: 40, source: gazette}]"),
        "source-unknown",
    ),
    "quantity after the cut-off": (
        sub(
            "as_of: 2030-01-10, source: gazette, grade: claim",
            "as_of: 2030-01-16, source: gazette, grade: claim",
        ),
        "date-after-cutoff",
    ),
    "fact after the cut-off": (
        sub(
            "source: gazette, as_of: 2030-01-10, grade: fact",
            "source: gazette, as_of: 2031, grade: fact",
        ),
        "date-after-cutoff",
    ),
    "row after the cut-off": (
        sub("E1,2030-01-05", "E1,2030-02-05", "timeline.csv"),
        "date-after-cutoff",
    ),
    "source after the cut-off": (
        sub("2030-01-10,,press", "2030-01-16,,press", "sources.csv"),
        "date-after-cutoff",
    ),
    "unknown grade": (
        sub("grade: claim, claimed_by: WES}", "grade: rumour, claimed_by: WES}"),
        "grade-unknown",
    ),
    "unknown grade of a row": (
        sub(E2, E2.replace("claim", "certain"), "timeline.csv"),
        "grade-unknown",
    ),
    "claim by nobody": (sub("grade: claim, claimed_by: WES}", "grade: claim}"), "key-missing"),
    "claim id with a slash": (
        sub(FACT, "{id: massing, claims: [W/1], question: aims,"),
        "claim-invalid",
    ),
    "claim twice": (sub(FACT, "{id: massing, claims: W1 W1, question: aims,"), "claim-invalid"),
    "claim of a row": (
        add("E3,2030-01-05,NOR,x,2030-01-10,fact,high,gazette,W?,\n", "timeline.csv"),
        "claim-invalid",
    ),
    # quantities
    "unknown unit": (sub("value: 15, unit: brigades", "value: 15, unit: brigade"), "unit-unknown"),
    "unknown unit of a row": (
        sub(GAS, GAS.replace("share,2029", "percent,2029"), "exposures.csv"),
        "unit-unknown",
    ),
    "no value": (sub(f"{GAIN}, ", ""), "distribution-invalid"),
    "two values": (sub(GAIN, f"value: 3, {GAIN}"), "distribution-invalid"),
    "triangle out of order": (sub(GAIN, "triangular: [50, 30, 80]"), "distribution-invalid"),
    "triangle of two": (sub(GAIN, "triangular: [30, 80]"), "distribution-invalid"),
    "flat triangle": (sub(GAIN, "triangular: [30, 30, 30]"), "distribution-invalid"),
    "empty uniform": (sub(GAIN, "uniform: []"), "distribution-invalid"),
    "uniform backwards": (sub(GAIN, "uniform: [80, 30]"), "distribution-invalid"),
    "normal without spread": (sub(GAIN, "normal: [30, 0]"), "distribution-invalid"),
    "normal of three": (sub(GAIN, "normal: [30, 1, 2]"), "distribution-invalid"),
    "lognormal of a negative": (sub(GAIN, "lognormal: [-30, 1]"), "distribution-invalid"),
    "lognormal without spread": (sub(GAIN, "lognormal: [30, -1]"), "distribution-invalid"),
    "lognormal of one": (sub(GAIN, "lognormal: [30]"), "distribution-invalid"),
    "lognormal that overflows": (sub(GAIN, "lognormal: [30, 1000]"), "distribution-invalid"),
    "beta of zero": (sub(GAIN, "beta: [0, 1]"), "distribution-invalid"),
    "beta of three": (sub(GAIN, "beta: [1, 1, 0]"), "distribution-invalid"),
    "beta backwards": (sub(GAIN, "beta: [1, 1, 2, 1]"), "distribution-invalid"),
    "discrete sum": (sub(GAIN, "discrete: {1: 0.5, 2: 0.4}"), "distribution-invalid"),
    "discrete negative": (sub(GAIN, "discrete: {1: 1.5, 2: -0.5}"), "distribution-invalid"),
    "discrete twice": (sub(GAIN, "discrete: [[1, 0.5], [1, 0.5]]"), "distribution-invalid"),
    "discrete of nothing": (sub(GAIN, "discrete: {}"), "distribution-invalid"),
    "discrete of words": (sub(GAIN, "discrete: {few: 1}"), "distribution-invalid"),
    "discrete without pairs": (sub(GAIN, "discrete: [[1, 0.5, 3]]"), "distribution-invalid"),
    "discrete that is a word": (sub(GAIN, "discrete: some"), "distribution-invalid"),
    "one contested value": (
        sub(GAIN, "contested: [{value: 30, source: gazette}]"),
        "distribution-invalid",
    ),
    "no contested value": (sub(GAIN, "contested: []"), "distribution-invalid"),
    "probability above one": (
        sub("triangular: [0.2, 0.4, 0.7], unit: prob", "triangular: [0.2, 0.4, 1.7], unit: prob"),
        "probability-out-of-range",
    ),
    "unbounded probability": (
        sub("triangular: [0.2, 0.4, 0.7], unit: prob", "normal: [0.4, 0.01], unit: prob"),
        "probability-out-of-range",
    ),
    "share below zero": (
        sub("value: 0.04, unit: share", "value: -0.04, unit: share"),
        "probability-out-of-range",
    ),
    "negative brigades": (
        sub("value: 15, unit: brigades", "value: -15, unit: brigades"),
        "value-out-of-range",
    ),
    "brigades often negative": (
        sub("triangular: [18, 20, 25]", "normal: [20, 10]"),
        "value-out-of-range",
    ),
    "chance above one": (
        sub("prob: {output: contest.success_prob}", "prob: 1.2"),
        "probability-out-of-range",
    ),
    "chance of a number of brigades": (
        sub("prob: {output: contest.success_prob}", "prob: force.mid"),
        "unit-mismatch",
    ),
    "chances without a rest": (
        sub(
            "prob: rest, effects: {conflict: war_lost}", "prob: 0.5, effects: {conflict: war_lost}"
        ),
        "probability-out-of-range",
    ),
    "chances that do not sum": (
        both(
            sub("prob: {output: contest.success_prob}", "prob: 0.4"),
            sub("prob: rest, effects", "prob: 0.4, effects"),
        ),
        "probability-out-of-range",
    ),
    "two rests": (
        sub("prob: {output: contest.success_prob}", "prob: rest"),
        "probability-out-of-range",
    ),
    "prior above one": (sub("prior: prior.resolute", "prior: 1.2"), "probability-out-of-range"),
    "prior of brigades": (sub("prior: prior.resolute", "prior: force.mid"), "unit-mismatch"),
    "rationality without a distribution": (
        sub("triangular: [0.05, 0.1, 0.2]", "triangular: [1, 0.1, 0.2]"),
        "distribution-invalid",
    ),
    "priors that do not sum": (
        sub("only: {label: Midland, prior: 1}", "only: {label: Midland, prior: 0.9}"),
        "priors-sum",
    ),
    "two types with the rest": (sub("prior: prior.resolute", "prior: rest"), "priors-sum"),
    "no type with the rest": (
        sub("hollow: {label: hollow, prior: rest}", "hollow: {label: hollow, prior: 0.4}"),
        "priors-sum",
    ),
    "priors that can exceed one": (
        sub(
            "hollow: {label: hollow, prior: rest}",
            "hollow: {label: h, prior: 0.2}\n      vague: {label: v, prior: rest}",
        ),
        "priors-sum",
    ),
    "rationality that is no quantity": (
        sub("rationality: rationality ", "rationality: reason "),
        "quantity-unknown",
    ),
    "rationality in stakes": (
        sub("rationality: rationality ", "rationality: war.gain "),
        "unit-mismatch",
    ),
    "rationality that can be zero": (
        sub("triangular: [0.05, 0.1, 0.2]", "triangular: [0, 0.1, 0.2]"),
        "value-out-of-range",
    ),
    "rationality that is missing": (
        sub("triangular: [0.05, 0.1, 0.2]", "missing: {reason: nobody knows}"),
        "quantity-unknown",
    ),
    "group without a correlation": (sub(GAIN, f"group: war, {GAIN}"), "correlation-invalid"),
    "correlation above one": (
        sub("correlations: {}", "correlations: {war: 1.5}"),
        "correlation-invalid",
    ),
    "correlation that three cannot have": (
        both(
            sub("correlations: {}", "correlations: {war: -0.6}"),
            sub(GAIN, f"group: war, {GAIN}"),
            sub("triangular: [15, 30, 60]", "group: war, triangular: [15, 30, 60]"),
            sub("triangular: [30, 60, 90]", "group: war, triangular: [30, 60, 90]"),
        ),
        "correlation-invalid",
    ),
    "exposure outside its unit": (
        sub("gas_share,0.55", "gas_share,55", "exposures.csv"),
        "probability-out-of-range",
    ),
    "exposure in another unit": (
        sub(GAS, GAS.replace("share,2029", "pct,2029"), "exposures.csv"),
        "unit-mismatch",
    ),
    "exposure not plausible": (
        add("WES,distance_km,90000,,,km,2029,fact,high,gazette,,\n", "exposures.csv"),
        "value-implausible",
    ),
    "rivals in two units": (
        both(
            add("WES,depth,1,,,km,2029,fact,high,gazette,,\n", "exposures.csv"),
            add("WES,depth,2,,,days,2029,fact,high,gazette,,\n", "exposures.csv"),
        ),
        "unit-mismatch",
    ),
    "position outside its scale": (
        sub("NOR,membership,0,", "NOR,membership,-5,", "positions.csv"),
        "value-out-of-range",
    ),
    "salience in percent": (
        sub("NOR,membership,0,0.9", "NOR,membership,0,90", "positions.csv"),
        "value-out-of-range",
    ),
    # references
    "actor of an actor without a player": (
        sub(", player: mid}", ", members: [X]}"),
        "actor-unknown",
    ),
    "player of an actor unknown": (
        sub("kind: state, player: north}", "kind: state, player: nroth}"),
        "player-unknown",
    ),
    "member of an institution unknown": (
        sub("kind: state, player: north}", "kind: institution, members: [ABC]}"),
        "actor-unknown",
    ),
    "actor of a player unknown": (sub("actors: [NOR]", "actors: [NOX]"), "actor-unknown"),
    "actor of an exposure unknown": (
        sub("WES,gas_share", "WEST,gas_share", "exposures.csv"),
        "actor-unknown",
    ),
    "issue of a position unknown": (
        sub("NOR,membership", "NOR,member", "positions.csv"),
        "issue-unknown",
    ),
    "instrument of an unknown player": (
        sub("shut the pipeline, player: north", "shut the pipeline, player: south"),
        "player-unknown",
    ),
    "seen by an unknown player": (
        sub("seen_by: [north, mid]", "seen_by: [north, middle]"),
        "player-unknown",
    ),
    "looks like an unknown instrument": (
        sub("looks_like: hold", "looks_like: holding"),
        "instrument-unknown",
    ),
    "looks like itself": (sub("looks_like: hold", "looks_like: subvert"), "instrument-unknown"),
    "looks like another's instrument": (
        sub("looks_like: hold", "looks_like: wait"),
        "instrument-unknown",
    ),
    "menu with an unknown instrument": (
        sub("menu: [shut, supply]", "menu: [shut, suply]"),
        "instrument-unknown",
    ),
    "menu with another's instrument": (
        sub("menu: [shut, supply]", "menu: [shut, wait]"),
        "instrument-unknown",
    ),
    "empty menu": (sub("menu: [shut, supply]", "menu: []"), "menu-empty"),
    "phase of an unknown player": (
        sub("player: north, menu: [shut", "player: south, menu: [shut"),
        "player-unknown",
    ),
    "phase in a round too far": (
        sub("menu: [shut, supply],", "menu: [shut, supply], rounds: [1, 3],"),
        "value-out-of-range",
    ),
    "unknown variable in a condition": (
        sub("when: {talks: none}", "when: {talk: none}"),
        "variable-unknown",
    ),
    "unknown value in a condition": (
        sub("when: {talks: none}", "when: {talks: nothing}"),
        "state-value-unknown",
    ),
    "round beyond the last": (
        sub("when: {talks: none}", "when: {round: 3}"),
        "state-value-unknown",
    ),
    "type of an unknown player": (
        sub("when: {talks: none}", "when: {south.type: limited}"),
        "player-unknown",
    ),
    "unknown type in a condition": (
        sub("when: {talks: none}", "when: {north.type: limitd}"),
        "type-unknown",
    ),
    "unknown variable in an effect": (
        sub("effects: {talks: offered}", "effects: {talk: offered}"),
        "variable-unknown",
    ),
    "unknown value in an effect": (
        sub("effects: {talks: offered}", "effects: {talks: offer}"),
        "state-value-unknown",
    ),
    "effect on the round": (
        sub("effects: {talks: offered}", "effects: {round: 1}"),
        "variable-unknown",
    ),
    "effect on a type": (
        sub("effects: {talks: offered}", "effects: {north.type: limited}"),
        "variable-unknown",
    ),
    "effect of a chance outcome": (
        sub("effects: {conflict: war_lost}", "effects: {conflict: lost}"),
        "state-value-unknown",
    ),
    "start with an unknown value": (sub("initial: vague", "initial: loud"), "state-value-unknown"),
    "unknown quantity in an input": (
        sub("attacker_strength: force.north", "attacker_strength: force.nroth"),
        "quantity-unknown",
    ),
    "unknown quantity as a prior": (
        sub("prior: prior.resolute", "prior: prior.resolut"),
        "quantity-unknown",
    ),
    "missing quantity in an input": (
        sub(GAIN, "missing: {reason: not published}"),
        "quantity-unknown",
    ),
    "unknown figure of a fact": (
        sub("figures: [force.north]", "figures: [force.east]"),
        "quantity-unknown",
    ),
    "unknown mechanism": (
        sub("{output: contest.success_prob}", "{output: kontest.success_prob}"),
        "mechanism-unknown",
    ),
    "by an unknown variable": (
        sub("{by: gas, flowing", "{by: pipeline, flowing"),
        "variable-unknown",
    ),
    "by the round": (
        sub("{by: gas, flowing: 0, cut: gas.cut}", "{by: round, 1: 0, 2: gas.cut}"),
        "variable-unknown",
    ),
    "case left out": (sub("{by: gas, flowing: 0, cut", "{by: gas, cut"), "key-missing"),
    "case too many": (
        sub("{by: gas, flowing: 0,", "{by: gas, leaking: 1, flowing: 0,"),
        "state-value-unknown",
    ),
    "unknown exposure": (
        sub("{exposure: import_share}", "{exposure: imports}"),
        "exposure-unknown",
    ),
    "exposure of a member unknown": (
        sub("members: [WES]", "members: [WES, MID]"),
        "exposure-unknown",
    ),
    "exposure without members": (sub("    members: [WES]\n", ""), "key-missing"),
    "unknown member": (sub("members: [WES]", "members: [WEST]"), "actor-unknown"),
    "members of two kinds": (sub("members: [WES]", "members: [membership, WES]"), "issue-unknown"),
    "position on an unknown issue": (
        sub("{exposure: import_share}", "{position: unity}"),
        "issue-unknown",
    ),
    "position of an unknown actor": (
        both(
            sub("members: [WES]", "members: [membership]"),
            sub("{exposure: import_share}", "{salience: ABC}"),
        ),
        "actor-unknown",
    ),
    "exposure in a price": (
        sub(
            "price: {product: [sanctions.damage, {output: gas_loss.loss_pct_gdp}]}",
            "price: {exposure: gas_share}",
        ),
        "value-type",
    ),
    "state in a weight": (
        sub("weights: {west: -1}", "weights: {west: {by: gas, flowing: 0, cut: 1}}"),
        "value-type",
    ),
    "output in a weight": (
        sub("weights: {west: -1}", "weights: {west: {output: gas_loss.loss_pct_gdp}}"),
        "value-type",
    ),
    "weight of an unknown player": (
        sub("weights: {west: -1}", "weights: {east: -1}"),
        "player-unknown",
    ),
    "weight of an unknown type": (
        sub(
            "weights: {west: {resolute: -1, hollow: weight.hollow}}",
            "weights: {west: {resolute: -1, hollow: 0, vague: 1}}",
        ),
        "type-unknown",
    ),
    "weight of a type left out": (
        sub(
            "weights: {west: {resolute: -1, hollow: weight.hollow}}",
            "weights: {west: {resolute: -1}}",
        ),
        "key-missing",
    ),
    "policy fixes an unknown phase": (
        sub("fix: {answer: wait}", "fix: {anwser: wait}"),
        "policy-invalid",
    ),
    "policy fixes a round too far": (
        sub("fix: {answer@1: arm}", "fix: {answer@3: arm}"),
        "policy-invalid",
    ),
    "policy fixes a round in words": (
        sub("fix: {answer@1: arm}", "fix: {answer@first: arm}"),
        "policy-invalid",
    ),
    "policy fixes what is not in the menu": (
        sub("fix: {answer@1: arm}", "fix: {answer@1: invade}"),
        "policy-invalid",
    ),
    "policy fixes nothing": (sub("fix: {answer@1: arm}", "fix: {answer@1: []}"), "policy-invalid"),
    "policy forbids the unknown": (
        sub("fix: {answer@1: arm}", "forbid: [invading]"),
        "instrument-unknown",
    ),
    "policy with an unknown variable": (
        sub("fix: {answer@1: arm}", "state: {postures: armed}"),
        "variable-unknown",
    ),
    "policy with an unknown value": (
        sub("fix: {answer@1: arm}", "state: {posture: heavy}"),
        "state-value-unknown",
    ),
    "policy that sets a type": (
        sub("fix: {answer@1: arm}", "state: {north.type: limited}"),
        "variable-unknown",
    ),
    "aim that adds up nothing": (
        sub("facts:\n", "aims:\n  worry: {label: worry}\n\nfacts:\n"),
        "key-missing",
    ),
    "aim that adds up unlike things": (
        sub(
            "facts:\n",
            "aims:\n  worry: {label: worry, outcomes: [war], payoffs: [west]}\n\nfacts:\n",
        ),
        "value-type",
    ),
    "aim about an unknown consideration": (
        sub("facts:\n", "aims:\n  worry: {label: worry, considerations: [wory]}\n\nfacts:\n"),
        "path-unknown",
    ),
    "aim about an unknown player": (
        sub("facts:\n", "aims:\n  worry: {label: worry, payoffs: [east]}\n\nfacts:\n"),
        "player-unknown",
    ),
    "aim that names a player twice": (
        sub("facts:\n", "aims:\n  worry: {label: worry, payoffs: [west, west]}\n\nfacts:\n"),
        "id-duplicate",
    ),
    "aim with an unknown direction": (
        sub(
            "facts:\n", "aims:\n  worry: {label: worry, payoffs: [west], better: high}\n\nfacts:\n"
        ),
        "value-out-of-range",
    ),
    # the game that the rules make
    "model that does not exist": (
        sub("model: deterrence.contest", "model: deterrence.kontest"),
        "model-unknown",
    ),
    "input that does not exist": (
        sub("      decisiveness:", "      decisivness:"),
        "model-input-unknown",
    ),
    "input left out": (
        sub("      decisiveness: contest.decisiveness\n", ""),
        "model-input-missing",
    ),
    "output that does not exist": (
        sub("{output: contest.success_prob}", "{output: contest.success}"),
        "model-output-unknown",
    ),
    "instrument in no menu": (sub("menu: [shut, supply]", "menu: [shut]"), "instrument-unused"),
    "outcome left out": (
        sub(
            "  standoff: {label: stand-off without subversion, group: a stand-off of either kind, when: {}}\n",
            "",
        ),
        "outcome-unnamed",
    ),
}


@pytest.mark.parametrize("name", CORPUS)
def test_malformed_folder_gives_its_code_and_exit_code_two(name, tiny, detente):
    mutate, code = CORPUS[name]
    mutate(tiny)
    exit_code, out, err = detente("check", tiny)
    assert exit_code == 2, out + err
    assert not err
    assert any(f"[{code}]" in line and "error:" in line for line in out.splitlines()), out
    assert out.count("\n  fix: ") == out.count("\n  error: ") + out.count("\n  warning: ")


@pytest.mark.parametrize(
    "name", ["no crisis file", "unknown key at the top", "priors that do not sum"]
)
def test_malformed_folder_cannot_be_loaded_and_says_everything(name, tiny, detente):
    mutate, code = CORPUS[name]
    mutate(tiny)
    with pytest.raises(CrisisFileError) as caught:
        load_crisis(tiny)
    assert caught.value.findings == check_folder(tiny)
    assert caught.value.code == code
    exit_code, out, _ = detente("check", tiny, "--json")
    assert exit_code == 2
    assert [item["code"] for item in json.loads(out)] == [
        item.code for item in caught.value.findings
    ]


def test_corpus_is_as_large_as_asked():
    assert len(CORPUS) >= 60
