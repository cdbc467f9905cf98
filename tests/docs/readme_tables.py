"""The tables of the README that are generated: run as a program, it writes them in (``make readme``)."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from kg.importers.registry import KINDS
from kg.project.settings import SETTINGS
from kg.questions import all_questions
from kg.rdf.turtle import natural
from kg.rules import apply_profile, load_profile, packaged_rule_files, read_rules
from kg.rules.builtin import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

README = Path(__file__).resolve().parents[2] / "README.md"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def questions() -> str:
    """Every stored question with its parameters."""
    rows = [
        (
            f"`{question.slug}`",
            question.id,
            question.title,
            ", ".join(f"`{parameter.name}`" for parameter in question.parameters),
            f"`interlock {question.command} ITEM`" if question.command else f"`interlock ask {question.slug} …`",
        )
        for question in all_questions().values()
    ]
    return _table(("question", "", "answers", "parameters", "command"), rows)


def rules() -> str:
    """Every rule, by the document that it serves."""
    found = apply_profile(read_rules(packaged_rule_files()), load_profile("all", []))
    built_in = (BUILT_IN[name] for name in found.built_in)
    by_document: defaultdict[str, list[str]] = defaultdict(list)
    for name, severity in sorted(
        ((r.name, r.severity) for r in (*found.rules, *built_in)), key=lambda r: natural(r[0])
    ):
        document, _, clause = name.partition("/")
        by_document[document].append(f"{clause} ({severity.value[0].upper()})")
    return _table(("document", "rules"), ((d, ", ".join(names)) for d, names in sorted(by_document.items())))


def settings() -> str:
    """Every setting with its default."""
    return _table(("setting", "default", "what it sets"), ((f"`{s.name}`", f"`{s.default}`", s.help) for s in SETTINGS))


def formats() -> str:
    """Every kind of source that can be imported."""
    return _table(("kind", "what it is"), ((f"`{kind.name}`", kind.title) for kind in KINDS))


TABLES: dict[str, Callable[[], str]] = {
    "questions": questions,
    "rules": rules,
    "settings": settings,
    "formats": formats,
}


_BEGIN = "<!-- generated: {} -->\n"


def section(text: str, name: str) -> str:
    """Return what stands between the marks of the generated table `name`."""
    _, begin, rest = text.partition(_BEGIN.format(name))
    table, end, _ = rest.partition("<!-- end -->")
    assert begin, f"README.md has no mark where the generated table {name!r} begins"
    assert end, f"README.md has no mark where the generated table {name!r} ends"
    return table


def main() -> None:
    """Write every generated table into the README."""
    text = README.read_text(encoding="utf-8")
    for name, make in TABLES.items():
        text = text.replace(f"{_BEGIN.format(name)}{section(text, name)}", f"{_BEGIN.format(name)}{make()}")
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
