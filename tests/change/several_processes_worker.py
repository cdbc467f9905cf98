"""One of several processes at work on a project until a time; prints what it was told is done, one JSON line each."""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kg.change.baselines import make_baseline
from kg.change.suspects import find_suspects
from kg.cli.asking import view_at
from kg.errors import Busy
from kg.opening import open_project
from kg.questions import find_question
from kg.rdf.names import DCTERMS
from kg.rdf.terms import line
from kg.report import Format, render
from kg.rules.project_rules import rules_of
from kg.rules.standing_open import open_standing
from kg.rules.standing_source import SnapshotSource
from kg.store import Delta


def say(**said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def main() -> None:
    root, number, until = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    project = open_project(root)
    count = 0
    while time.time() < until or count == 0:
        count += 1
        began = time.monotonic()
        try:
            work(root, number, count)
        except Busy as busy:
            say(busy=str(busy))
        say(seconds=time.monotonic() - began)
    del project


def work(root: Path, number: int, count: int) -> None:
    """Do what this process does: write a source of its own, one that all share, a file, baselines; or read."""
    project = open_project(root)
    name = f"p{number}-{count}"
    fact = line(NamedNode(f"{project.config.base}{name}"), NamedNode(DCTERMS + "identifier"), Literal(name))
    match number % 8:
        case 0 | 1:
            project.amend(f"own-{number}", Delta([fact]), reason=name)
            say(fact=fact.decode(), source=f"own-{number}")
        case 2 | 3:
            project.amend("shared", Delta([fact]), reason=name)
            say(fact=fact.decode(), source="shared")
        case 4:
            path = root / "model" / f"{name}.ttl"
            path.write_bytes(fact)
            project.refresh(reason=name)
            say(fact=fact.decode(), source=f"model/{name}")
        case 5:
            made = make_baseline(project, name, reason="one of many")
            say(baseline=made.name, changes=made.changes)
        case 6:
            with view_at("", root) as view:
                answer = view.asker().answer(find_question("Q1"), {"item": "T1"})
                render(answer, Format.JSON, io.StringIO(), prefixes=view.prefixes)
                found = {
                    "requirements": [
                        entry.item.id for name_, es in answer.buckets if name_ == "requirements" for entry in es
                    ]
                }  # type: ignore[union-attr]
                find_suspects(view.reader, view.history, prefixes=view.prefixes)
            say(read=found)
        case _:
            with view_at("A" if count % 2 else "", root) as view:
                rules = rules_of(project.config, root)
                if view.is_now:
                    standing = open_standing(project.index_folder, view.prefixes, 10.0)
                    checked = standing.check(SnapshotSource(view.reader), rules, as_of=view.day)
                    say(read={"findings": len(checked.items) > 0})
                else:
                    say(read={"past": len(list(view.reader.select("SELECT ?x { ?x ?p ?o } LIMIT 1")))})


if __name__ == "__main__":
    main()
