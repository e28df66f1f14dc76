"""The metrics' values for many replies: each different reply to a question once, and in processes where it pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from eval.config import Knowledge
from eval.metrics.knowledge.metric import METRICS, OURS, has_number, read_answer, score_answer
from eval.metrics.knowledge.overlap import chrf, rouge_l
from eval.metrics.processes import shared

OVERLAP: Mapping[str, Callable[[str, Sequence[str]], float]] = {"rouge_l": rouge_l, "chrf": chrf}
"""Secondary scores, against the reference reply where there is one, else the accepted answers."""
ASKED_FOR = ("choice", "claims")
"""Metrics that are computed where they are asked for alone."""
CHUNK = 50
"""Replies in a piece of work: a quarter of a second with all metrics."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A reply, and what its values depend on beside the data set's settings."""

    reply: str
    answers: tuple[str, ...]
    question: str = ""
    metric: str = ""
    """The row's own, where it has one."""
    reference: str = ""
    """The reference reply, where there is one."""


@dataclass(frozen=True, slots=True)
class Values:
    """What the metrics say of a reply, by their names."""

    metrics: Mapping[str, float]
    overlap: Mapping[str, float]


def reply_values(
    settings: Knowledge,
    asked: Sequence[Asked],
    *,
    language: str = "",
    names: Sequence[str] | None = None,
    advance: Callable[[int], None] | None = None,
) -> list[Values]:
    """The values of every reply, in order: of the metrics `names`, else of all that suit its accepted answers.

    `language` is what the data set states; `advance` hears how many different replies have been scored since it did
    last. A metric that another process would not find, such as a plugin's, is computed in this one.
    """
    places: dict[str, int] = {}
    for a in asked:
        places.setdefault(a.question, len(places))
    different = sorted(dict.fromkeys(asked), key=lambda a: places[a.question])  # what is prepared for one serves all
    known = [name for name, metric in METRICS.items() if OURS.get(name) is metric]
    common = {"settings": settings.model_dump(mode="json"), "language": language, "names": names, "known": known}
    rows = [list(astuple(a)) for a in different]
    chunks = [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]
    done = (lambda number: advance(len(chunks[number]))) if advance else None
    found = (value for chunk in shared(values_of_chunk, common, chunks, done) for value in chunk)
    further = [name for name in METRICS if name not in known]
    values = {a: Values(*given) for a, given in zip(different, found, strict=True)}
    if further:
        values = {a: _with(settings, a, v, further, names, language) for a, v in values.items()}
    return [values[a] for a in asked]


def values_of_chunk(common: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> list[list[dict[str, float]]]:
    """[values of our own metrics, of the overlap] for each row, the fields of an `Asked`; in and out as JSON."""
    settings, names = Knowledge.model_validate(common["settings"]), common["names"]
    found = []
    for reply, answers, *rest in rows:
        asked = Asked(reply, tuple(answers), *rest)
        answer = read_answer(reply, settings.answer)
        wanted = [n for n in suiting(settings, asked, names) if n in common["known"]]
        found.append(
            [
                _metrics(settings, answer, asked, wanted, common["language"]),
                _overlap(settings, answer, asked, names),
            ]
        )
    return found


def suiting(settings: Knowledge, asked: Asked, names: Sequence[str] | None = None) -> list[str]:
    """The metrics that are computed for a reply: those named, else those that its accepted answers suit."""
    own = asked.metric or settings.metric
    if names is not None:
        return [n for n in METRICS if n in names]
    return [n for n in METRICS if n == own or (n not in ASKED_FOR and (n != "number" or has_number(asked.answers)))]


def _metrics(settings: Knowledge, answer: str, asked: Asked, names: Sequence[str], language: str) -> dict[str, float]:
    return {
        name: score_answer(settings, answer, asked.answers, name=name, question=asked.question, language=language)
        for name in names
    }


def _overlap(settings: Knowledge, answer: str, asked: Asked, names: Sequence[str] | None) -> dict[str, float]:
    wanted = [n for n in OVERLAP if names is None or n in names]
    references = [read_answer(asked.reference, settings.answer)] if asked.reference and wanted else asked.answers
    return {name: OVERLAP[name](answer, references) for name in wanted}


def _with(
    settings: Knowledge, asked: Asked, values: Values, names: Sequence[str], named: Sequence[str] | None, language: str
) -> Values:
    """The values with those of further metrics, a plugin's."""
    wanted = [n for n in suiting(settings, asked, named) if n in names]
    answer = read_answer(asked.reply, settings.answer)
    return Values({**values.metrics, **_metrics(settings, answer, asked, wanted, language)}, values.overlap)
