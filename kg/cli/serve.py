"""`interlock serve`: the project over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.common import say

__all__ = ["command"]


def command(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; beyond this machine, whoever reaches it may read.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for one that is free.")] = 8080,
) -> None:
    """Serve the stored questions and SPARQL over HTTP, read-only, until Ctrl-C.

    Addresses: /questions, /impact/ITEM, /why/ITEM, /trace/ITEM, /sparql, /health.

    A request is answered from what the project holds when it comes. Changed sources are committed now, later ones when
    another command runs. Its limits are settings: query-seconds, query-memory, query-rows, query-size, server-workers.
    """
    from kg.opening import open_project
    from server.app import is_loopback
    from server.run import serve

    project = open_project()
    project.refresh()
    if not is_loopback(host):
        say(
            f"warning: at {host}, whoever reaches this machine may read the whole project; nobody is asked who they are"
        )
    serve(project.root, host, port, lambda address: say(f"serving {project.root.name} at {address} - Ctrl-C ends it"))
