"""``detente units``: the units that a crisis may use, and the exposure variables that have one."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from detente.cli._options import JsonOption
from detente.cli._output import json_text, make_table, number, print_table, text

if TYPE_CHECKING:
    from detente.crisis.registers import Attribute, Unit

__all__ = ["command"]


def command(
    *,
    as_json: JsonOption = False,
) -> None:
    """Show the units that a crisis file may use, and the exposure variables whose unit and range are known.

    For example:

      detente units

      detente units --json
    """
    from detente.crisis.registers import attributes, units

    if as_json:
        data = {
            "units": [_fields(item) for item in units().values()],
            "exposure_variables": [_fields(item) for item in attributes().values()],
        }
        sys.stdout.write(json_text(data))
        return
    ends = (number("from"), number("to"))
    rows = [(item.name, _end(item.low), _end(item.high), item.meaning) for item in units().values()]
    print_table(make_table([text("unit", no_wrap=True), *ends, text("meaning")], rows))
    sys.stdout.write("\n")
    known = [
        (item.name, item.unit, _end(item.low), _end(item.high), item.description)
        for item in attributes().values()
    ]
    columns = [text("exposure variable", no_wrap=True), text("unit", no_wrap=True), *ends]
    print_table(make_table([*columns, text("meaning")], known))


def _fields(item: "Unit | Attribute") -> dict[str, Any]:
    return {key: _finite(value) for key, value in asdict(item).items()}


def _finite(value: object) -> object:
    return None if value in (float("inf"), float("-inf")) else value


def _end(value: float) -> str:
    return "" if _finite(value) is None else f"{value:g}"
