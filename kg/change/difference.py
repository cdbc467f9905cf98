"""What is otherwise in one state than in an earlier one, and what that brings about (Q26)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.change.difference_answers import compare_answers
from kg.change.difference_findings import compare_findings
from kg.change.difference_items import changed_values, described, is_item
from kg.change.difference_states import States
from kg.change.moments import version_notes
from kg.change.moments_past import open_at
from kg.change.suspects import find_suspects
from kg.questions.asking import natural
from kg.rdf.names import NS, RDF
from kg.rules.project_rules import rules_of
from kg.values import Changed, Difference, Item, Note, Suspects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.change.moments import Moment
    from kg.project.project import Project
    from kg.store import Delta, Reader

__all__ = ["compare"]

_STATUS: Final = NS + "status"
_RETIRED: Final = NS + "retired"
_TYPE: Final = f"<{RDF}type>".encode()
_SUSPECT_LINKS: Final = b"/suspect-link/"
_SPREAD: Final = f"<{NS}suspectBecauseOf>".encode()


def compare(project: Project, before: Moment, after: Moment, *, effect: bool = True) -> Difference:
    """Return how one moment differs from an earlier one.

    Args:
        project: the project; what changed in its sources is committed already.
        before: the earlier moment.
        after: the later moment; findings and answers of both are as of its day.
        effect: tell findings, derived facts, answers and suspects too.

    Raises:
        InputError: a record is missing, or a rule of the project is wrong.
    """
    with project.reader() as present, open_at(project, before) as old, open_at(project, after) as new:
        history = project.history().until(present.manifest.notes["heads"])
        states = States(project, history, present, old, new)
        prefixes = project.config.prefixes
        readers = (new, old)
        come, gone = states.merged()
        added, retired, both = _items(states, come | gone)
        changed = [one for one in changed_values(come, gone, readers, prefixes) if one.item.iri in both]
        retired += [one.item for one in changed if _retires(one)]
        notes: list[Note] = [
            *before.notes,
            *after.notes,
            *version_notes(history, before),
            *version_notes(history, after),
        ]
        found = Difference(
            before.label, after.label, _sorted(added), _sorted(retired), tuple(sorted(changed, key=_place))
        )
        if not effect:
            return found
        fresh, cured, said = compare_findings(states, rules_of(project.config, project.root), after.day)
        answers, told = compare_answers(states, after.day)
        suspects = _suspects(states)
        return Difference(
            *(found.before, found.after, found.added, found.retired, found.changed),
            new=fresh,
            cured=cured,
            derived=tuple(_derived(states.deltas.get(states.derived), readers, prefixes)),
            answers=answers,
            suspects=suspects.items,
            notes=tuple(dict.fromkeys([*notes, *said, *told, *suspects.notes])),
        )


def _suspects(states: States) -> Suspects:
    """Return what the later state makes suspect, if all was well at the earlier one."""
    history = states.history.until(states.after.manifest.notes["heads"])
    since = states.before.manifest.notes["heads"]
    if not set(since) <= set(history.ids):
        text = "what is suspect is left out: the later state does not build on the earlier one"
        return Suspects((), (Note("suspects-left-out", text),))
    return find_suspects(states.after, history, since=since, prefixes=states.project.config.prefixes)


def _items(states: States, lines: Iterable[bytes]) -> tuple[list[Item], list[Item], set[str]]:
    """Return the items of which `lines` speak: those that came, those that went, and the IRIs of the rest."""
    subjects = sorted({line.split(b" ", 1)[0][1:-1].decode() for line in lines})
    prefixes = states.project.config.prefixes
    then, now = (described(subjects, [reader], prefixes) for reader in (states.before, states.after))
    added = [now[iri] for iri in subjects if is_item(now[iri]) and not is_item(then[iri])]
    gone = [then[iri] for iri in subjects if is_item(then[iri]) and not is_item(now[iri])]
    return added, gone, set(subjects) - {item.iri for item in (*added, *gone)}


def _retires(change: Changed) -> bool:
    return change.property == "il:status" and isinstance(change.new, Item) and change.new.iri == _RETIRED


def _derived(delta: Delta | None, readers: Sequence[Reader], prefixes: dict[str, str]) -> list[Changed]:
    """Return what is derived otherwise; which links and items are suspect is told by the suspects."""
    if delta is None:
        return []
    come, gone = ([line for line in side if not _about_suspects(line)] for side in (delta.added, delta.removed))
    return sorted(changed_values(come, gone, readers, prefixes), key=_place)


def _about_suspects(line: bytes) -> bool:
    subject, predicate, _ = line.split(b" ", 2)
    return _SUSPECT_LINKS in subject or predicate == _SPREAD


def _sorted(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(set(items), key=lambda item: (item.kind, natural(item.id))))


def _place(change: Changed) -> tuple[str, list[str | int], str]:
    return change.item.kind, natural(change.item.id), change.property
