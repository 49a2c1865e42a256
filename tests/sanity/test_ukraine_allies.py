"""Who stands where in the reference crisis must come out of exposures and stated positions, not of constants.

Mechanisms are evaluated by themselves over the draws of the file; no game is solved. Oracles: the exposures and positions
of the tables themselves, and the signs that they must have.
"""

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.engine import draw_quantities
from detente.linking import evaluate_mechanisms

FIRM = ("GBR", "POL", "LTU", "LVA", "EST")
RESTRAINED = ("DEU", "HUN")
FULL = {"threat": "maximum"}
ISSUES = ("bank_sanctions", "swift", "export_controls", "nord_stream_2", "personal_sanctions")
CHANNELS = {
    "gas": "challenger_share_of_gas",
    "trade": "trade_share_gdp",
    "banks": "bank_claims_share_gdp",
}


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("ukraine-2022")


@pytest.fixture(scope="module")
def values(crisis):
    draws = draw_quantities(crisis, 256, seed=1)
    return dict(zip(draws.paths, draws.values, strict=True))


def joining(crisis, values, state=FULL, mechanism="joining_invasion", **changes):
    """Members, and joining, worth and cost of each, shape (n_members, n_draws)."""
    got = evaluate_mechanisms(crisis, [mechanism], values=values | changes, states=(state,))
    item = got[mechanism]
    outputs = (item.outputs[name][:, 0] for name in ("joining_prob", "worth", "cost"))
    return item.members, *outputs


def without(values, name):
    """The values with one exposure or stated position taken out: zero, or the same middle for all."""
    changed = {}
    for path, value in values.items():
        table, _, rest = path.partition(".")
        column = rest.partition(".")[2]
        if name in CHANNELS and table == "exposures" and column == CHANNELS[name]:
            changed[path] = 0.0 * value
        if name == "distance" and table == "exposures" and column == "distance_km":
            changed[path] = 0.0 * value + 1500.0
        if name == "history" and table == "exposures" and column == "stance_2014":
            changed[path] = 0.0 * value + 50.0
        if name == "opinion" and table == "exposures" and column == "opinion_sanctions_for":
            changed[path] = 0.0 * value + 0.5
        if name == "arms" and table == "positions" and column == "arms_ukraine":
            changed[path] = 0.0 * value + 50.0
        if name == "positions" and table == "positions" and column in ISSUES:
            changed[path] = 0.0 * value + 50.0
    assert changed, name
    return values | changed


def test_the_firm_are_firm_and_the_restrained_restrained(crisis, values):
    """Claim A7, in nine draws of ten and on average, for both kinds of attack."""
    for mechanism in ("joining_invasion", "joining_limited"):
        members, prob, *_ = joining(crisis, values, mechanism=mechanism)
        row = dict(zip(members, prob, strict=True))
        for soft in RESTRAINED:
            for hard in FIRM:
                assert (row[hard] > row[soft]).mean() > 0.9, (mechanism, hard, soft)


def test_a_member_given_anothers_exposures_and_positions_acts_like_it(crisis, values):
    """Nothing of a member is in its name: with Poland's rows Germany joins as Poland does."""
    changed = dict(values)
    for path, value in values.items():
        table, _, rest = path.partition(".")
        if table in {"exposures", "positions"} and rest.startswith("POL."):
            changed[f"{table}.DEU.{rest.removeprefix('POL.')}"] = value
    opinion = "exposures.DEU.opinion_sanctions_for"
    changed[opinion] = 0.0 * values[opinion] + 0.5  # Poland's public is not known: the middle
    for path, value in values.items():
        table, _, rest = path.partition(".")
        fill = {"positions.bank_sanctions": 65.0}.get(f"{table}.{rest.partition('.')[2]}", 50.0)
        twin = f"{table}.POL.{rest.removeprefix('DEU.')}"
        if rest.startswith("DEU.") and rest[4:] in (*ISSUES, "arms_ukraine") and twin not in values:
            changed[path] = 0.0 * value + fill
        if rest == "DEU.bank_claims_share_gdp" and twin not in values:
            changed[path] = 0.0 * value
    members, prob, *_ = joining(crisis, changed)
    row = dict(zip(members, prob, strict=True))
    np.testing.assert_allclose(row["DEU"], row["POL"], atol=1e-9)


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_taking_out_a_channel_frees_most_those_whom_it_binds_most(crisis, values, channel):
    """What a member's cost falls by is in the order of its exposure; nobody joins less, the most exposed gain."""
    members, before, _, cost = joining(crisis, values)
    _, after, _, freed = joining(crisis, without(values, channel))
    fall = (cost - freed).mean(axis=1)
    exposed = np.array(
        [
            values.get(f"exposures.{member}.{CHANNELS[channel]}", np.zeros(1)).mean()
            for member in members
        ]
    )
    in_order = exposed[np.argsort(-fall, kind="stable")]
    assert (np.diff(in_order) <= 1e-9).all()
    # free riders, who bear none of it, may join a little less when the others join more
    bound = exposed > 0.0
    assert (after - before)[bound].min() >= -1e-9
    assert after.mean() > before.mean()
    assert (after - before).mean(axis=1)[exposed.argmax()] > 0.005


