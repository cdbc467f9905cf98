"""What a page of the documentation shows of a catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode

from kg.ontology.vocabulary import catalogue_files
from kg.rdf.names import CATALOGUE, DCTERMS, NS, RDF, SKOS, curie
from kg.rdf.turtle import natural, read_turtle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.ontology.vocabulary import Vocabulary

__all__ = ["Document", "catalogue_documents", "catalogue_page", "clause_links"]

_IDENTIFIER: Final = DCTERMS + "identifier"
_TITLE: Final = DCTERMS + "title"
_TYPE: Final = RDF + "type"
_NOTES: Final = (SKOS + "note", SKOS + "historyNote")
_HIDDEN: Final = frozenset({_IDENTIFIER, _TITLE, _TYPE, NS + "inDocument"})
_FIRST_COLUMNS: Final = (
    "foundationalRequirement",
    "lowestLevel",
    "enhances",
    "partOfEntry",
    "correspondsTo",
    "appliesToType",
)

Facts = dict[str, list[NamedNode | Literal]]


@dataclass(slots=True)
class Document:
    """One catalogue file.

    Attributes:
        slug: its name without the extension.
        identifier: identifier of the document, else the slug.
        title: title of the document.
        notes: what is noted about it.
        entries: IRI of each entry → property → values.
    """

    slug: str
    identifier: str = ""
    title: str = ""
    notes: list[str] = field(default_factory=list)
    entries: dict[str, Facts] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Return how many entries it has."""
        return len(self.entries)


def catalogue_documents() -> list[Document]:
    """Return every catalogue that Interlock ships, by file name."""
    return [_document(path.stem, read_turtle(path).triples) for path in catalogue_files()]


def _document(slug: str, triples: Sequence[Any]) -> Document:
    facts: dict[str, Facts] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            facts[triple.subject.value][triple.predicate.value].append(triple.object)
    about = facts.pop(CATALOGUE + slug, {})
    document = Document(slug, _first(about, _IDENTIFIER) or slug.capitalize(), _first(about, _TITLE))
    document.notes = sorted(value.value for name in _NOTES for value in about.get(name, []))
    document.entries = {iri: dict(facts[iri]) for iri in sorted(facts, key=natural)}
    return document


def _first(facts: Mapping[str, list[NamedNode | Literal]], name: str) -> str:
    return min((value.value for value in facts.get(name, [])), default="")


def clause_links(documents: Sequence[Document]) -> dict[str, str]:
    """Return how sources cite an entry, such as ``IEC 61508-1 7.4.2.3`` → the address of its row."""
    links = {}
    for document in documents:
        name = re.sub(r"[:-]\d{4}$", "", document.identifier).replace("IEC TS ", "IEC ")
        links[name] = f"{document.slug}.html"
        for iri, facts in document.entries.items():
            identifier = _first(facts, _IDENTIFIER)
            address = f"{document.slug}.html#{_local(iri)}"
            for text in {identifier, identifier.removeprefix("clause ")} - {""}:
                links[f"{name} {text}"] = address
    return links


def catalogue_page(document: Document, documents: Sequence[Document], vocabulary: Vocabulary) -> dict[str, Any]:
    """Return what the template needs: the entries in tables, one a class."""
    by_class: dict[str, list[str]] = defaultdict(list)
    for iri, facts in document.entries.items():
        by_class[_first(facts, _TYPE)].append(iri)
    homes = {iri: (d, facts) for d in documents for iri, facts in d.entries.items()}
    groups = []
    for cls in sorted(by_class, key=lambda iri: (iri == NS + "Clause", -len(by_class[iri]), iri)):
        term = vocabulary.terms.get(cls)
        entries = by_class[cls]
        names = sorted({n for iri in entries for n in document.entries[iri]} - _HIDDEN, key=_place)
        named = any(_IDENTIFIER in document.entries[iri] for iri in entries)
        columns = [{"text": text, "href": ""} for text in ("identifier", "title")] if named else []
        columns += [_column(name, vocabulary) for name in names]
        rows = []
        for iri in entries:
            shown = [_IDENTIFIER, _TITLE, *names] if named else names
            cells = [[_value(v, homes, vocabulary) for v in document.entries[iri].get(n, [])] for n in shown]
            rows.append({"anchor": _local(iri), "cells": cells})
        title = term.label if term else curie(cls)
        groups.append({"title": title, "anchor": f"class-{cls.removeprefix(NS)}", "columns": columns, "rows": rows})
    return {"document": document, "documents": documents, "groups": groups}


def _place(name: str) -> tuple[int, object]:
    """Return a key that puts what readers look for first, and how sure we are last."""
    short = name.removeprefix(NS)
    first = _FIRST_COLUMNS.index(short) if short in _FIRST_COLUMNS else len(_FIRST_COLUMNS)
    return first + short.lower().endswith("confidence"), natural(curie(name))


def _column(name: str, vocabulary: Vocabulary) -> dict[str, str]:
    term = vocabulary.ours().get(name)
    return {"text": term.label, "href": f"index.html#{term.name}"} if term else {"text": curie(name), "href": ""}


def _value(
    value: NamedNode | Literal, homes: Mapping[str, tuple[Document, Facts]], vocabulary: Vocabulary
) -> dict[str, str]:
    if isinstance(value, Literal):
        return {"text": value.value, "href": "", "hint": ""}
    iri = value.value
    if iri in vocabulary.ours():
        term = vocabulary.ours()[iri]
        return {"text": term.label, "href": f"index.html#{term.name}", "hint": term.definition}
    if iri in homes:
        document, facts = homes[iri]
        text = _first(facts, _IDENTIFIER) or _local(iri)
        return {"text": text, "href": f"{document.slug}.html#{_local(iri)}", "hint": _first(facts, _TITLE)}
    return {"text": curie(iri), "href": iri, "hint": ""}


def _local(iri: str) -> str:
    return iri.rpartition("/")[2]
