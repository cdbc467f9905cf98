"""The harness: runs through at tiny sizes, says what missed its budget, and leaves nothing behind."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from kg.bench.adjacency import need_numpy
from kg.bench.asking import _compare
from kg.bench.figures import Budget, Figure, Measure, table
from kg.bench.judging import judge_seconds
from kg.bench.timing import Timing, Trial, in_turns
from kg.cli.main import app
from kg.errors import InputError, InterlockError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_ours_and_the_reference_take_turns() -> None:
    order: list[str] = []
    ours = Trial(lambda: order.append("ours"), lambda: order.append("before"), lambda: order.append("after"))
    timing = in_turns(ours, Trial(lambda: order.append("reference")), 3)
    assert [one for one in order if one in {"ours", "reference"}] == [
        *("ours", "reference"),
        *("reference", "ours"),
        *("ours", "reference"),
    ]
    assert order[:3] == ["before", "ours", "after"]
    assert len(timing.ours) == len(timing.reference) == 3


@pytest.mark.parametrize(
    ("budget", "ours", "theirs", "ratio", "verdict"),
    [
        (Budget(Measure.TIMES_REFERENCE, 8), [0.01, 0.02, 0.9], [0.002, 0.0025, 0.001], 10.0, "missed"),
        (Budget(Measure.TIMES_REFERENCE, 8), [0.016], [0.002], 8.0, "met"),
        (Budget(Measure.TIMES_FASTER, 50), [0.2], [9.0], 45.0, "missed"),
        (Budget(Measure.TIMES_FASTER, 50), [0.2], [10.0], 50.0, "met"),
        (Budget(Measure.SECONDS, 0.15), [0.149], [0.001], 149.0, "met"),
        (Budget(Measure.SECONDS, 0.15), [0.151], [0.151], 1.0, "missed"),
    ],
)
def test_ratio_and_verdict_follow_the_medians(
    budget: Budget, ours: list[float], theirs: list[float], ratio: float, verdict: str
) -> None:
    made = table([Figure.of("work", 1000, "reference", Timing(ours, theirs), budget)])
    row = dict(zip(made.columns, made.rows[0], strict=True))
    assert row["ratio"] == pytest.approx(ratio)
    assert row["verdict"] == verdict
    assert [note.code for note in made.notes] == (["budget-missed"] if verdict == "missed" else [])


def test_budgets_read_as_the_design_writes_them() -> None:
    assert str(Budget(Measure.TIMES_REFERENCE, 1.5)) == "≤ 1.5 x"
    assert str(Budget(Measure.TIMES_FASTER, 50)) == "≥ 50 x faster"
    assert str(Budget(Measure.SECONDS, 0.15)) == "≤ 150 ms"


def test_a_tiny_benchmark_runs_through_and_leaves_nothing(folder: Path) -> None:
    pytest.importorskip("numpy")
    only = [part for work in ("import", "check", "q1", "commit", "change", "fingerprints") for part in ("--only", work)]
    options = ["--sizes", "10k", "--runs", "1", "--without-pyshacl", "--format", "json"]
    result = CliRunner().invoke(app, ["bench", *only, *options])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    rows = [dict(zip(report["columns"], row, strict=True)) for row in report["rows"]]
    assert [re.sub(r"[0-9]+ items", "N items", row["work"]) for row in rows] == [
        *("first import", "full check", "Q1 walk", "Q1", "commit"),
        *("change of one component", "its commit", "its check", "its suspects", "each further component"),
        *("fingerprints of N items", "fingerprint of one item"),
    ]
    assert all(row["ours ms"] >= 0 and row["reference ms"] > 0 and row["triples"] == 10_000 for row in rows)
    assert all(row["verdict"] in ({"met", "missed"} if row["budget"] else {""}) for row in rows)
    assert [row["work"] for row in rows if row["MB"] is not None] == ["change of one component"]
    assert list(folder.iterdir()) == []


def test_an_answer_that_differs_from_its_reference_stops_the_run() -> None:
    right = {"requirements": {"x:a": True, "x:b": False}}
    _compare("x:t", right, right)
    with pytest.raises(InterlockError, match=r"x:t differs .* in requirements, at x:b$"):
        _compare("x:t", {"requirements": {"x:a": True, "x:b": True}}, right)
    with pytest.raises(InterlockError, match="x:a, x:b"):
        _compare("x:t", {}, right)


def test_without_numpy_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(InputError, match=r"pip install 'interlock-kg\[bench\]'"):
        need_numpy()


def test_generate_writes_a_file_or_standard_output(tmp_path: Path) -> None:
    target = tmp_path / "plant.nt"
    runner = CliRunner()
    told = runner.invoke(app, ["bench", "generate", "--triples", "10k", "--seed", "4", "-o", str(target)])
    piped = runner.invoke(app, ["bench", "generate", "--triples", "10000", "--seed", "4"])
    assert told.exit_code == piped.exit_code == 0
    assert told.stdout == ""
    assert piped.stdout_bytes == target.read_bytes()
    assert "planted faults" in told.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["generate", "--triples", "many"], "'many' is no number"),
        (["generate", "--triples", "20M"], "20000000 triples can't be generated"),
        (["generate", "--triples", "10k", "-o", "/nowhere/at/all.nt"], "can't be written"),
        (["--sizes", "10k,x"], "'x' is no number"),
    ],
)
def test_wrong_use_is_told_in_one_line(options: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["bench", *options])
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)


def test_the_judge_is_timed_and_stopped_when_it_takes_too_long(tmp_path: Path) -> None:
    facts = tmp_path / "facts.nt"
    facts.write_text("<https://example.org/z> <https://w3id.org/interlock/ns#zoneKind> <https://example.org/k> .\n")
    taken, finished = judge_seconds(facts, 120.0)
    assert finished
    assert 0 < taken < 120
    assert judge_seconds(facts, 0.05) == (0.05, False)
    facts.write_text("no triples\n")
    with pytest.raises(InterlockError, match="pySHACL failed"):
        judge_seconds(facts, 120.0)
