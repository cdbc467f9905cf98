"""`interlock ontology`: what it prints and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from kg.cli.ontology import app
from kg.errors import BrokenFile
from kg.ontology.context import context_file

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

Extension = Callable[[str], "Path"]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_clean_extension_ends_in_0(extension: Extension) -> None:
    result = run("check", str(extension("")))
    assert result.exit_code == 0
    assert "nothing found" in result.stdout
    assert "terms checked" in result.stdout


@pytest.mark.usefixtures("no_reasoner")
def test_findings_end_in_1(extension: Extension) -> None:
    result = run(
        "check", str(extension("ex:Pump a owl:Class ; ABOUT ; rdfs:subClassOf il:Zonne .")), "--format", "json"
    )
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["name"] == "ontology/known-term"
    assert finding["severity"] == "violation"
    assert finding["focus"]["title"] == "planted 0"
    assert finding["focus"]["kind"] == "class"


def test_a_missing_file_is_wrong_input(tmp_path: Path) -> None:
    result = run("check", str(tmp_path / "none.ttl"))
    assert isinstance(result.exception, BrokenFile)
    assert result.exception.exit_code == 2


def test_docs(tmp_path: Path) -> None:
    result = run("docs", str(tmp_path / "site"))
    assert result.exit_code == 0
    assert (tmp_path / "site" / "index.html").is_file()
    assert str(tmp_path / "site" / "index.html") in result.stderr


def test_context_fresh_and_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "context.jsonld"
    monkeypatch.setattr("kg.ontology.context.context_file", lambda: path)
    assert run("context", "--check").exit_code == 1
    assert not path.exists()
    assert run("context").exit_code == 0
    assert path.read_bytes() == context_file().read_bytes()
    assert run("context", "--check").exit_code == 0


def test_unused_as_json() -> None:
    result = run("unused", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["columns"] == ["term", "kind", "module", "elsewhere"]


def test_fmt_names_and_writes_what_is_not_in_form(tmp_path: Path) -> None:
    path = tmp_path / "words.ttl"
    path.write_text("<https://e.org/b> a <https://e.org/C> . <https://e.org/a> a <https://e.org/C> .", encoding="utf-8")
    result = run("fmt", "--check", str(path))
    assert (result.exit_code, result.stdout) == (1, f"{path}\n")
    assert run("fmt", str(path)).exit_code == 0
    assert path.read_text(encoding="utf-8") == (
        "<https://e.org/a> a <https://e.org/C> .\n\n<https://e.org/b> a <https://e.org/C> .\n"
    )
    assert run("fmt", "--check", str(path)).exit_code == 0


def test_what_we_ship_is_in_form() -> None:
    assert run("fmt", "--check").exit_code == 0
