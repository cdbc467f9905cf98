"""`interlock bench`: our figures beside a reference's, and plants of any size."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from kg.bench.run import Work
from kg.cli.common import OutputOption, TableFormatOption, say, write
from kg.errors import InputError
from kg.report import Format

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)

_FACTORS: Final = {"": 1, "k": 1_000, "m": 1_000_000}


@app.callback()
def measure(  # noqa: PLR0917 - options, which Typer passes by name
    context: typer.Context,
    sizes: Annotated[str, typer.Option(metavar="N,N…", help="Triples of the plants, such as 100k or 10M.")] = "100k,1M",
    only: Annotated[list[Work] | None, typer.Option(help="Measure only this; again for more. Peers only so.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs behind each median, ours and the reference's in turns.")] = 3,
    pyshacl: Annotated[
        bool, typer.Option("--with-pyshacl/--without-pyshacl", help="Time pySHACL too, up to 100k: takes minutes.")
    ] = True,
    requirements: Annotated[
        str, typer.Option(metavar="N,N…", help="Requirements for --only peers: beside Doorstop and StrictDoc.")
    ] = "2000,10k",
    cache: Annotated[
        Path, typer.Option(metavar="DIR", help="Where --only peers installs the other tools; kept.")
    ] = Path("~/.cache/interlock-bench"),
    form: TableFormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Print our figures, a reference's in the same run, the ratio and the budget; or generate plants of any size."""
    if context.invoked_subcommand is not None:
        return
    from kg.bench.run import Peers, run_benchmark

    peers = Peers(_sizes(requirements), cache.expanduser())
    found = run_benchmark(_sizes(sizes), only or [], runs, judge=pyshacl, peers=peers, tell=say)
    write(found, form, output)


@app.command("generate")
def generate(
    triples: Annotated[str, typer.Option(metavar="N", help="How many triples, 10k to 10M; met within 2 %.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write, - for standard output.")] = Path("-"),
) -> None:
    """Write a plant of the example's shape as N-Triples, which is Turtle too, with a small share of planted faults."""
    from kg.bench.plants import Plant, generate

    plant = Plant()
    chunks = generate(_size(triples), seed, plant)
    if output == Path("-"):
        sys.stdout.buffer.writelines(chunks)
        sys.stdout.buffer.flush()
    else:
        try:
            with output.open("wb") as file:
                file.writelines(chunks)
        except OSError as wrong:
            raise InputError(f"{output} can't be written: {wrong.strerror}") from wrong
    say(f"{plant.triples} triples, {plant.systems} systems, {sum(plant.faults.values())} planted faults")


def _sizes(texts: str) -> list[int]:
    return [_size(text) for text in texts.split(",")]


def _size(text: str) -> int:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([kKmM]?)", text.strip())
    if found is None:
        raise InputError(f"{text!r} is no number: write it as 250000, 250k or 1M")
    return round(float(found[1]) * _FACTORS[found[2].lower()])
