"""Access to RDF: the port, its adapters, and the one writer. Nothing else opens a store of an engine."""

from __future__ import annotations

from kg.store.embedded import EmbeddedReader, memory_reader
from kg.store.port import Reader, Rows

__all__ = ["EmbeddedReader", "Reader", "Rows", "memory_reader"]
