"""Access to RDF: the port, its adapters, and the one writer. Nothing else opens a store of an engine."""

from __future__ import annotations

from kg.store.embedded import EmbeddedReader, memory_reader
from kg.store.port import Reader, Rows
from kg.store.remote import RemoteReader, remote_reader

__all__ = ["EmbeddedReader", "Reader", "RemoteReader", "Rows", "memory_reader", "remote_reader"]
