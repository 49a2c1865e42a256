"""Correlations of a group pair by pair. Oracle: hand."""

import pytest

from detente.crisis import check_folder, new_crisis

GROUP = "{label: a, normal: [0, 1], unit: ratio, as_of: 2030-01-10, source: judgement, grade: estimate, group: g, unused: to try}"


@pytest.fixture
def check(tmp_path):
    folder = new_crisis("mine", tmp_path / "mine")
    path = folder / "crisis.yaml"
    text = path.read_text("utf-8")

    def checked(pairs):
        entries = "".join(f"  g.{name}: {GROUP}\n" for name in "abc")
        changed = text.replace("quantities:\n", f"quantities:\n{entries}", 1)
        path.write_text(changed.replace("correlations: {}", f"correlations: {{g: {pairs}}}"))
        return [(item.code, item.message) for item in check_folder(folder)]

    return checked


def test_pairs_that_a_joint_distribution_has(check):
    assert check("{g.a: {g.b: 0.5, g.c: -0.5}, g.b: {g.c: 0.2}}") == []
    assert check("{g.a: {g.b: 0.9}}") == []


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ("{g.a: {g.b: 0.9, g.c: -0.9}, g.b: {g.c: 0.9}}", "no joint distribution has"),
        ("{g.a: {g.b: 1.2}}", "a correlation of 1.2"),
        ("{g.a: {g.a: 0.5}}", "is no pair, or stands twice"),
        ("{g.a: {g.b: 0.5}, g.b: {g.a: 0.5}}", "is no pair, or stands twice"),
        ("{g.a: {war.gain: 0.5}}", "'war.gain' is no quantity of the group 'g'"),
    ],
)
def test_pairs_that_are_wrong(pairs, words, check):
    ((code, message),) = check(pairs)
    assert code == "correlation-invalid"
    assert words in message
