"""From a query's algebra, as rdflib makes it, to groups of patterns; whoever imports this needs rdflib anyhow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath
from rdflib.term import BNode, URIRef, Variable

from kg.errors import InterlockError
from kg.focus.paths import Choice, Path, Repeat, Series, Step, inverted
from kg.focus.scopes import Pattern, Scope, Term
from kg.focus.solutions import (
    WRAPPERS,
    certain,
    choice_of,
    conjuncts,
    filled,
    grouping,
    mentions,
    name_of_variable,
    same_as,
    tests_in,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ANY", "HERE", "WAY", "Names", "Unreadable", "read_algebra"]

HERE: Final = "urn:x-interlock:focus"
"""What stands in a ``VALUES`` for the focus."""
ANY: Final = "urn:x-interlock:any"
"""What stands in a ``VALUES`` for a parameter."""
WAY: Final = "urn:x-interlock:path"
"""What stands for ``$PATH``."""


class Unreadable(InterlockError):
    """Nobody can tell what a query reads; the message says why."""


class Names:
    """The numbers of the variables in one group.

    Args:
        shared: name → number of the variables that are surely the same as in the group around.
        fixed: names of those among them that are replaced by their value in all groups within.
        counter: numbers handed out so far, by name; of all groups whose variables can come out.
        inner: whether its variables stay inside.
    """

    def __init__(
        self,
        shared: Mapping[str, int] | None = None,
        fixed: frozenset[str] = frozenset(),
        counter: list[str] | None = None,
        *,
        inner: bool = False,
    ) -> None:
        self._numbers = dict(shared or {})
        self.fixed = fixed
        self._counter = [] if counter is None else counter
        self._inner = inner

    def number(self, name: str) -> int:
        """Return the number of a variable."""
        if name not in self._numbers:
            self._counter.append("" if self._inner else name)
            self._numbers[name] = len(self._counter) - 1
        return self._numbers[name]

    def named(self, name: str) -> list[int]:
        """Return the numbers of all variables of that name that can come out."""
        return [number for number, one in enumerate(self._counter) if one == name]

    def within(self, shared: Iterable[str], *, fixing: bool = False, inner: bool = False) -> Names:
        """Return the names for a group inside.

        Args:
            shared: variables that are surely the same inside.
            fixing: whether these are replaced by their value inside, however deep.
            inner: whether what is bound inside stays there.
        """
        names = self.fixed.union(shared)
        return self._part(names, names if fixing else self.fixed, inner=inner)

    def apart(self, shared: Iterable[str], fixed: Iterable[str] = ()) -> Names:
        """Return the names for a group that knows nothing of this one but variables that it has in common.

        Args:
            shared: these variables.
            fixed: those among the variables replaced here that are replaced inside too.
        """
        return self._part({*shared, *fixed}, frozenset(fixed), inner=True)

    def _part(self, names: Iterable[str], fixed: frozenset[str], *, inner: bool) -> Names:
        numbers = {name: self.number(name) for name in sorted(names)}
        return Names(numbers, fixed, self._counter, inner=inner or self._inner)


def read_algebra(query: Any, focus: str, way: Path | None = None) -> tuple[Scope, Names, bool]:
    """Return the groups of a translated query.

    Args:
        query: what ``translateQuery`` of rdflib returns.
        focus: name of the variable that is bound to the focus.
        way: the path that `WAY` stands for.

    Returns:
        The outermost group, its names, and whether the query asks for graphs.

    Raises:
        Unreadable: nobody can tell what it reads.
    """
    algebra = query.algebra
    if algebra.datasetClause is not None:
        raise Unreadable("it names the graphs to ask itself (FROM)")
    if algebra.name not in {"SelectQuery", "ConstructQuery", "AskQuery"}:
        raise Unreadable("it is no SELECT, CONSTRUCT or ASK query")
    reader = _Reader(focus, way)
    marked = mentions(algebra.p, HERE)
    names = Names()
    if not marked:
        names.number(focus)
        names = Names({focus: 0}, frozenset({focus}), [focus])
    scope = Scope(focus=[] if marked else [0])
    reader.read(algebra.p, scope, names, top=True)
    return scope, names, reader.graphs


class _Reader:
    def __init__(self, focus: str, way: Path | None) -> None:
        self._focus, self._way = focus, way
        self.graphs = False

    def read(self, part: Any, scope: Scope, names: Names, *, top: bool = False) -> None:
        """Put a part of the algebra into a group."""
        match part.name:
            case "BGP":
                self._patterns(part.triples, scope, names)
            case "Join":
                self.read(part.p1, scope, names)
                self.read(part.p2, scope, names)
            case "LeftJoin":
                self._optional(part, scope, names)
            case "Union":
                self._union(part, scope, names)
            case "Minus":
                self._minus(part, scope, names)
            case "ToMultiSet":
                self._table(part.p, scope, names)
            case "Project" if not top:
                self._select(part, scope, names)
            case _:
                self._one(part, scope, names, top=top)

    def _one(self, part: Any, scope: Scope, names: Names, *, top: bool) -> None:
        """Read a part that adds something to one other."""
        match part.name:
            case "ServiceGraphPattern":
                raise Unreadable("it asks another service")
            case "Slice":
                raise Unreadable("it takes only some of its rows (LIMIT or OFFSET)")
            case "Graph":
                self.graphs = True
        if part.p is None:  # among them what rdflib leaves as it was parsed: EXISTS in HAVING
            raise Unreadable(f"its algebra has a part that is not known here: {part.name}")
        self.read(part.p, scope, names, top=top and part.name in WRAPPERS)
        match part.name:
            case "Filter":
                self._filter(part.expr, scope, names, certain(part.p))
            case "Extend":
                self._extend(part, scope, names)
            case "AggregateJoin":
                self._tests(part.A, scope, names, certain(part.p))
            case "Group" | "OrderBy":
                self._tests(part.expr, scope, names, certain(part.p))
            case "Project" | "Distinct" | "Reduced" | "Graph":
                pass
            case other:
                raise Unreadable(f"its algebra has a part that is not known here: {other}")

    def _select(self, part: Any, scope: Scope, names: Names) -> None:
        """Read a SELECT within the query; only what it selects, or groups by, is the same outside."""
        seen = {str(variable) for variable in part.PV}
        keys = grouping(part.p)
        shared = seen if keys is None else seen & keys
        self.read(part.p, scope, names.apart(shared, names.fixed & seen))

    def _patterns(self, triples: Iterable[tuple[Any, Any, Any]], scope: Scope, names: Names) -> None:
        for subject, predicate, object_ in triples:
            path = names.number(str(predicate)) if isinstance(predicate, Variable) else self._along(predicate)
            scope.patterns.append(Pattern(_term(subject, names), path, _term(object_, names)))

    def _along(self, predicate: Any) -> Path:
        return self._way if self._way is not None and predicate == URIRef(WAY) else _path(predicate)

    def _optional(self, part: Any, scope: Scope, names: Names) -> None:
        self.read(part.p1, scope, names)
        child = Scope()
        inside = names.within(certain(part.p1))
        self.read(part.p2, child, inside)
        self._filter(part.expr, child, inside, certain(part.p1) | certain(part.p2))
        scope.children.append(child)

    def _union(self, part: Any, scope: Scope, names: Names) -> None:
        branches = []
        for side in (part.p1, part.p2):
            branch = Scope()
            self.read(side, branch, names)
            branches.append(branch)
        scope.unions.append(tuple(branches))

    def _minus(self, part: Any, scope: Scope, names: Names) -> None:
        self.read(part.p1, scope, names)
        child = Scope()
        self.read(part.p2, child, names.apart(certain(part.p1)))
        scope.children.append(child)

    def _extend(self, part: Any, scope: Scope, names: Names) -> None:
        bound = certain(part.p)
        source = same_as(part, bound)
        if source is not None:
            scope.equal.append((names.number(source), names.number(str(part.var))))
        elif isinstance(part.expr, URIRef):
            scope.constants[names.number(str(part.var))] = (text_of(part.expr),)
        else:
            self._tests(part.expr, scope, names, bound)

    def _table(self, part: Any, scope: Scope, names: Names) -> None:
        if part.name != "values":
            self.read(part, scope, names)
            return
        for name in filled(part.res):
            texts = {text_of(row[key]) for row in part.res for key in row if str(key) == name}
            number = names.number(name)
            if texts == {f"<{HERE}>"} or name == self._focus:
                scope.focus.append(number)
            else:
                scope.constants[number] = ("",) if f"<{ANY}>" in texts or "" in texts else tuple(sorted(texts))

    def _filter(self, expression: Any, scope: Scope, names: Names, bound: frozenset[str]) -> None:
        """Read a condition on solutions in which the variables `bound` surely have a value."""
        for part in conjuncts(expression):
            if getattr(part, "name", "") == "Builtin_EXISTS":
                self.read(part.graph, scope, names.within(bound, fixing=True, inner=True))
            elif (choice := choice_of(part)) is not None and choice[0] in bound:
                number = names.number(choice[0])
                scope.constants.setdefault(number, choice[1])
            else:
                self._tests(part, scope, names, bound)

    def _tests(self, expression: Any, scope: Scope, names: Names, bound: frozenset[str]) -> None:
        for test in tests_in(expression):
            child = Scope()
            self.read(test.graph, child, names.within(bound, fixing=True, inner=True))
            scope.children.append(child)


def _term(term: Any, names: Names) -> Term:
    return names.number(name_of_variable(term)) if isinstance(term, Variable | BNode) else text_of(term)


def _path(path: Any) -> Path:
    if isinstance(path, URIRef):
        return Step(str(path))
    if isinstance(path, InvPath):
        return inverted(_path(path.arg))
    if isinstance(path, SequencePath):
        return Series(tuple(map(_path, path.args)))
    if isinstance(path, AlternativePath):
        return Choice(tuple(map(_path, path.args)))
    if isinstance(path, MulPath):
        return Repeat(_path(path.path), 1 if path.mod == "+" else 0, path.mod != "?")
    if isinstance(path, NegatedPath):
        back = any(not isinstance(one, URIRef) for one in path.args)
        return Choice((Step(None), Step(None, inverse=True))) if back else Step(None)
    raise Unreadable(f"it has a path that is not known here: {path}")
