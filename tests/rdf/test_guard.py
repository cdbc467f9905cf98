"""Guarded parsing: every format, every kind of broken or hostile file."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from kg import data
from kg.errors import BrokenFile, LimitExceeded
from kg.rdf.guard import CONTEXT, Limits, Request, parse_file, parse_files

P = "http://plant.example/"
TURTLE = """@prefix p: <http://plant.example/> .
p:plc a p:Component ; p:title "Reaktor \\"R1\\" ü" , "reactor"@en ; p:level 3 ;
    p:part [ p:name "port" ] ; p:next p:plc .
"""
TRIPLES = f"""<{P}plc> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{P}Component> .
<{P}plc> <{P}title> "Reaktor \\"R1\\" \\u00fc" .
<{P}plc> <{P}title> "reactor"@en .
<{P}plc> <{P}level> "3"^^<http://www.w3.org/2001/XMLSchema#integer> .
<{P}plc> <{P}part> _:port .
_:port <{P}name> "port" .
<{P}plc> <{P}next> <{P}plc> .
<{P}plc> <{P}next> <{P}plc> .
"""
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:p="{P}">
  <p:Component rdf:about="{P}plc">
    <p:title>Reaktor "R1" ü</p:title>
    <p:title xml:lang="en">reactor</p:title>
    <p:level rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">3</p:level>
    <p:part rdf:parseType="Resource"><p:name>port</p:name></p:part>
    <p:next rdf:resource="{P}plc"/>
  </p:Component>
</rdf:RDF>
"""
JSON = f"""{{"@context": {{"p": "{P}"}}, "@id": "p:plc", "@type": "p:Component",
 "p:title": ["Reaktor \\"R1\\" ü", {{"@value": "reactor", "@language": "en"}}], "p:level": 3,
 "p:part": {{"p:name": "port"}}, "p:next": {{"@id": "p:plc"}}}}
"""
SAME_GRAPH = {"ttl": TURTLE, "trig": TURTLE, "nt": TRIPLES, "nq": TRIPLES, "rdf": XML, "jsonld": JSON}
RDF_OPEN = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def canonical(lines: bytes) -> set[str]:
    dataset = Dataset(parse(lines, RdfFormat.N_QUADS))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


@pytest.mark.parametrize("extension", SAME_GRAPH)
def test_each_format_gives_the_same_graph(tmp_path: Path, extension: str) -> None:
    result = parse_file(write(tmp_path, f"plant.{extension}", SAME_GRAPH[extension]))
    expected = canonical(TRIPLES.encode())
    assert len(expected) == 7
    assert canonical(result.data) == expected
    assert result.lines == sorted(set(result.lines))
    assert result.count == len(result.lines) == 7
    assert result.graphs == ()


def test_lines_keep_the_lexical_form_that_the_file_has(tmp_path: Path) -> None:
    path = write(
        tmp_path, "a.ttl", "<http://a> <http://p> 4.0 , 1e3 , '01'^^<http://www.w3.org/2001/XMLSchema#integer> ."
    )
    xsd = b"http://www.w3.org/2001/XMLSchema#"
    assert parse_file(path).lines == [
        b'<http://a> <http://p> "01"^^<' + xsd + b"integer> .\n",
        b'<http://a> <http://p> "1e3"^^<' + xsd + b"double> .\n",
        b'<http://a> <http://p> "4.0"^^<' + xsd + b"decimal> .\n",
    ]


