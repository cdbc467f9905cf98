"""The product tree of a CSAF document: what each product_id stands for.

A branch of the tree names one property of what hangs below it, in any order and to any depth. What counts here: the
nearest ``vendor``; the nearest ``product_name``, else ``product_family``, else the full name of the leaf; architecture,
language and the like only tell versions of one product apart. A ``product_version`` with a service pack and a patch
level is a version, a ``product_version_range`` a range. Older files write ranges as versions ("vers:all/*", "< 3.2"):
these are ranges, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.importers.conversion import Caveat, Facts, dcterms, il
from kg.importers.slugs import organisation_name, same_name, slugs
from kg.rdf.names import SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.importers.json_reader import Place

__all__ = ["ProductTree"]

_RANGE: Final = re.compile(
    r"\s*(vers:|[<>=≤≥*]|(all|any)\b|versions?\b.*\b(before|prior|earlier|below|up to)\b)"
    r"|.*\b((and|or) (earlier|prior|older|below|lower|later|newer|above|higher)|through|prior to)\b",
    re.IGNORECASE,
)
_VERSION: Final = ("product_version", "product_version_range", "service_pack", "patch_level")
_VARIANT: Final = ("architecture", "host_name", "language", "legacy", "specification")
_ENDS: Final = ("product_reference", "relates_to_product_reference")
_NO_VENDOR: Final = "unknown"
_WRITTEN: Final = {"ProductVersion": "version", "VersionRange": "rangeExpression"}


@dataclass(slots=True)
class _Leaf:
    """A full product name, with what the branches above it say."""

    place: Place
    path: list[tuple[str, str]] = field(default_factory=list)
    vendor: str | None = None
    product: str = ""
    version: str | None = None
    variant: str = ""
    title: str = ""
    is_range: bool = False

    def __post_init__(self) -> None:
        nearest = dict(self.path)
        vendor = nearest.get("vendor")
        self.vendor = organisation_name(vendor) if vendor else None
        self.product = nearest.get("product_name") or nearest.get("product_family") or self.place.text("name").strip()
        self.version = " ".join(nearest[kind] for kind in _VERSION if kind in nearest) or None
        self.variant = " ".join(nearest[kind] for kind in _VARIANT if kind in nearest)
        self.title = " ".join(self.place.text("name").split())
        self.is_range = "product_version_range" in nearest or bool(_RANGE.match(self.version or ""))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a product_id stands for: `node`, of class `kind`, a version of `product`, or the product itself."""

    node: NamedNode
    title: str
    product: NamedNode
    kind: str = "Product"
    version: str | None = None


