"""The documentation: every word and entry is there, every link ends somewhere, without scripts."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from kg.errors import InputError
from kg.ontology.pages import write_pages
from kg.ontology.vocabulary import catalogue_files, load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path


class Page(HTMLParser):
    """Collects the anchors, links and elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.elements: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name == "href" and value:
                self.links.append(value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "new" / "docs"
    write_pages(folder)
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, Page]:
    return {path.name: Page(path.read_text(encoding="utf-8")) for path in folder.glob("*.html")}


def test_a_page_for_the_words_and_one_for_each_catalogue(pages: dict[str, Page]) -> None:
    assert set(pages) == {"index.html", *(f"{path.stem}.html" for path in catalogue_files())}
    assert all(page.open == [] for page in pages.values())


def test_the_anchor_of_a_word_is_its_local_name(pages: dict[str, Page]) -> None:
    names = {term.name for term in load_vocabulary().ours().values()}
    assert names <= set(pages["index.html"].ids)


@pytest.mark.parametrize(
    ("page", "anchor"),
    [
        ("iec62443-3-3-2013.html", "SR-1.1-RE-1"),
        ("iec62443-2-4-2015.html", "SP.05.01-BR"),
        ("iec61511-1-2016.html", "11.2.12"),
        ("attack-ics.html", "T0800"),
    ],
)
def test_the_anchor_of_an_entry_is_its_local_name(pages: dict[str, Page], page: str, anchor: str) -> None:
    assert anchor in pages[page].ids


def test_anchors_are_unique(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name


def test_no_link_is_dead(pages: dict[str, Page], folder: Path) -> None:
    for name, page in pages.items():
        for link in page.links:
            if "://" in link:
                continue
            file, _, anchor = link.partition("#")
            assert (folder / (file or name)).is_file(), (name, link)
            assert not anchor or anchor in pages[file or name].ids, (name, link)


def test_pages_need_no_script_and_nothing_from_elsewhere(pages: dict[str, Page], folder: Path) -> None:
    assert not any({"script", "iframe", "img"} & page.elements for page in pages.values())
    style = (folder / "style.css").read_text(encoding="utf-8")
    assert "@media print" in style
    assert "url(" not in style


def test_what_a_word_says(folder: Path) -> None:
    text = (folder / "index.html").read_text(encoding="utf-8")
    start = text.index('<article class="term property" id="demandMode">')
    entry = text[start : text.index("</article>", start)]
    assert "The mode of operation." in entry
    assert '<a href="#DemandMode"' in entry
    assert '<a href="iec61508-4-2010.html#3.5.16">IEC 61508-4 3.5.16</a>' in entry


def test_the_same_bytes_twice(folder: Path, tmp_path: Path) -> None:
    for path in write_pages(tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="can't be written"):
        write_pages(path)