def test_each_channel_binds_other_members(crisis, values):
    """The most exposed differ: gas in the east and north, claims in Austria, Italy and France."""
    members, _, _, cost = joining(crisis, values)
    tops = {}
    for channel in CHANNELS:
        fall = (cost - joining(crisis, without(values, channel))[3]).mean(axis=1)
        tops[channel] = [members[i] for i in np.argsort(-fall)[:3]]
    assert set(tops["banks"]) == {"AUT", "ITA", "FRA"} or tops["banks"][:2] == ["AUT", "ITA"]
    assert not set(tops["gas"]) & set(tops["banks"])
    assert {"LTU", "EST", "LVA"} & set(tops["trade"])


@pytest.mark.parametrize("name", ["history", "positions", "distance", "arms", "opinion"])
def test_taking_out_a_ground_of_firmness_closes_the_gap_it_makes(crisis, values, name):
    """Each ground moves whom it must: the gap between the firm and the restrained narrows, opinion moves Germany alone."""
    members, before, worth, cost = joining(crisis, values)
    _, after, worth_after, cost_after = joining(crisis, without(values, name))
    hard = [members.index(m) for m in FIRM]
    soft = [members.index(m) for m in RESTRAINED]
    net, net_after = worth - cost, worth_after - cost_after
    gap = (net[hard].mean(axis=0) - net[soft].mean(axis=0)).mean()
    gap_after = (net_after[hard].mean(axis=0) - net_after[soft].mean(axis=0)).mean()
    if name == "opinion":
        moved = np.abs(net_after - net).max(axis=1) > 1e-12
        assert [members[i] for i in np.flatnonzero(moved)] == ["DEU"]
        return
    assert gap_after < gap - 0.02
    assert np.abs(after - before).max() > 0.005


def test_positions_and_record_explain_the_gap_and_exposures_the_rest(crisis, values):
    """With stated positions, record and stand on arms alike, the gap that is left is a matter of exposure: the Baltic
    states, more exposed to trade than Germany, then join less than it."""
    alike = values
    for name in ("positions", "history", "arms", "opinion", "distance"):
        alike = without(alike, name)
    members, prob, worth, _ = joining(crisis, alike)
    row = dict(zip(members, prob.mean(axis=1), strict=True))
    known = np.array([f"positions.{member}.bank_sanctions" in values for member in members])
    np.testing.assert_allclose(worth[known], worth[known][:1].repeat(known.sum(), axis=0))
    assert row["LVA"] < row["DEU"] < row["GBR"]


@pytest.mark.parametrize("member", ["LVA", "FIN", "SVK", "BGR", "DEU", "GBR"])
def test_a_gas_cut_off_drives_members_off_by_their_dependence(crisis, values, member):
    members, calm, *_ = joining(crisis, values)
    _, cut, *_ = joining(crisis, values, state=FULL | {"gas": "cut"})
    fall = dict(zip(members, (calm - cut).mean(axis=1), strict=True))
    assert fall[member] >= 0.0
    assert fall["GBR"] < 0.05 < fall["SVK"]


def test_the_union_adopts_less_than_its_members_wish_and_a_larger_package_less_often(
    crisis, values
):
    states = tuple({"threat": threat} for threat in ("vague", "severe", "maximum"))
    got = evaluate_mechanisms(
        crisis, ["adoption_invasion", "joining_invasion"], values=values, states=states
    )
    adopted = got["adoption_invasion"].outputs["adopted_prob"].mean(axis=1)
    assert adopted[0] > adopted[1] > adopted[2] > 0.0
    applied = got["adoption_invasion"].outputs["applied_share"]
    assert (applied <= got["joining_invasion"].outputs["coverage"] + 1e-9).mean() > 0.95
