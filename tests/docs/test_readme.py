"""The README is true: its commands run and print what it shows, its tables are fresh."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import readme_tables

CHECKOUT = Path(__file__).resolve().parents[2]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[tuple[str, str]]:
    """Return command and shown output of each ``$`` line of a console block."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    assert parts[0] == "", "a console block begins with a command"
    return list(zip(parts[1::2], parts[2::2], strict=True))


def as_pattern(shown: str) -> str:
    """Return a pattern for shown output; a line of one ``…`` stands for any lines, ``…`` elsewhere for any text."""
    lines = []
    for line in shown.splitlines():
        if line.strip() == "…":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(r".*?".join(re.escape(piece.rstrip()) for piece in line.split("…")) + r"[ ]*\n")
    return "".join(lines)


def test_every_block_is_of_a_kind_that_a_test_runs() -> None:
    assert {kind for kind, _ in BLOCKS} <= {"console", "sh", "toml", "turtle"}


def test_the_console_blocks_print_what_they_show(tmp_path: Path) -> None:
    """All blocks run one after the other in one folder, as a reader would type them."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }
    folder = tmp_path
    for kind, block in BLOCKS:
        if kind != "console":
            continue
        for command, shown in commands(block):
            if command.startswith("cd "):
                folder /= command[3:]
                continue
            done = subprocess.run(
                ["bash", "-c", command],
                check=False,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=600,
            )
            assert done.returncode in {0, 1, 2}, f"$ {command}\n{done.stderr}"
            printed = "".join(line.rstrip() + "\n" for line in (done.stdout + done.stderr).splitlines())
            assert re.fullmatch(as_pattern(shown), printed), f"$ {command}\n{printed}"


def test_the_two_commands_are_those_that_the_makefile_and_ci_know(tmp_path: Path) -> None:
    shell = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
    words = {line.split("#")[0].strip() for line in shell}
    assert {"make demo", "make test"} <= words
    assert "exec make test" in (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8")
    make = shutil.which("make")
    if make is None:
        pytest.fail("make is not installed")
    # The environment that runs this test is set up already: -o tells make so.
    venv = sys.prefix
    done = subprocess.run(
        [make, "-s", "demo", "-o", f"{venv}/run.stamp", f"VENV={venv}", f"DEMO={tmp_path / 'demo'}"],
        check=False,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "interlock impact" in done.stdout


@pytest.mark.parametrize("name", readme_tables.TABLES)
def test_the_generated_tables_are_fresh(name: str) -> None:
    assert readme_tables.section(README, name) == readme_tables.TABLES[name](), "run: make readme"


def test_every_command_is_in_the_readme() -> None:
    from typer.main import get_command

    from kg.cli.main import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    missing = [name for name in commands if f"interlock {name}" not in README and f"`{name}`" not in README]
    assert not missing


def test_the_configuration_shown_is_one(tmp_path: Path) -> None:
    from kg.project.config import read_config

    (shown,) = (block for kind, block in BLOCKS if kind == "toml")
    (tmp_path / "interlock.toml").write_text(shown, encoding="utf-8")
    assert read_config(tmp_path / "interlock.toml").title == "Pump station"
