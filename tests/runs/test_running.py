"""Running the template crisis: same bytes however it is run, stopped or damaged; a coherent set of numbers."""

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import detente.crisis
from detente.crisis import load_crisis
from detente.crisis.quantities import reference_value
from detente.engine import Design
from detente.errors import RunError, UsageError
from detente.files import writing
from detente.runs import SHARD_DRAWS, Run, run_ensemble, run_part, running, shards, store
from detente.runs.store import shard_file

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
POLICIES = ("free", "arm")
N_DRAWS = 150


class Stop(Exception):  # noqa: N818
    """Raised by a progress callback: stands for a kill between two shards."""


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


def run(crisis, folder, **options):
    defaults = {"policies": POLICIES, "n_draws": N_DRAWS, "seed": 3, "workers": 1}
    return run_ensemble(crisis, folder=folder, **(defaults | options))


def read_files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(crisis, tmp_path_factory):
    """An undisturbed run; tests that change a run make their own."""
    path = tmp_path_factory.mktemp("run") / "run"
    run(crisis, path)
    return path


@pytest.fixture(scope="module")
def results(folder):
    return Run.open(folder)


def test_any_number_of_workers_gives_the_same_bytes(crisis, folder, tmp_path):
    run(crisis, tmp_path / "two", workers=2)
    assert read_files(tmp_path / "two") == read_files(folder)


def test_a_stopped_run_goes_on_to_the_same_bytes(crisis, folder, tmp_path):
    def stop(done, total):
        assert total == N_DRAWS
        if done:
            raise Stop

    with pytest.raises(Stop):
        run(crisis, tmp_path / "run", progress=stop)
    there = [number for number in range(3) if shard_file(tmp_path / "run", number).exists()]
    assert 1 <= len(there) < 3
    with pytest.raises(RunError) as caught:
        Run.open(tmp_path / "run")
    assert caught.value.code == "run-corrupt"
    run(crisis, tmp_path / "run")
    assert read_files(tmp_path / "run") == read_files(folder)


def test_an_interrupt_leaves_a_run_that_resumes(crisis, folder, tmp_path):
    def interrupt(done, total):
        del total
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(crisis, tmp_path / "run", progress=interrupt, workers=2)
    run(crisis, tmp_path / "run")
    assert read_files(tmp_path / "run") == read_files(folder)


def copy_run(folder, target):
    for name, content in read_files(folder).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
    return target


def damage_delete(path):
    path.unlink()


def damage_truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def damage_flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def damage_empty(path):
    path.write_bytes(b"")


def damage_unseal(path):
    path.with_suffix(".json").unlink()


@pytest.mark.parametrize(
    "damage", [damage_delete, damage_truncate, damage_flip, damage_empty, damage_unseal]
)
def test_damaged_shards_are_computed_anew_and_others_kept(crisis, folder, tmp_path, damage):
    target = copy_run(folder, tmp_path / "run")
    damage(shard_file(target, 1))
    kept = shard_file(target, 0).stat().st_mtime_ns
    run(crisis, target)
    assert shard_file(target, 0).stat().st_mtime_ns == kept
    assert read_files(target) == read_files(folder)


def test_a_finished_run_is_not_computed_again(crisis, folder):
    calls = []
    before = shard_file(folder, 0).stat().st_mtime_ns
    run(crisis, folder, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(N_DRAWS, N_DRAWS)]
    assert shard_file(folder, 0).stat().st_mtime_ns == before


def test_progress_counts_up_to_all_draws(crisis, tmp_path):
    calls = []
    run(crisis, tmp_path, policies=["arm"], progress=lambda *call: calls.append(call))
    assert calls == [(0, 150), (64, 150), (128, 150), (150, 150)]


def test_a_longer_run_keeps_the_shorter_ones_draws(crisis, folder, results, tmp_path):
    target = copy_run(folder, tmp_path / "run")
    longer = run(crisis, target, n_draws=200)
    assert longer.n_draws == 200
    np.testing.assert_array_equal(
        longer.values("attack", "free")[:N_DRAWS], results.values("attack", "free")
    )
    shorter = run(crisis, target, n_draws=10)
    np.testing.assert_array_equal(
        shorter.values("attack", "arm"), results.values("attack", "arm")[:10]
    )


