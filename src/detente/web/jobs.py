"""Jobs: work that goes on when nobody looks, and that a restart of the server does not lose.

All that is known of a job are the events of its stream in the log, ``job/ID``; :func:`fold_job` reads them. Servers that
share a log share its jobs. One claims a job by the event ``started``, with the number of the last event that it has seen, so
that of several one succeeds; it says every few seconds how far it is, and whoever sees that it has fallen silent, or that
its process is gone, claims the job after it. Whether a job was cancelled its server finds in the stream.
"""

import hashlib
import os
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel

from detente.errors import DetenteError, SystemFailedError, refuse
from detente.log import Log, LogEvent
from detente.web.answers import Answers
from detente.web.rendering import describe
from detente.web.workbench import Workbench
from detente.web.works import AskedJob, WorkName, Workplace, check_asked, do_work

__all__ = ["ENDED", "Job", "JobStatus", "Jobs", "fold_job"]

JobStatus = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED: frozenset[JobStatus] = frozenset({"done", "failed", "cancelled"})
"""What a job stays in once it is."""

_PREFIX = "job/"
_LOOK = 1.0
"""Seconds between looks for jobs of other servers."""
_BEAT, _STEP = 5.0, 0.5
"""Seconds between what a server says of its job: at most, and at least."""
_SILENCE = 30.0
"""Seconds without a word after which a job is taken from its server."""
_MOST_STARTS = 3
"""Times that a job is begun; one that takes its server with it each time is given up."""


class Job(BaseModel):
    """A job: what was asked, and what became of it.

    ``done`` of ``whole`` are counted within a step; a search takes several. ``error`` says why it failed, ``result`` holds what
    it found. ``last`` is the number of the last event.
    """

    id: str
    work: WorkName
    crisis: str
    digest: str
    asked: AskedJob
    status: JobStatus
    step: int = 0
    done: int = 0
    whole: int = 0
    starts: int = 0
    server: str = ""
    error: dict[str, str] | None = None
    result: dict[str, Any] | None = None
    began: str
    changed: str
    last: int


def fold_job(events: Iterable[LogEvent], job: Job | None = None) -> Job | None:
    """Return what the events of its stream make of a job, or of what earlier ones made; none without any."""
    for event in events:
        data, at = event.data, event.at.isoformat(timespec="seconds")
        if event.kind == "queued":
            job = Job(
                id=event.stream.removeprefix(_PREFIX),
                work=data["asked"]["work"],
                crisis=data["crisis"],
                digest=data["digest"],
                asked=AskedJob.model_validate(data["asked"]),
                status="waiting",
                began=at,
                changed=at,
                last=event.number,
            )
        elif job is not None:
            news = _read(event.kind, data, job)
            job = job.model_copy(update={"changed": at, "last": event.number, **news})
    return job


def _read(kind: str, data: Mapping[str, Any], job: Job) -> dict[str, Any]:
    """Return what an event says."""
    if kind == "started":
        anew = {"step": 0, "done": 0, "whole": 0, "starts": job.starts + 1}
        return {"status": "running", "server": data["server"], **anew}
    if kind == "progress":
        return {name: data[name] for name in ("step", "done", "whole")}
    if kind == "left":
        return {"status": "waiting", "server": "", "starts": job.starts - 1}
    if kind == "done":
        return {"status": "done", "result": data["result"], "done": job.whole}
    if kind == "failed":
        return {"status": "failed", "error": data["error"]}
    return {"status": "cancelled"} if kind == "cancelled" else {}


class _StoppedError(Exception):
    """Raised into work that is to stop."""


