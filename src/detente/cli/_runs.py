"""Finding the run that an argument names: a run folder, or the newest run kept by a briefing."""

from pathlib import Path

from detente.errors import RunError

__all__ = ["find_run", "is_run_place"]


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
