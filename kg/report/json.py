"""Results as JSON, one stable shape per kind of result.

findings
    ``{"findings": […], "counts": {severity: n}, "rules_run": n, "notes": […]}``; a finding has ``fingerprint, rule``
    (its IRI), ``name, clause, severity, focus`` (an item), ``path`` (SPARQL syntax), ``value`` (N-Triples syntax),
    ``about`` (the item that the value is, else null) and ``message``.
table
    ``{"title", "columns": […], "rows": [[cell, …], …], "notes": […]}``; a cell is an item, a text, a number, a truth
    value or null.
trace
    ``{"question", "item", <bucket>: [entry, …], …, "paths": [[node, …], …], "notes": […]}``, buckets in the question's
    order. An entry is an item with ``governing`` (``"governing"`` or ``"contributing"``) where the question tells, and
    ``facts`` where it has any. A path leads from the item to one entry; each node of it is an item, and each but the
    first has ``link``, the link that leads to it.
suspects
    ``{"suspects": [{"id", "iri", "title", "kind", "cause", "path", "changed", "since"}, …], "notes": […]}``. ``path``
    leads from the item that changed to the suspect one, as in a trace; ``changed`` has ``{"item": {…}, "property",
    "old", "new"}`` for each value that the first item of the path says otherwise, an item, a text or null; ``since`` is
    the time in UTC of the first change that did that.
difference
    ``{"before", "after", "added": [item, …], "retired": [item, …], "changed": [{"item", "property", "old", "new"}, …],
    "findings": {"new": [finding, …], "cured": [finding, …]}, "derived": [as changed], "answers": [{"question", "start",
    "bucket", "item", "old", "new"}, …], "suspects": [as above], "notes": […]}``; ``old`` and ``new`` of an answer are
    ``"governing"``, ``"contributing"``, ``"reached"`` or null.
item
    ``{"id", "iri", "title", "kind"}``.
remark
    ``{"code", "text", "about": […]}``, an element of ``notes``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from kg.report.walk import item_of, links, nodes
from kg.values import Difference, Findings, Item, Severity, Suspects, Table

if TYPE_CHECKING:
    from kg.report import Result
    from kg.values import Cell, Changed, Entry, Finding, Note, Suspect, Trace

__all__ = ["write_json"]

_Object: TypeAlias = dict[str, Any]


def write_json(result: Result, stream: TextIO) -> None:
    """Write `result` as JSON: two spaces of indentation, the same bytes for the same result."""
    if isinstance(result, Findings):
        shape = _findings(result)
    elif isinstance(result, Suspects):
        shape = _suspects(result)
    elif isinstance(result, Difference):
        shape = _difference(result)
    elif isinstance(result, Table):
        shape = _table(result)
    else:
        shape = _trace(result)
    json.dump(shape, stream, ensure_ascii=False, indent=2, allow_nan=False)
    stream.write("\n")


def _findings(result: Findings) -> _Object:
    return {
        "findings": [_finding(finding) for finding in result.items],
        "counts": {str(s): sum(f.severity is s for f in result.items) for s in Severity},
        "rules_run": result.rules_run,
        "notes": [_note(note) for note in result.notes],
    }


def _finding(finding: Finding) -> _Object:
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "name": finding.name,
        "clause": finding.clause,
        "severity": str(finding.severity),
        "focus": _item(finding.focus),
        "path": finding.path,
        "value": finding.value,
        "about": _item(finding.about) if finding.about else None,
        "message": finding.message,
    }


def _table(result: Table) -> _Object:
    return {
        "title": result.title,
        "columns": list(result.columns),
        "rows": [[_cell(cell) for cell in row] for row in result.rows],
        "notes": [_note(note) for note in result.notes],
    }


def _trace(result: Trace) -> _Object:
    known = nodes(result)
    named = links(result)
    shape: _Object = {"question": result.question, "item": _item(result.start)}
    shape |= {name: [_entry(entry) for entry in entries] for name, entries in result.buckets}
    shape["paths"] = [
        [
            _item(item_of(node, known)) | ({"link": named.get((path[i - 1], node), "")} if i else {})
            for i, node in enumerate(path)
        ]
        for path in result.paths
    ]
    shape["notes"] = [_note(note) for note in result.notes]
    return shape


def _suspects(result: Suspects) -> _Object:
    return {
        "suspects": [_suspect(one) for one in result.items],
        "notes": [_note(note) for note in result.notes],
    }


def _suspect(one: Suspect) -> _Object:
    links = [{}, *({"link": link} for link in one.links)]
    return _item(one.item) | {
        "cause": one.cause,
        "path": [_item(item) | link for item, link in zip(one.path, links, strict=True)],
        "changed": [_changed(row) for row in one.changed],
        "since": one.since,
    }


def _changed(row: Changed) -> _Object:
    return {"item": _item(row.item), "property": row.property, "old": _cell(row.old), "new": _cell(row.new)}


def _difference(result: Difference) -> _Object:
    return {
        "before": result.before,
        "after": result.after,
        "added": [_item(item) for item in result.added],
        "retired": [_item(item) for item in result.retired],
        "changed": [_changed(row) for row in result.changed],
        "findings": {
            "new": [_finding(finding) for finding in result.new],
            "cured": [_finding(finding) for finding in result.cured],
        },
        "derived": [_changed(row) for row in result.derived],
        "answers": [
            {
                "question": row.question,
                "start": _item(row.start),
                "bucket": row.bucket,
                "item": _item(row.item),
                "old": row.old,
                "new": row.new,
            }
            for row in result.answers
        ],
        "suspects": [_suspect(one) for one in result.suspects],
        "notes": [_note(note) for note in result.notes],
    }


def _entry(entry: Entry) -> _Object:
    shape = _item(entry.item)
    if entry.governing is not None:
        shape["governing"] = "governing" if entry.governing else "contributing"
    if entry.facts:
        shape["facts"] = {name: _cell(cell) for name, cell in entry.facts}
    return shape


def _cell(cell: Cell) -> Any:
    return _item(cell) if isinstance(cell, Item) else cell


def _item(item: Item) -> _Object:
    return {"id": item.id, "iri": item.iri, "title": item.title, "kind": item.kind}


def _note(note: Note) -> _Object:
    return {"code": note.code, "text": note.text, "about": list(note.about)}
