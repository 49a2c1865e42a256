"""Jobs: their state is a fold of events, each is done once, one that was stopped or whose server died goes on."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from starlette.testclient import TestClient
from tests.log.postgres import new_database, running_postgres
from tests.web.conftest import HERE

from detente.analysis.policy_tables import compare_in_crisis, compare_in_run, search_in_crisis
from detente.analysis.search import default_aims
from detente.errors import UsageError
from detente.log import Log, LogEvent
from detente.runs import run_ensemble
from detente.web import Workbench, create_app, works
from detente.web.access import Limits
from detente.web.answers import Answers
from detente.web.jobs import Job, Jobs, fold_job
from detente.web.pages.jobs import tell_job
from detente.web.works import AskedJob

POLICIES = {"work": "policies", "draws": 64}


@pytest.fixture(scope="module")
def small():
    """A template: its games are small."""
    return Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)


@pytest.fixture
def served(small):
    app = create_app(small, limits=Limits(burst=10_000))
    client = TestClient(app, base_url=HERE, follow_redirects=False)
    client.crisis = small.names[0]
    return client


def make_jobs(bench, log, **options):
    return Jobs(bench, Answers(bench), log, **options)


def wait_for(look, seconds=60):
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
    return found


def follow(client, job, **headers):
    """The events of a job as they are sent, until its end."""
    events = []
    with client.stream("GET", f"/api/jobs/{job}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event = {}
        for line in answer.iter_lines():
            if line:
                name, _, text = line.partition(": ")
                event[name] = text
            elif "event" in event:
                events.append((int(event["id"]), event["event"], json.loads(event["data"])))
                event = {}
    return events


def queue(client, body):
    """The id of a job that a program queues: one that keeps no cookies."""
    client.cookies.clear()
    answer = client.post(f"/api/crises/{client.crisis}/jobs", json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def cancel(client, job):
    client.cookies.clear()
    return client.delete(f"/api/jobs/{job}").json()


class Slow:
    """Work that goes on until it is let through, and counts how often it is begun and in how many steps."""

    def __init__(self, monkeypatch, work="policies"):
        self.begun, self.steps = 0, 0
        self.through = threading.Event()
        monkeypatch.setitem(works.WORKS, work, self)

    def __call__(self, _place, _name, asked, progress):
        self.begun += 1
        for number in range(6000):
            self.steps = number
            progress(number, 6000)
            if self.through.wait(0.01):
                break
        return {"begun": self.begun, "seed": asked.seed}


@pytest.fixture
def slow(monkeypatch):
    return Slow(monkeypatch)


# --- state -----------------------------------------------------------------------------------------------------------


def event(number, kind, **data):
    return LogEvent(
        stream="job/a1", number=number, kind=kind, data=data, at=datetime(2030, 1, 1, tzinfo=UTC)
    )


QUEUED = event(1, "queued", crisis="c", digest="d", asked={"work": "search"})


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ("waiting", 0, 0)),
        ([("started", {"server": "s"})], ("running", 1, 0)),
        (
            [("started", {"server": "s"}), ("progress", {"step": 1, "done": 3, "whole": 9})],
            ("running", 1, 3),
        ),
        (
            [
                ("started", {"server": "s"}),
                ("progress", {"step": 1, "done": 3, "whole": 9}),
                ("started", {"server": "t"}),
            ],
            ("running", 2, 0),
        ),
        ([("started", {"server": "s"}), ("left", {})], ("waiting", 0, 0)),
        ([("started", {"server": "s"}), ("done", {"result": {}})], ("done", 1, 0)),
        ([("started", {"server": "s"}), ("failed", {"error": {}})], ("failed", 1, 0)),
        ([("cancelled", {})], ("cancelled", 0, 0)),
    ],
)
def test_the_state_of_a_job_is_read_off_its_events(events, expected):
    """Oracle by hand; reading them one by one gives the same as all at once."""
    all_events = [QUEUED, *(event(n, kind, **data) for n, (kind, data) in enumerate(events, 2))]
    job = fold_job(all_events)
    assert (job.status, job.starts, job.done) == expected
    assert job.last == len(all_events)
    step = None
    for one in all_events:
        step = fold_job([one], step)
    assert step == job
    assert fold_job([]) is None


@pytest.mark.parametrize(
    ("update", "digest", "case"),
    [
        ({"status": "waiting"}, "d", "waiting"),
        ({"status": "waiting"}, "other", "elsewhere"),
        ({"status": "waiting"}, "", "elsewhere"),
        ({"status": "running", "starts": 1}, "d", "begins"),
        ({"status": "running", "starts": 2}, "d", "again"),
        ({"status": "running", "starts": 2, "whole": 9}, "d", "running"),
        ({"status": "done"}, "", "done"),
        ({"status": "failed"}, "d", "failed"),
        ({"status": "cancelled"}, "d", "cancelled"),
    ],
)
def test_a_job_is_told_by_its_case(served, update, digest, case):
    """Oracle by hand; each case has words."""
    error = {"code": "log-failed", "message": "no", "at": "", "fix": "wait"}
    job = fold_job([QUEUED]).model_copy(update={"error": error, **update})
    assert tell_job(job, digest) == case
    renderer = served.app._app.state.renderer
    words = {renderer.words("jobs-words.j2", "told", case, job)}
    assert all(words)


# --- what jobs find --------------------------------------------------------------------------------------------------


def test_all_policies_are_those_of_the_command(served, small):
    """Oracle: independent code, what `detente policies` solves without a run; the page shows one row for each."""
    asked = {"work": "policies", "draws": 64, "seed": 2}
    name = queue(served, asked)
    assert follow(served, name)[-1][1] == "done"
    found = served.get(f"/api/jobs/{name}").json()["result"]
    crisis = small.crisis(served.crisis)
    known = compare_in_crisis(crisis, (), (), (), 64, 2, None)
    assert [item["id"] for item in found["policies"]] == list(crisis.policies)
    for mine, other in zip(found["policies"], known["policies"], strict=True):
        assert mine["pareto"] == other["pareto"]
        for metric, cell in other["aims"].items():
            assert mine["aims"][metric]["mean"] == pytest.approx(cell["mean"], abs=1e-9)
            assert mine["aims"][metric]["low"] == pytest.approx(cell["low"], abs=1e-9)
    for page in (f"/policies?job={name}", f"/jobs/{name}"):
        table = served.get(f"/{served.crisis}{page}").text.partition("All commitments")[2]
        table = table.partition('aria-label="All commitments"')[2].partition("</table>")[0]
        assert table.count('<th scope="row">') == len(crisis.policies)
        assert table.count("unbeaten</span>") == sum(item["pareto"] for item in found["policies"])


def test_a_search_is_that_of_the_command(served, small):
    """Oracle: independent code, what `detente policies --search` finds; each combination stands on the page."""
    asked = {"work": "search", "draws": 64, "seed": 3}
    name = queue(served, asked)
    assert follow(served, name)[-1][1] == "done"
    found = served.get(f"/api/jobs/{name}").json()["result"]
    known = search_in_crisis(small.crisis(served.crisis), (), None, 64, 3, None)
    assert found == json.loads(json.dumps(known))
    text = served.get(f"/{served.crisis}/jobs/{name}/result").text
    assert text.count('<th scope="row">') == len(known["pareto"])
    for item in known["pareto"]:
        for cell in (*item["aims"].values(), *item["by_type"]):
            assert cell["low"] <= cell["mean"] <= cell["high"]


def test_shares_and_weights_are_those_of_the_interface(served, small):
    """Oracle: independent code, the answers that are given at once."""
    from detente.web.assumptions import list_assumptions

    items = list_assumptions(small.crisis(served.crisis))[:2]
    asked = {"set": {item.path: item.high for item in items}}
    at_once = served.post(f"/api/crises/{served.crisis}/what-if/shares", json=asked).json()
    weights = served.get(f"/api/crises/{served.crisis}/weights").json()
    for work, known in (("shares", at_once), ("weights", {"weights": weights})):
        body = {"work": work, **asked}
        name = queue(served, body)
        follow(served, name)
        found = served.get(f"/api/jobs/{name}").json()["result"]
        assert found == {key: known[key] for key in found}
        assert served.get(f"/{served.crisis}/jobs/{name}").status_code == 200


# --- asking ----------------------------------------------------------------------------------------------------------


def test_a_request_sent_again_finds_its_job(served, slow):
    """Oracle by hand: one job, one start."""
    asked = {**POLICIES, "command": "once"}
    names = {queue(served, asked) for _ in range(3)}
    slow.through.set()
    assert len(names) == 1
    follow(served, names.pop())
    assert slow.begun == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"work": "nothing"}, "option-invalid"),
        ({"work": "policies", "draws": 1}, "option-invalid"),
        ({"work": "policies", "set": {"no.such": 1}}, "path-unknown"),
        ({"work": "weights", "policy": "nobody"}, "policy-invalid"),
        ({"work": "policies", "command": "a b"}, "option-invalid"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(served, body, code):
    """Oracle by hand: a code and no job."""
    answer = served.post(f"/api/crises/{served.crisis}/jobs", json=body)
    assert answer.json()["error"]["code"] == code
    assert served.get("/api/jobs").json() == []


@pytest.mark.parametrize("path", ["/api/jobs/none", "/api/jobs/none/events", "/api/jobs/a%2Fb"])
def test_a_job_that_there_is_not(served, path):
    """Oracle by hand."""
    answer = served.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "page-unknown")


def test_the_page_works_without_scripts(served):
    """Oracle by hand: a form queues a job, its page says how it stands, a form cancels it."""
    page = served.get(f"/{served.crisis}/jobs?set.prior.revisionist=0.5").text
    token = re.search(r'name="csrf" content="([^"]+)"', page)[1]
    assert 'name="set.prior.revisionist" value="0.5"' in page
    form = {"csrf": token, "work": "policies", "draws": "16384", "set.prior.revisionist": "0.5"}
    answer = served.post(f"/{served.crisis}/jobs", data=form)
    assert answer.status_code == 303
    place = answer.headers["location"]
    assert "<noscript><meta http-equiv" in served.get(place).text
    served.post(f"{place}/cancel", data={"csrf": token})
    text = served.get(place).text
    assert "Cancelled." in text
    assert "<noscript>" not in text
    assert f'href="{place}"' in served.get(f"/{served.crisis}/jobs").text


def test_a_form_that_asks_nonsense_is_refused(served):
    """Oracle by hand: a page with the code, no failure."""
    page = served.get(f"/{served.crisis}/jobs").text
    token = re.search(r'name="csrf" content="([^"]+)"', page)[1]
    answer = served.post(f"/{served.crisis}/jobs", data={"csrf": token, "work": "x"})
    assert answer.status_code == 422
    assert "option-invalid" in answer.text


# --- following -------------------------------------------------------------------------------------------------------


def test_following_resumes_after_the_last_event(served, slow):
    """Oracle by hand: what follows the number that the client has, by header or by address, and the same numbers."""
    name = queue(served, POLICIES)
    wait_for(lambda: served.get(f"/api/jobs/{name}").json()["done"] > 0)
    slow.through.set()
    every = follow(served, name)
    assert [number for number, *_ in every] == list(range(1, len(every) + 1))
    assert every[0][1:] == ("queued", every[0][2])
    assert every[-1][2]["ended"]
    for after in (1, 3, len(every) - 1):
        assert follow(served, name, **{"last-event-id": str(after)}) == every[after:]
    again = served.get(f"/api/jobs/{name}/events?after=2").text
    assert f"id: {len(every)}" in again
    assert "id: 2\n" not in again


def test_cancelling_stops_the_work(served, slow):
    """Oracle by hand: of sixty seconds of steps few are made, and the stream ends with it; cancelling again changes nothing."""
    name = queue(served, POLICIES)
    wait_for(lambda: slow.steps > 3)
    assert cancel(served, name)["status"] == "cancelled"
    assert follow(served, name)[-1][1] == "cancelled"
    wait_for(lambda: not any(thread.name == "job" for thread in threading.enumerate()))
    assert slow.steps < 3000
    assert cancel(served, name)["last"] == follow(served, name)[-1][0]
    slow.through.set()
    other = queue(served, POLICIES)
    assert follow(served, other)[-1][1] == "done"


def test_cancelling_stops_the_engine(small):
    """Oracle by hand: a run of many draws is cancelled, and its thread is free long before the run could be done."""
    with Log.open("sqlite://") as log:
        jobs = make_jobs(small, log)
        (name,) = small.names
        job = jobs.add(name, AskedJob(work="policies", draws=16_384))
        wait_for(lambda: jobs.find(job.id).done > 0)
        jobs.cancel(job.id)
        began = time.monotonic()
        small_job = jobs.add(name, AskedJob(work="weights"))
        wait_for(lambda: jobs.find(small_job.id).status == "done")
        assert time.monotonic() - began < 20
        assert jobs.find(job.id).status == "cancelled"
        jobs.close()


def test_what_fails_says_why_and_the_next_one_is_done(served, monkeypatch):
    """Oracle by hand: an error of the package keeps its code, any other becomes one; neither ends the thread."""

    def refuse(*_given):
        raise UsageError(*["no"], code="option-invalid", at="x", fix="yes")

    def fall(*_given):
        raise ZeroDivisionError

    for work, code in ((refuse, "option-invalid"), (fall, "system-failed")):
        monkeypatch.setitem(works.WORKS, "search", work)
        body = {"work": "search"}
        name = queue(served, body)
        news = follow(served, name)[-1]
        assert news[1] == "failed"
        assert f"[{code}]" in news[2]["words"]
        assert served.get(f"/{served.crisis}/jobs/{name}").status_code == 200


def test_a_result_that_is_too_large_fails_with_its_code(served, monkeypatch):
    """Oracle by hand."""
    monkeypatch.setitem(works.WORKS, "search", lambda *_given: {"text": "x" * 2**20})
    body = {"work": "search"}
    name = queue(served, body)
    assert "[log-event-invalid]" in follow(served, name)[-1][2]["words"]


# --- restarts, several servers -----------------------------------------------------------------------------------------


def test_a_job_that_is_left_is_taken_up(small, slow):
    """Oracle by hand: the first server stops in order and says so; the second does the job, at once."""
    with Log.open("sqlite://") as log:
        first = make_jobs(small, log)
        job = first.add(small.names[0], AskedJob(**POLICIES))
        wait_for(lambda: first.find(job.id).status == "running")
        first.close()
        assert first.find(job.id).status == "waiting"
        slow.through.set()
        second = make_jobs(small, log)
        second.start()
        wait_for(lambda: second.find(job.id).status == "done")
        assert second.find(job.id).result["begun"] == 2
        second.close()


@pytest.mark.parametrize("server", ["elsewhere:1:x", "{here}:{gone}:x"])
def test_a_job_whose_server_is_silent_or_gone_is_taken_up(small, slow, server):
    """Oracle by hand: a server of another machine after its silence, a process of this one that is no more at once."""
    import socket

    with subprocess.Popen([sys.executable, "-c", ""]) as over:
        over.wait()
    named = server.format(here=socket.gethostname(), gone=over.pid)
    slow.through.set()
    with Log.open("sqlite://") as log:
        idle = make_jobs(small, log)
        idle._thread = threading.current_thread()  # queues, and does nothing
        job = idle.add(small.names[0], AskedJob(**POLICIES))
        log.append(f"job/{job.id}", [("started", {"server": named})], after=job.last)
        began = time.monotonic()
        other = make_jobs(small, log, silence=3.0)
        other.start()
        wait_for(lambda: other.find(job.id).status == "done")
        assert (time.monotonic() - began > 3.0) == server.startswith("elsewhere")
        assert other.find(job.id).starts == 2
        other.close()


def test_a_job_that_takes_its_servers_with_it_is_given_up(small, slow):
    """Oracle by hand: three servers have gone; the fourth does not try."""
    with Log.open("sqlite://") as log:
        idle = make_jobs(small, log)
        idle._thread = threading.current_thread()
        job = idle.add(small.names[0], AskedJob(**POLICIES))
        log.append(f"job/{job.id}", [("started", {"server": f"elsewhere:{n}:x"}) for n in range(3)])
        other = make_jobs(small, log, silence=0.0)
        other.start()
        found = wait_for(lambda: other.find(job.id).error)
        assert found["code"] == "executor-failed"
        assert slow.begun == 0
        other.close()


def test_a_job_of_another_edition_waits(small, slow):
    """Oracle by hand: the crisis was changed since; the job is told as waiting for a server that has it as it was."""
    slow.through.set()
    (name,) = small.names
    with Log.open("sqlite://") as log:
        data = {"crisis": name, "digest": "0" * 64, "asked": POLICIES}
        log.append("job/old", [("queued", data)])
        jobs = make_jobs(small, log)
        fresh = jobs.add(name, AskedJob(**POLICIES))
        wait_for(lambda: jobs.find(fresh.id).status == "done")
        assert tell_job(jobs.find("old"), small.crisis(name).digest) == "elsewhere"
        jobs.close()


def test_servers_that_share_a_store_share_its_jobs(small, slow):
    """Oracle by hand: of twelve jobs queued by three servers on Postgres each is done once, by whichever is free."""
    slow.through.set()
    (name,) = small.names
    with running_postgres() as postgres:
        url = new_database(postgres)
        logs = [Log.open(url) for _ in range(3)]
        servers = [make_jobs(small, log) for log in logs]
        asked = [
            servers[number % 3].add(name, AskedJob(**POLICIES, seed=number)) for number in range(12)
        ]
        for job in asked:
            wait_for(lambda job=job: servers[0].find(job.id).status == "done")
        for server in servers:
            server.close()
        for job in asked:
            kinds = [item.kind for item in logs[0].read(f"job/{job.id}")]
            assert kinds.count("started") == kinds.count("done") == 1
            assert servers[1].find(job.id).result["seed"] == job.asked.seed
        for log in logs:
            log.close()
    assert slow.begun == 12


TEMPLATE = str(files("detente.crisis") / "templates" / "coercion")


def start_server(folder):
    command = [sys.executable, "-m", "detente", "serve", TEMPLATE, "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(folder)},
    )
    address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
    return process, address


def ask(address, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    headers |= {"content-type": "application/json"} if body is not None else {}
    request = urllib.request.Request(address, data=data, headers=headers)  # noqa: S310  # our own
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
        return answer.read().decode()


def test_a_run_goes_on_after_its_server_was_killed(tmp_path, small):
    """Oracle by hand: killed (SIGKILL) in the middle of a run; the next server has the same job and its finished shards, ends it
    with the numbers of a run that nobody stopped, and a client resumes after the last event that it had."""
    process, address = start_server(tmp_path)
    try:
        body = {"work": "policies", "draws": 1024}
        job = json.loads(ask(f"{address}/api/crises/{small.names[0]}/jobs", body))["id"]
        shards = wait_for(
            lambda: sorted((tmp_path / "detente" / "jobs" / job).rglob("*.parquet")), 120
        )
        seen = json.loads(ask(f"{address}/api/jobs/{job}"))
        assert seen["status"] == "running"
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stdout.close()
        process, address = start_server(tmp_path)
        text = ask(f"{address}/api/jobs/{job}/events", **{"last-event-id": str(seen["last"])})
        numbers = [int(number) for number in re.findall(r"^id: (\d+)$", text, re.MULTILINE)]
        assert numbers[0] == seen["last"] + 1
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert "event: started" in text
        assert "event: done" in text
        done = json.loads(ask(f"{address}/api/jobs/{job}"))
        assert done["starts"] == 2
        assert shards
        run = run_ensemble(small.crisis(small.names[0]), folder=tmp_path / "run", n_draws=1024)
        known = compare_in_run(run, default_aims(small.crisis(small.names[0])), ())
        assert done["result"]["policies"] == json.loads(json.dumps(known))["policies"]
        assert not (tmp_path / "detente" / "jobs" / job).exists()
    finally:
        process.kill()
        process.wait(60)
        process.stdout.close()


def test_jobs_are_listed_without_results(served, slow):
    """Oracle by hand: the latest first."""
    slow.through.set()
    names = [queue(served, POLICIES) for _ in range(2)]
    for name in names:
        follow(served, name)
    found = served.get(f"/api/jobs?crisis={served.crisis}").json()
    assert {item["id"] for item in found} == set(names)
    assert [item["result"] for item in found] == [None, None]
    assert served.get("/api/jobs?crisis=other").json() == []
    assert Job.model_validate(found[0])
