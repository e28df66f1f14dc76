"""What is assumed of training seeds, and the three outcomes of forgetting."""

from __future__ import annotations

import numpy as np
import pytest

from eval.config import DatasetConfig, Endpoint
from eval.pipeline.run_config import Looks, RunConfig
from eval.records import Score
from eval.verdict.decide import decide, verdict_sentence
from eval.verdict.decision import Decision
from eval.verdict.evidence import gather

N = 300


def config(**decision: float) -> RunConfig:
    given = {"name": "m", "instruction": "A.", "decision": decision}
    return RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate(given))


def scores(shares: dict[str, float], seeds: int = 1) -> list[Score]:
    """Shares of right answers, spread so that arms overlap; the same under every seed."""
    return [
        Score(f"q{i}", f"g{i}", mode, "knowledge", "m", True, float((i * 37) % N < round(share * N)), seed=seed)
        for mode, share in shares.items() for i in range(N) for seed in range(seeds)
        if seed == 0 or mode in ("ft", "hybrid")
    ]  # fmt: skip


def battery(mode: str, before: int, after: int, n: int = 420) -> list[Score]:
    return [
        Score(f"r{i}", f"r{i}", m, "retention", "choice", True, float(i < right))
        for m, right in (("base", before), (mode, after)) for i in range(n)
    ]  # fmt: skip


def verdict(made: list[Score], **decision: float) -> Decision:
    return decide(made, config(**decision))[1]