@pytest.mark.parametrize(
    ("options", "word"), [({"seed": 4}, "seed"), ({"policies": ["free"]}, "policies")]
)
def test_a_folder_of_another_run_is_refused_and_left_alone(crisis, folder, options, word):
    before = read_files(folder)
    with pytest.raises(RunError, match=word) as caught:
        run(crisis, folder, **options)
    assert caught.value.code == "run-mismatch"
    assert read_files(folder) == before


def test_a_changed_crisis_is_refused(folder):
    changed = load_crisis(TEMPLATE, overrides={"war.gain": "40"})
    with pytest.raises(RunError, match="version of the crisis files or overrides") as caught:
        run(changed, folder)
    assert caught.value.code == "run-mismatch"


@pytest.mark.parametrize(
    "options",
    [{"policies": ["fre"]}, {"policies": []}, {"n_draws": 0}, {"workers": 0}, {"seed": -1}],
)
def test_impossible_options_are_refused_before_anything_is_written(crisis, tmp_path, options):
    with pytest.raises(UsageError) as caught:
        run(crisis, tmp_path / "run", **options)
    assert caught.value.code == "option-invalid"
    assert not (tmp_path / "run").exists()


# --- the numbers of a run --------------------------------------------------------------------------------------------


def test_solutions_hold(results):
    # oracle by theorem: the residual is recomputed from the answer
    certificate = results.certificate
    assert certificate.max_residual < 1e-9
    assert certificate.unconverged == 0
    assert certificate.n_solutions == 2 * N_DRAWS


def test_outcomes_sum_to_one_and_types_average_to_the_whole(results):
    # oracle by theorem
    for policy in POLICIES:
        outcomes = results.metrics("outcome/", policy=policy)
        total = sum(results.values(name, policy) for name in outcomes)
        np.testing.assert_allclose(total, 1.0, rtol=1e-12)
        whole = sum(
            results.values(f"prior/north/{kind}", policy)
            * results.values(f"attack_given/north/{kind}", policy)
            for kind in ("limited", "revisionist")
        )
        np.testing.assert_allclose(whole, results.values("attack", policy), rtol=1e-12)


def test_payoffs_are_the_sum_of_their_parts_and_agree_with_the_solver(results):
    # oracle by theorem: payoffs are linear in considerations
    for kind in ("limited", "revisionist"):
        parts = [
            results.values(name, "free")
            for name in results.metrics(f"payoff/north/{kind}/", policy="free")
        ]
        np.testing.assert_allclose(sum(parts), results.values(f"payoff/north/{kind}", "free"))


def test_beliefs_average_to_the_prior(results):
    # oracle by theorem: Bayes' rule is a martingale; every path of the template shows a move of the north
    seen = [
        name.rsplit("/", 1)[1]
        for name in results.metrics("belief/north/revisionist/", policy="free")
    ]
    prior = results.values("prior/north/revisionist", "free")
    prob = {
        move: sum(
            results.values(f"prior/north/{kind}", "free")
            * sum(
                results.values(f"first/north/{kind}/{name}", "free")
                for name in (move, *(["subvert"] if move == "hold" else []))
            )
            for kind in ("limited", "revisionist")
        )
        for move in seen
    }
    average = sum(
        prob[move] * results.values(f"belief/north/revisionist/{move}", "free") for move in seen
    )
    np.testing.assert_allclose(average, prior, rtol=1e-10)


def test_crisis_metrics_are_stored_once(results):
    assert "mechanism/contest/success_prob@posture=armed" in results.metrics(
        "mechanism/", policy=""
    )
    armed, plain = (
        results.values(f"mechanism/contest/success_prob@posture={posture}")
        for posture in ("armed", "none")
    )
    assert (armed < plain).all()
    assert results.values("quantity/force.mid")[0] == 15.0
    assert results.metrics("mechanism/", policy="free") == ()


def test_policies_share_their_draws(results):
    # oracle by theorem: common random numbers: paired differences spread less than independent ones would
    difference = results.difference("attack", "arm", "free")
    spread = [results.values("attack", policy).std() for policy in POLICIES]
    paired = (results.values("attack", "arm") - results.values("attack", "free")).std()
    assert paired < np.hypot(*spread) / 2
    assert difference.mean_low < difference.mean < difference.mean_high


def test_drivers_have_the_expected_signs(results):
    # oracle by hand: more to gain raises attack, a dearer war lowers it
    effects = dict(results.effects("attack", "free"))
    assert effects["war.gain"] > 0.0
    assert effects["war.cost.north"] < 0.0
    assert "force.mid" not in effects


def test_shards_are_whole(results):
    assert results.query("SELECT count(DISTINCT draw) FROM run") == [(N_DRAWS,)]
    assert SHARD_DRAWS * 3 >= N_DRAWS


