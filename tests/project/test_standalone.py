"""Files can be looked at without a project; nothing is left on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode

from kg.errors import BrokenFile, InputError
from kg.project.standalone import Standalone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.usefixtures("ontology")
def test_files_and_folders_are_read_with_the_ontology(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.ttl").write_text("<item> <http://p> [ <http://q> 1 ] .")
    (folder / "deep" / "b.nt").write_text("<http://b> <http://p> <http://c> .\n")
    (folder / ".hidden").write_text("no RDF")
    before = sorted(tmp_path.rglob("*"))
    alone = Standalone([folder], base="https://plant.example/")
    reader = alone.reader()
    assert reader.ask(
        "ASK { <https://plant.example/item> <http://p> ?part . ?part <http://q> 1 . FILTER(isIRI(?part)) }"
    )
    assert list(reader.outgoing(NamedNode("http://b")))
    assert reader.ask('ASK { ?entry <http://purl.org/dc/terms/identifier> "SR 1.1" }')
    assert len(b"".join(alone.facts()).splitlines()) == sum(map(len, alone.graphs.values()))
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("ontology")
def test_a_missing_or_broken_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file or folder"):
        Standalone([tmp_path / "none.ttl"])
    (tmp_path / "bad.ttl").write_text("<a>")
    with pytest.raises(BrokenFile, match=r"bad\.ttl:1:"):
        Standalone([tmp_path / "bad.ttl"])
