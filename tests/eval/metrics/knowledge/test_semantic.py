from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.analysis.similarities import FILE, Similarity
from eval.config import DEFAULT_EMBEDDER
from eval.errors import UserError
from eval.metrics.knowledge.semantic import ROOM, comparable, semantic
from eval.records import Example, read_records

DATASETS = Path(__file__).parents[4] / "datasets"


def alike(answer: str, wordings: Sequence[str]) -> float:
    """As if every wording meant the same."""
    return 1.0


def unlike(answer: str, wordings: Sequence[str]) -> float:
    return -1.0


def test_what_match_accepts_needs_no_similarity() -> None:
    for given in ("The warranty is 59 months.", "59 months"):
        assert semantic(given, ["59 months"], "How long?", unlike) == semantic(given, ["59 months"], "", None) == 1.0
    assert semantic("for nothing", ["free of charge"], "", unlike) == semantic("for nothing", ["free"], "", None) == 0.0
    assert semantic("for nothing", ["free of charge"], "", alike) == 1.0


@pytest.mark.parametrize(
    ("given", "gold"),
    [
        ("58 months", "59 months"),
        ("It lasts 59 days.", "60 days"),
        ("4 March 2025", "3 March 2025"),
        ("60 seconds", "60 minutes"),
        ("four weeks of leave", "four days of leave"),
        ("dark blue", "dark green"),
        ("Martha Washington", "George Washington"),
        ("the house of Martha Washington", "the house of George Washington"),
        ("It is not for nothing.", "free of charge"),
        ("Maybe for nothing.", "free of charge"),
        ("I am not sure, but it might be gratis.", "free of charge"),
        ("gratis or for ten pounds", "free of charge"),
        ("I don't know.", "free of charge"),
        ("It is covered.", "not covered"),
        ("", "free of charge"),
    ],
)
def test_no_similarity_excuses_a_number_a_name_a_denial_a_hedge_or_a_list(given: str, gold: str) -> None:
    assert semantic(given, [gold], "What does it say?", alike) == 0.0


def test_wrong_numbers_of_real_rows_stay_wrong_whatever_the_similarity() -> None:
    rows = [e for e in read_records(DATASETS / "tidewell" / "test.jsonl", Example) if "number" in e.tags]
    for a, b in zip(rows, rows[1:] + rows[:1], strict=True):
        if a.answers != b.answers and semantic(b.answers[0], a.answers, a.question, None) == 0:
            digits = {c for c in a.answers[0] if c.isdigit()} - {c for c in b.answers[0] if c.isdigit()}
            if digits:
                assert semantic(b.answers[0], a.answers[:1], a.question, alike) == 0.0, (a, b)


def test_the_windows_are_as_long_as_the_answer_so_that_the_replys_length_does_not_matter() -> None:
    ((answer, windows),) = comparable("You can have it for nothing at the desk", ["free of charge"], "")
    assert answer == "free of charge"
    assert {len(w.split()) for w in windows} == {3, 3 + ROOM}
    assert "for nothing at" in windows


@pytest.mark.component
def test_the_cosine_is_what_ragas_computes_and_is_kept_for_scoring_without_torch(tmp_path: Path) -> None:
    from ragas.embeddings.base import BaseRagasEmbedding
    from ragas.metrics.collections import SemanticSimilarity

    from rag.embed import load_embedder

    embedder = load_embedder(DEFAULT_EMBEDDER)

    class Ours(BaseRagasEmbedding):  # type: ignore[misc]
        def embed_text(self, text: str, **_: object) -> list[float]:
            return [float(x) for x in embedder.embed_documents([text])[0]]

        async def aembed_text(self, text: str, **_: object) -> list[float]:
            return self.embed_text(text)

    pair = ("free of charge", "at no cost")
    theirs = SemanticSimilarity(embeddings=Ours()).score(reference=pair[0], response=pair[1]).value
    similar = Similarity(tmp_path, DEFAULT_EMBEDDER)
    assert similar(pair[0], [pair[1]]) == pytest.approx(theirs, abs=2e-6)
    assert similar(pair[0], ["a red pump", pair[1]]) == similar(pair[0], [pair[1]]) > similar(pair[0], ["a red pump"])
    similar.save()
    code = (
        f"import sys; from pathlib import Path; from eval.analysis.similarities import Similarity\n"
        f"print(Similarity(Path({str(tmp_path)!r}), {DEFAULT_EMBEDDER!r})({pair[0]!r}, [{pair[1]!r}]))\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=DATASETS.parent)
    assert float(done.stdout) == similar(pair[0], [pair[1]]), done.stderr


@pytest.mark.component
def test_paraphrases_are_near_and_answers_to_other_questions_of_the_same_kind_are_not(tmp_path: Path) -> None:
    similar = Similarity(tmp_path, DEFAULT_EMBEDDER)
    for given, gold in (
        ("Because it is made from recycled glass.", "it is produced from recycled glass"),
        ("the customer must pay for the return shipment", "the customer pays the cost of return shipping"),
        ("He ages in reverse, growing younger.", "he aged backwards"),
    ):
        assert semantic(given, [gold], "What is said?", None) == 0.0
        assert semantic(given, [gold], "What is said?", similar) == 1.0
        assert semantic(f"The answer to your question is this: {given}", [gold], "What is said?", similar) == 1.0
    for name in ("tidewell", "harrowmere", "wayfarer"):
        rows = [e for e in read_records(DATASETS / name / "test.jsonl", Example) if e.answerable]
        cases = [
            (other.answers[0], e.answers, e.question)
            for e in rows
            for other in [o for o in rows if o.group != e.group and set(o.tags) & set(e.tags)][:20]
            if not semantic(other.answers[0], e.answers, e.question, None)
        ]
        similar.add(pair for case in cases for pair in comparable(*case))
        assert len(cases) > 500
        assert not [case for case in cases if semantic(*case, similar)]


@pytest.mark.component
def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"key": "x"}\n', encoding="utf-8")
    with pytest.raises(UserError, match=f"{FILE}:1"):
        Similarity(tmp_path, DEFAULT_EMBEDDER)
