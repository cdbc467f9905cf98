"""The stored questions: one `.rq` file each."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kg.data import questions_folder
from kg.errors import InputError
from kg.questions.header_parser import parse_question

if TYPE_CHECKING:
    from kg.questions.header import Question

__all__ = ["all_questions", "find_question"]


def all_questions() -> dict[str, Question]:
    """Return slug → question, in the order of their numbers."""
    paths = questions_folder().glob("*.rq")
    found = [parse_question(path.stem, path.read_text("utf-8")) for path in paths]
    return {
        question.slug: question
        for question in sorted(found, key=lambda q: (int("".join(filter(str.isdigit, q.id))), q.slug))
    }


def find_question(name: str) -> Question:
    """Return the question called `name`.

    Args:
        name: its slug or its number: ``threat-impact``, ``Q1``; case does not count.

    Raises:
        InputError: there is none; the message names the nearest, or all.
    """
    questions = all_questions()
    wanted = name.strip().casefold()
    for question in questions.values():
        if wanted in {question.slug, question.id.casefold()}:
            return question
    names = [text for question in questions.values() for text in (question.slug, question.id.casefold())]
    near = difflib.get_close_matches(wanted, names, n=3)
    hint = (
        f"nearest: {', '.join(near)}"
        if near
        else f"there are: {', '.join(q.id + ' ' + q.slug for q in questions.values())}"
    )
    raise InputError(f"no question is called {name!r}; {hint}")
