"""The program `interlock`: registers the commands and turns errors into one line and an exit code."""

from __future__ import annotations

import sys

import typer

from kg.cli import bench, check, demo, import_, init, ontology
from kg.errors import InterlockError

__all__ = ["app", "run"]

app = typer.Typer(
    name="interlock",
    help="The security and safety case of a plant as one knowledge graph: computed impact, checkable rules.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("init")(init.command)
app.command("demo")(demo.command)
app.command("import")(import_.command)
app.command("check")(check.command)
app.add_typer(ontology.app, name="ontology")
app.add_typer(bench.app, name="bench")


def run() -> None:
    """Run the command line; an error of ours ends in one line on stderr and its exit code."""
    try:
        app()
    except InterlockError as error:
        print(f"interlock: {error}", file=sys.stderr)  # noqa: T201 - talk goes to stderr
        sys.exit(error.exit_code)
