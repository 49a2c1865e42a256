"""A case: what is called in which folder, and what may come of it. Categories are functions that make one."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from children import command_line, run_in_child

import detente

PACKAGE = Path(detente.__file__).parent
TEMPLATES = PACKAGE / "crisis" / "templates"
GAMES = sorted((PACKAGE / "game" / "catalogue").rglob("*.efg"))

EVENTS = b"""date,actor,target,category,mode,event,source,weight,does
2030-10-20,WES,NOR,COERCE,,Westmark draws a line,gazette,,
2030-10-21,NOR,WES,THREATEN,,Northland threatens,gazette,0.8,
2030-10-22,WES,NOR,,,something,gazette,,evidence:builder.pushing=1.5
2030-10-23,NOR+WES,,CONSULT,,talks,gazette,,noise
2030-10-25,NOR,,RETREAT,,removes,gazette,0.9,move:remove
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is tried: a command line, or a call; ``results`` is a folder to be looked through afterwards."""

    what: str
    arguments: tuple[str, ...] = ()
    call: Callable[[], None] | None = None
    stdin: bytes = b""
    exit_codes: tuple[int, ...] = (0, 2)
    wanted: str = "any"
    results: Path | None = None
    scripts: int = 0
    user: int | None = None
    crisis: Path | None = None
    """A crisis folder: with ``--follow``, one that is accepted goes through a briefing."""


Maker = Callable[[random.Random, Path], Case]

CATEGORIES: dict[str, Maker] = {}
"""Every category by its name."""


def category(make: Maker) -> Maker:
    """Offer a function as the category of its name."""
    CATEGORIES[make.__name__] = make
    return make


def fresh_template(rng: random.Random, folder: Path) -> str:
    """Copy a template's crisis to a folder and return the template's name."""
    name = rng.choice(["blockade", "coercion", "occupation"])
    copy_template(name, folder)
    return name


def copy_template(name: str, folder: Path) -> None:
    """Copy a template's crisis to a folder, in place of what stands there."""
    remove(folder)
    shutil.copytree(TEMPLATES / name, folder, ignore=shutil.ignore_patterns("__pycache__"))


def remove(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there, whatever its mode."""
    if path.is_dir() and not path.is_symlink():
        path.chmod(0o755)
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def prepare(work: Path, *arguments: str) -> None:
    """Run a command that must succeed, to make what a category then spoils."""
    outcome = run_in_child(command_line(*arguments), work, wall_s=900, cpu_s=900)
    if outcome.exit_code:
        message = f"{' '.join(arguments)} gives {outcome.exit_code}: {outcome.err}"
        raise RuntimeError(message)


def base_run(work: Path) -> Path:
    """Return a small run, made once; beside it stands ``other``, of another crisis."""
    base = work / "base"
    if not base.exists():
        explored = ("--draws", "192", "--executor", "threads", "--workers", "1")
        copy_template("blockade", work / "b")
        copy_template("coercion", work / "k")
        prepare(work, "explore", "./k", "--run", "other", *explored)
        prepare(work, "explore", "./b", "--run", "base", *explored, "--policies", "free,line")
    return base
