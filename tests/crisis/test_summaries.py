"""What a notebook shows of a crisis and its parts."""

from html.parser import HTMLParser

import pytest

from detente.crisis import load_crisis, shipped_crises
from detente.crisis.trade_tables import load_trade_table


class _Balance(HTMLParser):
    """Check that tags close in order; collect the text."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, _attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def text_of(markup):
    parser = _Balance()
    parser.feed(markup)
    parser.close()
    assert not parser.open
    return " ".join(parser.text)


def check(shown, length):
    assert len(shown) < length
    assert max(map(len, shown.splitlines())) <= 120


@pytest.mark.parametrize("name", shipped_crises())
def test_a_crisis_and_its_parts_fit_a_screen(name):
    # Oracle: hand, the limits of a screen.
    crisis = load_crisis(name)
    check(repr(crisis), 2000)
    assert crisis.id in text_of(crisis._repr_html_())
    for part in (
        *crisis.quantities.values(),
        *crisis.sources.values(),
        *crisis.tables.values(),
    ):
        check(repr(part), 2000)
        assert len(repr(part).splitlines()) < 20
        assert text_of(part._repr_html_())
    every = crisis.set(
        {
            path: item.distribution.parameters[0]
            for path, item in (
                (path, item)
                for path, item in crisis.quantities.items()
                if path.startswith("exposures")
            )
        }
    )
    check(repr(every), 2000)


def test_a_crisis_says_what_it_is(tiny):
    # Oracle: hand.
    crisis = load_crisis(tiny).set({"rounds": 1, "war.gain": (20, 40)})
    shown = repr(crisis)
    for part in (
        "Crisis 'my-crisis'",
        str(crisis.as_of),
        "north (challenger: limited or revisionist)",
        f"instruments  {len(crisis.instruments)}",
        f"sources      {len(crisis.sources)}",
        f"quantities   {len(crisis.quantities)}, ",
        f"digest       {crisis.digest[:12]}\n",
        "rounds = 1, war.gain = 20..40",
    ):
        assert part in shown
    assert repr(crisis.quantities["war.gain"]).splitlines()[1].split()[:2] == [
        "value",
        "uniform(20,",
    ]
    table = crisis.tables["timeline"]
    assert f"rows     {len(table.rows)}" in repr(table)
    assert table.rows[0].cells["event"] in text_of(table._repr_html_())


def test_a_trade_table_shows_no_arrays():
    # Oracle: hand.
    table = load_trade_table()
    check(repr(table), 1000)
    assert text_of(table._repr_html_()).count(table.regions[0])
