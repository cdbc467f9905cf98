"""Derives on which settings of components a claim relies that assumes them by name.

A claim is made for a product or version and names settings of it. The plant's settings stand on components. Without a
link between the two nobody would see that a claim has to be looked at again when a setting that it assumes is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.rdf.names import NS
from kg.rdf.terms import line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.focus.reads import RecordingReader
    from kg.project.derived import Context
    from kg.rdf.terms import Node, Term
    from kg.store import Reader, Touched

__all__ = ["ReliedSettings"]

_NAME, _PRODUCT, _RELIES = (NamedNode(NS + name) for name in ("assumedSettingName", "claimsFor", "reliesOnSetting"))
_SETTING, _CALLED, _VERSION = (NamedNode(NS + name) for name in ("settingOf", "settingName", "versionOf"))
_MADE_OF: Final = tuple(NamedNode(NS + name) for name in ("instanceOf", "runs"))


class ReliedSettings:
    """The derivation; see the module."""

    name = "relied-settings"
    stratum = 1
    version = "1"
    recorded = True

    def all(self, reader: Reader, context: Context) -> Iterable[str]:
        """Return the claims that assume a setting by name."""
        del context
        rows = reader.select(f"SELECT DISTINCT ?claim WHERE {{ ?claim {_NAME} ?name }}")
        return {claim.value for (claim,) in rows if isinstance(claim, NamedNode)}

    def concerned(self, reader: Reader, touched: Touched, context: Context) -> Iterable[str]:
        """Return the claims that came to assume a setting; for others their reads tell."""
        del reader, context
        return {
            triple.subject.value
            for triple in touched.triples()
            if triple.predicate == _NAME and isinstance(triple.subject, NamedNode)
        }

    def compute(self, focus: str, reader: RecordingReader, context: Context) -> Iterable[bytes]:
        """Return the settings of that name on the components of the products and versions that a claim is made for."""
        del context
        claim = NamedNode(focus)
        names = set(reader.values(claim, _NAME))
        for component in {one for product in reader.values(claim, _PRODUCT) for one in _components(reader, product)}:
            for setting in reader.subjects(component, _SETTING):
                if isinstance(setting, NamedNode) and names.intersection(reader.values(setting, _CALLED)):
                    yield line(claim, _RELIES, setting)


def _components(reader: RecordingReader, product: Term) -> Iterator[Node]:
    """Yield the components that are, or run, a product, and those that run a version of it."""
    for property_ in _MADE_OF:
        yield from reader.subjects(product, property_)
    for version in reader.subjects(product, _VERSION):
        yield from reader.subjects(version, _MADE_OF[1])
