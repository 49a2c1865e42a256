"""Shards on a Dask cluster of processes on this machine: the same bytes, whoever dies."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

import detente.crisis
from detente.crisis import load_crisis
from detente.errors import RunError, UsageError
from detente.runs import cluster, run_ensemble

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
POLICIES = ("free", "arm")
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


@pytest.fixture(scope="module")
def local():
    """Two worker processes on loopback, which end with the fixture."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", host="127.0.0.1"
    ) as running:
        yield running


def address_of(local):
    return local.scheduler_address.replace("tcp://", "dask://")


def run(crisis, folder, **options):
    return run_ensemble(crisis, folder=folder, policies=POLICIES, seed=3, **options)


def read_files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes(crisis, local, tmp_path):
    # oracle by theorem (the requirement itself)
    calls = []
    run(crisis, tmp_path / "here", n_draws=320, workers=1)
    run(
        crisis,
        tmp_path / "there",
        n_draws=320,
        executor=address_of(local),
        progress=lambda *call: calls.append(call),
    )
    assert read_files(tmp_path / "there") == read_files(tmp_path / "here")
    assert calls == [(64 * number, 320) for number in range(6)]


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_nothing(crisis, local, tmp_path):
    # oracle by theorem: kill -9 of a worker that has computed and holds shards
    run(crisis, tmp_path / "here", n_draws=64 * 60, workers=1)
    killed = []

    def kill(done, total):
        if done >= total // 4 and not killed:
            with distributed.Client(local.scheduler_address, set_as_default=False) as client:
                killed.append(min(client.run(os.getpid).values()))
            os.kill(killed[0], signal.SIGKILL)

    run(crisis, tmp_path / "there", n_draws=64 * 60, executor=address_of(local), progress=kill)
    assert killed
    assert read_files(tmp_path / "there") == read_files(tmp_path / "here")


@pytest.mark.slow
def test_a_worker_with_other_versions_is_refused(crisis, local, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "library_versions", lambda: {"numpy": "0.1"})
    with pytest.raises(RunError, match=r"numpy .* not 0\.1") as caught:
        run(crisis, tmp_path, n_draws=64, executor=address_of(local))
    assert caught.value.code == "run-mismatch"


@pytest.mark.slow
def test_an_error_of_ours_comes_back_with_its_code(crisis, local, tmp_path):
    # a crisis that no checked file can hold: two players' types with probabilities that do not sum to one
    bad = replace(crisis.rationality, path="nowhere")
    with pytest.raises(Exception, match="nowhere"):
        run(replace(crisis, rationality=bad), tmp_path, n_draws=64, executor=address_of(local))


@pytest.mark.slow
def test_a_cluster_without_workers_is_named(crisis, tmp_path):
    from detente.engine.designs import Design
    from detente.runs.running import make_manifest

    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", host="127.0.0.1") as empty,
        pytest.raises(RunError, match="no worker for") as caught,
    ):
        cluster.run_on_cluster(
            crisis,
            make_manifest(crisis, POLICIES, 64, 1, Design()),
            tmp_path,
            [0],
            address=empty.scheduler_address,
            finish=lambda: None,
            patience_s=0.5,
        )
    assert caught.value.code == "executor-failed"


def test_a_scheduler_that_does_not_answer_is_named(crisis, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_S", 0.3)
    with pytest.raises(
        RunError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"
    ) as caught:
        run(crisis, tmp_path, n_draws=64, executor="dask://127.0.0.1:9")
    assert caught.value.code == "executor-failed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "local",
        "dask://",
        "dask://host",
        "http://host:1",
        "dask://host:0",
        "dask://h:99999",
        "dask://a b:1",
    ],
)
def test_addresses_that_are_none_are_refused(text):
    with pytest.raises(UsageError) as caught:
        cluster.parse_address(text)
    assert caught.value.code == "option-invalid"
    assert caught.value.at == "executor"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dask://h-1.x:8786", "tcp://h-1.x:8786"),
        ("tls://h:1", "tls://h:1"),
        ("dask://[::1]:5/", "tcp://[::1]:5"),
    ],
)
def test_addresses_are_those_of_dask(text, expected):
    assert cluster.parse_address(text) == expected


def test_without_the_extra_it_is_named(crisis, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UsageError, match="Dask is not installed") as caught:
        run(crisis, tmp_path, n_draws=64, executor="dask://127.0.0.1:9")
    assert caught.value.code == "extra-missing"
    assert "detente[dask]" in caught.value.fix
