"""Load a crisis folder: read, shape, build, check; everything wrong with it comes out in one pass."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from detente.crisis.building import build, number_or_quantity
from detente.crisis.checks import run_checks
from detente.crisis.crisis import Crisis
from detente.crisis.draft import Draft, suggest
from detente.crisis.elements import QuantityOf
from detente.crisis.overrides import digest_of
from detente.crisis.reading import Document, decode, read_bytes, read_document
from detente.crisis.shaping import shape
from detente.crisis.tables import read_tables
from detente.errors import CrisisFileError, DetenteError, Finding, refuse

__all__ = [
    "CRISIS_FILE",
    "check_folder",
    "examine_folder",
    "find_folder",
    "load_as_it_was",
    "load_crisis",
    "shipped_crises",
]

CRISIS_FILE = "crisis.yaml"
"""Name of the file that describes a crisis, in its folder."""

_SHIPPED = Path(__file__).parent / "shipped"


def shipped_crises() -> Mapping[str, Path]:
    """Return the folders of the crises that ship with the package, by name.

    Examples
    --------
    >>> all((folder / "crisis.yaml").exists() for folder in shipped_crises().values())
    True
    """
    folders = sorted(_SHIPPED.iterdir()) if _SHIPPED.is_dir() else []
    return MappingProxyType(
        {folder.name: folder for folder in folders if (folder / CRISIS_FILE).is_file()}
    )


def find_folder(name_or_folder: str | Path) -> Path:
    """Return the folder of a crisis.

    Parameters
    ----------
    name_or_folder
        The name of a crisis that ships, or a folder (or the crisis file in it). A bare name that ships wins over a folder
        of that name; write ``./name`` for the folder.

    Returns
    -------
    Path
        The folder, which exists.

    Raises
    ------
    UsageError
        ``crisis-unknown`` if nothing bears that name.
    """
    shipped = shipped_crises()
    if isinstance(name_or_folder, str) and name_or_folder in shipped:
        return shipped[name_or_folder]
    folder = _existing(name_or_folder)
    if folder is None:
        text = str(name_or_folder)
        otherwise = "name a shipped crisis (`detente list`) or a folder with a crisis.yaml"
        refuse(
            f"there is no crisis and no folder {text[:200]!r}",
            code="crisis-unknown",
            at=text[:200],
            fix=suggest(text, shipped, otherwise=otherwise),
        )
    return folder


def _existing(name_or_folder: str | Path) -> Path | None:
    """Return the folder that is named, itself or by the crisis file in it; None if there is none."""
    try:
        path = Path(name_or_folder)
        if str(name_or_folder) and path.is_dir():
            return path
        if path.name == CRISIS_FILE and path.is_file():
            return path.parent
    except (OSError, ValueError):
        pass
    return None


def check_folder(name_or_folder: str | Path) -> tuple[Finding, ...]:
    """Return everything that the checks of this floor find in a crisis folder, by file and line.

    Parameters
    ----------
    name_or_folder
        As for :func:`load_crisis`.

    Returns
    -------
    tuple of Finding
        Errors and warnings; empty if there are none.
    """
    return examine_folder(name_or_folder)[0]


def load_crisis(
    name_or_folder: str | Path, *, overrides: Mapping[str, object] | None = None
) -> Crisis:
    """Load a crisis.

    Parameters
    ----------
    name_or_folder
        The name of a crisis that ships, or a folder that holds a ``crisis.yaml``.
    overrides
        Assignments of ``--set``, as for :meth:`Crisis.set`.

    Returns
    -------
    Crisis
        The crisis, checked for shape and for references between its entries.

    Raises
    ------
    CrisisFileError
        With every finding, if any of them is an error.
    UsageError
        ``crisis-unknown``, or ``path-unknown`` and the codes of a bad value for an override.
    """
    findings, crisis = examine_folder(name_or_folder)
    if crisis is None:
        raise CrisisFileError([item for item in findings if item.severity == "error"])
    return crisis.set(overrides or {})


def load_as_it_was(name: str, overrides: Mapping[str, str], digest: object) -> Crisis | None:
    """Load the crisis of a run or a briefing if it is at hand as it was: under its name, with that digest."""
    try:
        crisis = load_crisis(name, overrides=dict(overrides))
    except DetenteError:
        return None
    return crisis if crisis.digest == digest else None


def examine_folder(name_or_folder: str | Path) -> tuple[tuple[Finding, ...], Crisis | None]:
    """Return the findings of :func:`check_folder` and the crisis, None if one of them is an error.

    Parameters
    ----------
    name_or_folder
        As for :func:`load_crisis`.

    Returns
    -------
    tuple
        Findings and crisis, from one reading of the folder.
    """
    draft = _draft(find_folder(name_or_folder))
    findings = _findings(draft)
    broken = any(finding.severity == "error" for finding in findings)
    return findings, None if broken else _crisis(draft)


def _draft(folder: Path) -> Draft:
    content, problem = read_bytes(folder / CRISIS_FILE, CRISIS_FILE)
    text = ""
    if problem is None:
        text, problem = decode(content, CRISIS_FILE)
    document = Document(file=CRISIS_FILE) if problem else read_document(text, CRISIS_FILE)
    draft = Draft(folder=folder, document=document, files={CRISIS_FILE: content})
    draft.findings += [problem] if problem else document.findings
    if document.root is not None:
        shape(draft, document.root)
        read_tables(draft)
        build(draft)
        draft.findings += run_checks(draft)
    return draft


def _findings(draft: Draft) -> tuple[Finding, ...]:
    """Return the findings without repetition: the crisis file first, then the tables, by line."""
    unique = dict.fromkeys(draft.findings)
    return tuple(sorted(unique, key=lambda item: (item.file != CRISIS_FILE, item.file, item.line)))


def _crisis(draft: Draft) -> Crisis:
    header = draft.header
    cutoff = draft.cutoff
    assert cutoff is not None  # noqa: S101 - a crisis without errors has a cut-off
    return Crisis(
        id=header["id"],
        title=header["title"],
        as_of=cutoff,
        summary=header["summary"],
        scope=header.get("scope", ""),
        disputes=tuple(header.get("disputes", ())),
        limits=tuple(header.get("limits", ())),
        schema_version=header["schema_version"],
        folder=draft.folder,
        digest=digest_of(draft.files, {}),
        files=draft.files,
        rounds=draft.rounds,
        rationality=QuantityOf(path=header["rationality"]),
        sources=draft.sources,
        actors=draft.actors,
        players=draft.players,
        quantities=draft.quantities,
        tables=draft.tables,
        issues=draft.issues,
        state=draft.state,
        nests=draft.nests,
        hopes=draft.hopes,
        instruments=draft.instruments,
        phases=tuple(draft.phases),
        ends_when=draft.ends_when,
        outcomes=draft.outcomes,
        mechanisms=draft.mechanisms,
        considerations=draft.considerations,
        policies=draft.policies,
        aims=draft.aims,
        facts=tuple(draft.facts),
        correlations=dict(header.get("correlations", {})),
        calendar=tuple(map(date.fromisoformat, header.get("calendar", ()))),
        watched_until=date.fromisoformat(header["watched_until"])
        if header.get("watched_until")
        else None,
        reported={
            name: number_or_quantity(value) for name, value in header.get("reported", {}).items()
        },
        timing={
            name: number_or_quantity(value) for name, value in header.get("timing", {}).items()
        },
        event_rules=tuple(draft.event_rules),
        indicators=draft.indicators,
    )
