"""Gates over the questions: asked twice, answered by themselves, or called unanswerable beside their answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from eval.data.gates.gate import Finding, Located, Material, counted, gate, listed, percent
from eval.data.near_rows import ALMOST_SAME, POLAR, near_rows, similar
from eval.data.splits import question_key
from eval.metrics.retrieval import NOT_WORDS
from eval.metrics.text.normalize import contains_tokens, normalise, tokens

_OPTIONS = re.compile(r"(?:^|[\s(])(?:[A-Ea-e]|[1-5])[).:]\s")
"""The marks of a list of options: A) or (a) or 1."""


@gate("near-duplicates")
def near_duplicates(material: Material) -> Iterator[Finding]:
    """Test questions that were shown in training: the same but for articles is an error, nearly the same a warning."""
    shown = [*material.train, *material.dev]
    exact = _exact(shown, material.test)
    reported = {(new, old) for old, new in exact}
    for old, new in exact[:1]:
        others = f" ({len(exact)} such rows)" if len(exact) > 1 else ""
        yield Finding(
            "near-duplicates", "error",
            f"asks the same as {material.path(old)}{others}; remove one of the two, or move both to one split",
            material.path(new),
        )  # fmt: skip
    found = [pair for pair in _near(material.test, shown) if pair not in reported]
    if found:
        first = dict(reversed(found))
        pairs = listed([f"{new.place} ~ {old.place}" for new, old in sorted(first.items(), key=lambda p: p[0].line)])
        yield Finding(
            "near-duplicates", "warning",
            f"{len(first)} of {len(material.test)} test questions ask nearly what training shows, with the same "
            f"answer: {pairs}; keep rows about one fact in one split (one 'group' cannot be in two), or drop them",
            material.path(found[0][0]),
        )  # fmt: skip


@gate("repeated-test-questions")
def repeated(material: Material) -> Iterator[Finding]:
    """Test rows that ask one fact twice under two groups, so that they count as two independent questions."""
    found = [
        (a, b) for a, b in _near(material.test, material.test)
        if a.line < b.line and a.example.group != b.example.group
    ]  # fmt: skip
    if found:
        yield Finding(
            "repeated-test-questions", "warning",
            f"{counted(len(found), 'pair')} of test questions ask nearly the same and have the same "
            f"answer, but count as independent: {listed([f'{a.place} ~ {b.place}' for a, b in found])}; give each pair "
            "one 'group'",
            material.path(found[0][0]),
        )  # fmt: skip


@gate("answer-in-question")
def answer_in_question(material: Material) -> Iterator[Finding]:
    """Test questions in which an accepted answer stands, so that repeating the question is scored as knowledge."""
    if material.dataset.config.knowledge.metric in NOT_WORDS:
        return
    rows = [row for row in material.test if row.example.answerable]
    found = [row for row in rows if _leaks(row)]
    if found:
        yield Finding(
            "answer-in-question", "warning",
            f"in {len(found)} of {len(rows)} answerable test questions ({percent(len(found) / len(rows))}) an accepted "
            f"answer stands in the question, so repeating it scores: {listed([row.place for row in found])}; ask "
            "without the answer, or leave it where the task is to extract or transform what the question gives",
            material.path(found[0]),
        )  # fmt: skip


@gate("unanswerable")
def unanswerable(material: Material) -> Iterator[Finding]:
    """Rows called unanswerable although another row answers their question, or although they name gold documents."""
    rows = [*material.train, *material.dev, *material.test]
    without = [row for row in rows if not row.example.answerable]
    answered = [row for row in rows if row.example.answerable]
    asked = {question_key(row.example.question): row for row in answered}
    for row in without:
        if other := asked.get(question_key(row.example.question)):
            yield Finding(
                "unanswerable", "error",
                f"is called unanswerable, but {material.path(other)} answers the same question with "
                f"'{other.example.answers[0]}'; fix one of the two",
                material.path(row),
            )  # fmt: skip
    near = [
        (without[i], answered[j])
        for i, j in similar(
            [row.example.question for row in without], [row.example.question for row in answered], ALMOST_SAME
        )
        if question_key(without[i].example.question) not in asked
    ]  # fmt: skip
    if near:
        pairs = listed([f"{row.place} ~ {other.place} ('{other.example.answers[0]}')" for row, other in near])
        yield Finding(
            "unanswerable", "warning",
            f"{counted(len(near), 'unanswerable row')} nearly repeating a question that another row answers: {pairs}; "
            "answer them too, or word them so that they ask for something else",
            material.path(near[0][0]),
        )  # fmt: skip
    golden = [row for row in without if row.example.documents]
    if golden:
        yield Finding(
            "unanswerable", "warning",
            f"{counted(len(golden), 'unanswerable row')} with gold documents: {listed([row.place for row in golden])}; "
            "a question that a document answers needs 'answers', any other no 'documents'",
            material.path(golden[0]),
        )  # fmt: skip


def _exact(shown: Sequence[Located], test: Sequence[Located]) -> list[tuple[Located, Located]]:
    first: dict[str, Located] = {}
    for row in shown:
        first.setdefault(question_key(row.example.question), row)
    return [(first[q], row) for row in test if (q := question_key(row.example.question)) in first]


def _near(rows: Sequence[Located], others: Sequence[Located]) -> list[tuple[Located, Located]]:
    """`near_rows` of located rows, in the order of the first list's lines."""
    pairs = near_rows([row.example for row in rows], [row.example for row in others])
    return sorted(((rows[i], others[j]) for i, j in pairs), key=lambda pair: (pair[0].line, pair[1].file, pair[1].line))


def _leaks(row: Located) -> bool:
    question, answers = row.example.question, row.example.answers
    if any(normalise(a) in POLAR for a in answers) or len(_OPTIONS.findall(question)) > 1:
        return False
    return any(_stands(question, a) for a in answers)


def _stands(question: str, answer: str) -> bool:
    """As whole words, and not as one of two offered alternatives (`is it red or blue?`)."""
    if not contains_tokens(tokens(question), tokens(answer)):
        return False
    words, part = re.findall(r"\w+", question.casefold()), re.findall(r"\w+", answer.casefold())
    for i in range(len(words) - len(part) + 1):
        if words[i : i + len(part)] == part and "or" in (words[i - 1 : i] + words[i + len(part) : i + len(part) + 1]):
            return False
    return True
