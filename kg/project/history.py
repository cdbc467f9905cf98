"""The changes of a project as a graph of parents, like git's, and the states that they lead to."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING

from kg.errors import BrokenFile, InputError
from kg.project.blocks import Blocks
from kg.project.headers import Headers
from kg.project.past import Past
from kg.project.record import MERGED, RETIRED, read_deltas, record_facts
from kg.rdf.ntriples import sort_unique
from kg.store import Delta

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from kg.project.past import Now
    from kg.project.record import Header, SourceState

__all__ = ["History", "compose", "digest_of"]

_FILE = re.compile(r"([0-9a-f]{64})\.trig")


class History:
    """The records in one folder, as they were when it was first looked at.

    Args:
        folder: ``record/changes``.
        ids: the changes to know of, whatever else is in the folder; None for all.
        headers: reads what they say about themselves; None for what reads each file.

    Attributes:
        folder: ``record/changes``.
    """

    def __init__(self, folder: Path, ids: Iterable[str] | None = None, headers: Headers | None = None) -> None:
        self.folder = folder
        self._given = None if ids is None else tuple(sorted(ids))
        self._headers = Headers(folder) if headers is None else headers

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of all changes, sorted."""
        if self._given is not None:
            return self._given
        if not self.folder.is_dir():
            return ()
        names = sorted(path.name for path in self.folder.iterdir() if path.suffix == ".trig")
        for name in names:
            if not _FILE.fullmatch(name):
                raise BrokenFile(f"record/changes/{name}", "is no change record: those are named by their SHA-256")
        return tuple(name.removesuffix(".trig") for name in names)

    @property
    def digest(self) -> str:
        """A hash of which changes there are."""
        return digest_of(self.ids)

    def path(self, id_: str) -> Path:
        """Return the file of a change."""
        return self.folder / f"{id_}.trig"

    def header(self, id_: str) -> Header:
        """Return what a change says about itself.

        Raises:
            BrokenFile: the record is damaged.
        """
        return self._headers.of(id_)

    def heads(self) -> tuple[str, ...]:
        """Return the changes on which no other builds, sorted; several after a merge in git."""
        return self.tips(self.ids)

    def tips(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return those of some changes, which have all their ancestors among them, on which no other of them builds."""
        some = sorted(ids)
        parents = {parent for id_ in some for parent in self.header(id_).parents}
        self._headers.keep()
        return tuple(id_ for id_ in some if id_ not in parents)

    def ancestors(self, heads: Iterable[str]) -> set[str]:
        """Return `heads` and all that they build on.

        Raises:
            InputError: a record is missing.
        """
        known = set(self.ids)
        found: set[str] = set()
        todo = list(heads)
        while todo:
            id_ = todo.pop()
            if id_ in found:
                continue
            if id_ not in known:
                raise InputError(
                    f"record/changes/{id_}.trig is missing, but {self._child(id_)} builds on it: get it back (git pull,"
                    " git checkout -- record), or remove the other where git status shows that it is of another branch"
                )
            found.add(id_)
            todo += self.header(id_).parents
        self._headers.keep()
        return found

    def order(self, heads: Iterable[str]) -> list[str]:
        """Return `heads` and all that they build on, parents first.

        Which of two changes comes first depends on nothing but what they themselves build on. So what led to one
        change always comes in the same order, whatever else was recorded beside it or later; and where branches say
        different things of one fact, the change that more others led to has the last word.

        Raises:
            InputError: a record is missing.
        """
        return self._sorted(self.ancestors(heads))

    def since(self, at: Iterable[str]) -> list[str]:
        """Return the changes that are neither `at` nor lead to it, in order."""
        return self._sorted(set(self.ids) - self.ancestors(at))

    def until(self, heads: Iterable[str]) -> History:
        """Return the history as it was when `heads` were the heads."""
        return History(self.folder, self.ancestors(heads), self._headers)

    def touching(self, subject: str) -> list[str]:
        """Return the changes that added or removed facts with the IRI `subject` as their subject, in order.

        Raises:
            BrokenFile: a record is damaged.
        """
        return [id_ for id_ in self._sorted(self.ids) if self.blocks(id_).of([subject])]

    def followed_by(self, id_: str, header: Header) -> History:
        """Return these changes and one more that was just recorded."""
        self._headers.put(id_, header)
        return History(self.folder, (*self.ids, id_), self._headers)

    def blocks(self, id_: str) -> Blocks:
        """Return what a change adds and removes.

        Raises:
            BrokenFile: the record is damaged.
        """
        return Blocks(self.path(id_))

    def content(self, subjects: Iterable[str], at: Iterable[str], now: Now) -> dict[str, list[bytes]]:
        """Return the sorted lines of some subjects as they were after the changes `at`, each once.

        Only the records since `at` are read; `kg.project.past.Past` keeps them at hand for several such questions.

        Args:
            subjects: IRIs.
            at: ids of the changes.
            now: given a subject, graph → its lines after all changes that are recorded.

        Raises:
            BrokenFile: a record is damaged.
        """
        return Past(self, at).content(subjects, now)

    def _sorted(self, ids: Iterable[str]) -> list[str]:
        return sorted(ids, key=lambda id_: (self._generation(id_), id_))

    def _generation(self, id_: str) -> int:
        """Return the length of the longest way from a first change to `id_`.

        Raises:
            InputError: a record is missing.
            BrokenFile: records name each other as parents, which the hash of their content makes impossible.
        """
        todo = [id_]
        known = self._generations
        while todo:
            parents = self.header(todo[-1]).parents
            open_ = [parent for parent in parents if parent not in known]
            if not open_:
                known[todo.pop()] = 1 + max((known[parent] for parent in parents), default=0)
                continue
            if open_[0] in todo:
                raise BrokenFile(
                    f"record/changes/{open_[0]}.trig", "builds on itself: get it back: git checkout record"
                )
            todo.append(open_[0])
        return known[id_]

    @cached_property
    def _generations(self) -> dict[str, int]:
        return {}

    def _child(self, parent: str) -> str:
        return next(f"{id_[:12]}….trig" for id_ in self.ids if parent in self.header(id_).parents)

    def find(self, name: str) -> str:
        """Return the id of the one change whose id starts with `name`.

        Raises:
            InputError: there is none, or there are several.
        """
        found = [id_ for id_ in self.ids if id_.startswith(name.lower())]
        if len(found) != 1:
            how_many = f"{len(found)} changes have" if found else "no change has"
            raise InputError(f"{how_many} an id that starts with {name!r}; `interlock log` lists them")
        return found[0]

    def sources(self, order: Sequence[str]) -> dict[str, tuple[SourceState, str]]:
        """Return graph → its source as the changes in `order` left it, and the tool that recorded it.

        The digest of a file that branches changed beside each other is `MERGED` until a change after both speaks of it:
        its facts are what both left, which no file needs to say.
        """
        states: dict[str, tuple[SourceState, str]] = {}
        last: dict[str, list[tuple[int, str]]] = {}  # graph → bit and digest of each change that spoke of it last
        crowd = Counter(self._generation(id_) for id_ in order)
        led: dict[str, int] = {}  # id → bits of what led to it; a change alone in its generation led to all later ones
        for place, id_ in enumerate(order):
            header = self.header(id_)
            bit = 1 << place if crowd[self._generation(id_)] > 1 else 0
            led[id_] = reduce(or_, (led.get(parent, 0) for parent in header.parents), bit)
            for source in header.sources:
                beside = [(one, digest) for one, digest in last.get(source.graph, ()) if one & ~led[id_]]
                last[source.graph] = [*beside, (bit, source.digest)]
                merged = beside and any(digest.startswith("sha256:") for _, digest in last[source.graph])
                states.pop(source.graph, None)
                if merged or source.digest != RETIRED:
                    states[source.graph] = (replace(source, digest=MERGED) if merged else source, header.tool)
        return states

    def replay(self, order: Iterable[str]) -> dict[str, list[bytes]]:
        """Return graph → its sorted lines after the changes in `order`.

        Raises:
            BrokenFile: a record is damaged.
        """
        graphs: dict[str, set[bytes]] = {}
        for id_ in order:
            for graph, delta in read_deltas(self.path(id_)).items():
                lines = graphs.setdefault(graph, set())
                lines.difference_update(delta.removed)
                lines.update(delta.added)
        return {graph: sorted(lines) for graph, lines in graphs.items() if lines}

    def facts(self, order: Iterable[str]) -> list[bytes]:
        """Return what the graph ``graph/record`` says about the changes in `order`, sorted."""
        return sort_unique(line for id_ in order for line in record_facts(id_, self.header(id_)))


def digest_of(ids: Iterable[str]) -> str:
    """Return a hash of a set of changes."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def compose(deltas: Sequence[dict[str, Delta]]) -> dict[str, Delta]:
    """Return one change that does what several do, one after the other."""
    come: dict[str, set[bytes]] = {}
    gone: dict[str, set[bytes]] = {}
    for change in deltas:
        for graph, delta in change.items():
            into, out = come.setdefault(graph, set()), gone.setdefault(graph, set())
            into.difference_update(delta.removed)
            out.update(delta.removed)
            out.difference_update(delta.added)
            into.update(delta.added)
    return {graph: Delta(sorted(come[graph]), sorted(gone[graph])) for graph in come}
