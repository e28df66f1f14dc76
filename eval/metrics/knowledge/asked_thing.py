"""What a reply tells of the thing that a question asks about, without what it tells of others or only mentions."""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.knowledge import another_clause, another_thing_unmarked
from eval.metrics.knowledge.mentions import admits, answers_still


def of_asked(said: str, given: str, question: str, answers: Sequence[str]) -> str:
    """The lines of what a reply asserts that may answer; all of them where nothing shows that one does not.

    What is told of another thing stays where a further line goes on to the thing itself with a pronoun or the like:
    `She owns Long Sutter. So she does the Painted Nutmeg.`
    """
    told_still = answers_still(said, question)
    lines = (told_still if told_still != said and admits(given) else said).split("\n")
    for way in (another_clause, another_thing_unmarked):
        told = [way.without_others(line, question, answers) for line in lines]
        others = [line for line, left in zip(lines, told, strict=True) if line == left]
        if told != lines and not any(way.goes_on(line, question, answers) for line in others):
            lines = told
    return "\n".join(lines)
