"""`interlock check` as a user meets it: what it prints, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = """@prefix il: <https://w3id.org/interlock/ns#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
# One zone of no system: rules about zones have little to say; the misspelt property is the one sure finding.
BAD = HEAD + '<Z> a il:Zone ; dcterms:identifier "Z-1" ; dcterms:title "Zone 1" ; il:zonKind il:safetyZone .\n'
PERSON = HEAD + '<P> a il:Person ; dcterms:identifier "P-1" ; dcterms:title "Ada" .\n'


def check(*words: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    start = "import sys; sys.argv[0] = 'interlock'; from kg.cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", start, "check", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONWARNINGS": "error", "PYTHONUTF8": "1", **environment},
        check=False,
    )


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "plant.ttl"
    file.write_text(BAD, encoding="utf-8")
    return file


def test_findings_give_exit_code_1_and_go_to_stdout(bad: Path, tmp_path: Path) -> None:
    done = check(bad.name, "--rule", "unknown-term", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.splitlines()[:3] == [
        "✗ model/unknown-term" + " " * 69 + "1 violation",
        "  No ontology defines the property il:zonKind; nearest: il:zoneKind",
        "    Z-1  Zone 1",
    ]
    assert "\x1b" not in done.stdout


def test_a_clean_file_gives_exit_code_0(tmp_path: Path) -> None:
    (tmp_path / "p.ttl").write_text(PERSON, encoding="utf-8")
    done = check("p.ttl", "--rule", "unknown-term", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "✓ nothing found · 1 rule ran\n")


def test_fail_on_decides_what_fails(bad: Path, tmp_path: Path) -> None:
    codes = [
        check(bad.name, "--rule", "unknown-term", "--fail-on", word, cwd=tmp_path).returncode
        for word in ("violation", "warning", "info", "never")
    ]
    assert codes == [1, 1, 1, 0]


def test_json_goes_to_a_file(bad: Path, tmp_path: Path) -> None:
    done = check(bad, "--format", "json", "--output", "out.json", "--rule", "unknown-term", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    (finding,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["findings"]
    assert finding["focus"]["id"] == "Z-1"
    assert finding["name"] == "model/unknown-term"


def test_csv_and_turtle(bad: Path, tmp_path: Path) -> None:
    words = (bad, "--rule", "unknown-term", "--format")
    rows = list(csv.DictReader(io.StringIO(check(*words, "csv", cwd=tmp_path).stdout)))
    assert [row["name"] for row in rows] == ["model/unknown-term"]
    assert "a sh:ValidationReport" in check(*words, "turtle", cwd=tmp_path).stdout


def test_the_judge_says_the_same_as_the_engine(tmp_path: Path) -> None:
    text = HEAD + '<S> a il:SystemUnderConsideration . <Z> a il:Zone ; il:partOfSystem <S> ; dcterms:title "Zone" .\n'
    (tmp_path / "zone.ttl").write_text(text, encoding="utf-8")
    words = ("zone.ttl", "--as-of", "2026-06-30", "--format", "json", "--rule", "ZCR-5.6")
    fast, slow = check(*words, cwd=tmp_path), check(*words, "--judge", cwd=tmp_path, PYTHONWARNINGS="ignore")
    assert fast.returncode == slow.returncode == 1
    assert json.loads(fast.stdout) == json.loads(slow.stdout)
    # A zone without any target level lacks one for each of the seven foundational requirements.
    assert len(json.loads(fast.stdout)["findings"]) == 7


def test_a_folder_is_searched_for_files_that_can_be_read(bad: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model" / "deep"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# no RDF", encoding="utf-8")
    (folder / ".hidden.ttl").write_text("broken", encoding="utf-8")
    bad.rename(folder / "plant.ttl")
    done = check("model", "--rule", "unknown-term", "--format", "json", cwd=tmp_path)
    assert [f["focus"]["id"] for f in json.loads(done.stdout)["findings"]] == ["Z-1"]


def test_the_list_of_rules_needs_no_project(tmp_path: Path) -> None:
    done = check("--list", "--rule", "iec62443-3-2-2020/*", "--format", "json", cwd=tmp_path)
    table = json.loads(done.stdout)
    assert done.returncode == 0
    assert table["columns"] == ["rule", "severity", "clause", "asks"]
    assert ["iec62443-3-2-2020/ZCR-5.6", "violation", "IEC 62443-3-2:2020 ZCR 5.6"] in [r[:3] for r in table["rows"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope.ttl"], "there is no file or folder nope.ttl"),
        (["empty"], "empty holds no file that Interlock can read"),
        ([], "no interlock.toml in"),
        (["broken.ttl"], "broken.ttl:3:"),
        (["empty.ttl", "--rule", "ZCR-5.61"], "no rule is called 'ZCR-5.61'; nearest: iec62443-3-2-2020/ZCR-5.6"),
        (["empty.ttl", "--profile", "al"], "no profile is called 'al'; there is all"),
        (["--list", "--format", "turtle"], "--format text, json or csv fit"),
        (["empty.ttl", "--output", "empty/none/x"], "empty/none/x can't be written"),
        (["notes.txt"], "notes.txt: "),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.ttl").write_text(HEAD, encoding="utf-8")
    (tmp_path / "broken.ttl").write_text(HEAD + "<Z> a il:Zone ;; .. .\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("Dear diary", encoding="utf-8")
    done = check(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert done.stderr.startswith("interlock: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize("words", [["--as-of", "30.06.2026"], ["--fail-on", "bad"], ["--format", "xml"]])
def test_a_wrong_option_is_wrong_use(tmp_path: Path, words: list[str]) -> None:
    done = check(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_day_decides_what_is_over(tmp_path: Path) -> None:
    text = HEAD + (
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "<T> a il:TargetLevel ; il:basis il:override ; il:validUntil '2030-01-01'^^xsd:date .\n"
    )
    (tmp_path / "t.ttl").write_text(text, encoding="utf-8")
    paths = [
        {
            finding["path"]
            for finding in json.loads(
                check("t.ttl", "--rule", "ZCR-5.6-override", "-f", "json", "--as-of", day, cwd=tmp_path).stdout
            )["findings"]
        }
        for day in ("2029-12-31", "2030-01-02")
    ]
    assert paths[1] - paths[0] == {"il:validUntil"}


def test_colour_only_on_a_terminal(bad: Path, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")

    def shown(**environment: str) -> str:
        leader, follower = pty.openpty()
        start = "from kg.cli.main import run; run()"
        with subprocess.Popen(
            [sys.executable, "-c", start, "check", bad.name, "--rule", "unknown-term"],
            stdout=follower,
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm", "COLUMNS": "80", **environment},
        ) as running:
            os.close(follower)
            text = b""
            while chunk := _read(leader):
                text += chunk
            os.close(leader)
        assert running.returncode == 1
        return text.decode()

    def _read(handle: int) -> bytes:
        try:
            return os.read(handle, 4096)
        except OSError:  # how Linux tells that the other end was closed
            return b""

    assert "\x1b[31m✗" in shown()
    assert "\x1b" not in shown(NO_COLOR="1")
    assert "\x1b" not in shown(TERM="dumb")


HOUSE_RULE = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://acme.example/rule/acme/phone> a sh:NodeShape ;
    rdfs:label "People can be called"@en ; dcterms:source "ACME house rule" ;
    sh:targetClass il:Person ;
    sh:property [ sh:path dcterms:description ; sh:minCount 1 ; sh:severity sh:Warning ;
        sh:message "Nobody can call this person: give the extension (ACME house rule)."@en ] .
"""


def test_a_project_may_bring_its_own_rules(tmp_path: Path) -> None:
    (tmp_path / "interlock.toml").write_text(
        '[project]\nbase = "https://acme.example/"\n'
        '[rules]\npaths = ["rules/*.ttl"]\n'
        '[[source]]\nname = "p"\npath = "p.ttl"\n',
        encoding="utf-8",
    )
    (tmp_path / "p.ttl").write_text(PERSON, encoding="utf-8")
    missing = check(cwd=tmp_path)
    assert missing.returncode == 2
    assert missing.stderr == "interlock: interlock.toml: no file fits 'rules/*.ttl' of [rules]\n"
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "phone.ttl").write_text(HOUSE_RULE, encoding="utf-8")
    done = check("--format", "json", "--rule", "acme/*", "--fail-on", "warning", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["name"], finding["severity"], finding["focus"]["id"]) == ("acme/phone", "warning", "P-1")


def test_a_pattern_that_no_file_fits_is_noted(tmp_path: Path) -> None:
    text = '[project]\nbase = "https://acme.example/"\n[[source]]\nname = "model"\npath = "modle/*.ttl"\n'
    (tmp_path / "interlock.toml").write_text(text, encoding="utf-8")
    done = check("--rule", "unknown-term", cwd=tmp_path)
    assert done.returncode == 0
    assert "no file fits 'modle/*.ttl' of the source 'model'" in " ".join(done.stdout.split())
