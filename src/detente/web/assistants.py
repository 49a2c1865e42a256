"""The tools over the Model Context Protocol: a program that speaks for somebody asks, and gets numbers or an error with a fix.

The protocol is that of the library ``mcp``, of the extra ``assistants``. Messages come on standard input and go to standard
output; a message that is none, and a method that is unknown, are the library's to refuse.
"""

import asyncio
import json
import threading
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from detente.errors import DetenteError, SystemFailedError, nearest, refuse
from detente.web.answers import version
from detente.web.rendering import describe
from detente.web.telling import STANDING
from detente.web.tools import TOOLS, Desk, Tool

__all__ = ["call_tool", "offered", "serve_assistants"]

_ABOUT = (
    "detente answers questions about international crises from a sourced file of each, solved as a game over many cases. "
    f"Every number is a mean over {STANDING}: give its range and say so whenever you give the number. "
    "Begin with list_crises, then list_assumptions for what may be set. trace gives the sources behind a number."
)


def offered(desk: Desk) -> tuple[Tool, ...]:
    """Return the tools that are offered: those that write only where there is a folder for it."""
    return tuple(tool for tool in TOOLS if desk.folder is not None or not tool.writes)


def call_tool(
    desk: Desk, name: str, arguments: Mapping[str, Any], stop: threading.Event
) -> tuple[dict[str, Any], bool]:
    """Answer a call; whatever is wrong with it becomes an error with code, place and fix.

    Parameters
    ----------
    desk
        The crises.
    name
        Of the tool.
    arguments
        By name.
    stop
        Set when the caller has gone.

    Returns
    -------
    tuple
        The answer, and whether it is an error.
    """
    try:
        tool = _find(desk, name)
        return tool.work(desk, _checked(tool, arguments), stop.is_set).model_dump(), False
    except DetenteError as error:
        return {"error": describe(error)}, True
    except (OSError, MemoryError, RecursionError) as error:
        failed = SystemFailedError(
            f"the system refuses: {getattr(error, 'strerror', None) or type(error).__name__}",
            code="system-failed",
            at=name[:80],
            fix="ask for fewer draws; see that what it names is there and has room",
        )
        return {"error": describe(failed)}, True


def serve_assistants(desk: Desk) -> None:
    """Answer calls on standard input until it ends.

    Raises
    ------
    UsageError
        ``extra-missing`` without the extra ``assistants``.
    """
    try:
        import mcp_types as types  # noqa: PLC0415  # an extra
        from mcp.server.lowlevel import Server  # noqa: PLC0415  # an extra
        from mcp.server.stdio import stdio_server  # noqa: PLC0415  # an extra
    except ImportError as error:
        refuse(
            "the library of the Model Context Protocol is not installed",
            code="extra-missing",
            at="mcp",
            fix="install the extra: pip install 'detente[assistants]'",
            cause=error,
        )

    async def list_tools(_context: Any, _asked: Any) -> types.ListToolsResult:
        """Describe the tools."""
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    description=f"{tool.does} Numbers are {STANDING}.",
                    input_schema=tool.asked.model_json_schema(),
                    output_schema=tool.told.model_json_schema(),
                    annotations=types.ToolAnnotations(
                        read_only_hint=not tool.writes,
                        destructive_hint=False,
                        open_world_hint=False,
                    ),
                )
                for tool in offered(desk)
            ]
        )

    async def call(_context: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        """Answer one call on a thread, and stop it if the client gives it up."""
        stop = threading.Event()
        try:
            data, is_error = await asyncio.to_thread(
                call_tool, desk, asked.name, asked.arguments or {}, stop
            )
        finally:
            stop.set()
        text = json.dumps(data, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)],
            structured_content=data,
            is_error=is_error,
        )

    async def serve() -> None:
        """Answer until the input ends."""
        server = Server(
            "detente",
            version=version(),
            title="detente: crises as games, from sourced files",
            instructions=_ABOUT,
            on_list_tools=list_tools,
            on_call_tool=call,
        )
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    asyncio.run(serve())


def _find(desk: Desk, name: str) -> Tool:
    known = {tool.name: tool for tool in offered(desk)}
    if name not in known:
        near = nearest(name[:80], known) or tuple(known)
        refuse(
            f"there is no tool {name[:80]!r} here",
            code="option-invalid",
            at="tool",
            fix=f"use one of: {', '.join(near)}",
        )
    return known[name]


def _checked(tool: Tool, arguments: Mapping[str, Any]) -> BaseModel:
    """Return the arguments of a tool as it takes them."""
    try:
        return tool.asked.model_validate(arguments)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "arguments"
        known = ", ".join(tool.asked.model_fields) or "none"
        refuse(
            f"{place[:120]}: {first['msg']}",
            code="option-invalid",
            at=place[:120],
            fix=f"send what the schema of {tool.name} describes; its arguments: {known}",
            cause=error,
        )
