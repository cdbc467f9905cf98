"""The main job, as a stranger runs it: on the files that ship, and on real ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

INTERLOCK = Path(sys.executable).with_name("interlock")


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [INTERLOCK, *map(str, words)], check=False, cwd=cwd, capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a demo that ran, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "interlock-demo", done.stdout


def test_it_walks_from_files_to_an_impact(demo: tuple[Path, str]) -> None:
    folder, text = demo
    steps = ["A project of the example plant", "Import", "Check", "Impact: what depends on", "Go on"]
    places = [text.index(f"── {number}  {step}") for number, step in enumerate(steps, 1)]
    assert places == sorted(places)
    advisories = len(list((folder / "advisories").glob("*.json")))
    assert f"{advisories} advisories" in text
    assert re.search(r"^\d+ findings: \d+ violations", text, re.MULTILINE)
    for bucket in (
        "requirements",
        "countermeasures",
        "components",
        "conduits",
        "safety functions",
        "evidence",
        "paths",
    ):
        assert re.search(rf"^{bucket}  ", text, re.MULTILINE), bucket


def test_the_index_is_on_disk_and_the_second_run_changes_nothing(demo: tuple[Path, str]) -> None:
    folder, first = demo
    assert (folder / ".interlock" / "current").is_file()
    records = sorted(path.name for path in (folder / "record" / "changes").iterdir())
    again = run("demo", cwd=folder.parent)
    assert again.returncode == 0, again.stderr
    assert "nothing changed since the last time" in again.stdout
    assert sorted(path.name for path in (folder / "record" / "changes").iterdir()) == records
    assert again.stdout[again.stdout.index("── 3") :] == first[first.index("── 3") :]


def test_it_takes_the_real_advisories_and_attack(shared: Path, tmp_path: Path) -> None:
    """Every CISA advisory at hand and the ATT&CK bundle come in, and real ones hit the plant's components."""
    files = [*sorted((shared / "testdata/csaf/cisa").glob("*.json")), shared / "testdata/attack/ics-attack-18.1.json"]
    done = run("demo", *(word for file in files for word in ("--with", file)), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for file in files:
        assert re.search(
            rf"^  sources/imported/{re.escape(file.stem)}\.json \((csaf|attack)\): \d+ items added",
            done.stdout,
            re.MULTILINE,
        )
    # ICSA-22-207-02 names every version of Honeywell's Safety Manager; the plant's safety controller SIS-401 is one.
    advisory = json.loads((shared / "testdata/csaf/cisa/icsa-22-207-02.json").read_text(encoding="utf-8"))
    cves = {one["cve"] for one in advisory["vulnerabilities"] if "known_affected" in one["product_status"]}
    found = run("check", "--rule", "*/SP.11", "--format", "json", cwd=tmp_path / "interlock-demo")
    named = {
        finding["value"].rpartition("/")[2].strip(">").upper()
        for finding in json.loads(found.stdout)["findings"]
        if finding["focus"]["id"] == "SIS-401"
    }
    assessed = run("query", ASSESSED, "--format", "csv", cwd=tmp_path / "interlock-demo")
    assert named == cves - set(assessed.stdout.split())


ASSESSED = """
SELECT ?cve WHERE {
  ?act il:onComponent ?component ; il:assessesVulnerability/dcterms:identifier ?cve .
  ?component dcterms:identifier "SIS-401" .
}
"""


def test_a_wrong_file_is_one_line_and_leaves_the_project_as_it_was(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"document": ', encoding="utf-8")
    assert run("demo", "plant", cwd=tmp_path).returncode == 0
    before = {p: p.read_bytes() for p in (tmp_path / "plant").rglob("*") if p.is_file() and ".interlock" not in p.parts}
    done = run("demo", "plant", "--with", broken, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "broken.json" in done.stderr
    after = {p: p.read_bytes() for p in (tmp_path / "plant").rglob("*") if p.is_file() and ".interlock" not in p.parts}
    assert after == before
