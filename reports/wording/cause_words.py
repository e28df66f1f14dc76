"""Why questions failed, in words, and what better retrieval could give at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.analysis.failure_causes import CLOSED_BOOK
from eval.arms.modes import MODES
from eval.stats.intervals import Interval

CAUSE_WORDS: Mapping[str, str] = {
    "retrieval_missed": "retrieval missed the passage; with it, the base model is right",
    "missed_and_unused": "retrieval missed the passage; with it, the base model is wrong too",
    "missed_untested": "retrieval missed the passage; whether it would help was not tested",
    "never_in_corpus": "no passage of the gold documents states the answer",
    "no_gold": "no gold document is named, and no passage that was given states the answer",
    "not_given": "the mode is given no passages, and is wrong without them",
    "not_used": "a passage that it was given states the answer, and the reply is wrong",
    "known_lost": "right without passages in base or few-shot, wrong in this mode",
    "right_elsewhere": "right in base or few-shot, wrong in this mode",
    "other_rows": "the query runs, and gives other rows",
    "query_fails": "the reply is not one query that runs",
    "format_wrong": "knowledge right, style wrong",
    "should_have_refused": "should have refused, and replied",
    "refused_wrongly": "refused, though a passage that it was given states the answer",
    "refused_closed_book": "refused; no mode was given passages",
    "wrong_closed_book": "wrong; no mode was given passages",
    "not_looked_up": "wrong with a passage of a gold document, which does not state it in these words",
    "cut": "the reply was cut at the limit",
    "not_scored": "could not be scored",
}
"""A cause of `eval.analysis.failure_causes.CAUSES` -> what happened."""


def retrieval_unknown(missing: Sequence[str]) -> str:
    """That this is not known: these modes did not run, or without any, no question is scored for both."""
    why = f"{' and '.join(missing)} not run" if missing else "no question has a knowledge score in both"
    return f"What better retrieval would give is not known: {why}."


def retrieval_bound(gain: Interval, lifted: Interval) -> str:
    """What better retrieval alone could give RAG at most; `lifted`: where only the gold passages make it right."""
    figures = f"95 % interval {100 * gain.low:+.1f} to {100 * gain.high:+.1f}, n={gain.n}"
    share = f"{100 * lifted.mean:.1f} % of the questions are right with the gold passages and wrong with retrieved ones"
    if gain.mean <= 0:
        return f"Better retrieval alone would not lift RAG: {100 * gain.mean:+.1f} points of knowledge ({figures})."
    lift = f"{100 * gain.mean:+.1f} points of knowledge at most ({figures})"
    return f"Better retrieval alone would give RAG {lift}: {share}."


def attribution_notes(modes: Sequence[str], *, styled: bool, corpus: bool) -> list[str]:
    """What cannot be said of causes because a mode did not run or an axis is not scored."""
    notes = []
    reads = [m for m in modes if MODES[m].retrieves and m != "oracle"]
    if corpus and not any(MODES[m].retrieves for m in modes):
        notes.append("No mode was given passages, so nothing is said about retrieval.")
    elif reads and "oracle" not in modes:
        notes.append("The oracle mode was not run: where retrieval missed the passage, nobody knows if it would help.")
    if not any(m in modes for m in CLOSED_BOOK):
        notes.append("Neither base nor few-shot was run, so what is right without passages is not known.")
    if "hybrid" in modes or "rag-fewshot" in modes:
        notes.append(
            "The ceiling of better retrieval is measured for RAG alone; other modes have no oracle of their own."
        )
    if not styled:
        notes.append("Style is not scored, so no failure is one of form.")
    return notes
