"""The same property for a whole project: commits, decisions and acceptances; derived facts, suspects and findings."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from property_edits import Editor
from property_harness import DAY, Difference, differ, outcome, rules, shown
from property_model import BASE, Model, plant

from kg.change.baselines import make_baseline
from kg.change.suspects import find_suspects
from kg.derive import Derivations
from kg.opening import open_project
from kg.project.derived import Context, derived_graph
from kg.project.items import describe
from kg.rdf.names import NS, PREFIXES
from kg.review.acts import role_of
from kg.review.content import ContentRules
from kg.review.decide import SOURCE, Decision, decision_lines
from kg.review.states import Standings
from kg.rules import check
from kg.rules.standing_open import open_standing
from kg.rules.standing_source import SnapshotSource
from kg.store import Delta

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kg.store import SnapshotReader

__all__ = ["ProjectHarness"]

_DERIVED = derived_graph(BASE)
_BECAUSE = f"<{NS}suspectBecauseOf>".encode()
_ROLE = "asset-owner"
_OUTCOMES = ("", "", "", "no-effect", "update")


class ProjectHarness:
    """Edits a project by commits and compares after every commit.

    Args:
        seed: the same seed gives the same run.
        findings: whether findings are compared too; they take most of the time.

    Attributes:
        edits: how many commits there were.
        derived: most derived lines there were at once.
    """

    def __init__(self, seed: int, *, findings: bool = True) -> None:
        self._random = Random(seed)  # noqa: S311 - not for secrets
        self._findings = findings
        self.edits, self.derived, self.decisions = 0, 0, 0
        self.full_runs: dict[str, int] = {}
        self.root = Path(mkdtemp(prefix="interlock-property-"))
        (self.root / "interlock.toml").write_text(f'[project]\nbase = "{BASE}"\ntitle = "Property"\n')
        self._project = open_project(self.root)
        lines = plant()[f"{BASE}graph/source/plant"]
        self._project.commit({"plant": lines}, reason="begin")
        make_baseline(self._project, "R0", reason="all was looked at", accepting=_ROLE)
        with self._project.reader() as reader:
            self.model = Model({g: tuple(reader.graph(g).lines()) for g in reader.graphs if g != _DERIVED})
            self._states = dict(reader.manifest.graphs)
        self.editor = Editor(self.model, seed)
        self._back: list[Mapping[str, Delta]] = []
        self._suspect: list[bytes] = []

    def told(self) -> str:
        """Return what else is worth knowing about the run."""
        return f"{self.decisions} links decided, at most {self.derived} derived facts"

    def close(self) -> None:
        """Remove the project."""
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, stop: Callable[[], bool]) -> Difference | None:
        """Commit until `stop`, or until a difference."""
        recent: list[str] = []
        while not stop():
            recent = [*recent[-20:], "--", *self._step()]
            found = self.differences()
            if found:
                return Difference(self.edits, found, recent)
        return None

    def differences(self) -> list[str]:
        """Return what a full run gives otherwise, one line each."""
        with self._project.reader() as reader:
            ours = set(reader.graph(_DERIVED).lines()) if _DERIVED in reader.graphs else set()
            history = self._project.history()
            heads = tuple(sorted(reader.manifest.notes["heads"]))
            context = Context(self._project.config, history.until(heads), heads, None)
            state = self.model.state
            Derivations().bring(state, None, "", context)
            full = set(state.lines(_DERIVED))
            self.derived = max(self.derived, len(full))
            self._suspect = sorted({line.split(b" ", 1)[0] for line in full if _BECAUSE in line})
            found = differ("derived", ours, full)
            told = find_suspects(reader, history)
            wanted = find_suspects(state.reader, history)
            found += differ("suspect", set(told.items), set(wanted.items))
            if self._findings:
                standing = open_standing(self._project.index_folder, self._project.config.prefixes)
                mine = outcome(lambda: standing.check(SnapshotSource(reader), rules(), as_of=DAY))
                theirs = outcome(
                    lambda: check(reader.facts(), rules(), as_of=DAY, prefixes=self._project.config.prefixes)
                )
                if isinstance(mine, str) or isinstance(theirs, str):
                    return found if mine == theirs else [*found, f"full: {theirs}", f"ours: {mine}"]
                for note in mine.notes:
                    self.full_runs[note.text] = self.full_runs.get(note.text, 0) + 1
                found += differ("finding", set(mine.items), set(theirs.items))
        return found

    def _step(self) -> list[str]:
        """Make one commit, and return what it did."""
        self.edits += 1
        chance = self._random.random()
        if chance < 0.2:
            done = self._decide()
        elif chance < 0.22:
            done = f"accept {self.edits}"
            make_baseline(self._project, f"R{self.edits}", reason="again", accepting=_ROLE)
        elif chance < 0.45 and self._back:
            done = self._commit(self._back.pop(), remember=False)
        elif chance < 0.7 and self._suspect:
            done = self._commit(self.editor.near(self._random.choice(self._suspect)), remember=True)
        else:
            done = self._commit(self.editor.any(), remember=True)
        return [done, *self._follow()]

    def _commit(self, edit: Mapping[str, Delta], *, remember: bool) -> str:
        sources = {
            graph.removeprefix(f"{BASE}graph/source/"): delta
            for graph, delta in edit.items()
            if graph.startswith(f"{BASE}graph/source/")
        }
        if not sources:
            return "nothing"
        change = self._project.decide(sources, lambda _: sources, reason="edit")
        if remember and change is not None:
            self._back.append({graph: Delta(d.removed, d.added) for graph, d in change.deltas.items()})
        return "edit"

    def _decide(self) -> str:
        """Decide about some links that ask for it, or about any."""
        decision = Decision(
            self._random.random() < 0.7,
            "tester",
            role_of(_ROLE),
            f"reason {self.edits}",
            self._random.choice(_OUTCOMES),
        )

        def make(reader: SnapshotReader) -> dict[str, Delta]:
            heads = reader.manifest.notes["heads"]
            standings = Standings(reader, self._project.history().until(heads), ContentRules.of(reader))
            links = [one for one in standings.all() if one.asks] if self._random.random() < 0.8 else []
            if not links:
                items = [item for item in self.editor.items if item.startswith(b"<")]
                links = standings.of(self._random.choice(items)[1:-1].decode())
            chosen = self._random.sample(links, min(len(links), self._random.randint(1, 4)))
            if not chosen:
                return {}
            names = {
                iri: item.id for iri, item in describe(reader, {end for c in chosen for end in c.link[::2]}).items()
            }
            when = datetime.now(UTC).replace(microsecond=0)
            self.decisions += len(chosen)
            lines = decision_lines(
                decision, chosen, base=BASE, heads=heads, when=when, names=names, prefixes=dict(PREFIXES)
            )
            return {SOURCE: Delta(lines)}

        self._project.decide([SOURCE], make, reason="review")
        return "review"

    def _follow(self) -> list[str]:
        """Bring the model to where the project is; return what changed, as text."""
        with self._project.reader() as reader:
            edit = {}
            for graph in (reader.manifest.graphs.keys() | self._states.keys()) - {_DERIVED}:
                if reader.manifest.graphs.get(graph) != self._states.get(graph):
                    now = set(reader.graph(graph).lines()) if graph in reader.graphs else set()
                    was = self.model.lines.get(graph, set())
                    edit[graph] = Delta(sorted(now - was), sorted(was - now))
            self._states = dict(reader.manifest.graphs)
        _, back = self.model.apply(edit)
        record = f"{BASE}graph/record"
        return shown({graph: delta for graph, delta in back.items() if graph != record})
