"""Gates over how replies are scored: languages that the rules do not know, and accepted queries without rows."""

from __future__ import annotations

from collections.abc import Iterator

from eval.data.gates.gate import Finding, Material, counted, gate, listed
from eval.metrics.knowledge.claims import LONG, is_paragraph
from eval.metrics.quantities.quantity import quantities
from eval.metrics.sql.sqlite import find_database, run_query
from eval.metrics.text.languages import LANGUAGES

_BY_RULES = ("match", "contains", "number", "semantic", "choice")
"""Metrics that read denials, numerals or refusals in the language of the reply."""


@gate("language")
def language(material: Material) -> Iterator[Finding]:
    """A data set in a language whose denials, numerals and inflections the metrics do not know."""
    config = material.dataset.config
    code = config.language.split("-")[0].split("_")[0].casefold()
    if code not in LANGUAGES and config.knowledge.metric in _BY_RULES:
        yield Finding(
            "language", "warning",
            f"the language '{config.language}' is not among those whose denials, numerals and inflections the metric "
            f"{config.knowledge.metric} reads ({', '.join(LANGUAGES)}); compare some scores with people's marks",
            material.file("dataset.yaml"),
        )  # fmt: skip


@gate("long-answers")
def long_answers(material: Material) -> Iterator[Finding]:
    """Accepted answers that are paragraphs: scored by their sentences, unless the data set names another metric."""
    config = material.dataset.config
    rows = [row for row in material.test if row.example.answers and all(map(is_paragraph, row.example.answers))]
    claims = [row for row in rows if row.example.metric == "claims"]
    if claims and config.knowledge.metric != "claims":
        yield Finding(
            "long-answers", "warning",
            f"{counted(len(claims), 'test row')} with accepted answers of a paragraph (more than {LONG} words) are "
            "scored by claims, the share of the answer's sentences that a reply states",
            material.path(claims[0]),
        )  # fmt: skip
    if len(rows) * 2 > len(material.test) and config.knowledge.metric in ("match", "contains", "exact") and not claims:
        yield Finding(
            "long-answers", "warning",
            f"half of the accepted answers have more than {LONG} words, and {config.knowledge.metric} is for short "
            "ones; take knowledge.metric: claims, the share of their sentences that a reply states",
            material.file("dataset.yaml"),
        )  # fmt: skip


@gate("numberless")
def numberless(material: Material) -> Iterator[Finding]:
    """Accepted answers without a number where the metric is `number`, which no reply can meet."""
    if material.dataset.config.knowledge.metric != "number":
        return
    rows = [r for r in material.test if r.example.answerable and not r.example.metric]
    found = [row for row in rows if not any(quantities(a) for a in row.example.answers)]
    if found:
        yield Finding(
            "numberless", "warning",
            f"{counted(len(found), 'test row')} without a number in an accepted answer, which the metric number never "
            f"accepts: {listed([row.place for row in found])}; add \"metric\": \"match\" to such a row",
            material.path(found[0]),
        )  # fmt: skip


@gate("empty-queries")
def empty_queries(material: Material) -> Iterator[Finding]:
    """Accepted queries that give no rows, which any query that finds nothing equals."""
    config = material.dataset.config
    if config.knowledge.metric != "sql" or not config.knowledge.database:
        return
    database = find_database(material.dataset.path, config.knowledge.database)
    rows = [row for row in material.test if row.example.answerable]
    found = [row for row in rows if any(not run_query(database, query).rows for query in row.example.answers)]
    if found:
        yield Finding(
            "empty-queries", "warning",
            f"the accepted query of {counted(len(found), 'test row')} gives no rows, so any query that finds "
            f"nothing is "
            f"right: {listed([row.place for row in found])}; ask for what is in the database",
            material.path(found[0]),
        )  # fmt: skip
