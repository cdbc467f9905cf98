"""The wheel, built and installed into an environment of its own, works from a folder that is no checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(CHECKOUT)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def interlock(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of a fresh environment that holds the wheel and, beneath it, this environment's dependencies."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    (site,) = (home / "lib").glob("python*/site-packages")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(site), str(wheel)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    # The dependencies come from the environment that runs the tests; the checkout itself must not.
    here = next(p for p in map(Path, sys.path) if p.name == "site-packages")
    (site / "dependencies.pth").write_text(f"{here}\n")
    script = home / "bin" / "interlock"
    script.write_text(f"#!{home}/bin/python -P\nfrom kg.cli.main import run\nrun()\n")
    script.chmod(0o755)
    return script


def test_the_wheel_ships_its_data_folders(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "kg/_data/ontology/core.ttl",
        "kg/_data/ontology/context.jsonld",
        "kg/_data/ontology/catalogue/iec62443-3-3-2013.ttl",
        "kg/_data/shapes/iec62443-3-2-2020/ZCR-5.6.ttl",
        "kg/questions/threat-impact.rq",
        "kg/examples/plant/interlock.toml",
        "kg/examples/tutorial/interlock.toml",
        "kg/py.typed",
        "server/__init__.py",
    ):
        assert wanted in names, wanted
    assert not [n for n in names if n.startswith("tests/")]


def test_the_installed_program_checks_the_tutorial_from_another_folder(interlock: Path, tmp_path: Path) -> None:
    def run(*words: str, inside: str = "") -> subprocess.CompletedProcess[str]:
        where = tmp_path / inside
        return subprocess.run([interlock, *words], check=False, cwd=where, capture_output=True, text=True, timeout=120)

    made = run("init", "pump", "--tutorial")
    assert made.returncode == 0, made.stderr
    found = run("check", "--format", "json", inside="pump")
    assert found.returncode == 1, found.stderr
    assert json.loads(found.stdout)["findings"]
    code = subprocess.run(
        [interlock.parent / "python", "-P", "-c", "import kg; print(kg.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(code.stdout.strip()).is_relative_to(interlock.parents[1]), "the checkout leaked into the test"
