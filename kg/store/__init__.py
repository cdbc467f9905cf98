"""Access to RDF: the port, its adapters, and the one writer. Nothing else opens a store of an engine.

What is below ``.interlock/`` (never committed; delete it, and the next command builds it again with the same answers):

    format              version of this layout
    lock                held by the process that commits; lock.turn: by the one that is next
    state.json          what the index holds: each graph's files and size; heads, sources, digests
    redo.json           a commit under way: the state to be and what changes; whoever comes next completes it
    log/                <sequence>.json: the redo files of the last commits; they tell what was touched since a state
    store/              the index store of pyoxigraph; only the process that holds the lock opens it
    graphs/             <hash>-<n>.nt: a graph as sorted N-Triples; .added.nt and .removed.nt: a small difference to it
    snapshots/<id>/     store/ (hard links), manifest.json, lease; never changed, about five are kept
    current             id of the snapshot to read
    derive.sqlite       which derived facts are made for which item, and what was read for them (`kg.derive.book`)
    check.sqlite        what rules found, per rule and focus node, and of which state that is (`kg.rules.standing`)
    footprints.json     what rules and queries read (`kg.focus.cache`)
    sources.json        size, times and SHA-256 of each source as last seen; builtin.json: of each read-only graph
    headers.json        what changes say about themselves, for those that are many
    since-<hash>.json   of which subjects something was recorded since an acceptance (`kg.review.since`)
    past/<id>/          a past state as an index of its own, made when somebody asked for it; a few are kept
"""

from __future__ import annotations

from kg.store.current import FORMAT, check_format, current_snapshot, current_state
from kg.store.delta import Delta
from kg.store.embedded import EmbeddedReader, memory_reader
from kg.store.fork import fork
from kg.store.graphs import GraphFile, GraphState
from kg.store.index import Index
from kg.store.live import Changeable, Follow
from kg.store.memory import MemoryState, memory_state
from kg.store.port import Reader, Rows
from kg.store.remote import RemoteReader, remote_reader
from kg.store.snapshot import Manifest, SnapshotReader, open_snapshot, take_lease
from kg.store.touched import Touched

__all__ = [
    "FORMAT",
    "Changeable",
    "Delta",
    "EmbeddedReader",
    "Follow",
    "GraphFile",
    "GraphState",
    "Index",
    "Manifest",
    "MemoryState",
    "Reader",
    "RemoteReader",
    "Rows",
    "SnapshotReader",
    "Touched",
    "check_format",
    "current_snapshot",
    "current_state",
    "fork",
    "memory_reader",
    "memory_state",
    "open_snapshot",
    "remote_reader",
    "take_lease",
]