def test_a_run_of_another_version_is_refused(crisis, folder, tmp_path):
    target = copy_run(folder, tmp_path / "run")
    path = target / "manifest.json"
    fields = json.loads(path.read_text())
    fields["versions"]["detente"] = "0.0.0"
    path.write_text(json.dumps(fields))
    with pytest.raises(RunError, match=r"detente 0\.0\.0") as caught:
        run(crisis, target)
    assert caught.value.code == "run-mismatch"


def test_a_crisis_without_policies_runs_free(crisis, results, tmp_path):
    # oracle by theorem: no commitment is what the template's policy without restrictions is
    bare = replace(crisis, policies={})
    found = run(bare, tmp_path, policies=None, n_draws=64)
    assert found.policy_ids == ("free",)
    np.testing.assert_array_equal(
        found.values("attack", "free"), results.values("attack", "free")[:64]
    )


def test_member_outputs_are_named_by_member(crisis):
    # oracle by hand
    crisis = SimpleNamespace(
        mechanisms={"m": SimpleNamespace(members=("AAA", "BBB"), model="alliance.joining")}
    )
    priced = SimpleNamespace(
        outputs={
            "m": {
                "share": np.arange(12.0).reshape(2, 2, 3),
                "sum": np.zeros((2, 3)),
                "worth": np.zeros((2, 2, 3)),  # declared as not kept
            }
        },
        level_states={"m": ({"gas": "cut", "talks": "none"}, {"gas": "flowing", "talks": "none"})},
        plan=SimpleNamespace(mechanism_codes={"m": np.array([0, 2])}, reachable={}),
    )
    metrics = shards._mechanism_metrics(crisis, priced)
    assert list(metrics) == [
        "mechanism/m/share@gas=cut,talks=none/AAA",
        "mechanism/m/share@gas=cut,talks=none/BBB",
        "mechanism/m/share@gas=flowing,talks=none/AAA",
        "mechanism/m/share@gas=flowing,talks=none/BBB",
        "mechanism/m/sum@gas=cut,talks=none",
        "mechanism/m/sum@gas=flowing,talks=none",
    ]
    np.testing.assert_array_equal(
        metrics["mechanism/m/share@gas=flowing,talks=none/BBB"], [9.0, 10.0, 11.0]
    )
    priced.plan.reachable["m"] = np.array([2])  # the other level was evaluated for payoffs alone
    assert list(shards._mechanism_metrics(crisis, priced)) == [
        "mechanism/m/share@gas=flowing,talks=none/AAA",
        "mechanism/m/share@gas=flowing,talks=none/BBB",
        "mechanism/m/sum@gas=flowing,talks=none",
    ]


KILLER = """
import os, pathlib, random, signal, sys, time
from detente.crisis import load_crisis
from detente.runs import run_ensemble

crisis, folder, scratch = load_crisis(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]

def run(folder, n_draws):
    run_ensemble(
        crisis, folder=folder, policies=["free", "arm"], n_draws=n_draws, seed=3, workers=2, shard_draws=64
    )

def shards():
    return len(list(folder.glob("shards/*.parquet")))

run(scratch, 64)  # so that the children find everything loaded
chance = random.Random(5)
for kill in range(20):
    before = shards()
    child = os.fork()
    if child == 0:
        run(folder, 20_480)
        os._exit(0)
    if kill % 4:  # three of four kills fall among shards, the others on the way to the first
        while shards() == before and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.001)
    time.sleep(chance.uniform(0.0, 0.1))
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    print(before, shards(), os.WTERMSIG(status))
"""


@pytest.mark.slow
def test_twenty_kills_at_random_moments_change_nothing(crisis, tmp_path):
    # oracle by theorem: kill -9 while a run computes and writes changes nothing; the undisturbed run is made here
    options = {"n_draws": 20_480, "shard_draws": 64}
    run(crisis, tmp_path / "calm", workers=1, **options)
    killed, scratch = tmp_path / "killed", tmp_path / "scratch"
    command = [sys.executable, "-c", KILLER, str(TEMPLATE), str(killed), str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kills = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert [signal_number for *_, signal_number in kills] == [signal.SIGKILL] * 20
    assert all(before <= after < 320 for before, after, _ in kills)
    assert sum(after > before for before, after, _ in kills) >= 15
    with pytest.raises(RunError, match="unfinished"):
        Run.open(killed)
    run(crisis, killed, workers=2, **options)
    assert read_files(killed) == read_files(tmp_path / "calm")


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({}, ("west",)),
        ({"west": "ally"}, ("west", "mid")),
        (dict.fromkeys(("north", "west", "mid"), "challenger"), ("north", "west", "mid")),
    ],
)
def test_regret_has_players_to_be_about_whatever_their_roles(crisis, tmp_path, roles, expected):
    players = {
        name: replace(player, role=roles.get(name, player.role))
        for name, player in crisis.players.items()
    }
    done = run(replace(crisis, players=players), tmp_path, n_draws=1, policies=("free",))
    assert done.manifest.defenders == expected
    assert done.regret().rows[0].mean == 0.0


