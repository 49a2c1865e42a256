"""What a run is asked to be: design, size, policies and executor by the options, or as the run in the folder has them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.cli._crises import choose_policies, parse_assignments
from detente.engine import usual
from detente.errors import RunError, UsageError

if TYPE_CHECKING:
    from detente.crisis import Crisis
    from detente.engine import Design
    from detente.runs import Manifest

__all__ = [
    "choose_executor",
    "choose_overrides",
    "choose_run_policies",
    "choose_size",
    "find_held",
    "make_design",
    "name_folder",
    "parse_part",
    "parse_policies",
]


def make_design(
    crisis: "Crisis",
    *,
    name: str | None = None,
    mode: str | None = None,
    alternatives: Sequence[str] | None = None,
    others: str | None = None,
    held: "Manifest | None" = None,
) -> "Design":
    """Return the design that the options ask for; what they leave open is as in the run that is resumed.

    Raises
    ------
    UsageError
        ``option-invalid`` for names that are none, and options that do not go together.
    """
    from detente.engine.designs import DESIGNS, MODES, Design
    from detente.runs.alternatives import contested_alternatives, parse_alternatives

    before = held.plan if held is not None else None
    chosen = _one_of("--design", name, DESIGNS, before.name if before else "streams")
    if chosen != "factorial":
        for option, given in (("--alternatives", alternatives), ("--others", others)):
            if given:
                message = f"{option} is for the factorial design, not for {chosen}"
                fix = "add --design factorial, or leave it out"
                raise UsageError(message, code="option-invalid", at=option, fix=fix)
    usual = "exploratory" if chosen == "factorial" else before.mode if before else "probabilistic"
    chosen_mode = _one_of("--mode", mode, MODES, usual)
    if chosen != "factorial":
        return Design(name=chosen, mode=chosen_mode)
    if chosen_mode != "exploratory":
        message = "combinations of alternatives have no probabilities"
        fix = "leave --mode out: a factorial run is exploratory"
        raise UsageError(message, code="option-invalid", at="--mode", fix=fix)
    is_same = before is not None and before.name == "factorial"
    if alternatives:
        levels = parse_alternatives(crisis, alternatives)
    else:
        levels = before.alternatives if before and is_same else contested_alternatives(crisis)
    rest = _one_of(
        "--others", others, ("median", "drawn"), before.others if before and is_same else "median"
    )
    return Design(name=chosen, mode=chosen_mode, alternatives=levels, others=rest)


def choose_size(
    held: "Manifest | None", plan: "Design", draws: int | None, seed: int | None
) -> tuple[int, int]:
    """Return number and key of the draws that the options ask for; what they leave open is as in the run resumed.

    Raises
    ------
    UsageError
        ``option-invalid`` for numbers that cannot be, and for more combinations than anybody may have meant.
    """
    from detente.engine.drawing import check_draws

    if draws is None:
        draws = held.n_draws if held is not None else _usual_draws(plan)
    if seed is None:
        seed = held.seed if held is not None else usual.SEED
    check_draws(draws, seed=seed)
    return draws, seed


def _usual_draws(plan: "Design") -> int:
    """Return the number of cases of a design unless another is asked for; refuse one that nobody may have meant."""
    from detente.runs.store import LARGE_RUN_DRAWS

    if plan.name != "factorial":
        return usual.DRAWS
    if plan.n_cells > LARGE_RUN_DRAWS:
        message = f"{len(plan.alternatives)} quantities with alternatives make {plan.n_cells:,} combinations"
        fix = f"name the few that matter with --alternatives, or ask for all with --draws {plan.n_cells}"
        raise UsageError(message, code="option-invalid", at="--design", fix=fix)
    return plan.n_cells


def choose_overrides(held: "Manifest | None", assignments: Sequence[str] | None) -> dict[str, str]:
    """Return the overrides that the options ask for, those of the run resumed without any."""
    overrides = parse_assignments(assignments or ())
    return dict(held.overrides) if held is not None and not assignments else overrides


def choose_run_policies(
    held: "Manifest | None", crisis: "Crisis", words: str | None
) -> tuple[str, ...] | None:
    """Return the policies that the options ask for, those of the run resumed if they leave it open; None for all."""
    chosen = parse_policies(crisis, words)
    return held.policies if held is not None and words is None else chosen


def parse_policies(crisis: "Crisis", text: str | None) -> tuple[str, ...] | None:
    """Return the policies of a list with commas, in the order of the file; None for all.

    Raises
    ------
    UsageError
        ``option-invalid`` for a name that is none.
    """
    if text is None or text.strip() == "all":
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        message = f"--policies is {text!r}, which names none"
        fix = "name policies separated by commas, or all"
        raise UsageError(message, code="option-invalid", at="--policies", fix=fix)
    if not crisis.policies and names == ["free"]:
        return None
    return choose_policies(crisis, names, at="--policies")


_LONGEST_PART = 40
"""Most characters of a part of several, in writing."""


def parse_part(text: str) -> tuple[int, int]:
    """Return k and K of ``k/K``.

    Raises
    ------
    UsageError
        ``option-invalid`` for anything else.
    """
    which, sign, of = text.partition("/")
    short = len(text) <= _LONGEST_PART
    if sign and short and which.strip().isdecimal() and of.strip().isdecimal():
        part = int(which), int(of)
        if 1 <= part[0] <= part[1] <= 10**6:
            return part
    message = f"--shards is {text[:80]!r}, not one part of several"
    fix = "write k/K with k from 1 to K, for instance --shards 3/10"
    raise UsageError(message, code="option-invalid", at="--shards", fix=fix)


def choose_executor(given: str | None, part: tuple[int, int] | None) -> str:
    """Return what computes; ``auto`` unless something else is asked for.

    Raises
    ------
    UsageError
        ``option-invalid`` for a name that is none, an address that cannot be, and a cluster for one part.
    """
    from detente.runs.cluster import parse_address
    from detente.runs.running import EXECUTORS

    if given is None or given in EXECUTORS:
        return given or "auto"
    if "://" not in given:
        message = f"--executor is {given[:80]!r}, which is none"
        fix = f"use one of: {', '.join(EXECUTORS)}, dask://HOST:PORT"
        raise UsageError(message, code="option-invalid", at="--executor", fix=fix)
    if part is not None:
        message = "--shards and a cluster are two ways to share the work out"
        raise UsageError(message, code="option-invalid", at="--shards", fix="give one of them")
    return parse_address(given)


def _one_of(option: str, given: str | None, known: Sequence[str], usual: str) -> Any:
    if given is None:
        return usual
    if given not in known:
        message = f"{option} is {given[:80]!r}, which is none"
        raise UsageError(
            message, code="option-invalid", at=option, fix=f"use one of: {', '.join(known)}"
        )
    return given


def name_folder(crisis: str) -> str:
    """Return how the folder of a run of a crisis is named."""
    return Path(crisis).resolve().name if Path(crisis).is_dir() else crisis.replace("/", "-")


def find_held(folder: Path, *, resume: bool, is_part: bool) -> "Manifest | None":
    """Return the run that is to be gone on with; refuse to touch one unasked, or a folder of something else.

    A folder in which a run was stopped before it began, so that it holds nothing, is one to begin in.

    Raises
    ------
    UsageError
        ``folder-exists`` if the folder holds something else, or a run and nothing is to be resumed.
    RunError
        ``run-corrupt`` if there is no folder to go on in.
    """
    from detente.runs.folders import find_strangers
    from detente.runs.store import read_manifest

    held = read_manifest(folder)
    if held is None and (strangers := find_strangers(folder)):
        message = f"{folder} holds something that is no run: {', '.join(strangers[:3])}"
        fix = "name a new or an empty folder with --run"
        raise UsageError(message, code="folder-exists", at=str(folder), fix=fix)
    if resume and not folder.is_dir():
        message = f"{folder} holds no run to go on with"
        fix = "name the folder of the run, or leave out --resume"
        raise RunError(message, code="run-corrupt", at=str(folder), fix=fix)
    if held is not None and not resume and not is_part:
        message = f"{folder} already holds a run of {held.crisis} ({held.n_draws:,} draws)"
        fix = "add --resume to go on with it or to add draws, or name another folder with --run"
        raise UsageError(message, code="folder-exists", at=str(folder), fix=fix)
    return held if resume else None
