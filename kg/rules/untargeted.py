"""Rules that select nothing in the data: they pass without having looked at anything, and the reader must know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.rules.rule import Rule, Target, TargetKind
from kg.rules.vocabulary import Vocabulary, supers_of
from kg.values import Note

if TYPE_CHECKING:
    from kg.rules.rule import RuleSet

__all__ = ["without_target"]


def without_target(rules: RuleSet, vocabulary: Vocabulary) -> tuple[Note, ...]:
    """Return a note that names the rules whose targets select nothing in the data; none where all select something."""
    filled = {above for used in vocabulary.classes for above in supers_of(used, vocabulary.supers)}
    idle = [rule for rule in rules.rules if not any(_selects(t, filled, vocabulary) for t in rule.targets)]
    if not idle:
        return ()
    few = "1 rule found" if len(idle) == 1 else f"{len(idle)} rules found"
    text = f"{few} nothing to judge: this data has none of {_kinds(idle)}"
    return (Note("rule-without-target", text, tuple(rule.name for rule in idle)),)


def _selects(target: Target, filled: set[str], vocabulary: Vocabulary) -> bool:
    if target.kind is TargetKind.CLASS:
        return target.term in filled
    if target.kind in {TargetKind.SUBJECTS_OF, TargetKind.OBJECTS_OF}:
        return target.term in vocabulary.predicates
    return True  # a named node is judged whether the data speaks of it or not; what a query selects only it knows


def _kinds(idle: list[Rule]) -> str:
    names = sorted({t.term.replace("#", "/").rpartition("/")[2] for rule in idle for t in rule.targets if t.term})
    shown = names[:4]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} other kinds" if len(names) > len(shown) else "")