def test_relative_names_resolve_against_the_base(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ttl", "<zone/1> <http://p> <#x> .")
    assert parse_file(path, base_iri=P).data == f"<{P}zone/1> <http://p> <{P}#x> .\n".encode()
    with pytest.raises(BrokenFile, match=r"a\.ttl:1:1: .*base"):
        parse_file(path)


def test_named_graphs_are_kept_or_merged(tmp_path: Path) -> None:
    path = write(tmp_path, "a.trig", "<http://g> { <http://a> <http://p> 'x' } <http://a> <http://p> 'x' , 'y' .")
    kept = parse_file(path)
    assert kept.graphs == ("http://g",)
    assert kept.lines == [
        b'<http://a> <http://p> "x" .\n',
        b'<http://a> <http://p> "x" <http://g> .\n',
        b'<http://a> <http://p> "y" .\n',
    ]
    merged = parse_file(path, merge_graphs=True)
    assert merged.graphs == ("http://g",)
    assert merged.lines == [b'<http://a> <http://p> "x" .\n', b'<http://a> <http://p> "y" .\n']


def test_prefixes_of_the_file_are_told(tmp_path: Path) -> None:
    assert parse_file(write(tmp_path, "a.ttl", TURTLE)).prefixes == {"p": P}


def test_a_batch_keeps_its_order_and_names_the_first_bad_file(tmp_path: Path) -> None:
    requests = [
        Request(write(tmp_path, f"{n}.nt", f"<http://a> <http://p> '{n}' .\n".replace("'", '"'))) for n in range(20)
    ]
    assert [one.data for one in parse_files(requests)] == [
        f'<http://a> <http://p> "{n}" .\n'.encode() for n in range(20)
    ]
    requests[7] = Request(write(tmp_path, "bad.nt", "<http://a> .\n"), name="as/typed.nt")
    requests[9] = Request(write(tmp_path, "worse.nt", "nonsense"))
    with pytest.raises(BrokenFile, match=r"^as/typed\.nt:1:"):
        parse_files(requests)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    for extension, content in SAME_GRAPH.items():
        result = parse_file(write(tmp_path, f"a.{extension}", b"\xef\xbb\xbf" + content.encode()))
        assert result.count == 7, extension


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.ttl", "@prefix p: <http://p/> .\np:a p:b 'c' ;\n  p:d [ .\n", "3:9"),
        ("a.ttl", '@prefix ü: <http://p/> .\nü:a ü:b "ää" ü:c .\n', "2:14"),
        ("a.trig", "<http://g> { <http://a>\n <http://b> }\n", "2:13"),
        ("a.nt", '<http://a> <http://b> "c" .\n<http://a> <http://b> "c\n', "2:23"),
        ("a.nq", "<http://a> <http://b> <http://c> <http://d> <http://e> .\n", "1:45"),
        ("a.rdf", RDF_OPEN + "\n<e:A>\n  <e:p>x</e:q></e:A></rdf:RDF>", "3:11"),
        ("a.rdf", RDF_OPEN + '\n<e:A rdf:ID="x"/>\n<e:A rdf:ID="1 2"/></rdf:RDF>', "3"),
        ("a.jsonld", '{"@id": "http://a",\n "http://b": tru}', "2:14"),
    ],
)
def test_a_syntax_error_has_line_and_column(tmp_path: Path, name: str, content: str, place: str) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(BrokenFile) as caught:
        parse_file(path, base_iri=P)
    assert str(caught.value).startswith(f"{path}:{place}: ")
    assert "\n" not in str(caught.value)
    assert "Parser error" not in str(caught.value)


BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + f"]>{RDF_OPEN}<e:A><e:p>&m;</e:p></e:A></rdf:RDF>"
)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bomb.rdf", BOMB, r"bomb\.rdf:2:\d+: has a DOCTYPE"),
        ("doctype.owl", f"<!DOCTYPE rdf:RDF>{RDF_OPEN}</rdf:RDF>", "has a DOCTYPE"),
        ("xxe.rdf", f'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>{RDF_OPEN}&a;</rdf:RDF>', "has a DOCTYPE"),
        (
            "latin.rdf",
            f'<?xml version="1.0" encoding="ISO-8859-1"?>{RDF_OPEN}</rdf:RDF>',
            "ISO-8859-1; save it in UTF-8",
        ),
        ("nul.ttl", "<http://a> <http://p> 'x\0y' .", r"nul\.ttl:1:25: holds a NUL byte"),
        ("cut.ttl", b"<http://a>\n<http://p> '\xc3", r"cut\.ttl:2:13: is not UTF-8"),
        ("wide.ttl", TURTLE.encode("utf-16"), "UTF-16; save it in UTF-8"),
        ("empty.ttl", b"", "is empty"),
        ("blank.nt", b" \n\t\n", "is empty"),
        ("binary.ttl", bytes(range(256)) * 8, "NUL byte"),
        ("really.ttl", XML, "is named .ttl but holds RDF/XML"),
        ("really.rdf", TURTLE, "is named .rdf but holds Turtle"),
        ("really.nt", JSON, "is named .nt but holds JSON-LD"),
        ("plant.xyz", "some words", "is no file that Interlock can read"),
        ("star.ttl", "<http://a> <http://p> <<( <http://a> <http://p> 'x' )>> .", r"triple term \(RDF 1\.2\)"),
        ("left.ttl", "<http://a> <http://p> 'x'@ar--rtl .", "base direction"),
        ("scalar.jsonld", "42", "is no JSON-LD"),
        ("nan.jsonld", '{"http://p": NaN}', "NaN is not a JSON number"),
    ],
)
def test_a_hostile_or_wrong_file_gets_one_line(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(BrokenFile, match=message) as caught:
        parse_file(write(tmp_path, name, content))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


DEEP = 3000
DEEPLY_NESTED = {
    "a.ttl": "<http://a> <http://p> " + "[ <http://p> " * DEEP + "1" + "]" * DEEP + " .",
    "list.ttl": "<http://a> <http://p> " + "(" * DEEP + ")" * DEEP + " .",
    "a.trig": "<http://g> { <http://a> <http://p> " + "[ <http://p> " * DEEP + "1" + "]" * DEEP + " }",
    "a.nt": "<http://a> <http://p> " + "<<( <http://a> <http://p> " * DEEP + "<http://b>" + " )>>" * DEEP + " .\n",
    "a.nq": "<http://a> <http://p> " + "<<( <http://a> <http://p> " * DEEP + "<http://b>" + " )>>" * DEEP + " .\n",
    "a.rdf": RDF_OPEN + "<e:A><e:p>" * DEEP + "</e:p></e:A>" * DEEP + "</rdf:RDF>",
    "a.jsonld": '{"http://p":' * DEEP + "1" + "}" * DEEP,
    "array.jsonld": "[" * 100 * DEEP + "]" * 100 * DEEP,
}


@pytest.mark.parametrize("name", DEEPLY_NESTED)
def test_deep_nesting_is_refused_in_each_format(tmp_path: Path, name: str) -> None:
    with pytest.raises(LimitExceeded, match=r"nests deeper than 256 levels; the setting parse-depth"):
        parse_file(write(tmp_path, name, DEEPLY_NESTED[name]))


def test_brackets_in_text_are_no_nesting(tmp_path: Path) -> None:
    smileys = "\n".join(f"<http://a> <http://p{n}> ':( (: [' , '''(\n[''' ; <http://q#(> 1 . # ( [" for n in range(400))
    assert parse_file(write(tmp_path, "a.ttl", smileys)).count == 801


def test_a_crash_of_the_parser_is_one_line(tmp_path: Path) -> None:
    # With the depth limit out of the way, 300,000 nested triple terms overflow the stack of the parser itself.
    deep = 300_000
    content = "<http://a> <http://p> " + "<<( <http://a> <http://p> " * deep + "<http://b>" + " )>>" * deep + " ."
    with pytest.raises(BrokenFile, match=r"kills the RDF parser \(signal 11\), as input nested thousands deep does"):
        parse_file(write(tmp_path, "a.ttl", content), limits=Limits(depth=10**6))


def test_size_is_limited_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "junk.ttl"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    with pytest.raises(LimitExceeded, match="is larger than 100 MiB; the setting parse-size"):
        parse_file(path, limits=Limits(size=100 << 20))


def test_much_junk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "junk.ttl"
    block = os.urandom(1 << 20).replace(b"\0", b"x")
    with path.open("wb") as file:
        for _ in range(200):
            file.write(block)
    with pytest.raises(BrokenFile, match=r"junk\.ttl:\d+:\d+: is not UTF-8"):
        parse_file(path)


def test_time_is_limited_and_the_worker_dies(tmp_path: Path) -> None:
    path = write(tmp_path, "long.nt", "".join(f"<http://a> <http://p> <http://b{n}> .\n" for n in range(600_000)))
    with pytest.raises(LimitExceeded, match=r"took longer than 0\.2 s to parse; the setting parse-seconds"):
        parse_file(path, limits=Limits(seconds=0.2))


def test_memory_is_limited(tmp_path: Path) -> None:
    path = write(tmp_path, "large.nt", "".join(f"<http://a> <http://p> <http://b{n}> .\n" for n in range(600_000)))
    with pytest.raises(LimitExceeded, match="needs more than 48 MiB of memory to parse; the setting parse-memory"):
        parse_file(path, limits=Limits(memory=48 << 20))


def test_a_high_limit_of_size_takes_no_memory(tmp_path: Path) -> None:
    path = write(tmp_path, "small.nt", "<http://a> <http://p> <http://b> .\n")
    assert parse_file(path, limits=Limits(memory=32 << 20, size=1 << 40)).count == 1


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ttl")
    for path, message in (
        (tmp_path / "none.ttl", "there is no such file"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.ttl", "is a device or pipe"),
        (Path("/dev/zero"), "is a device or pipe"),
    ):
        with pytest.raises(BrokenFile, match=message):
            parse_file(path)


@pytest.fixture
def listener() -> tuple[str, list[object]]:
    """Listen on a port of this machine; return its address and the list of those who called."""
    callers: list[object] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    stop = threading.Event()

    def listen() -> None:
        while not stop.is_set():
            try:
                connection, caller = server.accept()
            except TimeoutError:
                continue
            connection.close()
            callers.append(caller)

    thread = threading.Thread(target=listen)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", callers
    stop.set()
    thread.join()
    server.close()


@pytest.mark.parametrize(
    "content",
    [
        '{"@context": "URL/c", "@id": "http://a", "p": 1}',
        '{"@context": [{"p": "http://p"}, "URL/c"], "@id": "http://a", "p": 1}',
        '{"@context": {"@version": 1.1, "@import": "URL/c"}, "@id": "http://a", "p": 1}',
        '{"@context": {"p": {"@id": "http://p", "@context": "URL/c"}}, "@id": "http://a", "p": {"q": 1}}',
        '{"@context": "https://w3id.org/other/context.jsonld", "@id": "http://a"}',
        '{"@context": "URL/c", "@context": {}, "@id": "http://a", "p": 1}',
        '{"@context": "c.jsonld", "@id": "http://a", "p": 1}',
    ],
)
def test_no_remote_context_is_fetched(tmp_path: Path, listener: tuple[str, list[object]], content: str) -> None:
    url, callers = listener
    with pytest.raises(BrokenFile, match=r"JSON-LD context.*contexts are never fetched"):
        parse_file(write(tmp_path, "a.jsonld", content.replace("URL", url)), base_iri=url)
    assert callers == []


def test_imports_and_links_are_only_triples(tmp_path: Path, listener: tuple[str, list[object]]) -> None:
    url, callers = listener
    for name, content in {
        "a.ttl": f"<http://a> <http://www.w3.org/2002/07/owl#imports> <{url}/o> .",
        "a.rdf": f'{RDF_OPEN}<e:A rdf:about="{url}/a"><e:imports rdf:resource="{url}/b"/></e:A></rdf:RDF>',
    }.items():
        assert url.encode() in parse_file(write(tmp_path, name, content)).data
    assert callers == []


def test_our_own_context_is_inlined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "context.jsonld").write_text('{"@context": {"title": "http://purl.org/dc/terms/title"}}')
    monkeypatch.setattr(data, "ontology_folder", lambda: tmp_path)
    content = f'{{"@context": ["{CONTEXT}", {{"p": "http://p"}}], "@id": "http://a", "title": "A", "p": 1}}'
    assert parse_file(write(tmp_path, "a.jsonld", content)).lines == [
        b'<http://a> <http://p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n',
        b'<http://a> <http://purl.org/dc/terms/title> "A" .\n',
    ]


def test_real_ontologies_load_as_pyoxigraph_alone_reads_them(shared: Path) -> None:
    formats = {".ttl": RdfFormat.TURTLE, ".nq": RdfFormat.N_QUADS, ".owl": RdfFormat.RDF_XML}
    folder = shared / "testdata" / "ontologies"
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in formats]
    with_doctype = [path for path in paths if b"<!DOCTYPE" in path.read_bytes()]
    wrong = [path for path in paths if path.name == "d3fend-ontology-mappings.ttl"]  # a statement of it ends too early
    good = sorted(set(paths) - {*with_doctype, *wrong})
    assert len(good) > 20
    for path, result in zip(good, parse_files([Request(path, base_iri=P) for path in good]), strict=True):
        alone = {str(quad) for quad in parse(path=path, format=formats[path.suffix], base_iri=P)}
        assert result.count == len(alone), path
    for path in wrong:
        with pytest.raises(BrokenFile, match=":107:33: "):
            parse_file(path)
    for path in with_doctype:
        with pytest.raises(BrokenFile, match="has a DOCTYPE"):
            parse_file(path)