# --- designs, parts and shards of other sizes ------------------------------------------------------------------------


def bytes_of(folder):
    return {name: content for name, content in read_files(folder).items() if "shards/" in name}


@pytest.mark.parametrize("name", ["sobol", "lhs", "monte-carlo"])
def test_every_design_gives_the_same_bytes_for_any_number_of_workers(crisis, tmp_path, name):
    # oracle by theorem (the requirement itself)
    design = Design(name=name, mode="exploratory")
    for workers in (1, 2):
        run(crisis, tmp_path / str(workers), n_draws=128, workers=workers, design=design)
    assert read_files(tmp_path / "1") == read_files(tmp_path / "2")


def test_the_size_of_shards_moves_no_number(crisis, results, tmp_path):
    # oracle by theorem, bit by bit
    large = run(crisis, tmp_path, shard_draws=192)
    assert large.manifest.n_shards == 1
    assert large.metrics() == results.metrics()
    for policy in ("", *POLICIES):
        for name in results.metrics(policy=policy):
            np.testing.assert_array_equal(large.values(name, policy), results.values(name, policy))


def test_a_folder_keeps_the_size_of_its_shards(crisis, tmp_path):
    run(crisis, tmp_path, shard_draws=128, n_draws=64)
    assert run(crisis, tmp_path, n_draws=200).manifest.shard_draws == 128
    with pytest.raises(RunError, match="number of draws per shard: 128, not 64") as caught:
        run(crisis, tmp_path, shard_draws=64)
    assert caught.value.code == "run-mismatch"


@pytest.mark.parametrize("size", [0, 63, 96, -64, 65_600])
def test_sizes_that_are_no_whole_blocks_are_refused(crisis, tmp_path, size):
    with pytest.raises(UsageError) as caught:
        run(crisis, tmp_path, shard_draws=size)
    assert caught.value.code == "option-invalid"
    assert not list(tmp_path.iterdir())


def test_large_runs_have_large_shards(crisis):
    manifest = running.make_manifest(crisis, POLICIES, 1_000_000, 1, Design())
    assert running._shard_size(None, 16_384, None) == 64
    assert running._shard_size(None, 1_000_000, None) == 1024
    assert replace(manifest, shard_draws=1024).n_shards == 977


def test_parts_join_to_the_whole(crisis, folder, tmp_path):
    # oracle by theorem: three tasks in any order, one of them twice, leave the bytes of one run
    for which, left in ((2, 2), (2, 2), (3, 1), (1, 0)):
        done = run_part(
            crisis,
            folder=tmp_path / "run",
            part=(which, 3),
            policies=POLICIES,
            n_draws=N_DRAWS,
            seed=3,
            workers=1,
        )
        assert (done.shards, done.missing_elsewhere) == (1, left)
        assert done.is_complete == (left == 0)
    assert read_files(tmp_path / "run") == read_files(folder)


@pytest.mark.parametrize("part", [(0, 3), (4, 3), (1, 0)])
def test_parts_that_do_not_exist_are_refused(crisis, tmp_path, part):
    with pytest.raises(UsageError) as caught:
        run_part(crisis, folder=tmp_path, part=part)
    assert caught.value.code == "option-invalid"


@pytest.mark.parametrize(
    ("design", "word"),
    [
        (Design(name="sobol"), "design"),
        (Design(mode="exploratory"), "mode"),
        (Design(name="lhs"), "design"),
    ],
)
def test_a_folder_of_another_design_or_mode_is_refused(crisis, folder, design, word):
    with pytest.raises(RunError, match=f"another {word}") as caught:
        run(crisis, folder, n_draws=128, design=design)
    assert caught.value.code == "run-mismatch"


