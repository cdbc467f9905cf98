"""Baselines: names of states, kept as facts of the source ``baselines``, so that they merge like everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from kg.errors import InputError
from kg.project.who import user
from kg.rdf.names import DCTERMS, NS, RDF, XSD
from kg.rdf.terms import line
from kg.store import Delta
from kg.values import Table

if TYPE_CHECKING:
    from kg.project.project import Project
    from kg.rdf.terms import Term
    from kg.store import Reader, SnapshotReader

__all__ = ["SOURCE", "Baseline", "baseline_table", "find_baselines", "make_baseline"]

SOURCE: Final = "baselines"
"""Name of the source that holds the baselines."""

_CALLED: Final = "baseline "
"""What an identifier begins with: an item of the case may have the bare name."""

_NAME = re.compile(r"[^\W_][\w.+-]{0,79}")
_NUMBERS = re.compile(r"[0-9a-fA-F]{6,64}|[\d.+-]+(T.*)?")
_WORDS: Final = frozenset({"now", "today", "head"})


@dataclass(frozen=True, slots=True)
class Baseline:
    """A named state.

    Attributes:
        iri: its IRI.
        name: its name.
        changes: ids of the changes that led to the state last, sorted.
        created: when it was made, in UTC, ``2026-11-23T13:55:02Z``.
        reason: why, if anybody said so.
    """

    iri: str
    name: str
    changes: tuple[str, ...]
    created: str
    reason: str = ""


def make_baseline(project: Project, name: str, *, reason: str = "", accepting: str | None = None) -> Baseline:
    """Name the present state, and return the baseline; it is in the records then.

    Args:
        project: the project; what changed in its sources is committed already.
        name: the name.
        reason: why, for the record and for people.
        accepting: the acting role of who accepts every link that stands now as reviewed; None where nobody does.

    Raises:
        InputError: the name can't be one or is taken, there is nothing to name, or an acceptance lacks its reason.
    """
    _check_name(name)
    if accepting is not None and not reason.strip():
        raise InputError("--accept says that every link was reviewed: say why with --reason TEXT")
    made: list[Baseline] = []

    def facts(present: SnapshotReader) -> Delta:
        base = project.config.base
        for other in find_baselines(present):
            if other.name.casefold() == name.casefold():
                raise InputError(
                    f"there is a baseline {other.name!r} already, made {other.created}: choose another name"
                )
        heads = tuple(sorted(present.manifest.notes["heads"]))
        if not heads:
            raise InputError("nothing is recorded yet, so there is no state to name: add a source first")
        when = datetime.now(UTC).replace(microsecond=0)
        stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ")
        baseline = Baseline(f"{base}baseline/{quote(name, safe='')}", name, heads, stamp, reason)
        made.append(baseline)
        lines = _lines(baseline, base)
        if accepting is not None:
            lines += _acceptance(baseline, base, user(project.root), accepting, when)
        return Delta(sorted(lines))

    project.amend(SOURCE, facts, reason=f"baseline {name}{': ' + reason if reason else ''}")
    return made[0]


def _check_name(name: str) -> None:
    """Refuse a name that could be taken for another moment, or that no command line could hold."""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} can't be the name of a baseline: it must be letters, digits, '.', '_', '+' and '-', begin with a"
            " letter or digit, and have 80 characters at most"
        )
    if _NUMBERS.fullmatch(name) or name.casefold() in _WORDS:
        raise InputError(
            f"{name!r} would be taken for a date, a change or a revision of git: name the baseline otherwise, such as"
            f" R{name}"
        )


def _lines(baseline: Baseline, base: str) -> list[bytes]:
    node = NamedNode(baseline.iri)
    facts: list[tuple[str, Term]] = [
        (RDF + "type", NamedNode(NS + "Baseline")),
        (DCTERMS + "identifier", Literal(_CALLED + baseline.name)),
        (DCTERMS + "title", Literal(baseline.name)),
        (DCTERMS + "created", Literal(baseline.created, datatype=NamedNode(XSD + "dateTime"))),
        *((NS + "baselineOf", NamedNode(f"{base}change/{change}")) for change in baseline.changes),
    ]
    if baseline.reason:
        facts.append((NS + "reason", Literal(baseline.reason)))
    return [line(node, NamedNode(name), value) for name, value in facts]


def _acceptance(baseline: Baseline, base: str, who: str, role: str, when: datetime) -> list[bytes]:
    """Return the facts of an act that accepts every link that stands at a baseline."""
    from kg.review.acts import act_lines, role_of

    node = NamedNode(f"{base}acceptance/{quote(baseline.name, safe='')}")
    facts: list[tuple[str, Term]] = [
        (RDF + "type", NamedNode(NS + "Acceptance")),
        (DCTERMS + "identifier", Literal(f"acceptance of {baseline.name}")),
        (DCTERMS + "title", Literal(f"every link of baseline {baseline.name} holds")),
        (NS + "acceptsBaseline", NamedNode(baseline.iri)),
    ]
    acted = act_lines(node, base=base, who=who, role=role_of(role), when=when, reason=baseline.reason)
    return [*(line(node, NamedNode(name), value) for name, value in facts), *acted]


def find_baselines(reader: Reader) -> list[Baseline]:
    """Return the baselines that there are, oldest first."""
    query = (
        f"SELECT ?b ?id ?change ?created ?reason WHERE {{ ?b a <{NS}Baseline> ; <{NS}baselineOf> ?change ;"
        f" <{DCTERMS}identifier> ?id ; <{DCTERMS}created> ?created . OPTIONAL {{ ?b <{NS}reason> ?reason }} }}"
    )
    found: dict[tuple[str, str], tuple[set[str], str, str]] = {}
    for node, name, change, created, reason in reader.select(query):
        if isinstance(node, NamedNode) and isinstance(change, NamedNode):
            said = [one.value if isinstance(one, Literal) else "" for one in (name, created, reason)]
            changes, _, _ = found.setdefault((node.value, said[1]), (set(), said[0].removeprefix(_CALLED), said[2]))
            changes.add(change.value.rpartition("/")[2])
    every = [
        Baseline(iri, name, tuple(sorted(changes)), created, reason)
        for (iri, created), (changes, name, reason) in found.items()
    ]
    return sorted(every, key=lambda one: (one.created, one.name))


def baseline_table(baselines: list[Baseline]) -> Table:
    """Return a table of baselines."""
    rows = tuple(
        (one.name, one.created, ", ".join(change[:12] for change in one.changes), one.reason) for one in baselines
    )
    return Table("Baselines", ("baseline", "made", "changes", "reason"), rows)
