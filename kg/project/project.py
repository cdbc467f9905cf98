"""The open project: finds changed sources, commits them, and gives readers of the present state.

Files are the truth: ``interlock.toml``, the sources and ``record/``. What is below ``.interlock/`` follows from them. A
commit first syncs its record; whatever happens after that, the next command takes the index from where it is to what
the records say.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError, InterlockError
from kg.project.builtin import builtin_files
from kg.project.commit import Commit, record_graph, stale
from kg.project.config import FILE, Config, read_config
from kg.project.derived import is_derived
from kg.project.headers import Headers
from kg.project.history import History
from kg.project.lock import hold
from kg.project.sources import Converter, Source, StatCache, find_sources, graph_of, read_rdf
from kg.project.who import tool
from kg.store import Index, Manifest, SnapshotReader, check_format, current_snapshot, current_state, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kg.project.change import Change
    from kg.project.derived import Derive
    from kg.store import Delta
    from kg.values import Note

__all__ = ["Project"]

_TRIES = 5


class Project:
    """A project folder.

    Args:
        root: the folder that holds ``interlock.toml``.
        convert: turns sources into facts; without one, sources are RDF.
        derive: derives facts from those of each commit; without one, nothing is derived.
        on_step: told the name of each step of a commit before it is taken; for progress.

    Attributes:
        root: the folder.
        config: what ``interlock.toml`` says.
        derive: who derives facts.
        told: what the user must know of what was derived since this was made, such as a full run, and why.
    """

    def __init__(
        self,
        root: Path,
        *,
        convert: Converter | None = None,
        derive: Derive | None = None,
        on_step: Callable[[str], None] | None = None,
    ) -> None:
        self.root = root
        self.config: Config = read_config(root / FILE)
        self.derive = derive
        self.told: tuple[Note, ...] = ()
        self._convert: Converter = convert or read_rdf
        self._step: Callable[[str], None] = on_step or (lambda _: None)
        self._folder = root / ".interlock"
        self._changes = root / "record" / "changes"
        check_format(self._folder)

    @classmethod
    def find(
        cls,
        start: Path | None = None,
        *,
        convert: Converter | None = None,
        derive: Derive | None = None,
        on_step: Callable[[str], None] | None = None,
    ) -> Project:
        """Return the project that `start` (default: the working folder) lies in.

        Raises:
            InputError: there is none, its configuration is wrong, or its index is of a newer version.
        """
        begin = (start or Path.cwd()).absolute()
        for folder in (begin, *begin.parents):
            if (folder / FILE).is_file():
                return cls(folder, convert=convert, derive=derive, on_step=on_step)
        raise InputError(f"no {FILE} in {begin} or above it; make a project with `interlock init DIR`")

    def refresh(self, *, reason: str = "source changed") -> Change | None:
        """Commit what changed in the sources since the last commit, and return it; None where nothing did.

        Args:
            reason: why, for the record.

        Raises:
            InputError: a source is missing or broken; nothing is committed then.
            Busy: another process commits and did not let go in time.
        """
        state = current_state(self._folder)
        builtin = self._builtin()
        if state is not None and self._settled(state, builtin) and not stale(state, self._scan(), self._tool):
            return None
        with self._commit(builtin) as commit:
            return commit.sources(self._scan(), self._convert, reason)

    def commit(self, facts: Mapping[str, Iterable[bytes]], *, reason: str, tool: str | None = None) -> Change | None:
        """Replace the facts of sources that have no file, and return what that changed; None where nothing did.

        Args:
            facts: name of each source → all its N-Triples lines; none retires it.
            reason: why, for the record.
            tool: program and version, for the record; default is this one.

        Raises:
            InputError: a source of that name is a file: its facts change with the file only.
        """
        with self._own(facts) as commit:
            return commit.replace(facts, reason, tool)

    def amend(
        self,
        name: str,
        delta: Delta | Callable[[SnapshotReader], Delta],
        *,
        reason: str,
        tool: str | None = None,
    ) -> Change | None:
        """Add and remove some facts of a source that has no file; costs as much as they are, not as the source is.

        Args:
            name: the source; made if it is new.
            delta: lines to add that are there, and to remove that are not, are left out of the record. What depends on
                the present state is a function of that: nobody else commits until it has returned, and what it raises
                leaves everything as it was.
            reason: why, for the record.
            tool: program and version, for the record; default is this one.

        Raises:
            InputError: a source of that name is a file.
        """
        if callable(delta):
            return self.decide([name], lambda present: {name: delta(present)}, reason=reason, tool=tool)
        with self._own([name]) as commit:
            return commit.amend({name: delta}, reason, tool)

    def decide(
        self,
        names: Iterable[str],
        make: Callable[[SnapshotReader], Mapping[str, Delta]],
        *,
        reason: str,
        tool: str | None = None,
    ) -> Change | None:
        """Do what `amend` does for several sources in one change, which is made from the present state.

        Files that changed are committed first, so the present state is what they say now.

        Args:
            names: the sources.
            make: given the present state, name of each source → lines to add and to remove. Nobody else commits until
                it has returned; what it raises leaves everything as it was.
            reason: why, for the record.
            tool: program and version, for the record; default is this one.

        Raises:
            InputError: a source of such a name is a file; or a file is broken.
        """
        with self._own(names) as commit:
            commit.sources(self._scan(), self._convert, "source changed")
            with open_snapshot(self._current()) as present:
                deltas = make(present)
            return commit.amend(deltas, reason, tool)

    def reader(self) -> SnapshotReader:
        """Return a reader of the present state, leased until it is closed; records that came by git are taken in first.

        It does not look at the sources: `refresh` does.
        """
        builtin = self._builtin()
        state = current_state(self._folder)
        if state is None or not self._settled(state, builtin):
            with self._commit(builtin):
                pass
        for attempt in range(_TRIES):
            current = current_snapshot(self._folder)
            if current is not None:
                try:
                    return open_snapshot(current)
                except InterlockError:  # pruned between the two lines; another one is current then
                    if attempt == _TRIES - 1 or current_snapshot(self._folder) == current:
                        raise
        raise InterlockError(f"{self._folder} has no snapshot: delete it, the next command builds it anew")

    def facts(self) -> Iterator[bytes]:
        """Yield the default graph as chunks of N-Triples lines; a line that several graphs have comes several times."""
        with self.reader() as reader:
            yield from reader.facts()

    def _current(self) -> Path:
        """Return the snapshot that was published last; whoever holds the lock has seen to it that there is one."""
        current = current_snapshot(self._folder)
        if current is None:
            raise InterlockError(f"{self._folder} has no snapshot: delete it, the next command builds it anew")
        return current

    @property
    def index_folder(self) -> Path:
        """The folder of the index, ``.interlock``: everything in it follows from the files and may be deleted."""
        return self._folder

    @cached_property
    def _tool(self) -> str:
        return tool()

    def history(self) -> History:
        """Return the changes as they are recorded now."""
        return History(self._changes, headers=Headers(self._changes, self._folder / "headers.json"))

    def state_at(self, change: str) -> dict[str, list[bytes]]:
        """Return graph → sorted lines as they were after a change, without the read-only graphs.

        Args:
            change: its id, or the beginning of it.
        """
        history = self.history()
        order = history.order([history.find(change)])
        graphs = history.replay(order)
        return graphs | {record_graph(self.config.base): history.facts(order)} if order else graphs

    @contextmanager
    def _commit(self, builtin: dict[str, str]) -> Iterator[Commit]:
        """Take the lock, bring index and snapshot to where the records are, and give what a commit is made with."""
        self._step("lock")
        with hold(self._folder / "lock", self.config.settings.number("lock-wait-seconds")):
            check_format(self._folder)
            index = Index(self._folder, self._step)
            try:
                commit = Commit(
                    self.root,
                    self.config,
                    index,
                    self.history(),
                    tool=self._tool,
                    derive=self.derive,
                    on_step=self._step,
                )
                commit.synchronise(builtin)
                yield commit
                self.told = tuple(dict.fromkeys((*self.told, *commit.told)))
            finally:
                index.close()

    @contextmanager
    def _own(self, names: Iterable[str]) -> Iterator[Commit]:
        """Like `_commit`, for sources that must not be files."""
        files = {one.name: one.shown for one in find_sources(self.root, self.config)}
        for name in names:
            if name in files:
                raise InputError(f"source {name!r} is the file {files[name]}: change that instead")
        with self._commit(self._builtin()) as commit:
            yield commit

    def _scan(self) -> dict[str, tuple[Source, str]]:
        """Return the graph of each source file → the file and its digest."""
        cache = StatCache(self._folder / "sources.json")
        found = {
            graph_of(self.config.base, one.name): (one, cache.digest(one.path))
            for one in find_sources(self.root, self.config)
        }
        cache.save()
        return found

    def _builtin(self) -> dict[str, str]:
        """Return each read-only graph → the digest of its file."""
        cache = StatCache(self._folder / "builtin.json")
        digests = {graph: cache.digest(path) for graph, path in builtin_files().items()}
        cache.save()
        return digests

    def _settled(self, state: Manifest, builtin: dict[str, str]) -> bool:
        """Tell whether the index holds just what the records and the read-only graphs say."""
        notes = state.notes
        here = (self.config.base, builtin, self.history().digest)
        same = (notes.get("base"), notes.get("builtin"), notes.get("records")) == here
        return same and is_derived(notes, self.derive)