class ProductTree:
    """Turns the product tree into products, versions and ranges.

    Args:
        top: the CSAF document.
        base: base IRI of the project.
        advisory: IRI of the advisory, under which combinations of products live.
        facts: where the products go.

    Attributes:
        slugs: product id to its part of an IRI.
        caveats: what was left out.
    """

    def __init__(self, top: Place, base: str, advisory: str, facts: Facts) -> None:
        self._base, self._advisory, self._facts = base, advisory, facts
        self._known: dict[str, _Known] = {}
        self._groups: dict[str, list[str]] = {}
        self.caveats: list[Caveat] = []
        tree = top.maybe("product_tree")
        if tree is not None:
            self._products(tree)
            self._relationships(tree)
            self._read_groups(tree)
        self.slugs = slugs(self._known)

    def node(self, product_id: str) -> NamedNode:
        """Return the item that `product_id` stands for."""
        return self._known[product_id].node

    def title(self, product_id: str) -> str:
        """Return the full name that the document gives `product_id`."""
        return self._known[product_id].title

    def named(self, place: Place) -> list[str]:
        """Return the sorted product ids that `place` names by ``product_ids`` and ``group_ids``."""
        ids = set(self.listed(place, "product_ids"))
        for group in place.texts("group_ids"):
            if group not in self._groups:
                raise place.broken(f"{group!r} is no product group of /product_tree/product_groups", "group_ids")
            ids.update(self._groups[group])
        return sorted(ids)

    def listed(self, place: Place, key: str) -> list[str]:
        """Return the sorted product ids in the array under `key`."""
        ids = set(place.texts(key))
        for product_id in sorted(ids):
            if product_id not in self._known:
                raise place.broken(f"{product_id!r} is no product_id of the product tree", key)
        return sorted(ids)

    def _products(self, tree: Place) -> None:
        leaves = [_Leaf(name) for name in tree.objects("full_product_names")]
        leaves.extend(_leaves(tree))
        vendors = slugs(leaf.vendor or _NO_VENDOR for leaf in leaves)
        products: dict[str, set[str]] = {}
        versions: dict[tuple[str, str], set[str]] = {}
        for leaf in leaves:
            vendor = vendors[leaf.vendor or _NO_VENDOR]
            products.setdefault(vendor, set()).add(leaf.product)
            versions.setdefault((vendor, same_name(leaf.product)), set()).add(_version_name(leaf))
        product_slugs = {vendor: slugs(names) for vendor, names in products.items()}
        version_slugs = {key: slugs(names) for key, names in versions.items()}
        for leaf in leaves:
            vendor = vendors[leaf.vendor or _NO_VENDOR]
            product = f"{vendor}/{product_slugs[vendor][leaf.product]}"
            version = version_slugs[vendor, same_name(leaf.product)][_version_name(leaf)]
            known = self._product(leaf, vendor, product)
            if _version_name(leaf):
                known = self._version(leaf, known.product, f"{product}/{version}")
            self._define(leaf.place, known)

    def _product(self, leaf: _Leaf, vendor: str, product: str) -> _Known:
        facts = self._facts
        node = facts.item(f"{self._base}product/{product}", "Product", product, " ".join(leaf.product.split()))
        if leaf.vendor is not None:
            organisation = facts.item(f"{self._base}organisation/{vendor}", "Organisation", vendor, leaf.vendor)
            facts.add(node, il("suppliedBy"), organisation)
        family = dict(leaf.path).get("product_family")
        if family is not None and family != leaf.product:
            facts.text(node, NamedNode(f"{SKOS}altLabel"), f"{family} {leaf.product}")
        return _Known(node, leaf.title, node)

    def _version(self, leaf: _Leaf, product: NamedNode, identifier: str) -> _Known:
        facts = self._facts
        title = " ".join(f"{leaf.product} {_version_name(leaf)}".split())
        kind = "VersionRange" if leaf.is_range else "ProductVersion"
        node = facts.item(f"{self._base}product/{identifier}", kind, identifier, title)
        self._of(node, kind, product)
        written = leaf.version or leaf.variant
        facts.text(node, il(_WRITTEN[kind]), written)
        return _Known(node, leaf.title, product, kind, written)

    def _of(self, node: NamedNode, kind: str, product: NamedNode) -> None:
        """Add of which product a version is; of a range also that it may speak of any version."""
        self._facts.add(node, il("versionOf"), product)
        if kind == "VersionRange":
            self._facts.add(node, il("coversVersionsOf"), product)

    def _helper(self, name: Place, node: NamedNode) -> None:
        """Add what identifies the product elsewhere."""
        helper = name.maybe("product_identification_helper")
        if helper is None:
            return
        self._facts.text(node, il("cpe"), helper.maybe_text("cpe"))
        self._facts.text(node, il("purl"), helper.maybe_text("purl"))
        for key in ("model_numbers", "skus"):
            for number in helper.texts(key):
                self._facts.text(node, il("modelNumber"), number)

    def _define(self, name: Place, known: _Known) -> None:
        product_id = name.text("product_id")
        if product_id in self._known:
            raise name.broken(f"{product_id!r} is defined twice", "product_id")
        self._known[product_id] = known
        self._helper(name, known.node)

    def _relationships(self, tree: Place) -> None:
        """Add combinations of two products; one may name another that comes later in the document."""
        relationships = list(tree.objects("relationships"))
        combined = slugs(one.object("full_product_name").text("product_id") for one in relationships)
        waiting: dict[str, list[Place]] = {}
        ready = relationships[::-1]
        while ready:
            one = ready.pop()
            missing = next((key for key in _ENDS if one.text(key) not in self._known), None)
            if missing is not None:
                waiting.setdefault(one.text(missing), []).append(one)
                continue
            self._combine(one, combined)
            ready.extend(waiting.pop(one.object("full_product_name").text("product_id"), ()))
        for product_id, unresolved in sorted(waiting.items()):
            what = f"left out: {product_id!r} is no product_id of the product tree, or leads back to itself"
            self.caveats.extend(Caveat(one.where(), what) for one in unresolved)

    def _combine(self, relationship: Place, combined: dict[str, str]) -> None:
        one, other = (self._known[relationship.text(key)] for key in _ENDS)
        name = relationship.object("full_product_name")
        title = " ".join(name.text("name").split())
        identifier = f"{self._advisory.removeprefix(self._base)}/product/{combined[name.text('product_id')]}"
        kind = "ProductVersion" if one.kind == "Product" else one.kind
        node = self._facts.item(f"{self._base}{identifier}", kind, identifier, title)
        self._of(node, kind, one.product)
        self._facts.text(node, il(_WRITTEN[kind]), one.version)
        self._facts.add(node, il("installedOn"), other.node)
        self._facts.text(node, dcterms("type"), relationship.text("category"))
        self._define(name, _Known(node, title, one.product, kind, one.version))

    def _read_groups(self, tree: Place) -> None:
        for group in tree.objects("product_groups"):
            name = group.text("group_id")
            if name in self._groups:
                raise group.broken(f"{name!r} is defined twice", "group_id")
            self._groups[name] = self.listed(group, "product_ids")


def _version_name(leaf: _Leaf) -> str:
    return " ".join(part for part in (leaf.version, leaf.variant) if part)


def _leaves(tree: Place) -> Iterator[_Leaf]:
    """Yield the leaves of the branches, without recursion: a tree may be of any depth."""
    rest: list[tuple[Place, list[tuple[str, str]]]] = [(branch, []) for branch in tree.objects("branches")]
    while rest:
        branch, above = rest.pop()
        path = [*above, (branch.text("category"), branch.text("name"))]
        product = branch.maybe("product")
        if product is not None:
            yield _Leaf(product, path)
        rest.extend((child, path) for child in branch.objects("branches"))