def test_one_seed_widens_by_what_is_assumed_and_says_so() -> None:
    """Variances of p (1 - p) / 299 and 4 * 0.02^2 p (1 - p): the error grows by the root of 1 + 299 * 0.0016."""
    made = scores({"base": 0.2, "ft": 0.6})
    alone, assumed = (gather(made, config(seed_deviation=d)).estimates["knowledge"]["ft"] for d in (0.0, 0.02))
    ratio = (assumed.high - assumed.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(np.sqrt(1 + 299 * 0.0016), rel=0.04)
    base = [gather(made, config(seed_deviation=d)).estimates["knowledge"]["base"] for d in (0.0, 0.02)]
    assert base[0] == base[1]
    (said,) = [c for c in verdict(made).caveats if "one seed" in c]
    assert "Fine-tuned was trained with one seed" in said and "by 2 points" in said and "stands up to 10" in said


def test_an_unsteady_server_widens_means_and_differences_and_is_said_to() -> None:
    """Variances of p (1 - p) / 299 and u p (1 - p) / 300: the error grows by the root of 1 + u."""
    made = scores({"base": 0.2, "rag": 0.6})
    served = Endpoint(url="http://localhost:1/v1", model="m")
    plain = config()
    data = plain.dataset.model_copy(update={"endpoint": served})
    steady, shaken = (plain.model_copy(update={"dataset": data, "unsteady": u}) for u in (0.0, 0.25))
    one, two = (gather(made, c) for c in (steady, shaken))
    assert gather(made, plain).pairs == one.pairs  # an address alone changes nothing
    for a, b in ((one.estimates["knowledge"]["rag"], two.estimates["knowledge"]["rag"]),
                 (one.lift("knowledge", "base", "rag"), two.lift("knowledge", "base", "rag"))):  # fmt: skip
        assert (b.high - b.low) / (a.high - a.low) == pytest.approx(np.sqrt(1.25), rel=0.06)
    (said,) = [c for c in decide(made, shaken)[1].caveats if "Asked again" in c]
    assert "another reply to 25 % of prompts" in said
    assert not [c for c in decide(made, steady)[1].caveats if "Asked again" in c]


def test_the_deviation_that_would_turn_the_verdict_is_named() -> None:
    """Questions alone show a lift of 0.12 with an error of 0.02; seeds that move it by 8 points hide it."""
    (said,) = [c for c in verdict(scores({"base": 0.50, "ft": 0.62})).caveats if "one seed" in c]
    assert "were it 8, the verdict would be open" in said


def test_seeds_that_were_run_replace_what_is_assumed() -> None:
    three = verdict(scores({"base": 0.2, "ft": 0.6}, seeds=3))
    assert not any("one seed" in c for c in three.caveats)
    alone = gather(scores({"base": 0.2, "ft": 0.6}), config(seed_deviation=0.0)).estimates
    assert three.axes["knowledge"]["ft"] == alone["knowledge"]["ft"]


def test_untuned_modes_have_no_seed_to_doubt() -> None:
    assert not any("seed" in c for c in verdict(scores({"base": 0.2, "rag": 0.6})).caveats)


@pytest.mark.parametrize(
    ("after", "vetoed", "open_"),
    [(330, False, False), (290, False, True), (230, True, False)],  # of 336: losses of 1, 11 and 25 points
)
def test_forgetting_is_vetoed_open_or_within(after: int, vetoed: bool, open_: bool) -> None:
    made = scores({"base": 0.2, "hybrid": 0.9}) + battery("hybrid", 336, after)
    decision = verdict(made)
    assert (decision.vetoed == ("hybrid",)) == vetoed
    assert any("Whether Hybrid forgets more than the limit of 0.1 is open" in c for c in decision.caveats) == open_
    if open_:
        (said,) = [c for c in decision.caveats if "forgets" in c]
        items = int(said.split("about ")[1].split(" items")[0])
        assert items > 420


def test_marks_correct_the_verdict_and_too_few_do_not() -> None:
    """The metric finds 60 % of rag right, and people find half of these wrong: no lift over base is left."""
    made = scores({"base": 0.3, "rag": 0.6})
    known = {(s.example_id, s.mode): s.value for s in made}
    for marked, strategy in ((40, "rag"), (250, "none")):
        marks = [
            Score(f"q{i}", f"g{i}", mode, "knowledge", "marked", False,
                  float(known[f"q{i}", mode] == 1 and (mode == "base" or i % 2 == 0)))
            for i in range(marked) for mode in ("base", "rag")
        ]  # fmt: skip
        decision = verdict(made + marks)
        assert decision.strategy == strategy
        assert decision.corrected == ({} if marked == 40 else {"knowledge": 250})
        assert any("corrected by people's marks of 250 questions" in c for c in decision.caveats) == (marked == 250)


def test_without_marks_the_bias_that_would_turn_the_verdict_is_named() -> None:
    """A lift of 0.10 from 0.30, shown by about 0.03: the metric must favour rag by that to leave it open."""
    (said,) = [c for c in verdict(scores({"base": 0.30, "rag": 0.40})).caveats if "favour" in c]
    assert "Were match to favour RAG by" in said and "report RUN --label" in said
    assert not any("favour" in c for c in verdict(scores({"base": 0.1, "rag": 0.9})).caveats)


def test_a_second_verdict_says_so_in_its_sentence_unless_it_was_planned() -> None:
    made = scores({"base": 0.2, "rag": 0.7})
    unplanned = config().model_copy(update={"looks": Looks(this=3, earlier=[100, 200])})
    decision = decide(made, unplanned)[1]
    assert "verdict number 3 on these data (after 100, 200 questions)" in verdict_sentence(decision)
    planned = config().model_copy(update={"looks": Looks(planned=4, this=3, earlier=[100, 200])})
    decision = decide(made, planned)[1]
    assert not decision.warnings and decision.look.earlier == (100, 200)
    assert any(c.startswith("This is look 3 of 4, after 100, 200 questions") for c in decision.caveats)


def test_intervals_of_planned_looks_are_those_of_the_level_that_a_look_has() -> None:
    """Four looks by Pocock: 2.361 standard errors in the place of 1.960, for means and differences alike."""
    made = scores({"base": 0.45, "rag": 0.55})
    found = []
    for looks in (Looks(), Looks(planned=4, this=2)):
        evidence = gather(made, config().model_copy(update={"looks": looks}))
        e, c = evidence.estimates["knowledge"]["base"], evidence.lift("knowledge", "base", "rag")
        found.append((e.high - e.mean, c.high - c.difference))
    assert [b / a for a, b in zip(*found, strict=True)] == pytest.approx([2.361 / 1.960] * 2, rel=0.04)