class Jobs:
    """The jobs of a log, one at a time done by this server.

    Parameters
    ----------
    bench, answers
        The crises, and what answers questions on them.
    log
        Where jobs are kept.
    folder
        Where runs of jobs are kept until these end, so that they go on after a restart; by default a temporary one for each.
    executor
        What computes runs, as of :func:`detente.runs.run_ensemble`.
    is_ending
        Tells whether this server is about to stop.
    silence
        Seconds without a word after which a job is taken from its server.
    """

    def __init__(
        self,
        bench: Workbench,
        answers: Answers,
        log: Log,
        *,
        folder: Path | None = None,
        executor: str | None = None,
        is_ending: Callable[[], bool] = lambda: False,
        silence: float = _SILENCE,
    ) -> None:
        self._bench, self._answers, self._log = bench, answers, log
        self._folder, self._executor, self._silence = folder, executor, silence
        self._is_ending = is_ending
        self._server = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._known: dict[str, tuple[Job, float]] = {}
        self._lock = threading.Lock()
        self._wake, self._end = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look for jobs and to do them; once is enough."""
        with self._lock:
            if self._thread is None and not self._end.is_set():
                self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
                self._thread.start()

    @property
    def is_ending(self) -> bool:
        """Whether this server is about to stop; what follows jobs lets go then."""
        return self._end.is_set() or self._is_ending()

    def close(self, seconds: float = 10.0) -> None:
        """Stop the job that is being done, leave it to the next server, and wait until that has been said."""
        self._end.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def add(self, crisis: str, asked: AskedJob) -> Job:
        """Queue a job; committed when this returns.

        Raises
        ------
        UsageError
            As of :func:`detente.web.works.check_asked`.
        """
        check_asked(self._bench, crisis, asked)
        name = (
            hashlib.sha256(asked.command.encode()).hexdigest()[:16]
            if asked.command
            else secrets.token_hex(8)
        )
        data = {
            "crisis": crisis,
            "digest": self._bench.crisis(crisis).digest,
            "asked": asked.model_dump(mode="json"),
        }
        self._log.append(_PREFIX + name, [("queued", data)], command=asked.command or name)
        self.start()
        self._wake.set()
        return self.find(name)

    def find(self, name: str) -> Job:
        """Return a job as its stream has it now.

        Raises
        ------
        UsageError
            ``page-unknown`` if there is none.
        """
        job = fold_job(self._log.read(_PREFIX + name)) if name.isalnum() else None
        if job is None:
            refuse(
                f"there is no job {name[:80]!r}",
                code="page-unknown",
                at="job",
                fix="use the id that the job was queued with",
            )
        return job

    def list(self, crisis: str | None = None) -> list[Job]:
        """Return the jobs of a crisis, or all, the latest first, without their results."""
        self._look()
        with self._lock:
            found = [job for job, _ in self._known.values() if crisis in {None, job.crisis}]
        return sorted(found, key=lambda job: job.began, reverse=True)

    def cancel(self, name: str) -> Job:
        """Cancel a job that has not ended: its server stops it in the engine."""
        while (job := self.find(name)).status not in ENDED:
            try:
                self._log.append(_PREFIX + name, [("cancelled", {})], after=job.last)
            except DetenteError as error:
                if error.code != "log-conflict":
                    raise
        return job

    # --- doing them ----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Read what is new of the jobs that have not ended."""
        for stream in self._log.streams(_PREFIX):
            name = stream.removeprefix(_PREFIX)
            with self._lock:
                before = self._known.get(name)
            if before is None or before[0].status not in ENDED:
                news = self._log.read(stream, after=before[0].last if before else 0)
                job = fold_job(news, before[0] if before else None)
                if news and job is not None:
                    kept = job.model_copy(update={"result": None})
                    with self._lock:
                        self._known[name] = (kept, time.monotonic())

    def _work(self) -> None:
        while not self._end.is_set():
            self._wake.clear()
            try:
                self._look()
                job = self._claim()
                if job is not None:
                    self._do(job)
                    continue
            except DetenteError:  # the store does not answer: perhaps later
                pass
            self._wake.wait(_LOOK)

    def _claim(self) -> Job | None:
        """Claim the job that waits longest and that this server can do."""
        with self._lock:
            known = sorted(self._known.values(), key=lambda item: item[0].began)
        for job, seen in known:
            if self._is_free(job, seen) and self._serves(job):
                stream = _PREFIX + job.id
                with suppress(DetenteError):  # another server was first
                    if job.starts >= _MOST_STARTS:
                        self._log.append(stream, [("failed", _GIVEN_UP)], after=job.last)
                        continue
                    started = ("started", {"server": self._server})
                    events = self._log.append(stream, [started], after=job.last)
                    return fold_job(events, job)
        return None

    def _is_free(self, job: Job, seen: float) -> bool:
        """Tell whether nobody does a job that is to be done."""
        if job.status == "running":
            return _is_gone(job.server) or time.monotonic() - seen > self._silence
        return job.status == "waiting"

    def _serves(self, job: Job) -> bool:
        """Tell whether the crisis of a job is served here, as it was when the job was queued."""
        return (
            job.crisis in self._bench.names and self._bench.crisis(job.crisis).digest == job.digest
        )

    def _do(self, job: Job) -> None:
        """Do a job, and say what came of it, unless another server or the user was faster."""
        keeper = _Keeper(self._log, job, self._end)
        home = self._folder or Path(tempfile.mkdtemp(prefix="detente-job-"))
        folder = home / job.id
        place = Workplace(
            bench=self._bench, answers=self._answers, folder=folder, executor=self._executor
        )
        with keeper:
            try:
                result = do_work(place, job.crisis, job.asked, keeper.note)
                last: tuple[str, dict[str, Any]] = ("done", {"result": result})
            except _StoppedError:
                last = ("left", {})
            except DetenteError as error:
                last = ("failed", {"error": describe(error)})
            except Exception as error:  # noqa: BLE001  # a fault of one job is not the end of the others
                message = f"the job failed inside: {type(error).__name__}: {error}"
                own = SystemFailedError(message, code="system-failed", at=job.work, fix=_REPORT)
                last = ("failed", {"error": describe(own)})
        if not keeper.is_lost:
            try:
                self._log.append(_PREFIX + job.id, [last], after=keeper.last)
            except DetenteError as error:
                if error.code == "log-event-invalid":
                    kept = ("failed", {"error": describe(error)})
                    self._log.append(_PREFIX + job.id, [kept], after=keeper.last)
        if self._folder is None:
            shutil.rmtree(home, ignore_errors=True)
        elif keeper.is_lost or last[0] != "left":
            shutil.rmtree(folder, ignore_errors=True)


