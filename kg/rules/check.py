"""Judge facts by rules: the one entry for commands, tests and servers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from kg.errors import BrokenFile
from kg.rdf.names import PREFIXES
from kg.rules.describe import describe
from kg.rules.engine import Hit, run_fast
from kg.rules.facts import FactFile, as_of_line, fact_file
from kg.rules.findings import findings_of, named, ordered
from kg.rules.read import read_rules
from kg.rules.results import results_of
from kg.rules.unknown import UNKNOWN_TERM, unknown_in_rules, unknown_terms
from kg.rules.untargeted import RULE_WITHOUT_TARGET, without_target
from kg.rules.vocabulary import Vocabulary, read_vocabulary
from kg.values import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from kg.rules.results import Result
    from kg.rules.rule import RuleSet
    from kg.values import Finding

__all__ = ["Runner", "check", "judge_by_files"]

Runner: TypeAlias = "Callable[[RuleSet, Path], list[Hit]]"
"""An engine: rules and a file of N-Triples in, what it hit out."""


def check(
    chunks: Iterable[bytes],
    rules: RuleSet,
    *,
    as_of: date,
    runner: Runner = run_fast,
    prefixes: Mapping[str, str] = PREFIXES,
) -> Findings:
    """Judge facts by rules.

    Args:
        chunks: the facts as N-Triples, whole lines, without blank nodes where findings shall be told apart by them;
            a line may come more than once. Ontology and catalogues are part of them.
        rules: what to judge by.
        as_of: the day for which everything with a validity is judged.
        runner: the engine.
        prefixes: prefix → namespace for what people see.

    Returns:
        The findings, worst first; a rule that selected nothing is one of them.

    Raises:
        BrokenFile: a rule does not compile, or speaks of a term that no ontology in the facts defines.
        InterlockError: the engine could not finish.
    """
    with fact_file(chain([as_of_line(as_of)], chunks)) as facts:
        results, vocabulary = _run(rules, facts, runner)
        for file, problem in unknown_in_rules(rules, vocabulary, prefixes):
            raise BrokenFile(file, problem)
        strays = unknown_terms(facts.bytes, vocabulary) if UNKNOWN_TERM.name in rules.built_in else []
        names = named(results, rules) | {stray.subject for stray in strays}
        items = describe(facts.bytes, names, vocabulary.supers, prefixes)
        watching = {RULE_WITHOUT_TARGET.name} & rules.built_in
        idle = list(without_target(rules, vocabulary, facts.bytes)) if watching else []
    found = findings_of(results, rules, items, prefixes)
    found += [stray.finding(items, vocabulary, rules, prefixes) for stray in strays]
    found += idle
    return Findings(ordered(found), rules_run=len(rules.rules) + len(rules.built_in - watching))


def judge_by_files(files: Sequence[Path], facts: bytes, runner: Runner = run_fast) -> tuple[Finding, ...]:
    """Judge facts by the shapes of some files and nothing else: no profile, no day, no notes.

    Args:
        files: files of rules in Turtle.
        facts: N-Triples, whole lines.
        runner: the engine.

    Returns:
        The findings, worst first.

    Raises:
        BrokenFile: a rule is not well formed.
        InterlockError: the engine could not finish.
    """
    rules = read_rules(files)
    with fact_file([facts]) as file:
        results, vocabulary = _run(rules, file, runner)
        items = describe(file.bytes, named(results, rules), vocabulary.supers)
    return ordered(findings_of(results, rules, items))


def _run(rules: RuleSet, facts: FactFile, runner: Runner) -> tuple[list[Result], Vocabulary]:
    """Run the engine and read the vocabulary side by side: the engine lets go of Python while it works."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(runner, rules, facts.path)
        vocabulary = read_vocabulary(facts.bytes)
        return list(results_of(running.result(), rules)), vocabulary
