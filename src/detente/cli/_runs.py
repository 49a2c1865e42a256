"""Finding the run that an argument names: a run folder, or the newest run kept by a briefing."""

from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import RunError

if TYPE_CHECKING:
    from detente.engine.designs import Design

__all__ = ["describe_cases", "find_run", "is_run_place"]


def describe_cases(design: "Design | None" = None) -> dict[str, str]:
    """Say what the cases of a design are and what a share of them is; without one, draws as they are by default.

    The fields stand in the data that every command prints about cases, so that the modes are never mixed up.
    """
    from detente.engine.designs import Design

    plan = design if design is not None else Design()
    return {
        "design": plan.name,
        "mode": plan.mode,
        "cases_are": plan.case_label,
        "share_label": plan.share_label,
    }


def is_run_place(text: str) -> bool:
    """Tell whether an argument names a folder with a run, or a briefing that keeps one."""
    folder = Path(text)
    return (folder / "manifest.json").is_file() or any(folder.glob("run/*/manifest.json"))


def find_run(folder: Path) -> Path:
    """Return the run folder: the folder itself, or the newest under ``run/`` in it.

    Raises
    ------
    RunError
        ``run-corrupt`` if there is none.
    """
    if (folder / "manifest.json").is_file():
        return folder
    found = list(folder.glob("run/*/manifest.json"))
    if not found:
        message = f"{folder} holds no run"
        raise RunError(
            message,
            code="run-corrupt",
            at=str(folder),
            fix="give the folder of a run, or of a briefing made by detente brief",
        )
    return max(found, key=lambda path: (path.stat().st_mtime_ns, str(path))).parent
