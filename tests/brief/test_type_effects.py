"""What commitments do by type, in words. Oracle: hand; and the run of the template."""

from dataclasses import replace

import numpy as np
import pytest

from detente.brief.book import Book
from detente.brief.figures import links_in, plain
from detente.brief.type_effects import (
    common_reading,
    effects_table,
    reading_words,
    type_changes,
    type_clause,
)


@pytest.fixture(scope="module")
def under_each(full_context):
    book = Book(full_context, "outlook")
    policies = [name for name in full_context.policies.ids if name != full_context.policies.base]
    return {name: type_changes(full_context, book, name) for name in policies}


def test_each_change_is_the_mean_over_cases(full_context, under_each):
    """Oracle: independent code."""
    assert under_each["arm"]
    for policy, changes in under_each.items():
        for effect, figure in changes:
            metric = f"attack_given/north/{effect.type}"
            moved = full_context.columns.change(metric, policy)
            assert figure.value == pytest.approx(moved.mean(), abs=1e-12)


def test_a_clause_names_each_type_only_where_types_part(full_context, under_each):
    """Oracle: hand; by sign or by half, and the larger by half a point."""
    for changes in under_each.values():
        means = [effect.attack.mean() for effect, _ in changes]
        parts = max(map(abs, means)) >= 0.005 and (
            min(means) < 0 < max(means) or min(map(abs, means)) < max(map(abs, means)) / 2
        )
        said = plain(type_clause(full_context, changes))
        assert bool(said) == parts
        if said:
            assert "if Northland is “limited aims”" in said
            assert "if “revisionist”" in said


def test_the_table_reads_every_commitment(full_context, under_each):
    """Oracle: hand."""
    table = effects_table(full_context, under_each)
    assert [row[0] for row in table.rows] == [
        full_context.policies.get(name).label[0].upper() + full_context.policies.get(name).label[1:]
        for name, changes in under_each.items()
        if changes
    ]
    for row, (policy, changes) in zip(table.rows, under_each.items(), strict=True):
        assert row[-1] == reading_words(full_context, policy, changes)
        assert len(links_in("".join(row))) == len(changes)


def test_a_policy_that_changes_nothing_is_not_told(full_context):
    """Oracle: hand; the base case against itself."""
    book = Book(full_context, "outlook")
    assert type_changes(full_context, book, full_context.policies.base) == ()


def test_types_with_one_label_are_named_together(full_context, under_each):
    """Oracle: hand; three effects, two of them alike, one of them forced by the rules in the second case."""
    (effect, figure), (other, _) = under_each["arm"]
    up, even = np.full_like(effect.own, 0.1), np.zeros_like(effect.own)
    no_terms = {"settlement": None}
    raised = replace(effect, attack=up, own=up, **no_terms)
    same = replace(other, attack=up, own=up, **no_terms)
    still = replace(effect, attack=even + 1e-6, own=even, **no_terms)
    forced = replace(effect, attack=even, own=even, **no_terms)

    def words(*effects):
        return reading_words(full_context, "arm", tuple((one, figure) for one in effects))

    limited, revisionist = "“limited aims”", "“revisionist”"
    expected = f"provokes if {limited} or {revisionist}; no clear effect if {limited}"
    assert words(raised, same, still) == expected
    assert words(raised, same, forced) == "provokes"


def test_one_label_for_all_or_a_difference():
    """Oracle: hand."""
    assert common_reading(["reassures", "reassures"]) == "reassures"
    assert common_reading(["deters", "provokes"]) == "differs by type"
