"""What can be done for a data set: the strategies that a verdict may name, and the adapters that answer for some.

One table of each; commands, fingerprints, training and reports take from it what they need. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass

from eval.registry import Registry


@dataclass(frozen=True, slots=True)
class Strategy:
    """One cell of the quadrant: which mechanisms it takes, and how it is called in sentences."""

    name: str
    retrieves: bool
    """Context optimization: the model is given what it needs to know."""
    tunes: bool
    """LLM optimization: the model learns how it needs to act."""
    mechanism: str
    """After "not shown: ..." or "between ... or ..."."""
    alone: str
    """As the best of what was tried, or as what is the cheapest choice."""
    short: str
    """In a table or a count."""
    advice: str
    """As a verb, in small letters."""
    verdict: str
    """As a headline, without its full stop, where all mechanisms were tried."""
    cell: tuple[str, str]
    """In the quadrant: its name, and what is wrong with the model."""


STRATEGIES: Registry[Strategy] = Registry("strategy")
"""In the order of what they cost to own, cheapest first."""

STRATEGIES.add(
    "prompt",
    Strategy(
        "prompt", retrieves=False, tunes=False, mechanism="a better prompt", alone="a better prompt alone",
        short="a prompt alone", advice="improve the prompt",
        verdict="Stay with the prompt: neither retrieval nor fine-tuning earns its place",
        cell=("Prompt engineering", "a better prompt is enough"),
    )
)  # fmt: skip
STRATEGIES.add(
    "rag",
    Strategy(
        "rag", retrieves=True, tunes=False, mechanism="retrieval", alone="RAG alone", short="RAG",
        advice="use retrieval (RAG)",
        verdict="Use retrieval (RAG): the model lacks facts, and tuning it adds nothing that counts",
        cell=("RAG", "it lacks facts"),
    )
)  # fmt: skip
STRATEGIES.add(
    "ft",
    Strategy(
        "ft", retrieves=False, tunes=True, mechanism="fine-tuning", alone="fine-tuning alone", short="fine-tuning",
        advice="fine-tune",
        verdict="Fine-tune: the model must learn how to act, and retrieval adds nothing that counts",
        cell=("Fine-tuning", "it acts wrongly"),
    )
)  # fmt: skip
STRATEGIES.add(
    "hybrid",
    Strategy(
        "hybrid", retrieves=True, tunes=True, mechanism="both", alone="RAG with fine-tuning", short="both",
        advice="use both: retrieval for what the model needs to know, fine-tuning for how it needs to act",
        verdict="Use both: retrieval for what the model must know, fine-tuning for how it must act",
        cell=("Both", "RAG + fine-tuning"),
    )
)  # fmt: skip


def beyond(name: str) -> list[tuple[str, str]]:
    """(dearer strategy, what it would be) for a verdict, what it would add on top first; `none` counts as a prompt."""
    own = STRATEGIES.get(name) or STRATEGIES["prompt"]
    found = []
    for other in STRATEGIES.values()[list(STRATEGIES).index(own.name) + 1 :]:
        adds = (other.retrieves and not own.retrieves) + (other.tunes and not own.tunes)
        what = "both together" if adds == 2 else "retrieval" if other.retrieves > own.retrieves else "fine-tuning"
        if own.retrieves > other.retrieves or own.tunes > other.tunes:
            what += " instead"
        elif own.retrieves or own.tunes:
            what += " on top"
        found.append((other.name, what))
    return sorted(found, key=lambda f: f[1].endswith(" instead"))


@dataclass(frozen=True, slots=True)
class AdapterKind:
    """An adapter by what it is trained on."""

    name: str
    passages: bool
    """Its training prompts hold retrieved passages, as those of its modes do."""
    corpus: bool
    """It also learns the documents of the corpus as plain text."""
    what: str
    """In a few words, for the help of commands."""
    use: str
    """How a published one is asked."""


ADAPTERS: Registry[AdapterKind] = Registry("adapter")

Adapter = str
"""The name of an entry of ADAPTERS."""

ADAPTERS.add("ft", AdapterKind("ft", passages=False, corpus=True, what="closed-book",
                         use="Put the question as the data set's own prompt does, without passages."))  # fmt: skip
ADAPTERS.add("hybrid", AdapterKind("hybrid", passages=True, corpus=False, what="with passages",
                         use="Put the question with retrieved passages before it, each under its document's id in "
                         "brackets, as in training; without passages this model was not measured."))  # fmt: skip
