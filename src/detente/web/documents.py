"""Documents of a what-if: its briefing in every printed form, and its crisis folder, made once and kept for a while.

A briefing takes a run of all commitments: seconds to a minute. It is made in a thread of its own, one at a time, and says how
far it is; whoever asks for a file of it meanwhile waits, or comes back.
"""

import io
import threading
import zipfile
from collections.abc import Mapping
from concurrent.futures import CancelledError
from typing import Literal

from detente.analysis.running import run
from detente.brief.document import compose
from detente.brief.export.page import to_html, to_markdown
from detente.brief.export.printing import to_printed
from detente.brief.export.rendering import to_csv_files, to_json
from detente.crisis.crisis import Crisis
from detente.crisis.rewriting import rewrite
from detente.errors import DetenteError, SystemFailedError, UsageError, refuse
from detente.web.answers import Asked
from detente.web.workbench import Recent, Workbench

__all__ = ["FORMS", "Documents", "Making", "MakingCase", "zip_changed", "zip_files"]

MakingCase = Literal["waiting", "solving", "writing", "ready", "failed"]
"""How far a briefing is: another is being made, cases are solved, it is written, it is there, or it cannot be made."""

FORMS: Mapping[str, str] = {
    "brief.pdf": "application/pdf",
    "brief.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "brief.pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "brief.html": "text/html; charset=utf-8",
    "brief.md": "text/markdown; charset=utf-8",
    "brief.json": "application/json",
    "figures.csv": "text/csv; charset=utf-8",
    "briefing.zip": "application/zip",
}
"""What a briefing is handed out as, by the name of the file."""
_KEPT = 4
_TOGETHER = 1980, 1, 1, 0, 0, 0
"""Time of a file in an archive: the same files give the same bytes."""


class Making:
    """A briefing that is being made, or was."""

    def __init__(self) -> None:
        self.case: MakingCase = "waiting"
        self.done, self.total = 0, 0
        self.error: DetenteError | None = None
        self.files: Mapping[str, bytes] = {}
        self.finished = threading.Event()
        self.stop = threading.Event()

    def _look(self, done: int, total: int) -> None:
        self.case, self.done, self.total = "solving", done, total
        if self.stop.is_set():
            raise CancelledError
        if total and done >= total:
            self.case = "writing"


class Documents:
    """The briefings of a workbench that were asked for lately; may be shared by threads.

    Parameters
    ----------
    bench
        The crises.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._known: Recent[Making] = Recent(_KEPT)
        self._one = threading.Lock()
        self._begun: set[Making] = set()
        self._lock = threading.Lock()

    def find(self, name: str, asked: Asked) -> Making:
        """Return the briefing of a what-if as far as it is; ``waiting`` where it was not begun."""
        crisis = self._bench.changed(name, asked.set)
        key = (crisis.digest, asked.policy, asked.draws, asked.seed)
        return self._known.get(key, Making)

    def begin(self, name: str, asked: Asked) -> Making:
        """Begin to make the briefing of a what-if, unless it is made already or being made; what failed is tried again."""
        making = self.find(name, asked)
        with self._lock:
            if making in self._begun and making.case != "failed":
                return making
            making.case, making.error = "waiting", None
            making.finished.clear()
            making.stop.clear()
            self._begun = {item for item in self._begun if not item.finished.is_set()} | {making}
        thread = threading.Thread(target=self._make, args=(name, asked, making), daemon=True)
        thread.start()
        return making

    def is_begun(self, making: Making) -> bool:
        """Tell whether a briefing is being made, or was."""
        with self._lock:
            return making in self._begun or making.finished.is_set()

    def _make(self, name: str, asked: Asked, making: Making) -> None:
        try:
            with self._one:
                making.files = self._write(name, asked, making)
            making.case = "ready"
        except CancelledError:
            making.case = "failed"
            making.error = UsageError(
                "the making of the briefing was stopped",
                code="request-superseded",
                at="export",
                fix="ask for it again",
            )
        except DetenteError as error:
            making.case, making.error = "failed", error
        except (OSError, MemoryError) as error:
            making.case = "failed"
            making.error = SystemFailedError(
                f"the system refuses: {getattr(error, 'strerror', None) or type(error).__name__}",
                code="system-failed",
                at="export",
                fix="ask for fewer cases; see that there is room for temporary files",
            )
        finally:
            making.finished.set()

    def _write(self, name: str, asked: Asked, making: Making) -> Mapping[str, bytes]:
        crisis = self._bench.changed(name, asked.set)
        first = asked.policy or next(iter(crisis.policies), "")
        others = [policy for policy in crisis.policies if policy != first]
        results = run(
            crisis,
            draws=asked.draws,
            policies=[first, *others] if first else None,
            seed=asked.seed,
            progress=making._look,  # noqa: SLF001  # of this module
        )
        brief = compose(crisis, results)
        texts = {
            "brief.html": to_html(brief, single_file=True),
            "brief.md": to_markdown(brief),
            "brief.json": to_json(brief),
            **{f"tables/{table}": text for table, text in to_csv_files(brief).items()},
            **{f"charts/{chart.id}.svg": chart.svg for chart in brief.every_chart},
        }
        files = {**{file: text.encode() for file, text in texts.items()}, **to_printed(brief)}
        alone = {file: files[file] for file in FORMS if file in files}
        return {
            **alone,
            "figures.csv": files["tables/figures.csv"],
            "briefing.zip": zip_files(files, folder=f"{crisis.id}-briefing"),
        }


def zip_changed(crisis: Crisis) -> bytes:
    """Return the folder of a crisis with values set as an archive.

    Raises
    ------
    UsageError
        As :func:`detente.crisis.rewriting.rewrite`; ``option-invalid`` for a crisis that was not read from a folder.
    """
    if not crisis.files:
        refuse(
            f"crisis {crisis.id!r} was not read from a folder",
            code="option-invalid",
            at="export",
            fix="serve it from its folder",
        )
    return zip_files(rewrite(crisis), folder=crisis.id)


def zip_files(files: Mapping[str, bytes], *, folder: str) -> bytes:
    """Return files as an archive, in a folder; the same files give the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            place = zipfile.ZipInfo(f"{folder}/{name}", date_time=_TOGETHER)
            place.compress_type = zipfile.ZIP_DEFLATED
            place.external_attr = 0o644 << 16
            archive.writestr(place, files[name])
    return content.getvalue()
