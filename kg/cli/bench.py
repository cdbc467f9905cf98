"""`interlock bench`: our figures beside a reference's, and plants of any size."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(help="Our figures, a reference's in the same run, and the ratio; plants of any size.")


@app.command("generate")
def generate(
    triples: Annotated[int, typer.Option(help="How many triples, 10000 to 10000000; met within 2 %.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write, - for standard output.")] = Path("-"),
) -> None:
    """Write a plant of the example's shape as N-Triples, which is Turtle too, with a small share of planted faults."""
    from kg.bench.plants import Plant, generate

    plant = Plant()
    chunks = generate(triples, seed, plant)
    if output == Path("-"):
        sys.stdout.buffer.writelines(chunks)
        sys.stdout.buffer.flush()
    else:
        with output.open("wb") as file:
            file.writelines(chunks)
    planted = sum(plant.faults.values())
    print(f"{plant.triples} triples, {plant.systems} systems, {planted} planted faults", file=sys.stderr)  # noqa: T201
