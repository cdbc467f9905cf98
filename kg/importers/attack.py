"""MITRE ATT&CK for ICS, a STIX 2.1 bundle: entries and links, by identifier and name.

The items are those of the shipped catalogue (``attack-ics:T0800``), so what the bundle states of them merges with it.
Descriptions stay in the file: nothing here reasons on them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import NamedNode

from kg.errors import BrokenFile
from kg.importers.conversion import Caveat, Conversion, Facts, il
from kg.importers.json_reader import Place
from kg.rdf.names import CATALOGUE, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["convert", "recognises"]

_KIND: Final = "ATT&CK bundle"
_DOMAIN: Final = "ics-attack"
_IDENTIFIER: Final = re.compile(r"[A-Z]{1,4}\d{3,5}(\.\d{3})?")
_CLASSES: Final = {
    "attack-pattern": "AttackTechnique",
    "course-of-action": "AttackMitigation",
    "x-mitre-tactic": "AttackTactic",
    "intrusion-set": "AttackGroup",
    "campaign": "AttackGroup",
    "malware": "AttackSoftware",
    "tool": "AttackSoftware",
    "x-mitre-asset": "AttackAsset",
    "x-mitre-data-component": "AttackDataComponent",
}
_LINKS: Final = {
    ("mitigates", "AttackMitigation", "AttackTechnique"): "countersTechnique",
    ("uses", "AttackGroup", "AttackTechnique"): "employsTechnique",
    ("uses", "AttackSoftware", "AttackTechnique"): "employsTechnique",
    ("uses", "AttackGroup", "AttackSoftware"): "usesSoftware",
    ("attributed-to", "AttackGroup", "AttackGroup"): "attributedTo",
    ("targets", "AttackTechnique", "AttackAsset"): "targetsAsset",
    ("detects", "AttackDataComponent", "AttackTechnique"): "detectsTechnique",
    ("subtechnique-of", "AttackTechnique", "AttackTechnique"): "partOfEntry",
}
_ADMINISTRATIVE: Final = {
    "relationship",
    "identity",
    "marking-definition",
    "x-mitre-collection",
    "x-mitre-matrix",
    "x-mitre-detection-strategy",  # read through to the data components that they rest on
    "x-mitre-analytic",
}


def recognises(document: object) -> bool:
    """Return whether `document` is a STIX bundle."""
    return isinstance(document, dict) and document.get("type") == "bundle" and "objects" in document


def convert(document: Any, shown: str, base: str) -> Conversion:  # noqa: ARG001 - the entries have IRIs of their own
    """Convert a bundle.

    Args:
        document: the JSON document.
        shown: name of the file, for errors.
        base: base IRI of the project; entries of a catalogue don't use it.

    Raises:
        BrokenFile: it is no bundle of ATT&CK for ICS, or something in it is not of the right type.
    """
    return _Bundle(Place(document, shown, _KIND)).convert()


class _Bundle:
    """One bundle on its way into facts."""

    def __init__(self, top: Place) -> None:
        if top.maybe_text("type") != "bundle":
            raise top.broken("is no STIX bundle, whose type is 'bundle'", "type")
        self._top = top
        self._facts = Facts()
        self._caveats: list[Caveat] = []
        self._left_out: Counter[str] = Counter()
        self._objects: dict[str, Place] = {}
        self._entries: dict[str, tuple[NamedNode, str]] = {}

    def convert(self) -> Conversion:
        domains: set[str] = set()
        for one in self._top.objects("objects"):
            self._objects[one.text("id")] = one
            domains.update(one.texts("x_mitre_domains"))
        if _DOMAIN not in domains:
            held = ", ".join(sorted(domains)) or "no domain of ATT&CK"
            raise BrokenFile(self._top.file, f"is a STIX bundle of {held}; one of {_DOMAIN} was expected")
        version = self._version()
        for key, one in self._objects.items():
            self._entry(key, one, version)
        self._tactics()
        for one in self._of_type("relationship"):
            self._link(one)
        self._detections()
        for what, count in sorted(self._left_out.items()):
            self._caveats.append(Caveat(self._top.file, f"left out: {count} {what}"))
        return Conversion("attack", self._facts.lines(), tuple(self._caveats))

    def _of_type(self, *types: str) -> Iterator[Place]:
        return (one for one in self._objects.values() if one.maybe_text("type") in types)

    def _version(self) -> str | None:
        versions = [one.maybe_text("x_mitre_version") for one in self._of_type("x-mitre-collection")]
        return next((version for version in versions if version), None)

    def _entry(self, key: str, one: Place, version: str | None) -> None:
        kind = one.text("type")
        if kind in _ADMINISTRATIVE:
            return
        if kind not in _CLASSES:
            self._left_out[f"objects of type {kind}, for which there is no class"] += 1
            return
        if _DOMAIN not in one.texts("x_mitre_domains"):
            self._left_out[f"objects of type {kind} outside {_DOMAIN}"] += 1
            return
        reference = next(
            (r for r in one.objects("external_references") if r.text("source_name").startswith("mitre")), None
        )
        if reference is None:
            raise one.broken("names no reference of MITRE, which holds the identifier", "external_references")
        identifier = reference.text("external_id")
        if not _IDENTIFIER.fullmatch(identifier):
            raise reference.broken(
                f"{identifier!r} is no identifier of ATT&CK; one like T0800 was expected", "external_id"
            )
        facts = self._facts
        node = facts.item(f"{CATALOGUE}attack-ics/{identifier}", _CLASSES[kind], identifier, one.text("name"))
        self._entries[key] = node, _CLASSES[kind]
        facts.add(node, il("inDocument"), NamedNode(f"{CATALOGUE}attack-ics"))
        facts.text(node, il("uri"), reference.maybe_text("url"), "anyURI")
        facts.text(node, il("knowledgeBaseVersion"), version)
        if one.flag("revoked") or one.flag("x_mitre_deprecated"):
            facts.text(node, il("deprecatedEntry"), "true", "boolean")
        for alias in [*one.texts("aliases"), *one.texts("x_mitre_aliases")]:
            if alias != one.text("name"):
                facts.text(node, NamedNode(f"{SKOS}altLabel"), alias)

    def _tactics(self) -> None:
        """Link techniques to the tactics that their kill chain phases name."""
        named = {
            one.text("x_mitre_shortname"): self._entries[key][0]
            for key, one in self._objects.items()
            if key in self._entries and self._entries[key][1] == "AttackTactic"
        }
        for key, (technique, kind) in self._entries.items():
            if kind != "AttackTechnique":
                continue
            for phase in self._objects[key].objects("kill_chain_phases"):
                tactic = named.get(phase.text("phase_name"))
                if tactic is None:
                    raise phase.broken(
                        f"no tactic of the bundle has the short name {phase.text('phase_name')!r}", "phase_name"
                    )
                self._facts.add(technique, il("inTactic"), tactic)

    def _link(self, relationship: Place) -> None:
        kind, source, target = (relationship.text(key) for key in ("relationship_type", "source_ref", "target_ref"))
        for key, end in (("source_ref", source), ("target_ref", target)):
            if end not in self._objects:
                raise relationship.broken(f"the bundle has no object {end}", key)
        if relationship.flag("revoked") or relationship.flag("x_mitre_deprecated"):
            self._left_out["relationships that are revoked or deprecated"] += 1
            return
        if source not in self._entries or target not in self._entries:
            if self._objects[source].text("type") not in _ADMINISTRATIVE:
                self._left_out[f"'{kind}' relationships with an end that was left out"] += 1
            return
        (subject, subject_class), (object_, object_class) = self._entries[source], self._entries[target]
        if kind == "revoked-by":
            self._facts.add(subject, il("supersededBy"), object_)
        elif predicate := _LINKS.get((kind, subject_class, object_class)):
            self._facts.add(subject, il(predicate), object_)
        else:
            self._left_out[
                f"'{kind}' relationships from {subject_class} to {object_class}, for which there is no property"
            ] += 1

    def _detections(self) -> None:
        """Link data components to the techniques that a detection strategy finds through its analytics."""
        strategies: dict[str, set[NamedNode]] = defaultdict(set)
        for relationship in self._of_type("relationship"):
            target = self._entries.get(relationship.text("target_ref"))
            if relationship.text("relationship_type") == "detects" and target and target[1] == "AttackTechnique":
                strategies[relationship.text("source_ref")].add(target[0])
        for strategy in self._of_type("x-mitre-detection-strategy"):
            for component in self._observed(strategy):
                for technique in strategies[strategy.text("id")]:
                    self._facts.add(component, il("detectsTechnique"), technique)

    def _observed(self, strategy: Place) -> Iterable[NamedNode]:
        for reference in strategy.texts("x_mitre_analytic_refs"):
            analytic = self._objects.get(reference)
            if analytic is None:
                raise strategy.broken(f"the bundle has no object {reference}", "x_mitre_analytic_refs")
            for source in analytic.objects("x_mitre_log_source_references"):
                component = self._entries.get(source.text("x_mitre_data_component_ref"))
                if component:
                    yield component[0]
