"""Correlations pair by pair in the assumptions of a briefing. Oracle: hand."""

import detente
from detente.brief import compose
from detente.crisis import load_crisis, new_crisis

ENTRY = "{label: a, normal: [0, 1], unit: ratio, as_of: 2030-01-10, source: judgement, grade: estimate, group: fit, unused: to try}"


def test_groups_with_one_number_and_with_pairs_are_named(tmp_path):
    folder = new_crisis("mine", tmp_path / "mine")
    path = folder / "crisis.yaml"
    text = path.read_text("utf-8")
    entries = "".join(f"  fit.{name}: {ENTRY}\n" for name in "ab")
    text = text.replace("quantities:\n", f"quantities:\n{entries}", 1)
    text = text.replace("  war.gain: {", "  war.gain: {group: war, ", 1)
    text = text.replace("  war.cost.north: {", "  war.cost.north: {group: war, ", 1)
    text = text.replace("correlations: {}", "correlations: {war: 0.5, fit: {fit.a: {fit.b: 0.3}}}")
    path.write_text(text, encoding="utf-8")
    crisis = load_crisis(folder)
    run = detente.run(crisis, draws=16, policies=["free", "arm"])
    words = "Correlated quantities: fit (pair by pair) and war (0.5); all others are drawn independently."
    assert words in " ".join(compose(crisis, run).assumptions)
