"""That the verdict could be RAG with a better retriever, in words, from a decision alone."""

from __future__ import annotations

from eval.verdict.decision import Decision
from eval.verdict.shortfall import label, share


def retriever_sentence(decision: Decision) -> str:
    """That the verdict could be RAG with a better retriever, the figures, and the command; empty where it could not."""
    found = decision.retriever
    if found is None:
        return ""
    name = label(found.mode)
    proof = (
        f"handed the gold passages the untuned model answers {share(found.then)}, with those that {name} finds "
        f"{share(found.now)}"
        if found.by == "oracle"
        else f"where {name} is given the gold documents it answers {share(found.then)}, in all {share(found.now)}"
    )
    head = "RAG" if decision.strategy == "rag" else "It could be RAG"
    return f"{head}, with a better retriever first: {proof}; `{found.command}` looks for one."
