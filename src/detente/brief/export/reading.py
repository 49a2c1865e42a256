"""Reading the data file of a briefing back: what ``trace`` and ``diff`` look at has the shape it was written in."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detente.brief.export.data_files import read_data_file
from detente.characters import describe_character, escape, find_forbidden
from detente.errors import RunError

__all__ = ["figures_in", "read_brief"]

_AGAIN = "run detente brief again"

_Number = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    """A part of the file: what is read of it is checked, all else is left as it is."""

    model_config = ConfigDict(extra="ignore", strict=True)


class _TraceData(_Part):
    sources: list[str]
    quantities: list[str]
    model: str
    reference: str
    metric: str
    policy: str
    inputs_read: int
    place: str


class _FigureData(_Part):
    id: str
    label: str
    value: _Number | None
    unit: str
    text: str
    trace: _TraceData


class _QuestionData(_Part):
    figures: list[_FigureData]


class _SummaryData(_Part):
    figures: list[_FigureData] = []


class _InputData(_Part):
    label: str
    value: str
    family: str
    parameters: list[_Number | None]
    grade: str
    sources: list[str]
    file: str
    line: int


class _SourceData(_Part):
    publisher: str
    title: str
    date: str
    edition: str = ""
    address: str
    standing: str
    file: str
    line: int


class _PolicyData(_Part):
    id: str
    label: str


class _BriefData(_Part):
    crisis: str
    as_of: str
    seed: int
    draws: int
    design: str
    mode: str
    headline_figures: list[str]
    digest: str = ""
    overrides: dict[str, str] = {}
    summary: _SummaryData = _SummaryData()
    questions: list[_QuestionData]
    policies: list[_PolicyData] = []
    inputs: dict[str, _InputData]
    sources: dict[str, _SourceData] = {}


def read_brief(path: Path) -> dict[str, Any]:
    """Read the data file of a briefing.

    Parameters
    ----------
    path
        A ``brief.json``.

    Returns
    -------
    dict
        Its content; what commands read of it has the types that ``brief.schema.json`` gives.

    Raises
    ------
    RunError
        ``run-corrupt`` if it is none, ``character-forbidden`` if a text in it holds a character that none may hold.
    """
    try:
        data: dict[str, Any] = json.loads(read_data_file(path))
        _BriefData.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "all of it"
        raise _corrupt(path, f"{where}: {first['msg']}") from None
    except OSError as error:
        raise _corrupt(path, error.strerror or str(error)) from error
    except RecursionError as error:
        raise _corrupt(path, "it is nested too deeply") from error
    except ValueError as error:
        raise _corrupt(path, str(error)) from error
    for text in _texts(data):
        at = find_forbidden(text)
        if at is not None:
            sign = describe_character(text[at])
            message = f"{escape(text[:80])!r} holds the character {sign}, which no text may hold"
            raise RunError(message, code="character-forbidden", at=str(path), fix=_AGAIN)
    return data


def figures_in(data: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return all figures of a data file by id: those of the questions, then those of the summary alone."""
    parts = [*data["questions"], data.get("summary", {})]
    return {figure["id"]: figure for part in parts for figure in part.get("figures", ())}


def _corrupt(path: Path, reason: str) -> RunError:
    message = f"{path.name} is not the data file of a briefing: {reason}"
    return RunError(message, code="run-corrupt", at=str(path), fix=_AGAIN)


def _texts(data: Any) -> Iterator[str]:
    """Yield every text of plain data, keys too."""
    waiting = [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
