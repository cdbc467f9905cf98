"""Which of our terms nobody defines, and which of them nothing uses yet."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from kg.ontology.mentions import AREAS, all_mentions, files_of
from kg.rdf.names import NS, curie
from kg.values import Item, Note, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.ontology.mentions import Mention
    from kg.ontology.vocabulary import Term, Vocabulary

__all__ = ["nearest", "unknown_mentions", "unused_terms", "uses"]

_WORKING: Final = ("question", "rule", "derivation", "importer")
"""The areas for whose sake a term exists."""

_QUOTED: Final = re.compile(r"""["']([A-Za-z][A-Za-z0-9]*)["']""")


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the names that look most like `name`, best first, at most `count`."""
    by_folded = {k.casefold(): k for k in known}
    close = get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.6)
    return [by_folded[folded] for folded in close]


def unknown_mentions(vocabulary: Vocabulary) -> list[Mention]:
    """Return every mention, anywhere in Interlock, of a term that the ontology does not define."""
    known = {term.name for term in vocabulary.ours().values()}
    return [m for area in AREAS for m in all_mentions(area) if m.name not in known]


def uses(vocabulary: Vocabulary) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return what uses each term: IRI → area → names of the rules, questions or files.

    In the importers a quoted word that is a term's name counts too: they look names up in tables.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    known = {term.name for term in vocabulary.ours().values()}
    for area in AREAS:
        if area in {"ontology", "hygiene"}:
            continue
        for mention in all_mentions(area):
            if mention.name in known:
                found[NS + mention.name][area].add(mention.file.stem)
    for file in files_of("importer"):
        for word in known.intersection(_QUOTED.findall(file.read_text(encoding="utf-8"))):
            found[NS + word]["importer"].add(file.stem)
    return {iri: {area: frozenset(names) for area, names in areas.items()} for iri, areas in found.items()}


def unused_terms(vocabulary: Vocabulary) -> Table:
    """Return the terms of ours that no question, rule, derivation or importer uses yet.

    An individual counts as used where its class is the range of a property that is used, and an annotation property
    is for the ontology itself.
    """
    by_term = uses(vocabulary)
    used = {iri for iri, areas in by_term.items() if any(area in areas for area in _WORKING)}
    ranges = {r for iri in used & vocabulary.terms.keys() for r in vocabulary.terms[iri].range}
    terms = [t for t in vocabulary.ours().values() if t.kind != "annotation property"]
    rows = [_row(t, by_term) for t in terms if t.iri not in used and not (_is_choice(t) and ranges & set(t.parents))]
    note = Note(
        "terms-in-use",
        f"{len(terms) - len(rows)} of {len(terms)} terms are used by a question, rule, derivation or importer.",
    )
    return Table("Terms that nothing uses yet", ("term", "kind", "module", "elsewhere"), tuple(rows), (note,))


def _is_choice(term: Term) -> bool:
    return term.kind == "individual"


def _row(term: Term, by_term: Mapping[str, Mapping[str, frozenset[str]]]) -> tuple[Item, str, str, str]:
    elsewhere = ", ".join(sorted(by_term.get(term.iri, {})))
    item = Item(term.iri, curie(term.iri), term.label, term.kind)
    return item, term.kind, term.module.rpartition("/")[2], elsewhere
