"""One edit beside other tools: the files are theirs, the turns are fair, and a wrong answer stops the run.

With ``INTERLOCK_PEERS`` set to a cache folder the tools themselves run, which takes a network the first time.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kg.bench.figures import Figure, table
from kg.bench.peer_formats import _stamp, child_of, edit, parent_of, write_doorstop, write_interlock, write_strictdoc
from kg.bench.peers import Contestant, measure_peers, take_turns
from kg.bench.processes import Run, run_process
from kg.errors import InterlockError


def test_doorstop_finds_its_own_stamps() -> None:
    """Copied from the files that Doorstop 3.0 wrote by `doorstop review all` and `doorstop clear all`."""
    assert _stamp("REQ001", "") == "uToxv8IgkJYvWxK2Ki7ucJn0kjzEP-10QCrJcytIh3s="
    assert _stamp("TST001", "", "REQ001") == "1Vpox7N_jDfjYpD257NrTlSyTEjoEJdYJOvfwWChyyE="


def test_each_tool_gets_the_same_requirements_and_links(tmp_path: Path) -> None:
    write_doorstop(tmp_path / "d", 20)
    write_strictdoc(tmp_path / "s", 20)
    write_interlock(tmp_path / "i", 20)
    assert len(list((tmp_path / "d").rglob("*REQ*.yml")) + list((tmp_path / "d").rglob("CRQ*.yml"))) == 20
    for file, requirement, link in (
        ("s/crq.sdoc", "UID: CRQ", "VALUE: REQ"),
        ("i/crq.ttl", "\n<CRQ", "derivedFrom <REQ"),
    ):
        text = (tmp_path / file).read_text()
        assert (text.count(requirement), text.count(link)) == (10, 10)
    assert (parent_of(5), child_of(5)) == ("REQ000005", "CRQ000005")


@pytest.mark.parametrize(
    ("write", "file"),
    [(write_doorstop, "req/REQ000005.yml"), (write_strictdoc, "req.sdoc"), (write_interlock, "req.ttl")],
)
def test_every_edit_changes_one_line_and_is_new(tmp_path: Path, write: object, file: str) -> None:
    assert callable(write)
    write(tmp_path / "made", 20)
    edited = tmp_path / "made" / file
    texts = [edited.read_text().splitlines()]
    for turn in range(3):
        edit(edited, 5, turn)
        texts.append(edited.read_text().splitlines())
        assert sum(a != b for a, b in zip(texts[-2], texts[-1], strict=True)) == 1
    assert len({"\n".join(text) for text in texts}) == 4


def test_time_memory_and_output_are_of_the_command_and_its_children(tmp_path: Path) -> None:
    large = "len(b'x' * 200_000_000)"
    code = f"import subprocess, sys; print('a'); subprocess.run([sys.executable, '-c', {large!r}])"
    run = run_process([sys.executable, "-c", code], tmp_path)
    assert (run.code, run.output, run.finished) == (0, "a\n", True)
    assert 200_000_000 <= run.peak < 400_000_000
    assert run.cpu > 0
    assert run.seconds > 0


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    run = run_process([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, longest=1.0)
    assert (run.seconds, run.finished) == (1.0, False)


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InterlockError, match="can't be started"):
        run_process([str(tmp_path / "missing")], tmp_path)


def _contestant(folder: Path, name: str, order: Path, *, right: bool = True) -> Contestant:
    file = folder / name
    write_interlock(file, 20)
    code = f"open({str(order)!r}, 'a').write({name[0]!r}); print('known')"
    return Contestant(
        name, file, file / "req.ttl", [(sys.executable, "-c", code)], lambda said: right and "known" in said
    )


def test_contestants_take_turns_in_going_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    three = [_contestant(tmp_path, name, order) for name in ("a", "b", "c")]
    take_turns(three, 5, 3)
    assert order.read_text() == "abcbcacab"
    assert [len(one.runs) for one in three] == [3, 3, 3]


def test_who_does_not_know_of_the_edit_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(InterlockError, match="b does not know of the edit"):
        take_turns([_contestant(tmp_path, "b", tmp_path / "order", right=False)], 5, 1)


def test_costs_have_columns_of_their_own_and_no_budget_is_no_verdict() -> None:
    ours = [Run(0.5, 0.4, 90_000_000, 0, ""), Run(0.7, 0.6, 80_000_000, 0, ""), Run(0.6, 0.5, 70_000_000, 0, "")]
    made = table([Figure.of_runs("one edit", "Doorstop", ours, [Run(6.0, 5.0, 45_000_000, 0, "")])])
    row = dict(zip(made.columns, made.rows[0], strict=True))
    assert [row[name] for name in ("ours ms", "reference ms", "ratio")] == [600, 6000, 0.1]
    assert [row[name] for name in ("budget", "verdict", "runs", "triples")] == ["", "", 3, None]
    assert [row[name] for name in ("CPU ms", "reference CPU ms", "MB", "reference MB")] == [500, 5000, 90, 45]
    assert made.notes == ()


@pytest.mark.skipif("INTERLOCK_PEERS" not in os.environ, reason="INTERLOCK_PEERS names no cache folder")
def test_the_tools_themselves_agree_on_the_suspect() -> None:
    figures = list(measure_peers([40], 1, Path(os.environ["INTERLOCK_PEERS"]), lambda _: None))
    assert [figure.reference for figure in figures] == [
        "Doorstop, suspects",
        "StrictDoc, JSON",
        "Doorstop, all checks",
        "StrictDoc, HTML",
    ]
