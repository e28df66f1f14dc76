"""What the report says of a verdict, from scores that the rule itself decides."""

from __future__ import annotations

import pytest

from reports.run_folder import read_run
from reports.text.sentences import FIRST, NBSP, headline, next_steps, spaced
from reports.wording.phrases import share

NOTHING = {"base": (0.02, 0.97), "rag": (0.03, 0.97), "ft": (0.02, 0.98), "hybrid": (0.03, 0.98)}
SHORT = {"base": (0.02, 0.97), "rag": (0.4, 0.97), "oracle": (0.6, 0.97), "ft": (0.02, 0.98), "hybrid": (0.4, 0.98)}


def test_nothing_good_enough_is_headed_so_with_the_next_thing_to_do(decided_run):
    run = read_run(decided_run("a", NOTHING))
    assert run.decision.strategy == "none"
    assert headline(run) == f"Nothing tried is good enough: {FIRST[run.decision.next[0].cause]}."


def test_the_best_below_its_target_is_not_advised(decided_run):
    run = read_run(decided_run("a", SHORT))
    assert (run.decision.strategy, run.decision.fit) == ("rag", "no")
    assert headline(run) == "Best of what was tried, not good enough yet: RAG alone."
    steps = next_steps(run)
    assert steps[0].startswith("Improve retrieval") and any(s.startswith("Try a larger model") for s in steps)
    assert not any("Serve" in s or "Keep" in s for s in steps)


def test_a_mode_at_its_targets_is_to_be_used(decided_run):
    run = read_run(decided_run("a", "hybrid", target=0.6))
    assert (run.decision.strategy, run.decision.fit) == ("hybrid", "yes")
    assert next_steps(run)[0].startswith("Use the tuned model") and headline(run).startswith("Use both")


def test_a_prompt_that_may_be_good_enough_is_told_from_one_that_is(decided_run):
    unsure = {"base": (0.8, 0.99), "rag": (0.8, 0.99), "ft": (0.8, 0.99), "hybrid": (0.8, 0.99)}
    run = read_run(decided_run("a", unsure, questions=900))
    assert (run.decision.strategy, run.decision.fit) == ("prompt", "not_shown")
    assert headline(run).endswith("; that it is good enough is not shown.")
    assert next_steps(run)[0].startswith("Test on more questions before you rely on it: Base is not shown to reach")


@pytest.mark.parametrize("value", [0.0, 0.05, 0.975, 1.0])
def test_a_per_cent_sign_stays_with_its_number(value):
    assert (
        spaced(f"{share(value)} of them, and % alone")
        == f"{share(value).replace(' %', f'{NBSP}%')} of them, and % alone"
    )
