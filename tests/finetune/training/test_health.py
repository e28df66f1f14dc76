"""Whether an adapter learned: judged from losses that were worked out by hand, without torch."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from eval.analysis.training_health import Health, Remedy, read_health
from finetune.data.row import Row
from finetune.training.health import diverged, judge
from finetune.training.training_state import Progress, TrainSettings
from reports.wording.health_sentence import health_sentence

ROWS = [Row((1, 2, 3), 1, "reply", f"train.jsonl:{i}") for i in range(40)]
SETTINGS = TrainSettings(epochs=5, batch_size=4, rank=16, learning_rate=3e-4, seed=0)
STEPS = 50  # 5 epochs x 40 rows / 4


def health(before: float | None, looks: list[float], training: tuple[float, float], kept: int | None = None) -> Health:
    """Of a run whose training loss goes in a straight line, with a look at the held-out loss after every epoch."""
    first, last = training
    losses = [(i + 1, first + (last - first) * i / (STEPS - 1)) for i in range(STEPS)]
    validation = [(STEPS - 10 * (len(looks) - 1 - i), loss) for i, loss in enumerate(looks)]
    progress = Progress(STEPS, losses=losses, validation=validation, before=before, kept=kept or STEPS)
    return judge("ft", ROWS, SETTINGS, progress)


@pytest.mark.parametrize(
    ("before", "looks", "training", "outcome"),
    [
        (2.0, [1.5, 1.2, 1.1, 1.0, 1.0], (2.0, 0.9), "learned"),
        (2.0, [1.0, 1.2, 1.4, 1.6, 1.8], (2.0, 0.1), "learned"),  # risen again, and still below its start
        (2.0, [2.0, 1.99, 1.98, 1.97, 1.965], (2.0, 1.9), "not_learned"),
        (2.0, [2.0, 2.0, 2.0, 2.0, 2.0], (2.0, 2.0), "not_learned"),
        (2.0, [2.1, 2.3, 2.6, 2.9, 3.2], (2.0, 0.2), "overfitted"),
        (2.0, [5.0, 7.0, 8.0, 9.0, 9.5], (2.0, 9.0), "diverged"),
        (2.0, [2.03, 2.03, 2.03, 2.03, 2.03], (2.0, 2.0), "not_learned"),
    ],
)  # fmt: skip
def test_the_held_out_loss_decides(before: float, looks: list[float], training: Any, outcome: str) -> None:
    found = health(before, looks, training)
    assert found.outcome == outcome
    assert (found.before, found.best, found.last) == (before, min(looks), looks[-1])
    assert f"{before:.3f} before the first step and {looks[-1]:.3f} after the last" in health_sentence(found)
    assert bool(found.remedy) == (outcome != "learned")


def test_the_weights_that_were_kept_count_and_it_is_said() -> None:
    found = health(2.0, [1.0, 1.5, 2.2, 2.6, 3.0], (2.0, 0.1), kept=10)
    assert (found.outcome, found.kept) == ("learned", (10, 1.0))
    assert "the weights of step 10, where it was 1.000, were kept" in health_sentence(found)
    assert health(2.0, [1.0, 0.9], (2.0, 0.1)).kept is None  # the last ones


def test_the_remedy_has_the_numbers_of_the_run() -> None:
    """A third of the rate where it was too high, thrice where too low; 50 steps are enough."""
    lower, higher = Remedy(3e-4, 1e-4, 5, STEPS), Remedy(3e-4, 9e-4, 5, STEPS)
    assert health(2.0, [9.0], (2.0, 9.0)).remedy == lower
    assert health(2.0, [2.0], (2.0, 2.0)).remedy == higher
    assert health(2.0, [2.5], (2.0, 0.1)).remedy == lower


def test_the_advice_has_the_numbers_of_the_run() -> None:
    assert "set finetune.learning_rate to 0.0001 (it was 0.0003)" in health_sentence(health(2.0, [9.0], (2.0, 9.0)))
    assert "set finetune.learning_rate to 0.0009 (it was 0.0003)" in health_sentence(health(2.0, [2.0], (2.0, 2.0)))
    assert "few" not in health_sentence(health(2.0, [2.0], (2.0, 2.0)))
    assert "set finetune.epochs below 5" in health_sentence(health(2.0, [2.5], (2.0, 0.1)))


def test_few_steps_are_the_first_suspect() -> None:
    settings = TrainSettings(epochs=3, batch_size=8, rank=16, learning_rate=3e-4, seed=0)
    losses = [(i + 1, 2.0) for i in range(15)]
    found = judge("ft", ROWS, settings, Progress(15, losses=losses, validation=[(15, 2.0)], before=2.0, kept=15))
    assert found.remedy == Remedy(3e-4, 9e-4, 3, 15, enough_epochs=10)  # 3 x 50 / 15
    assert "set finetune.epochs to 10: 15 steps on replies are few" in health_sentence(found)


def test_a_base_that_writes_such_replies_already_is_said_to() -> None:
    found = health(0.05, [0.05], (0.05, 0.05))
    assert (found.outcome, found.known_already) == ("not_learned", True)
    assert "writes such replies already" in health_sentence(found)
    assert not health(2.0, [2.0], (2.0, 2.0)).known_already


@pytest.mark.parametrize(
    ("training", "outcome"), [((2.0, 1.0), "learned"), ((2.0, 1.92), "not_learned"), ((2.0, 4.0), "diverged")]
)
def test_without_held_back_rows_the_training_loss_decides(training: Any, outcome: str) -> None:
    found = health(None, [], training)
    assert found.outcome == outcome
    assert found.measured == "training"
    assert found.training_ends == (found.before, found.last)
    assert "no rows were held back" in health_sentence(found)
    first, last = training  # of 50 steps the first ten and the last ten
    slope = (last - first) / 49
    assert found.before == pytest.approx(first + 4.5 * slope, abs=1e-4)
    assert found.last == pytest.approx(last - 4.5 * slope, abs=1e-4)


def test_steps_on_texts_do_not_count() -> None:
    """Texts at a loss of 5 and replies at 1: mixed, the order of steps would look like a change."""
    rows = [*ROWS, *(Row((1, 2, 3), 1, "text", "d") for _ in range(400))]
    from finetune.data.rows import planned

    losses = [(i + 1, 5.0 if rows[step[0]].kind == "text" else 1.0) for i, step in enumerate(planned(rows, SETTINGS))]
    found = judge("ft", rows, SETTINGS, Progress(len(losses), losses=losses, kept=len(losses)))
    assert (found.outcome, found.before, found.last) == ("not_learned", 1.0, 1.0)


def test_a_loss_that_is_no_number_is_diverged() -> None:
    message = "training diverged at step 3: the loss is nan; lower finetune.learning_rate"
    found = diverged("hybrid", message, SETTINGS, Progress(2, before=2.0))
    assert (found.outcome, found.before, found.best, found.last) == ("diverged", 2.0, None, None)
    assert health_sentence(found) == (
        "hybrid was not trained: training diverged at step 3: the loss is nan; set finetune.learning_rate to 0.0001 "
        "(it was 0.0003), or try several with: finetune train --sweep 6"
    )


@pytest.mark.parametrize(
    "found",
    [
        health(2.0, [1.0, 1.5, 2.2, 2.6, 3.0], (2.0, 0.1), kept=10),
        health(2.0, [2.5], (2.0, 0.1)),
        health(None, [], (2.0, 4.0)),
        diverged("ft", "the loss is nan; lower it", SETTINGS, None),
    ],
    ids=["kept", "overfitted", "training", "failed"],
)
def test_it_is_read_back_as_it_was_written(found: Health) -> None:
    assert read_health(json.loads(json.dumps(asdict(found)))) == found
