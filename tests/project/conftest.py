"""A small project to commit to, with a small ontology instead of the whole one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kg.project import builtin

if TYPE_CHECKING:
    from pathlib import Path

ONTOLOGY = """
@prefix : <https://w3id.org/interlock/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Zone a rdfs:Class ; rdfs:label "zone"@en .
:Plant rdfs:subClassOf :Zone .
"""
CATALOGUE = """
@prefix dcterms: <http://purl.org/dc/terms/> .
<https://w3id.org/interlock/id/iec62443-3-3-2013/SR-1.1> dcterms:identifier "SR 1.1" .
"""


@pytest.fixture
def ontology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that Interlock takes for its own ontology."""
    folder = tmp_path / "ontology"
    (folder / "catalogue").mkdir(parents=True)
    (folder / "alignment").mkdir()
    (folder / "core.ttl").write_text(ONTOLOGY)
    (folder / "catalogue" / "iec62443-3-3-2013.ttl").write_text(CATALOGUE)
    (folder / "alignment" / "prov.ttl").write_text("<http://never> <http://loaded> <http://x> .")
    monkeypatch.setattr(builtin, "ontology_folder", lambda: folder)
    return folder