def test_a_latin_hypercube_cannot_grow(crisis, tmp_path):
    run(crisis, tmp_path, n_draws=64, design=Design(name="lhs"))
    with pytest.raises(RunError, match="Latin hypercube") as caught:
        run(crisis, tmp_path, n_draws=128, design=Design(name="lhs"))
    assert caught.value.code == "run-mismatch"


@pytest.mark.parametrize("name", ["streams", "sobol", "monte-carlo"])
def test_other_designs_grow(crisis, tmp_path, name):
    # oracle by theorem, bit by bit
    short = run(crisis, tmp_path, n_draws=64, design=Design(name=name)).values("attack", "free")
    longer = run(crisis, tmp_path, n_draws=128, design=Design(name=name))
    np.testing.assert_array_equal(longer.values("attack", "free")[:64], short)


def test_a_factorial_run_solves_each_combination(crisis, tmp_path):
    # oracle by independent path: the same values set one by one with overrides
    levels = (
        ("war.cost.north", (("low", 20.0), ("high", 50.0))),
        ("war.gain", (("20", 20.0), ("40", 40.0))),
    )
    design = Design(name="factorial", mode="exploratory", alternatives=levels)
    found = run(crisis, tmp_path / "all", n_draws=4, design=design)
    medians = {
        path: repr(reference_value(item.distribution))
        for path, item in crisis.quantities.items()
        if item.distribution.family != "fixed"
    }
    for cell, (cost, gain) in enumerate([(20, 20), (20, 40), (50, 20), (50, 40)]):
        texts = medians | {"war.cost.north": str(cost), "war.gain": str(gain)}
        one = load_crisis(TEMPLATE, overrides=texts)
        alone = run(one, tmp_path / str(cell), n_draws=1, policies=["free"])
        np.testing.assert_allclose(
            found.values("attack", "free")[cell], alone.values("attack", "free")[0], rtol=1e-9
        )


def test_the_manifest_remembers_the_design(crisis, tmp_path):
    levels = (("war.gain", (("low", 20.0), ("high", 40.0))),)
    design = Design(name="factorial", mode="exploratory", alternatives=levels, others="drawn")
    run(crisis, tmp_path, n_draws=128, design=design)
    assert Run.open(tmp_path).manifest.plan == design


# --- faults ----------------------------------------------------------------------------------------------------------


def test_leftovers_of_dead_processes_go_and_those_of_others_stay(crisis, folder, tmp_path):
    target = copy_run(folder, tmp_path / "run")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host = writing._host()
    dead = target / "shards" / f".shard-000001.parquet.{host}-{ended.pid}-17.part"
    alive = target / "shards" / f".shard-000002.parquet.{host}-{os.getpid()}-17.part"
    elsewhere = target / "shards" / f".shard-000002.parquet.otherhost-{ended.pid}-17.part"
    for path in (dead, alive, elsewhere):
        path.write_bytes(b"half a shard")
    run(crisis, target)
    assert not dead.exists()
    assert alive.exists()
    assert elsewhere.exists()


def test_a_full_disk_is_named_and_leaves_a_run_that_resumes(crisis, folder, tmp_path, monkeypatch):
    # the disk fills after two files, in the middle of a third
    real, written = os.fsync, []

    def fsync(handle):
        written.append(handle)
        if len(written) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(store.os, "fsync", fsync)
    with pytest.raises(RunError, match="No space left on device") as caught:
        run(crisis, tmp_path / "run")
    assert caught.value.code == "output-unwritable"
    assert "shard-" in caught.value.at
    assert not list((tmp_path / "run").rglob("*.part"))
    monkeypatch.undo()
    run(crisis, tmp_path / "run")
    assert read_files(tmp_path / "run") == read_files(folder)


LIMITED = """
import resource, signal, sys
from detente.crisis import load_crisis
from detente.runs import run_ensemble
from detente.errors import RunError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
crisis = load_crisis(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    run_ensemble(crisis, folder=sys.argv[2], policies=["free", "arm"], n_draws=150, seed=3, workers=1)
except RunError as error:
    print(error.code, error.at)
"""


def test_a_write_that_the_system_cuts_short_is_named(crisis, folder, tmp_path):
    # oracle: the operating system's own limit on file sizes, which stops a write in the middle
    command = [sys.executable, "-c", LIMITED, str(TEMPLATE), str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "output-unwritable"
    assert "shard-000000.parquet" in done.stdout
    assert not list((tmp_path / "run").rglob("*.part"))
    run(crisis, tmp_path / "run")
    assert read_files(tmp_path / "run") == read_files(folder)
