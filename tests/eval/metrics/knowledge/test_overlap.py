from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from sacrebleu import sentence_chrf

from eval.metrics.knowledge.overlap import chrf, rouge_l
from eval.metrics.text.normalize import tokens
from eval.records import Example, read_records

ROWS = read_records(Path(__file__).parents[4] / "datasets" / "harrowmere" / "test.jsonl", Example)[:60]


class OurTokens:
    def tokenize(self, text: str) -> list[str]:
        return list(tokens(text))


def test_rouge_l_is_what_rouge_score_gives_for_the_same_tokens() -> None:
    from rouge_score.rouge_scorer import RougeScorer  # it imports all of nltk and sklearn

    peer = RougeScorer(["rougeL"], tokenizer=OurTokens())
    for a, b in itertools.pairwise(ROWS):
        expected = peer.score(b.reply, a.question)["rougeL"].fmeasure
        assert rouge_l(a.question, [b.reply]) == pytest.approx(expected)


def test_chrf_is_what_sacrebleu_gives_on_a_scale_to_one() -> None:
    for a, b in itertools.pairwise(ROWS):
        assert chrf(a.reply, [b.reply, b.question]) == pytest.approx(
            sentence_chrf(a.reply, [b.reply, b.question]).score / 100
        )


@pytest.mark.parametrize("score", [rouge_l, chrf])
def test_the_same_text_scores_one_another_nothing_and_no_reference_nothing(
    score: Callable[[str, list[str]], float],
) -> None:
    assert score("Echo pump, 59 months", ["x", "Echo pump, 59 months"]) == pytest.approx(1.0)
    assert score("abc", ["xyz"]) == 0.0
    assert score("abc", []) == 0.0
    assert score("", ["xyz"]) == 0.0


def test_rouge_l_counts_the_longest_common_subsequence() -> None:
    assert rouge_l("police kill gunman", ["police killed gunman"]) == pytest.approx(2 / 3)
    assert rouge_l("gunman kill police", ["police killed gunman"]) == pytest.approx(1 / 3)
