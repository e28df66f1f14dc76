"""What to do next, in sentences."""

from reports.run import read_run
from reports.words import next_steps


def test_missed_targets_are_named_and_the_ceiling_says_what_would_help(make_run):
    run = read_run(make_run(strategy="rag", mode="rag", candidates=("rag",), questions=300))
    knowledge = run.decision.axes["knowledge"]
    assert knowledge["rag"].mean + run.margin < knowledge["oracle"].mean < knowledge["oracle"].high < 0.8
    steps = " ".join(next_steps(run)).replace("\u00a0", " ")
    assert f"Reach the knowledge target: 80 % is wanted, {100 * knowledge['rag'].mean:.1f} % is there." in steps
    assert "Reach the style target: 95 % is wanted, 0 % is there." in steps
    assert "Improve retrieval" in steps and "Try a larger model: untuned" in steps


def test_a_reached_target_is_not_named_beside_a_missed_one(make_run):
    steps = " ".join(next_steps(read_run(make_run(strategy="ft", mode="ft", candidates=("ft",), questions=300))))
    assert "Reach the knowledge target" in steps and "style target" not in steps


def test_a_reached_target_asks_for_nothing(make_run):
    assert "target" not in " ".join(next_steps(read_run(make_run())))
