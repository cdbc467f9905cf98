"""The results' own behaviour."""

from __future__ import annotations

import dataclasses
import hashlib

from kg.values import Finding, Findings, Item, Severity

FINDING = Finding(
    rule="https://w3id.org/interlock/rule/model/act",
    name="model/act",
    clause="house rule",
    severity=Severity.WARNING,
    focus=Item("https://example.org/a", "A-1", "an act"),
    path="il:performedBy",
    value="",
    message="names nobody",
)


def test_severities_are_ordered_worst_first() -> None:
    assert Severity.VIOLATION.at_least(Severity.WARNING)
    assert Severity.WARNING.at_least(Severity.WARNING)
    assert not Severity.INFO.at_least(Severity.WARNING)


def test_the_worst_of_findings() -> None:
    info = dataclasses.replace(FINDING, severity=Severity.INFO)
    assert Findings((info, FINDING)).worst() is Severity.WARNING
    assert Findings(()).worst() is None


def test_the_fingerprint_is_of_rule_focus_path_and_value() -> None:
    text = "https://w3id.org/interlock/rule/model/act\x1fhttps://example.org/a\x1fil:performedBy\x1f"
    assert FINDING.fingerprint == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_better_wording_keeps_the_fingerprint_and_another_value_does_not() -> None:
    reworded = dataclasses.replace(
        FINDING, message="nobody is named", clause="ours", focus=Item("https://example.org/a", "A-1", "another title")
    )
    assert reworded.fingerprint == FINDING.fingerprint
    for other in ({"value": '"x"'}, {"path": "il:actingAs"}, {"rule": "https://w3id.org/interlock/rule/model/x"}):
        assert dataclasses.replace(FINDING, **other).fingerprint != FINDING.fingerprint  # type: ignore[arg-type]
