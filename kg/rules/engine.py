"""The fast runner: the SHACL engine `shacl`, written in Rust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import BrokenFile, InterlockError
from kg.rdf.names import SH
from kg.values import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.rules.rule import RuleSet

__all__ = ["Hit", "compile_rules", "run_fast", "run_fast_on"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One validation result, as an engine gave it.

    Attributes:
        focus: the focus node in N-Triples syntax.
        value: the value in N-Triples syntax; empty where there is none.
        shape: IRI of the shape that it came from.
        component: local name of the constraint component.
        severity: how bad it is.
        message: its message, smallest first where there are several; empty where the shape has none.
    """

    focus: str
    value: str
    shape: str
    component: str
    severity: Severity
    message: str


def compile_rules(rules: RuleSet) -> Any:
    """Return the engine's compiled form of `rules`.

    Raises:
        BrokenFile: the file that holds the first rule which the engine refuses, and why.
    """
    import shacl

    try:
        return shacl.Shapes.from_text(_ntriples(t for file in rules.files for t in file.triples), "ntriples")
    except ValueError as wrong:
        _blame(rules, wrong)
        raise BrokenFile("the rules", _reason(wrong)) from wrong


def run_fast(rules: RuleSet, data: Path) -> list[Hit]:
    """Judge data by rules.

    Args:
        rules: what to run.
        data: a file of N-Triples, named ``.nt``.

    Raises:
        BrokenFile: a rule does not compile.
        InterlockError: the engine could not finish.
    """
    shapes = compile_rules(rules)
    return _hits(lambda: shapes.validate_file(str(data)))


def run_fast_on(rules: RuleSet, lines: Iterable[bytes]) -> list[Hit]:
    """Judge some lines of N-Triples by rules; raises what `run_fast` does."""
    shapes = compile_rules(rules)
    return _hits(lambda: shapes.validate_text(b"".join(lines).decode(), format="ntriples"))


def _hits(validate: Callable[[], Any]) -> list[Hit]:
    try:
        report = validate()
    except (ValueError, RuntimeError, OSError) as wrong:
        raise InterlockError(f"the rule engine could not finish: {_reason(wrong)}") from wrong
    return [
        Hit(
            result.focus_node,
            result.value or "",
            (result.root_shape or "<>")[1:-1],
            result.component,
            Severity(result.severity.lower()),
            min(result.messages, default=""),
        )
        for result in report.results
    ]


def _ntriples(triples: Iterable[Triple]) -> str:
    return "".join(f"{triple} .\n" for triple in triples)


def _blame(rules: RuleSet, whole: Exception) -> None:
    """Compile file by file, each with what all share, and raise for the first that fails."""
    import shacl

    declared = {SH + name for name in ("declare", "prefix", "namespace")}
    shared = [t for file in rules.files for t in file.triples if t.predicate.value in declared]
    for file in rules.files:
        try:
            shacl.Shapes.from_text(_ntriples({*shared, *file.triples}), "ntriples")
        except ValueError as wrong:
            raise BrokenFile(file.shown, _reason(wrong)) from whole


def _reason(wrong: Exception) -> str:
    """Return what the engine said, without the grammar that it lists for a query."""
    text = " ".join(str(wrong).split())
    head, found, _ = text.partition("expected one of")
    return head.rstrip(": ") + ": is no valid SPARQL" if found else text
