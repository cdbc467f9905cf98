"""The program `interlock`: registers the commands and turns errors into one line and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kg.cli import (
    ask,
    baseline,
    bench,
    check,
    demo,
    diff,
    impact,
    import_,
    init,
    log,
    ontology,
    query,
    review,
    serve,
    suspects,
    trace,
    undo,
    why,
)
from kg.cli.ending import run_to_end

__all__ = ["app", "run"]

app = typer.Typer(
    name="interlock",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("init", epilog=init.EPILOG)(init.command)
for _name, _module in {
    "demo": demo,
    "import": import_,
    "check": check,
    "impact": impact,
    "why": why,
    "trace": trace,
    "ask": ask,
    "query": query,
    "baseline": baseline,
    "diff": diff,
    "log": log,
    "undo": undo,
    "suspects": suspects,
    "review": review,
    "serve": serve,
}.items():
    app.command(_name)(_module.command)
app.add_typer(ontology.app, name="ontology")
app.add_typer(bench.app, name="bench")


@app.callback(invoke_without_command=True)
def top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """The security and safety case of a plant as one knowledge graph: computed impact, checkable rules."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"interlock {installed('interlock-kg')}")
        raise typer.Exit


def run() -> None:
    """Run the command line; whatever goes wrong ends in one line on stderr and an exit code."""
    sys.exit(run_to_end(lambda: app(standalone_mode=False), sys.argv[1:]))
