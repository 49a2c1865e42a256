"""``detente serve``: the workbench, in the browser."""

from typing import Annotated

import typer

from detente.cli._options import EXECUTOR, MODEL, MODEL_URL, STORE, reworded

__all__ = ["command"]

CrisesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="Names of shipped crises, or folders; all that ship by default.",
        metavar="[CRISIS|FOLDER]...",
    ),
]
HostOption = Annotated[
    str,
    typer.Option(
        "--host",
        help="Address to listen on. Any but the loopback one wants a token, which is printed as a link.",
    ),
]
PortOption = Annotated[
    int, typer.Option("--port", help="Port; 0 takes a free one.", min=0, max=65535)
]
StoreOption = Annotated[
    str | None,
    reworded(
        STORE,
        help="Where what you save is kept: sqlite:///FILE or postgresql://USER@HOST/DATABASE.  [default: a file among your data]",
    ),
]
ExecutorOption = Annotated[
    str | None,
    reworded(
        EXECUTOR,
        help="What computes long comparisons: threads, processes, or a Dask cluster by the address of its scheduler, dask://HOST:PORT.  [default: threads]",
    ),
]
ModelUrlOption = Annotated[str | None, MODEL_URL]
ModelOption = Annotated[str | None, MODEL]
OtherOption = Annotated[
    list[str] | None,
    typer.Option(
        "--other",
        help="Another version of a crisis, or a briefing, to compare with on the page Compare. May be repeated.",
        metavar="FOLDER",
    ),
]
BrowserOption = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Open the workbench in a browser.")
]


def command(
    crises: CrisesArgument = None,
    *,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    store: StoreOption = None,
    executor: ExecutorOption = None,
    model_url: ModelUrlOption = None,
    model: ModelOption = None,
    others: OtherOption = None,
    browser: BrowserOption = True,
) -> None:
    """Open the workbench: move an assumption of a crisis in the browser, and see what it changes and why.

    Nothing leaves this machine but to a store or a server of language models that you name, and nothing is loaded from outside. Stop it with Ctrl-C.

    For example:

      detente serve

      detente serve my-crisis --no-browser --port 8080

      detente serve cuba-1962 --host 0.0.0.0

      detente serve --store sqlite:///crises.db
    """
    from detente.cli._endpoints import read_endpoint
    from detente.cli._output import say_at_once
    from detente.cli._plans import choose_executor
    from detente.cli._stopping import stopping_on_terminate
    from detente.web.serving import serve
    from detente.web.workbench import Workbench

    with stopping_on_terminate():
        bench = Workbench(crises or (), beside=others or ())
        serve(
            bench,
            host=host,
            port=port,
            store=store,
            executor=None if executor is None else choose_executor(executor, None),
            endpoint=read_endpoint(model_url, model),
            opens_browser=browser,
            say=say_at_once,
        )
