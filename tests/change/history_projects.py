"""Small projects with a history, and the command line run on them; used by several tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://example.org/two-zones/"

MODEL = """\
@base <https://example.org/two-zones/> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fr: <https://w3id.org/interlock/id/iec62443-1-1-2009/> .
@prefix iec62443-3-3: <https://w3id.org/interlock/id/iec62443-3-3-2013/> .

<zone/Z> a il:Zone ; dcterms:identifier "Z" ; dcterms:title "Control zone" .
<threat/T1> a il:ThreatScenario ; dcterms:identifier "T1" ; dcterms:title "A stranger logs in" .
<threat/T2> a il:ThreatScenario ; dcterms:identifier "T2" ; dcterms:title "A stick brings a worm" .
<risk/R1> a il:RiskResult ; dcterms:identifier "R1" ; dcterms:title "Log-in, control zone" ;
    il:derivedFrom <threat/T1> ;
    il:asks [ il:foundationalRequirement fr:IAC ; il:level 2 ] .
<risk/R2> a il:RiskResult ; dcterms:identifier "R2" ; dcterms:title "Worm, control zone" ;
    il:derivedFrom <threat/T2> ;
    il:asks [ il:foundationalRequirement fr:IAC ; il:level 1 ] .
<target/IAC> a il:TargetLevel ; dcterms:identifier "SL-T IAC" ; dcterms:title "Target of Z for IAC" ;
    il:foundationalRequirement fr:IAC ; il:level 2 ; il:basis il:detailedAssessment ;
    il:derivedFrom <risk/R1>, <risk/R2> .
<sr/1.1> a il:SystemRequirement ; dcterms:identifier "Z SR 1.1" ; dcterms:title "People are told apart" ;
    il:instantiates iec62443-3-3:SR-1.1 ; il:derivedFrom <target/IAC> .
<sr/1.1-RE-1> a il:SystemRequirement ; dcterms:identifier "Z SR 1.1 RE 1" ; dcterms:title "Each on their own" ;
    il:instantiates iec62443-3-3:SR-1.1-RE-1 ; il:derivedFrom <target/IAC> .
<cm/C1> a il:Countermeasure ; dcterms:identifier "C1" ; dcterms:title "Accounts" ; il:answers <sr/1.1> .
"""
"""T1 asks level 2 of IAC, T2 only 1: SR 1.1 is of level 1 and governed by both, its RE 1 of level 2 and by T1 alone."""


def interlock(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command, and return how it ended."""
    start = "import sys; sys.argv[0] = 'interlock'; from kg.cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", start, *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONUTF8": "1", "COLUMNS": "160", **IDENTITY},
        check=False,
    )


IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@plant.example",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@plant.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def ok(done: subprocess.CompletedProcess[str], code: int = 0) -> str:
    """Return what a command printed that ended with `code` and nothing on standard error."""
    assert (done.returncode, done.stderr) == (code, ""), done.stderr + done.stdout
    return done.stdout


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of a command that was used wrongly."""
    assert (done.returncode, done.stdout) == (2, ""), done.stdout + done.stderr
    assert done.stderr.count("\n") == 1
    return done.stderr


def as_json(*words: object, cwd: Path, code: int = 0) -> dict[str, Any]:
    """Return what a command answers as JSON."""
    found: dict[str, Any] = json.loads(ok(interlock(*words, "--format", "json", cwd=cwd), code))
    return found


def begin(folder: Path, model: str = MODEL) -> Path:
    """Make a project of one file."""
    (folder / "model").mkdir(parents=True)
    (folder / "interlock.toml").write_text(
        f'[project]\nbase = "{BASE}"\n\n[[source]]\nname = "model"\npath = "model/*.ttl"\n', "utf-8"
    )
    (folder / "model" / "zone.ttl").write_text(model, "utf-8")
    return folder


def edit(folder: Path, old: str, new: str) -> None:
    """Change the one file of a project."""
    path = folder / "model" / "zone.ttl"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def git(folder: Path, *words: str) -> str:
    """Run git in a project."""
    done = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **IDENTITY}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
