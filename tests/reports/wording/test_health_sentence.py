"""What became of a training, word by word for each outcome, and that Korean has it wherever it is told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from eval.analysis.training_health import Health, Outcome, Remedy
from reports.language.language import in_language, translate
from reports.wording.health_sentence import health_sentence

LOWER, HIGHER = Remedy(3e-4, 1e-4, 5, 50), Remedy(3e-4, 9e-4, 5, 50)
STAYED = Health("ft", "not_learned", 2.0, 1.96, 1.965, remedy=HIGHER)
ROSE = Health("hybrid", "diverged", 2.0, 5.0, 9.5, remedy=LOWER)
SWEEP = "or try several with: finetune train --sweep 6"
UP = f"set finetune.learning_rate to 0.0009 (it was 0.0003), {SWEEP}"
DOWN = f"set finetune.learning_rate to 0.0001 (it was 0.0003), {SWEEP}"
SAID = {
    Health("ft", "learned", 2.0, 1.0, 1.0): (
        "ft learned: its held-out loss was 2.000 before the first step and 1.000 after the last"
    ),
    Health("ft", "learned", 2.0, 1.0, 3.0, kept=(10, 1.0)): (
        "ft learned: its held-out loss was 2.000 before the first step and 3.000 after the last, so the weights of "
        "step 10, where it was 1.000, were kept"
    ),
    Health("ft", "learned", 2.0, 1.0, 1.0, measured="training"): (
        "ft learned: its training loss was 2.000 in its first steps and 1.000 in its last (no rows were held back)"
    ),
    STAYED: f"ft did not learn: its held-out loss was 2.000 before the first step and 1.965 after the last; {UP}",
    replace(STAYED, before=0.05, last=0.05, known_already=True): (
        "ft did not learn: its held-out loss was 0.050 before the first step and 0.050 after the last, so low that the "
        f"base writes such replies already; {UP}"
    ),
    replace(STAYED, remedy=Remedy(3e-4, 9e-4, 3, 15, enough_epochs=10)): (
        "ft did not learn: its held-out loss was 2.000 before the first step and 1.965 after the last; add rows or set "
        f"finetune.epochs to 10: 15 steps on replies are few; or {UP}"
    ),
    replace(STAYED, remedy=Remedy(5e-5, 1.5e-4, 1, 1, enough_epochs=50)): (
        "ft did not learn: its held-out loss was 2.000 before the first step and 1.965 after the last; add rows or set "
        "finetune.epochs to 50: 1 step on replies are few; or set finetune.learning_rate to 0.00015 (it was 5e-05), "
        f"{SWEEP}"
    ),
    replace(STAYED, measured="training"): (
        "ft did not learn: its training loss was 2.000 in its first steps and 1.965 in its last (no rows were held "
        f"back); {UP}"
    ),
    ROSE: (
        "training of hybrid diverged: its held-out loss was 2.000 before the first step and 9.500 after the last; "
        f"{DOWN}"
    ),
    replace(ROSE, outcome="overfitted"): (
        "hybrid overfitted beyond its start: its held-out loss was 2.000 before the first step and 9.500 after the "
        "last, while the training loss fell; set finetune.epochs below 5, add training rows, or set "
        "finetune.learning_rate to 0.0001 (it was 0.0003)"
    ),
    replace(ROSE, outcome="overfitted", remedy=Remedy(3e-4, 1e-4, 1, 50)): (
        "hybrid overfitted beyond its start: its held-out loss was 2.000 before the first step and 9.500 after the "
        "last, while the training loss fell; add training rows, or set finetune.learning_rate to 0.0001 (it was 0.0003)"
    ),
    replace(ROSE, last=None, failure="training diverged at step 3: the loss is nan"): (
        f"hybrid was not trained: training diverged at step 3: the loss is nan; {DOWN}"
    ),
    replace(ROSE, last=None, failure="training diverged at step 4: the held-out loss is inf"): (
        f"hybrid was not trained: training diverged at step 4: the held-out loss is inf; {DOWN}"
    ),
    replace(ROSE, last=None, failure="training diverged at step 9: a weight is no number any more"): (
        f"hybrid was not trained: training diverged at step 9: a weight is no number any more; {DOWN}"
    ),
}
TOLD = (
    "{}", "Hybrid is left out, its adapter did not learn: {}.", "Train Hybrid again: {}.", "Hybrid: {}.",
    "1 of the 3 trainings of Hybrid did not learn and are left out of its figures: {}.",
    "This adapter was left out of it, for it did not learn: {}.",
)  # fmt: skip
"""By itself; of adapters that did not learn, also as it stands in the verdict, in the report and on the card."""
ENGLISH = re.compile(r"(?<![\w./-])[A-Za-z][a-z’']*[,;:]? [a-z]{2,}")
"""Two words in a row."""


def test_every_outcome_is_looked_at() -> None:
    assert {health.outcome for health in SAID} == set(get_args(Outcome))


@pytest.mark.parametrize("health", SAID, ids=[f"{i}-{health.outcome}" for i, health in enumerate(SAID)])
def test_a_training_is_told_in_english_and_in_korean(health: Health) -> None:
    assert health_sentence(health) == SAID[health]
    with in_language("ko"):
        told = [translate(sentence.format(SAID[health])) for sentence in TOLD[: None if health.remedy else 1]]
    assert [said for said in told if ENGLISH.search(re.sub("`[^`]*`", "", said))] == []


def test_what_several_seeds_came_to_is_told_in_korean_together() -> None:
    seeds = "; ".join(SAID[health] for health in (STAYED, ROSE))
    with in_language("ko"):
        said = translate(f"Hybrid is left out, its adapter did not learn: {seeds}.")
    assert not ENGLISH.search(re.sub("`[^`]*`", "", said)), said
    assert all(figure in said for figure in ("1.965", "9.500", "0.0009", "0.0001"))
