"""The documentation of words and catalogues as HTML: plain files that need neither a server nor scripts."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pyoxigraph import NamedNode

from kg.errors import InputError
from kg.ontology.catalogue_pages import catalogue_documents, catalogue_page, clause_links
from kg.ontology.usage import uses
from kg.ontology.vocabulary import load_vocabulary
from kg.rdf.names import DCTERMS, NS, OWL, RDF, curie
from kg.rdf.turtle import natural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.ontology.vocabulary import Term, Vocabulary

__all__ = ["write_pages"]

_TEMPLATES: Final = Path(__file__).parent / "templates"
_GROUPS: Final = (
    ("Classes", ("class",), "class"),
    ("Properties", ("object property", "datatype property", "annotation property"), "property"),
    ("Choices", ("individual",), "choice"),
)
_USERS: Final = {"rule": "rules", "question": "questions", "derivation": "derivations", "importer": "importers"}


def write_pages(folder: Path) -> list[Path]:
    """Write the documentation: ``index.html`` with every word, a page a catalogue, one style sheet.

    Args:
        folder: where to; made where it is missing. Files of the same name are replaced.

    Returns:
        The files, sorted.

    Raises:
        InputError: `folder` can't be written to.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    vocabulary = load_vocabulary()
    documents = catalogue_documents()
    pages = {"style.css": (_TEMPLATES / "style.css").read_text(encoding="utf-8")}
    index = _index(vocabulary, clause_links(documents)) | {"documents": documents}
    pages["index.html"] = environment.get_template("index.html").render(index)
    template = environment.get_template("catalogue.html")
    for document in documents:
        pages[f"{document.slug}.html"] = template.render(catalogue_page(document, documents, vocabulary))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder}: can't be written to: {error.strerror}; name a folder of your own") from error
    return sorted(folder / name for name in pages)


def _index(vocabulary: Vocabulary, clauses: Mapping[str, str]) -> dict[str, Any]:
    terms = vocabulary.ours()
    related = _related(vocabulary)
    users = uses(vocabulary)
    by_module: dict[str, list[Term]] = defaultdict(list)
    for term in terms.values():
        by_module[term.module].append(term)
    modules = []
    for iri, title, description in _headers(vocabulary):
        groups = []
        for heading, kinds, css in _GROUPS:
            chosen = [t for t in by_module[iri] if t.kind in kinds]
            described = [
                _describe(t, css, vocabulary=vocabulary, related=related, users=users, clauses=clauses) for t in chosen
            ]
            if described:
                groups.append({"title": heading, "terms": described})
        name = iri.rpartition("/")[2]
        count = len(by_module[iri])
        modules.append(
            {"iri": iri, "name": name, "title": title, "description": description, "groups": groups, "count": count}
        )
    alphabet = sorted(terms.values(), key=lambda t: (t.name.casefold(), t.name))
    return {"modules": modules, "alphabet": alphabet, "total": len(terms), "namespace": NS}


def _headers(vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    """Return IRI, title and description of each module; those that more build on come first."""
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for triple in vocabulary.triples:
        if isinstance(triple.subject, NamedNode) and hasattr(triple.object, "value"):
            facts[triple.subject.value][triple.predicate.value].append(str(triple.object.value))
    modules = [iri for iri in facts if OWL + "Ontology" in facts[iri][RDF + "type"]]
    below: dict[str, set[str]] = {iri: set(facts[iri][OWL + "imports"]) for iri in modules}
    for _ in modules:
        below = {iri: direct.union(*(below.get(other, set()) for other in direct)) for iri, direct in below.items()}
    modules.sort(key=lambda iri: (len(below[iri]), iri))
    return [
        (iri, min(facts[iri][DCTERMS + "title"], default=iri), min(facts[iri][DCTERMS + "description"], default=""))
        for iri in modules
    ]


def _related(vocabulary: Vocabulary) -> dict[str, dict[str, list[str]]]:
    """Return for each term what points at it: name of the relation → IRIs."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for term in vocabulary.ours().values():
        for parent in term.parents:
            found[parent]["choices" if term.kind == "individual" else "narrower"].append(term.iri)
        for cls in term.domain:
            found[cls]["has"].append(term.iri)
        for cls in term.range:
            found[cls]["value of"].append(term.iri)
    return found


def _describe(
    term: Term,
    css: str,
    *,
    vocabulary: Vocabulary,
    related: Mapping[str, Mapping[str, list[str]]],
    users: Mapping[str, Mapping[str, frozenset[str]]],
    clauses: Mapping[str, str],
) -> dict[str, Any]:
    def terms(iris: list[str] | tuple[str, ...]) -> list[dict[str, str]]:
        return [_link(iri, vocabulary) for iri in sorted(iris, key=natural)]

    near = related.get(term.iri, {})
    parents = {"class": "kind of", "individual": "one of"}.get(term.kind, "narrows")
    rows: list[tuple[str, list[dict[str, str]]]] = [
        (parents, terms(term.parents)),
        ("narrower", terms(near.get("narrower", []))),
        ("choices", terms(near.get("choices", []))),
        ("of", terms(term.domain) or _text(term.open_domain, "anything: ")),
        ("value", terms(term.range) or _text(term.open_range, "anything: ")),
        ("has", terms(near.get("has", []))),
        ("value of", terms(near.get("value of", []))),
        (
            "source",
            [_clause(source, clauses) for source in term.sources] or (_text("our own word") if term.own else []),
        ),
    ]
    used = users.get(term.iri, {})
    rows += [
        (plural, [{"text": n, "href": "", "hint": ""} for n in sorted(used[a])])
        for a, plural in _USERS.items()
        if a in used
    ]
    facts = [{"name": name, "things": things} for name, things in rows if things]
    return {
        "name": term.name,
        "label": term.label,
        "kind": term.kind,
        "css": css,
        "definition": term.definition,
        "facts": facts,
    }


def _text(text: str, before: str = "") -> list[dict[str, str]]:
    return [{"text": before + text, "href": "", "hint": ""}] if text else []


def _link(iri: str, vocabulary: Vocabulary) -> dict[str, str]:
    term = vocabulary.ours().get(iri)
    if term is None:
        return {"text": curie(iri), "href": "", "hint": iri}
    return {"text": term.name, "href": f"#{term.name}", "hint": term.definition}


def _clause(source: str, clauses: Mapping[str, str]) -> dict[str, str]:
    return {"text": source, "href": clauses.get(source.removesuffix(" (r)"), ""), "hint": ""}
