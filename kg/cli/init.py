"""`interlock init`: begin a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.errors import InputError
from kg.examples.begin import begin_example
from kg.project.settings import SETTINGS
from kg.project.start import init_project

__all__ = ["EPILOG", "command"]

EPILOG = "\n\n".join(
    ["What interlock.toml may set under \\[settings]:", *(f"{s.name} = {s.default}: {s.help}" for s in SETTINGS)]
)
"""The settings, for ``--help``."""


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder; made if it is missing.")],
    example: Annotated[
        bool, typer.Option("--example", help="Begin with the example plant and its advisories.")
    ] = False,
    tutorial: Annotated[bool, typer.Option("--tutorial", help="Begin with a tiny plant of one zone.")] = False,
    base: Annotated[str, typer.Option(help="Base IRI for the project's own things; ends in / or #.")] = "",
    title: Annotated[str, typer.Option(help="What people call the project.")] = "",
) -> None:
    """Begin a project in DIR: interlock.toml, a folder for sources and one for the record."""
    if example and tutorial:
        raise InputError("--example and --tutorial exclude each other: choose one")
    if example or tutorial:
        if base or title:
            raise InputError("an example has its own base and title: change them in interlock.toml afterwards")
        begin_example("plant" if example else "tutorial", folder)
    else:
        init_project(folder, base=base or None, title=title)
    typer.echo(f"{folder}: a project. Go on there with: interlock check")
