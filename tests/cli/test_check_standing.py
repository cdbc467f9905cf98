"""`interlock check` in a project that changes: what was found stays, and every way of asking gives the same."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from kg.cli.main import app
from kg.opening import open_project

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "@prefix il: <https://w3id.org/interlock/ns#> .\n@prefix dcterms: <http://purl.org/dc/terms/> .\n"
ZONE = '<Z> a il:Zone ; dcterms:identifier "Z-1" ; dcterms:title "Zone 1" .\n'
PERSON = '<P> a il:Person ; dcterms:identifier "P-1" ; dcterms:title "Ada" .\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "interlock.toml").write_text(
        '[project]\nbase = "https://acme.example/"\n[[source]]\nname = "plant"\npath = "plant.ttl"\n'
    )
    (tmp_path / "plant.ttl").write_text(HEAD + ZONE + PERSON)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["check", "--format", "json", "--fail-on", "never", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_changed_is_judged_and_nothing_else_is_said(project: Path) -> None:
    first = check()
    assert (project / ".interlock" / "check.sqlite").is_file()
    assert check() == first
    (project / "plant.ttl").write_text(HEAD + ZONE.replace("il:Zone ;", "il:Zone ; il:zonKind il:x ;") + PERSON)
    second = check()
    assert [f["focus"]["id"] for f in second["findings"] if f["name"] == "model/unknown-term"] == ["Z-1", "Z-1"]
    assert second == check("--full")
    assert second["notes"] == []
    (project / "plant.ttl").write_text(HEAD + ZONE + PERSON)
    assert check() == first


@pytest.mark.usefixtures("project")
def test_a_choice_of_rules_and_another_profile_filter_what_stands() -> None:
    everything = check()["findings"]
    chosen = check("--rule", "ZCR-3.*")["findings"]
    names = {finding["name"] for finding in everything}
    assert {f["name"] for f in chosen} == {n for n in names if n.startswith("iec62443-3-2-2020/ZCR-3.")} | {
        "model/rule-without-target"
    }
    assert all(finding in everything for finding in chosen)
    profile = check("--profile", "model")
    assert profile == check("--profile", "model", "--full")
    assert profile["notes"] == []


@pytest.mark.usefixtures("project")
def test_another_day_is_judged_as_a_whole_and_spoils_nothing() -> None:
    first = check()
    assert check("--as-of", "2031-01-01")["findings"] == check("--as-of", "2031-01-01", "--full")["findings"]
    assert check() == first


def test_a_lost_log_is_said_aloud(project: Path) -> None:
    check()
    (project / "plant.ttl").write_text(HEAD + PERSON)
    open_project(project).refresh()
    shutil.rmtree(project / ".interlock" / "log")
    found = check()
    (note,) = [note for note in found["notes"] if note["code"] == "full-run"]
    assert note["text"].endswith("rules ran on all facts: what changed since they last ran is not on record")
    assert found["findings"] == check("--full")["findings"]
