"""A folder for one run: the generated input, the project made from it, and nothing left afterwards."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.bench.plants import PLANT, generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.project.project import Project

__all__ = ["Workspace", "workspace"]

_CONFIGURATION = f"""\
[project]
base = "{PLANT}"
title = "Benchmark"

[[source]]
name = "plant"
path = "plant.nt"
"""


@dataclass(slots=True)
class Workspace:
    """A plant of `triples` triples in `folder`; its project is made when it is first asked for."""

    folder: Path
    triples: int
    seed: int
    _project: Project | None = None

    @property
    def plant(self) -> Path:
        """The generated file."""
        path = self.folder / "plant.nt"
        if not path.exists():
            with path.open("wb") as file:
                file.writelines(generate(self.triples, self.seed))
        return path

    @property
    def project(self) -> Project:
        """The project with the plant imported."""
        if self._project is None:
            self._project = self.new_project("project")
            self._project.refresh()
        return self._project

    def new_project(self, name: str) -> Project:
        """Return a project in the folder `name` that has the plant as a source and hasn't read it yet."""
        from kg.opening import open_project

        root = self.folder / name
        root.mkdir()
        (root / "interlock.toml").write_text(_CONFIGURATION)
        (root / "plant.nt").hardlink_to(self.plant)
        return open_project(root)

    def remove(self, name: str) -> None:
        """Delete the folder `name`."""
        shutil.rmtree(self.folder / name)


@contextmanager
def workspace(triples: int, seed: int = 1) -> Iterator[Workspace]:
    """Make a workspace and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
        yield Workspace(Path(folder), triples, seed)
