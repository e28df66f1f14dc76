"""Corpora of one kind each, on which words or vectors alone fail: drawn from templates, but for the stories.

A kind is (texts by document id, questions with the id of the document that answers each). The stories were
written for this: customers' letters that share few words with the article that they ask for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

from benchmarks.kinds_of_codes import Kind, errors, registrations, sections, skus
from benchmarks.kinds_of_scripts import chinese, japanese, korean

UNITS = [
    "Retail Lending",
    "Mortgage Servicing",
    "Private Banking",
    "Trade Finance",
    "Card Operations",
    "Treasury",
    "Branch Network",
    "Collections",
    "Corporate Credit",
    "Custody",
]
"""Of a bank."""
TOPICS = [
    (
        "Record keeping",
        "keeps customer files for {v} years after the relationship has ended",
        "How long does {u} have to hold on to files of former clients?",
    ),
    (
        "Gifts",
        "may accept presents of up to {v} dollars a year from one giver",
        "What is the most that somebody in {u} can be given by a supplier?",
    ),
    (
        "Complaints",
        "answers a complaint in writing within {v} business days",
        "By when must {u} reply to an unhappy customer?",
    ),
    (
        "Remote work",
        "lets staff work away from the office on {v} days a month",
        "How often may people in {u} work from home?",
    ),
    (
        "Limits of authority",
        "approves exposures up to {v} thousand dollars without the committee",
        "Up to which amount can {u} decide by itself?",
    ),
    (
        "Incident reports",
        "reports a breach of data to Compliance within {v} hours",
        "{u} lost a laptop with client data; how quickly must it tell Compliance?",
    ),
    (
        "Training",
        "completes {v} hours of instruction against money laundering a year",
        "How many hours of AML courses are due in {u} each year?",
    ),
    (
        "Access reviews",
        "goes through system rights every {v} weeks",
        "How frequently are user permissions checked in {u}?",
    ),
]
"""(heading, what the unit does, how it is asked for)."""


def policies(seed: int = 8) -> Kind:
    """Policies of a bank: ten units with eight topics each, asked for in other words."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    for u in UNITS:
        for h, t, a in TOPICS:
            i = f"{u} {h}".lower().replace(" ", "-") + ".md"
            docs[i] = (
                f"# {h}: {u}\n\nThis policy is owned by the head of {u} and reviewed each January. "
                f"{u} {t.format(v=r.randint(2, 90))}. "
                "Exceptions need the written consent of the chief risk officer "
                "and are listed in the register of the unit."
            )
            q.append((a.format(u=u), i))
    return docs, q


def stories() -> Kind:
    """A shop's help pages, and long letters of its customers."""
    kept = json.loads((Path(__file__).parent / "stories.json").read_text(encoding="utf-8"))
    texts = {f"{name}.md": f"# {text.split('. ')[0]}\n\n{text}" for name, text in kept["articles"].items()}
    return texts, [(one["story"], f"{one['article']}.md") for one in kept["stories"]]


KINDS: dict[str, Callable[[], Kind]] = {
    "section numbers": sections, "fault codes": errors, "article numbers": skus, "registrations": registrations,
    "Korean": korean, "Chinese": chinese, "Japanese": japanese, "policies": policies, "customers' letters": stories,
}  # fmt: skip
