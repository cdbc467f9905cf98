"""All checks of an ontology, ours or an extension of somebody else's, as findings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, parse

from kg.errors import InterlockError, LimitExceeded
from kg.ontology.culprits import culprits
from kg.ontology.hygiene import hygiene, own_terms, rule_files
from kg.ontology.profile import check_profile
from kg.ontology.reasoner import reason
from kg.ontology.usage import nearest, unknown_mentions
from kg.ontology.vocabulary import Vocabulary, load_vocabulary
from kg.rdf.guard import parse_files
from kg.rdf.names import NS, OWL, RULE, curie
from kg.values import Finding, Findings, Item, Note, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Triple

    from kg.rdf.guard import Request

__all__ = ["check_extension", "check_ours"]

_PROFILE_CLAUSE = {"OWL 2 RL": "OWL 2 Profiles 4", "OWL 2 DL": "OWL 2 Structural Specification 3"}
_OWN_CHECKS = 5  # OWL 2 RL, OWL 2 DL, consistency, satisfiability, known terms: each is a rule beside the shapes


def check_ours(*, seconds: float = 120.0) -> Findings:
    """Check our ontology, and that nothing anywhere in Interlock names a term that it does not define.

    Args:
        seconds: wall-clock limit of the reasoner.

    Raises:
        LimitExceeded: the reasoner did not finish in time.
    """
    ours = load_vocabulary()
    found, notes = _logic(ours, Vocabulary(()), seconds)
    found += _named(hygiene(ours.ntriples(), own_terms(ours.triples)), ours)
    for mention in unknown_mentions(ours):
        place = f"{mention.file.name}:{mention.line}"
        where = Item(mention.file.as_uri(), place, "", "file")
        found.append(_unknown(mention.name, where, ours))
    return _sorted(found, len(ours.ours()), notes)


def check_extension(requests: Sequence[Request], *, seconds: float = 120.0) -> Findings:
    """Check an ontology of somebody else's together with ours; only what concerns their terms is found.

    Args:
        requests: their files.
        seconds: wall-clock limit of the reasoner.

    Raises:
        BrokenFile: a file does not parse.
        LimitExceeded: parser or reasoner reached a limit.
    """
    ours = load_vocabulary()
    theirs: list[Triple] = []
    for file in parse_files(requests, merge_graphs=True):
        quads = parse(input=file.data, format=RdfFormat.N_TRIPLES, lenient=True, rename_blank_nodes=True)
        theirs += (quad.triple for quad in quads)
    merged = Vocabulary([*ours.triples, *theirs])
    own = own_terms(theirs, ours)
    notes = []
    if not own:
        text = "The files declare no term of their own: nothing but their use of our terms was checked."
        notes.append(Note("no-own-terms", text, tuple(request.name or str(request.path) for request in requests)))
    elif not any(_is_ontology(triple) for triple in theirs):
        notes.append(Note("no-header", "The files have no owl:Ontology: say there what they are, and their licence."))
    found, unreasoned = _logic(merged, ours, seconds)
    notes += unreasoned
    found += _named(hygiene(merged.ntriples(), own), merged)
    found += _unknown_terms(theirs, merged)
    return _sorted(found, len(own), notes)


def _logic(vocabulary: Vocabulary, base: Vocabulary, seconds: float) -> tuple[list[Finding], list[Note]]:
    """Profile and reasoner over `vocabulary`, without what the profile check says of `base` alone.

    What is outside the profile may be more than the reasoner takes: then the profile's findings come first, and a note
    says that nothing was reasoned.
    """
    found = []
    known = set(check_profile(base.triples)) if base.triples else set()
    for violation in check_profile(vocabulary.triples):
        if violation not in known:
            name = violation.profile.lower().replace(" ", "-")
            clause = _PROFILE_CLAUSE[violation.profile]
            message = f"{violation.reason}, so the ontology is outside {violation.profile}; say it another way"
            found.append(_finding(name, clause, _item(violation.term, vocabulary), message))
    try:
        verdict = reason(vocabulary.triples, seconds=seconds)
    except LimitExceeded:
        raise
    except InterlockError:
        if not found:
            raise
        text = "Consistency was not checked: the reasoner does not take what is outside the profile; cure that first."
        return found, [Note("not-reasoned", text)]
    if not verdict.consistent:
        found += _contradictions(vocabulary, base, seconds)
    for iri in verdict.unsatisfiable:
        message = "Nothing can ever be a member of this class: its axioms exclude each other; loosen one of them."
        found.append(_finding("satisfiable", "OWL 2 Direct Semantics 2", _item(iri, vocabulary), message))
    return found, []


def _contradictions(vocabulary: Vocabulary, base: Vocabulary, seconds: float) -> list[Finding]:
    """Return one finding for each term without which the contradiction would be gone."""
    known = set(base.triples)
    names = culprits(base.triples, [t for t in vocabulary.triples if t not in known], seconds=seconds)
    found = []
    for name in names:
        others = ", ".join(curie(other) for other in names if other != name)
        told = f"with {others} and the rest" if others else "with the rest"
        message = f"What is said of it contradicts itself together {told}: no world can be so; take back one axiom."
        found.append(_finding("consistent", "OWL 2 Direct Semantics 2", _item(name, vocabulary), message))
    return found


def _is_ontology(triple: Triple) -> bool:
    return isinstance(triple.object, NamedNode) and triple.object.value == OWL + "Ontology"


def _unknown_terms(theirs: list[Triple], merged: Vocabulary) -> list[Finding]:
    found = {}
    for triple in theirs:
        for node in (triple.subject, triple.predicate, triple.object):
            if isinstance(node, NamedNode) and node.value.startswith(NS) and node.value not in merged.terms:
                subject = triple.subject
                where = subject.value if isinstance(subject, NamedNode) else node.value
                found[node.value, where] = _unknown(node.value[len(NS) :], _item(where, merged), merged)
    return [found[key] for key in sorted(found)]


def _unknown(name: str, where: Item, vocabulary: Vocabulary) -> Finding:
    close = nearest(name, (term.name for term in vocabulary.ours().values()))
    hint = f"; nearest: {', '.join('il:' + n for n in close)}" if close else ""
    message = f"Our ontology has no term il:{name}{hint}."
    return _finding("known-term", "house rule", where, message, value=f"<{NS}{name}>")


def _named(found: list[Finding], vocabulary: Vocabulary) -> list[Finding]:
    """Return findings of rules with what the ontology says of their terms: rules name items, not words."""
    return [replace(finding, focus=_item(finding.focus.iri, vocabulary)) for finding in found]


def _item(iri: str, vocabulary: Vocabulary) -> Item:
    term = vocabulary.terms.get(iri)
    return Item(iri, curie(iri), term.label if term else "", term.kind if term else "")


def _finding(name: str, clause: str, focus: Item, message: str, value: str = "") -> Finding:
    rule = f"ontology/{name}"
    return Finding(RULE + rule, rule, clause, Severity.VIOLATION, focus, "", value, message)


def _sorted(found: list[Finding], terms: int, notes: list[Note]) -> Findings:
    order = list(Severity)
    ranked = sorted(found, key=lambda f: (order.index(f.severity), f.name, f.focus, f.path, f.value))
    text = f"{terms} terms checked."
    return Findings(tuple(ranked), _OWN_CHECKS + len(rule_files()), (Note("terms-checked", text), *notes))
