"""Which setting is chosen, by hand, and that choosing never sees the test split."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.config import Retrieval
from eval.data.dataset import load_dataset
from eval.data.tuned_retrieval import TUNED, with_tuned, write_tuned
from eval.records import Example, Passage
from rag.tuning.development import Question, held_back_groups
from rag.tuning.search import Trial, choose, cost

OWN = Retrieval(top_k=4, chunk_tokens=64)
GROUPS = [f"g{i}" for i in range(40)]


def trial(share: float, **changed: Any) -> Trial:
    held = np.zeros(40)
    held[: round(40 * share)] = 1.0
    return Trial(OWN.model_copy(update=changed), held)


def test_what_is_better_by_chance_does_not_replace_the_own_settings() -> None:
    own, lucky = trial(0.5), trial(0.6, method="bm25")  # four questions more: McNemar's p is 0.125
    assert choose([own, lucky], GROUPS) is own


def test_the_cheapest_of_the_better_is_taken_unless_a_dearer_one_is_shown_to_be_better_still() -> None:
    own, cheap = trial(0.25), trial(0.7, method="bm25", top_k=2)
    dear, dearer = trial(0.75, method="bm25"), trial(1.0, method="bm25", top_k=8)
    assert choose([own, dear, cheap], GROUPS) is cheap
    assert choose([own, dearer, dear, cheap], GROUPS) is dearer


def test_cost_is_what_passages_take() -> None:
    assert (cost(OWN), cost(OWN.model_copy(update={"context": "neighbours"}))) == (256, 768)


def test_a_question_is_served_by_a_gold_passage_with_the_answer() -> None:
    question = Question(Example("q", "?", ("59 months",), documents=("a.md",)), literal=True)
    right, other = Passage("a.md", "It is 59 months.", 1.0, 0), Passage("b.md", "It is 59 months.", 1.0, 0)
    assert question.held_by([other, right]) and not question.held_by([other, replace(right, text="Ask.")])
    assert replace(question, literal=False).held_by([replace(right, text="Ask.")])


def test_a_third_of_the_groups_is_held_back_whatever_the_order() -> None:
    rows = [Example(f"q{i}", "?", ("a",), group=f"g{i // 2}") for i in range(60)]
    assert len(held_back_groups(rows)) == 10 and held_back_groups(rows) == held_back_groups(rows[::-1])


def test_a_choice_holds_for_the_data_that_it_was_made_on(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    data = load_dataset(make_dataset())
    group = data.train[0].group
    chosen = data.config.retrieval.model_copy(update={"method": "bm25"})
    write_tuned(tmp_path, data, "e", settings=chosen, held_back=[group], figures={"questions": 12})
    tuned, said = with_tuned(data, tmp_path, "e")
    assert tuned.config.retrieval == chosen and group not in {e.group for e in tuned.train}
    assert said.startswith("retrieval was chosen on 12 development questions: method bm25; ")
    for other in (replace(data, train=data.train[1:]), replace(data, config=tuned.config)):
        same, said = with_tuned(other, tmp_path, "e")
        assert same is other and "tune again" in said
    assert with_tuned(data, tmp_path / "none", "e") == (data, "")


@pytest.mark.component
def test_nothing_in_the_test_split_changes_what_tuning_writes(
    make_dataset: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.tuning import development
    from rag.tuning.tune import tune

    monkeypatch.setattr(development, "FEWEST", 1)
    folder = make_dataset()
    file = folder / "test.jsonl"
    first, *_ = rows = file.read_text(encoding="utf-8").splitlines()
    found = []
    for content in ("\n".join(rows), first.replace("?", " now?"), "not a row", None):
        if content is None:
            file.unlink()
            file.mkdir()  # a folder cannot be read as a file
        else:
            file.write_text(content, encoding="utf-8")
        run = folder.parent / f"run{len(found)}"
        tune(load_dataset(folder, test=False), "all-minilm-l6-v2", run, [32])
        found.append((run / TUNED).read_bytes())
        assert [p.name for p in run.iterdir()] == [TUNED]
    assert len(set(found)) == 1
    kept = json.loads(found[0])
    assert kept["questions"] >= 1 and kept["trials"][0]["settings"] == {}
