"""Edits for the property test: aimed at each property in each direction, at classes, hubs, words, and at random."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from property_model import EDITS

from kg.rdf.names import DCTERMS, NS, RDF, RDFS, SKOS, XSD
from kg.store import Delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from property_model import Model

__all__ = ["Editor"]

TYPE = f"<{RDF}type>".encode()
STATUS = f"<{NS}status>".encode()
RETIRED = f"<{NS}retired>".encode()
SUBCLASS = f"<{RDFS}subClassOf>".encode()
ITEM = b"<https://example.org/te-plant/"

Edit = dict[str, Delta]


def line(subject: bytes, predicate: bytes, value: bytes) -> bytes:
    """Return one line of N-Triples."""
    return b"%b %b %b .\n" % (subject, predicate, value)


def parts(text: bytes) -> tuple[bytes, bytes, bytes]:
    """Return subject, property and object of a line, in N-Triples syntax."""
    subject, predicate, rest = text.split(b" ", 2)
    return subject, predicate, rest[:-3]


class Editor:
    """Makes edits that fit a model as it is.

    Args:
        model: what is to be edited.
        seed: the same seed and model give the same edits.
    """

    def __init__(self, model: Model, seed: int) -> None:
        self.model = model
        self._random = random.Random(seed)  # noqa: S311 - not for secrets
        self._fresh = 0
        self._by_property: dict[bytes, list[bytes]] = defaultdict(list)
        self._members: dict[bytes, list[bytes]] = defaultdict(list)
        degree: Counter[bytes] = Counter()
        for graph, lines in sorted(model.lines.items()):
            for text in sorted(lines):
                subject, predicate, value = parts(text)
                if "/graph/source/" in graph:
                    self._by_property[predicate].append(text)
                    degree[subject] += 1
                    degree[value] += 1
                    if predicate == TYPE:
                        self._members[value].append(subject)
        declared = {
            parts(text)[0]
            for graph, lines in model.lines.items()
            if "/graph/ontology/" in graph
            for text in lines
            if text.endswith(b"Property> .\n") and parts(text)[1] == TYPE
        }
        self.properties = sorted(set(self._by_property) | declared)
        self.items = sorted({subject for subjects in self._members.values() for subject in subjects})
        self._values = {p: sorted({parts(t)[2] for t in texts}) for p, texts in self._by_property.items()}
        self._subjects = {p: sorted({parts(t)[0] for t in texts}) for p, texts in self._by_property.items()}
        self._hubs = [node for node, _ in degree.most_common(60) if node.startswith(b"<")]
        self._entries = sorted(
            {parts(t)[0] for graph, lines in model.lines.items() if "iec62443" in graph for t in lines}
        )
        self._classes = sorted(
            {
                parts(t)[0]
                for graph, ls in model.lines.items()
                if "/ontology/" in graph
                for t in ls
                if b"owl#Class>" in t
            }
        )

    def aimed(self) -> Iterator[Callable[[], Edit]]:
        """Yield a maker of an edit for each property, in each way in which one triple of it can come or go."""
        for property_ in self.properties:
            for how in (
                self._one_goes,
                self._one_comes,
                self._end_moves,
                self._start_moves,
                self._fresh_end,
                self._fresh_start,
            ):
                yield lambda how=how, property_=property_: how(property_)

    def kinds(self) -> dict[str, tuple[int, Callable[[], Edit]]]:
        """Return the kinds of edits by name, each with its weight among all."""
        return {
            "goes": (6, lambda: self._one_goes(self._property())),
            "comes": (6, lambda: self._one_comes(self._property())),
            "end": (4, lambda: self._end_moves(self._property())),
            "start": (4, lambda: self._start_moves(self._property())),
            "fresh end": (2, lambda: self._fresh_end(self._property())),
            "fresh start": (2, lambda: self._fresh_start(self._property())),
            "copy": (4, self._copy_of_an_item),
            "item goes": (3, self._item_goes),
            "item goes whole": (3, self._item_goes_whole),
            "retire": (6, self._retire),
            "retire by status": (4, self._retire_by_status),
            "literal": (4, self._literal),
            "class": (3, self._another_class),
            "lexical": (2, self._lexical),
            "hub": (3, self._hub),
            "catalogue": (2, self._catalogue),
            "ontology": (1, self._ontology),
            "misspelt": (2, self._misspelt),
            "twice": (2, self._in_two_graphs),
            "once": (2, self._leaves_one_graph),
            "part": (3, self._part),
            "several": (2, self._several),
            "identifier": (1, self._merge_identifier),
        }

    def any(self, names: tuple[str, ...] = ()) -> Edit:
        """Return an edit of some kind, one of `names` where there are any."""
        kinds = [kind for name, kind in self.kinds().items() if not names or name in names]
        return self._random.choices(kinds, [weight for weight, _ in kinds])[0][1]()

    def near(self, node: bytes) -> Edit:
        """Return an edit that makes a node the end of a link, or takes one of its links away."""
        about = [text for text in self.model.about(node) if parts(text)[2].startswith(ITEM)]
        into = [t for p in self.properties for t in self._by_property.get(p, ()) if parts(t)[2] == node]
        there = [text for text in about + into if self.model.homes(text)]
        if there and self._random.random() < 0.4:
            return self._remove(self._pick(there))
        like = None
        while like is None or not parts(like)[2].startswith(ITEM):
            like = self._present(self._property()) or like
        subject, predicate, value = parts(like)
        here = line(node, predicate, value) if self._random.random() < 0.3 else line(subject, predicate, node)
        return self._add(here)

    def _pick(self, options: list[bytes]) -> bytes:
        return self._random.choice(options) if options else b"<urn:nothing>"

    def _property(self) -> bytes:
        return self._pick(self.properties)

    def _item(self) -> bytes:
        return self._pick(self.items)

    def _new(self) -> bytes:
        self._fresh += 1
        return b"<https://example.org/te-plant/fresh/%d>" % self._fresh

    def _present(self, property_: bytes) -> bytes | None:
        """Return a line of a property that is there, if one can be found."""
        for _ in range(8):
            texts = self._by_property.get(property_)
            if not texts:
                return None
            text = self._pick(texts)
            if self.model.homes(text):
                return text
        return None

    def _value(self, property_: bytes) -> bytes:
        """Return a value that fits a property, or one that doesn't."""
        values = self._values.get(property_)
        chance = self._random.random()
        if values and chance < 0.8:
            return self._pick(values)
        if chance < 0.9:
            return self._item()
        return self._pick([b'"7"^^<%bdecimal>' % XSD.encode(), b'"text"', b'"2020-01-01"^^<%bdate>' % XSD.encode()])

    def _subject(self, property_: bytes) -> bytes:
        subjects = self._subjects.get(property_)
        return self._pick(subjects) if subjects and self._random.random() < 0.75 else self._item()

    def _remove(self, *texts: bytes) -> Edit:
        edit: Edit = {}
        for text in texts:
            for graph in self.model.homes(text):
                edit.setdefault(graph, Delta()).removed.append(text)
        return edit

    def _add(self, *texts: bytes) -> Edit:
        return {EDITS: Delta(sorted(set(texts)))}

    def _both(self, one: Edit, other: Edit) -> Edit:
        merged: Edit = {}
        for edit in (one, other):
            for graph, delta in edit.items():
                here = merged.setdefault(graph, Delta())
                here.added += delta.added
                here.removed += delta.removed
        return merged

    def _one_goes(self, property_: bytes) -> Edit:
        text = self._present(property_)
        return self._remove(text) if text else self._one_comes(property_)

    def _one_comes(self, property_: bytes) -> Edit:
        return self._add(line(self._subject(property_), property_, self._value(property_)))

    def _end_moves(self, property_: bytes) -> Edit:
        text = self._present(property_)
        if text is None:
            return self._one_comes(property_)
        subject, _, _ = parts(text)
        return self._both(self._remove(text), self._add(line(subject, property_, self._value(property_))))

    def _start_moves(self, property_: bytes) -> Edit:
        text = self._present(property_)
        if text is None:
            return self._one_comes(property_)
        return self._both(self._remove(text), self._add(line(self._subject(property_), property_, parts(text)[2])))

    def _fresh_end(self, property_: bytes) -> Edit:
        return self._add(line(self._subject(property_), property_, self._new()))

    def _fresh_start(self, property_: bytes) -> Edit:
        return self._add(line(self._new(), property_, self._value(property_)))

    def _copy_of_an_item(self) -> Edit:
        """A new item that says what another says, or some of it, and that others speak of."""
        old, new = self._item(), self._new()
        texts = [line(new, *parts(text)[1:]) for text in self.model.about(old) if self._random.random() < 0.8]
        into = [
            t for p in self._pick_some(self.properties, 12) for t in self._by_property.get(p, ()) if parts(t)[2] == old
        ]
        texts += [line(*parts(text)[:2], new) for text in into if self._random.random() < 0.7]
        return self._add(*texts) if texts else self._one_comes(TYPE)

    def _pick_some(self, options: list[bytes], count: int) -> list[bytes]:
        return self._random.sample(options, min(count, len(options)))

    def _item_goes(self) -> Edit:
        """All that an item says goes."""
        return self._remove(*self.model.about(self._item()))

    def _item_goes_whole(self) -> Edit:
        """All that an item says goes, and what others say of it."""
        item = self._item()
        into = [t for texts in self._by_property.values() for t in texts if parts(t)[2] == item]
        return self._remove(*self.model.about(item), *into)

    def _retire(self) -> Edit:
        item = self._item() if self._random.random() < 0.8 else self._pick(self._hubs)
        text = line(item, STATUS, RETIRED)
        return self._remove(text) if self.model.homes(text) else self._add(text)

    def _retire_by_status(self) -> Edit:
        """An item changes its status to retired, or from it."""
        item = self._item()
        now = [text for text in self.model.about(item) if parts(text)[1] == STATUS]
        if line(item, STATUS, RETIRED) in now:
            return self._both(self._remove(*now), self._add(line(item, STATUS, f"<{NS}inUse>".encode())))
        return self._both(self._remove(*now), self._add(line(item, STATUS, RETIRED)))

    def _literal(self) -> Edit:
        """A number, date, truth or text becomes another."""
        literal = [p for p, values in self._values.items() if values and values[0].startswith(b'"')]
        text = self._present(self._pick(sorted(literal)))
        if text is None:
            return self._one_comes(self._property())
        subject, predicate, value = parts(text)
        lexical, _, tail = value[1:].rpartition(b'"')
        if b"#integer" in tail or b"#decimal" in tail:
            new = self._pick([b"0", b"1", b"4", b"5", b"-1", b"1000000"])
        elif b"#date" in tail:
            new = self._pick([b"1999-01-01", b"2026-06-30", b"2026-06-29", b"2040-12-31"])
            new += b"T00:00:00Z" if b"#dateTime" in tail else b""
        elif b"#boolean" in tail:
            new = b"false" if lexical == b"true" else b"true"
        else:
            new = self._pick([lexical + b"x", b"", parts(self._present(predicate) or text)[2][1:].rpartition(b'"')[0]])
        return self._both(self._remove(text), self._add(line(subject, predicate, b'"%b"%b' % (new, tail))))

    def _lexical(self) -> Edit:
        """A number is written otherwise, beside the old one or instead of it."""
        numbers = [
            p for p, values in self._values.items() if values and (b"#integer" in values[0] or b"#decimal" in values[0])
        ]
        text = self._present(self._pick(sorted(numbers)))
        if text is None:
            return self._literal()
        subject, predicate, value = parts(text)
        nine = b'"09"' + value[1:].rpartition(b'"')[2]
        int_ = value.replace(b"#integer>", b"#int>")
        other = self._add(line(subject, predicate, self._pick([b'"0' + value[1:], nine, int_])))
        return other if self._random.random() < 0.5 else self._both(self._remove(text), other)

    def _another_class(self) -> Edit:
        item = self._item()
        now = [text for text in self.model.about(item) if parts(text)[1] == TYPE]
        new = line(item, TYPE, self._pick(self._classes))
        chance = self._random.random()
        if chance < 0.4 or not now:
            return self._add(new)
        gone = self._remove(self._pick(now))
        return gone if chance < 0.7 else self._both(gone, self._add(new))

    def _hub(self) -> Edit:
        """Something begins or ceases to speak of a node that many speak of."""
        hub = self._pick(self._hubs)
        into = [
            t for p in self._pick_some(self.properties, 40) for t in self._by_property.get(p, ()) if parts(t)[2] == hub
        ]
        if into and self._random.random() < 0.6:
            return self._remove(self._pick(into))
        return self._add(line(self._item(), self._property(), hub))

    def _catalogue(self) -> Edit:
        entry = self._pick(self._entries)
        said = self.model.about(entry)
        chance = self._random.random()
        if said and chance < 0.5:
            return self._remove(self._pick(said))
        if said and chance < 0.6:
            return self._remove(*said)
        other = self.model.about(self._pick(self._entries))
        if not other:
            return self._one_comes(self._property())
        _, predicate, value = parts(self._pick(other))
        return self._add(line(entry, predicate, value))

    def _ontology(self) -> Edit:
        """A class moves in the tree, or a term that data uses goes, or loses its label."""
        chance = self._random.random()
        class_ = self._pick(self._classes)
        if chance < 0.4:
            return self._add(line(class_, SUBCLASS, self._pick(self._classes)))
        below = [text for text in self.model.about(class_) if parts(text)[1] == SUBCLASS]
        if below and chance < 0.7:
            return self._remove(self._pick(below))
        term = self._pick(self.properties) if chance < 0.85 else class_
        said = self.model.about(term)
        return (
            self._remove(*said) if said and chance > 0.95 else self._remove(self._pick(said)) if said else self._hub()
        )

    def _misspelt(self) -> Edit:
        """A word that nobody defines comes or goes, as a property, a class or a value."""
        word = self._pick([b"<%bzone%d>" % (NS.encode(), n) for n in range(3)])
        texts = [
            line(self._item(), word, self._item()),
            line(self._item(), TYPE, word),
            line(self._item(), self._property(), word),
            line(
                self._item(),
                f"<{DCTERMS}source>".encode(),
                b"<https://w3id.org/interlock/id/iec62443-3-3-2013/SR-99.%d>" % self._fresh,
            ),
            line(word, f"<{SKOS}definition>".encode(), b'"now it is defined"'),
        ]
        text = self._pick(texts)
        there = [t for t in sorted(self.model.lines.get(EDITS, ())) if word in t]
        return self._remove(self._pick(there)) if there and self._random.random() < 0.4 else self._add(text)

    def _in_two_graphs(self) -> Edit:
        """A fact that is there comes once more."""
        text = self._present(self._property())
        return self._add(text) if text else self._one_comes(self._property())

    def _leaves_one_graph(self) -> Edit:
        """A fact that several graphs have goes from one of them, if there is such a fact; else one goes."""
        twice = [text for text in sorted(self.model.lines.get(EDITS, ())) if len(self.model.homes(text)) > 1]
        if twice:
            text = self._pick(twice)
            return {self.model.homes(text)[0]: Delta([], [text])}
        return self._one_goes(self._property())

    def _part(self) -> Edit:
        """A part without a name of its own changes."""
        found = [item for item in self.items if b"genid" in item]
        if not found:
            return self._one_goes(self._property())
        said = self.model.about(self._pick(found))
        if not said or self._random.random() < 0.3:
            return self._add(line(self._pick(found), self._property(), self._item()))
        return self._remove(self._pick(said))

    def _several(self) -> Edit:
        """A few edits in one commit."""
        edit: Edit = {}
        for _ in range(self._random.randint(2, 5)):
            edit = self._both(edit, self.any())
        return edit

    def _merge_identifier(self) -> Edit:
        """Two items get the same identifier."""
        identifier = f"<{DCTERMS}identifier>".encode()
        return self._add(line(self._item(), identifier, self._value(identifier)))
