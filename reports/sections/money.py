"""What each arm costs in money, as rows and sentences. It reads economics.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.run_folder import Run, in_order, label
from reports.sections.costs import NONE
from reports.text.sentences import percent

COLUMNS = ("To build, once", "Per 1,000 questions", "One corpus update", "Adapter again")


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One arm's money as shown, in the order of COLUMNS."""

    mode: str
    cells: tuple[str, ...]


def rows(run: Run) -> list[MoneyRow]:
    """One row for each candidate that has costs."""
    found = run.economics.get("arms", {})
    return [MoneyRow(m, tuple(amount(found[m][k]) for k in ("fixed", "per_thousand", "update", "retrain")))
            for m in in_order(found)]  # fmt: skip


def amount(value: float | None) -> str:
    """An amount with two decimals, or two digits where it is less than a tenth; a dash for nothing or not measured."""
    if not value:
        return NONE
    if value >= 0.1:
        return f"{value:,.2f}".replace(",", "\u202f")
    return f"{value:#.2g}" if value >= 1e-4 else "< 0.0001"


def prices(run: Run) -> str:
    """By which prices the table is made."""
    found: dict[str, Any] = run.economics["prices"]
    currency, hour = found["currency"], f"{found['machine_per_hour']:g}"
    said = f"Amounts in {currency}, at {hour} for a machine hour"
    if found["tokens_in_per_million"] is not None:
        paid = f"{found['tokens_in_per_million']:g} and {found['tokens_out_per_million']:g}"
        said += f" of indexing and training, {paid} for a million tokens in and out of answering"
    share = percent(found["corpus_share_per_update"])
    said += f"; an update changes {share} of the corpus."
    if run.economics["placeholders"]:
        said += (
            " These prices are placeholders: copy eval/prices.yaml, put in yours, and run: report RUN --prices FILE."
        )
    return said


def break_even(run: Run) -> list[str]:
    """From how many questions an arm that is dearer to build pays back: the verdict's arm, or every pair, in words."""
    pairs = [p for p in run.economics.get("break_even", []) if _about(run, p["cheaper_to_build"], p["dearer_to_build"])]
    return [_pays_back(p) for p in pairs]


def _about(run: Run, *modes: str) -> bool:
    return run.decision.mode is None or run.decision.mode in modes


def _pays_back(pair: dict[str, Any]) -> str:
    low, high = label(pair["cheaper_to_build"]), label(pair["dearer_to_build"])
    if pair["questions"] is None and pair["cheaper_per_question"] is None:
        return f"{low} and {high} cost the same per question, so neither pays back."
    if pair["questions"] is None:
        return f"{high} never pays back in money over {low}, which is cheaper to build and for each question."
    if pair["questions"] == 0:
        cheaper = pair["cheaper_per_question"]
        other = low if label(cheaper) == high else high
        return f"{label(cheaper)} is cheaper than {other} from the first question."
    return f"{high} pays back over {low} from {_count(pair['questions'])} questions on."


def updates(run: Run) -> list[str]:
    """From how many corpus updates a month another arm is the cheaper one; pairs that never flip are left out."""
    volume = _count(run.economics["prices"]["questions_per_month"])
    said = []
    for pair in run.economics.get("updates", []):
        flips = pair["flips_at_updates_per_month"]
        if flips is not None and _about(run, pair["cheaper_without_updates"], pair["other"]):
            first, other = label(pair["cheaper_without_updates"]), label(pair["other"])
            said.append(
                f"At {volume} questions a month {first} is cheaper to run than {other} up to {flips:.2g} corpus "
                f"updates a month; with more, {other} is."
            )
    return said or [f"At {volume} questions a month no number of corpus updates changes which arm is cheaper to run."]


def _count(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")
