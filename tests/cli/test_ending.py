"""How commands end when the system, the caller or the input is against them: one line and an exit code."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.argv[0] = 'interlock'; from kg.cli.main import run; run()"
ITEM = """@prefix il: <https://w3id.org/interlock/ns#> . @prefix dcterms: <http://purl.org/dc/terms/> .
<Z> a il:Zone ; dcterms:identifier "Z-1" ; dcterms:title "Zone ●" ; il:zonKind il:safetyZone .
"""
# The one sure finding of ITEM, so that a check of it is short and ends with 1.
CHECK = ("check", "z.ttl", "--rule", "unknown-term")


def start(*words: str | bytes, cwd: Path, redirect: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `interlock`; `redirect` is what a shell writes behind the command, such as a redirection."""
    command: list[str | bytes] = [sys.executable, "-c", START, *words]
    if redirect:
        command = ["/bin/sh", "-c", f'"$@" {redirect}', "sh", *command]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath, "PYTHONWARNINGS": "error", "PYTHONUTF8": "1", **environment},
        check=False,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert re.fullmatch(r"interlock: [^\n]+\n", done.stderr), done.stderr
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "z.ttl").write_text(ITEM, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "No such command 'nonsense'; see interlock --help"),
        (["check", "--frmat", "json"], "see interlock check --help"),
        (["check", "--format", "xml"], "'xml' is not one of"),
        (["query"], "see interlock query --help"),
        (["bench", "generate", "--triples", "10k", "--seed", "x"], "'x' is not a valid"),
    ],
)
def test_wrong_use_is_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = start(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in one_line(done)
    assert done.stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("words", [CHECK, ("--version",), ("--help",), ("bench", "generate", "--triples", "10k")])
def test_no_room_for_the_result(words: tuple[str, ...], folder: Path) -> None:
    done = start(*words, cwd=folder, redirect="> /dev/full")
    assert done.returncode == 3
    assert "could not finish: No space left on device" in one_line(done)


def test_no_room_for_anything(folder: Path) -> None:
    done = start(*CHECK, cwd=folder, redirect="> /dev/full 2> /dev/full")
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")


def test_a_folder_that_must_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".interlock").write_text("")
    (tmp_path / "interlock.toml").write_text('[project]\nbase = "https://plant.example/"\n')
    done = start("impact", "X", cwd=tmp_path)
    assert done.returncode == 3
    assert ".interlock/format: Not a directory" in one_line(done)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_exit_code(closed: str, folder: Path) -> None:
    assert start(*CHECK, cwd=folder, redirect=closed).returncode == 1


def test_a_reader_that_has_seen_enough_is_no_finding(folder: Path) -> None:
    shell = "2> errors; echo $? > code"
    words = [sys.executable, "-c", START, "bench", "generate", "--triples", "100k"]
    command = ["/bin/sh", "-c", f'{{ "$@" {shell}; }} | head -c 1', "sh", *words]
    subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": os.defpath}, check=True, timeout=60)
    assert ((folder / "code").read_text(), (folder / "errors").read_text()) == ("0\n", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_signs_that_the_terminal_does_not_have_are_spelt(encoding: str, folder: Path) -> None:
    done = start(*CHECK, cwd=folder, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Zone \\u25cf" in done.stdout


@pytest.mark.parametrize(
    "words", [["impact", b"a\xff"], ["check", b"a\xff.ttl"], ["import", b"a\xff"], ["init", b"\xff"]]
)
def test_words_of_another_encoding_are_refused(words: list[str | bytes], tmp_path: Path) -> None:
    done = start(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "is no UTF-8" in one_line(done)
    assert not list(tmp_path.iterdir())


def test_an_interrupt_is_one_line(tmp_path: Path) -> None:
    # A job in the background, as a test run may be, begins deaf to interrupts.
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    words = [sys.executable, "-c", hears + START, "bench", "generate", "--triples", "10M"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment
    ) as running:
        assert running.stdout is not None
        assert running.stdout.read(1)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 3
    assert said.decode() == "interlock: could not finish: interrupted; what was stored until then holds\n"


def test_a_result_that_can_not_be_written_costs_no_file(folder: Path) -> None:
    (folder / "kept.csv").write_text("kept")
    done = start("check", "--list", "--format", "turtle", "--output", "kept.csv", cwd=folder)
    assert done.returncode == 2
    assert (folder / "kept.csv").read_text() == "kept"


def test_a_pipe_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.ttl")
    done = start("check", "endless.ttl", cwd=tmp_path)
    assert done.returncode == 2
    assert "endless.ttl: is a device or pipe" in one_line(done)


@pytest.mark.parametrize("words", [["init", "taken"], ["init", "taken/x"], ["init", "taken/x", "--tutorial"]])
def test_a_project_needs_a_folder(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = start(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "taken is a file; name a folder" in one_line(done)


def test_an_example_does_not_begin_where_it_can_not_end(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "model").write_text("mine")
    done = start("init", "p", "--tutorial", cwd=tmp_path)
    assert done.returncode == 2
    assert "p/model is a file" in one_line(done)
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["model"]