_REPORT = "report it with the crisis and what was asked"
_GIVEN_UP = {
    "error": {
        "code": "executor-failed",
        "message": f"the servers that did it went away {_MOST_STARTS} times",
        "at": "job",
        "fix": "ask for fewer draws: most often there was not enough memory",
    }
}


class _Keeper:
    """Says in the stream of a job how far it is, and finds there whether it is to stop."""

    def __init__(self, log: Log, job: Job, end: threading.Event) -> None:
        self._log, self._stream, self._end = log, _PREFIX + job.id, end
        self.last = job.last
        self.is_lost = False
        self._now = self._said = {"step": 1, "done": 0, "whole": 0}
        self._stop, self._finished = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep, name="job", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        self._thread.join()

    def note(self, done: int, whole: int) -> None:
        """Take note of how far it is; raise if it is to stop."""
        if self._stop.is_set() or self._end.is_set():
            raise _StoppedError
        again = done < self._now["done"] or whole != self._now["whole"] != 0
        self._now = {"step": self._now["step"] + again, "done": done, "whole": whole}

    def _keep(self) -> None:
        began = spoke = time.monotonic()
        while not self._finished.wait(_STEP):
            now, news = time.monotonic(), self._now
            pause = min(_BEAT, max(_STEP, (now - began) / 60))  # a long job speaks less often
            is_due = now - spoke >= (pause if news != self._said else _BEAT)
            try:
                if is_due:
                    events = self._log.append(
                        self._stream, [("progress", dict(news))], after=self.last
                    )
                    self.last, self._said, spoke = events[-1].number, news, now
                elif self._log.last(self._stream) != self.last:
                    self._lose()
            except DetenteError as error:
                if error.code == "log-conflict":
                    self._lose()

    def _lose(self) -> None:
        """Stop: the job was cancelled, or another server has it."""
        self.is_lost = True
        self._stop.set()


def _is_gone(server: str) -> bool:
    """Tell whether a server was a process of this machine that is no more."""
    host, _, rest = server.partition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(rest.partition(":")[0]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False
