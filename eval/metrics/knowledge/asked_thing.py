"""What a reply tells of the thing that a question asks about, without what it tells of others or only mentions."""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.knowledge import another_thing, another_thing_unmarked
from eval.metrics.knowledge.mentions import admits, answers_still


def of_asked(said: str, given: str, question: str, answers: Sequence[str]) -> str:
    """The lines of what a reply asserts that may answer; all of them where nothing shows that one does not."""
    told = answers_still(said, question) if admits(given) else said
    return "\n".join(line for line in told.split("\n") if not _of_another(line, question, answers))


def _of_another(line: str, question: str, answers: Sequence[str]) -> bool:
    return another_thing.tells_of_another(line, question, answers) or another_thing_unmarked.tells_of_another(
        line, question, answers
    )
