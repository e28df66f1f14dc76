"""What the first screen says, against the figures of the run it is said of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.files import read_json, write_json
from eval.records import Comparison, Estimate
from reports.run_folder import read_run
from reports.sections import cautions as care
from reports.sections import first_screen as plain
from reports.sections.placement import place
from reports.sections.tipping_points import changes


def reasons(run):
    return plain.reasons(run, place(run.decision, run.comparisons, run.margin))


def test_a_hybrid_verdict_names_what_each_mechanism_brings_and_whether_it_is_enough(make_run):
    run = read_run(make_run())
    first, second, third = reasons(run)
    content, form = run.decision.axes["knowledge"], run.decision.axes["style"]
    assert first.claim == "Retrieval supplies what the model must know."
    assert f"{100 * content['hybrid'].mean:.0f}\u00a0% of replies with it (Hybrid)" in first.proof
    assert f"{100 * content['ft'].mean:.0f}\u00a0% without (Fine-tuned)" in first.proof
    assert second.claim == "Tuning teaches the model how it must act."
    assert f"{100 * form['hybrid'].mean:.0f}\u00a0% of replies with it" in second.proof
    low = {axis: run.decision.axes[axis]["hybrid"].low for axis in ("knowledge", "style")}
    enough = all(low[axis] >= run.target(axis) for axis in low)
    assert (third.claim == "It is good enough.") is enough


@pytest.mark.parametrize(
    ("strategy", "mode", "claims"),
    [
        ("rag", "rag", ["Retrieval supplies", "It is the best here, but style is below", "Fine-tuning is not needed."]),
        ("ft", "ft", ["Tuning teaches", "It is the best here, but knowledge is below", "Retrieval is not needed."]),
        ("prompt", "base", ["It is the best here, but knowledge is not", "Retrieval is not", "Fine-tuning is not"]),
    ],
)
def test_each_verdict_has_three_reasons(make_run, strategy, mode, claims):
    run = read_run(make_run(strategy=strategy, mode=mode, candidates=(strategy,)))
    assert [r.claim.startswith(said) for r, said in zip(reasons(run), claims, strict=True)] == [True] * 3


def test_a_mechanism_that_was_not_run_is_not_called_needless(make_run):
    run = read_run(make_run(modes=("base", "rag"), strategy="rag", mode="rag", candidates=("rag",)))
    assert "Fine-tuning was not tried." in [r.claim for r in reasons(run)]


def test_what_ran_alone_is_not_called_untried(make_run):
    run = read_run(make_run(modes=("base", "rag", "ft"), strategy="ft", mode="ft", candidates=("ft",)))
    (said,) = (r for r in reasons(run) if r.claim.startswith("Retrieval"))
    assert (said.claim, said.proof) == ("Retrieval on top of it was not tried.", "RAG ran without it.")


@pytest.mark.parametrize(
    ("rag", "low", "claims"),
    [
        ((0.7, 0.6, 0.79), 0.05, []),  # shown below the target and below hybrid
        ((0.7, 0.6, 0.85), 0.05, ["Hybrid is better, but RAG may be good enough."]),
        ((0.7, 0.6, 0.85), -0.05, ["Hybrid or RAG?"]),
        ((0.9, 0.85, 0.95), -0.05, []),  # shown to reach the target
    ],
)
def test_an_open_verdict_names_what_is_open(make_run, rag, low, claims):
    run = read_run(make_run(strategy="inconclusive", mode=None, candidates=("rag", "hybrid")))
    means = {"rag": Estimate(*rag, 40), "hybrid": Estimate(0.9, 0.8, 1.0, 40)}
    pair = Comparison("knowledge", "contains", "rag", "hybrid", 40, 20, 0, 0.15, low, 0.3)
    decision = replace(run.decision, axes={"knowledge": means})
    run = replace(run, decision=decision, comparisons=(pair,))
    assert [r.claim for r in reasons(run)] == claims


def test_what_would_change_the_verdict_is_said_of_targets_margin_and_questions(make_run):
    folder = make_run()
    parameter = {
        "name": "knowledge target", "value": 0.65, "low": 0.04, "high": 0.78, "grid": [0.0, 1.0], "words": "w",
        "below": "inconclusive (prompt or rag)", "above": "hybrid",
        "segments": [{"low": 0.0, "high": 0.03, "strategy": "inconclusive"},
                     {"low": 0.04, "high": 0.78, "strategy": "rag"}, {"low": 0.79, "high": 1.0, "strategy": "hybrid"}],
    }  # fmt: skip
    everywhere = {**parameter, "name": "margin", "low": 0.0, "high": 1.0, "below": None, "above": None}
    write_json(
        folder / "sensitivity.json",
        {"strategy": "hybrid", "parameters": [parameter, everywhere]},
    )
    target, margin = changes(read_run(folder))
    assert target.holds == "set 65\u00a0%; below 4\u00a0% not settled, above 78\u00a0% RAG with fine-tuning"
    assert margin.holds == "holds at any value (set 65\u00a0%)"
    assert target.strip.count("<rect") == 3


def test_firmness_of_another_verdict_is_not_shown(make_run):
    folder = make_run()
    write_json(folder / "sensitivity.json", {"strategy": "rag", "parameters": []})
    assert changes(read_run(folder)) == []


def test_an_open_verdict_says_how_many_more_questions_would_settle_it(make_run):
    folder = make_run(strategy="inconclusive", mode=None, candidates=("rag", "hybrid"))
    same = {"low": 0.0, "high": 1.0, "strategy": "inconclusive"}
    target = {"name": "style target", "value": 0.9, "low": 0.0, "high": 1.0, "grid": [0.0, 1.0], "words": "w",
              "below": None, "above": None, "segments": [same]}  # fmt: skip
    found = {"strategy": "inconclusive", "parameters": [target]}
    write_json(folder / "sensitivity.json", found)
    said = [change.holds for change in changes(read_run(folder))]
    assert said == [
        "not settled at any value (set 90\u00a0%)",
        "asked 40; settled, most likely, by 180 to 300",
    ]


def test_care_lists_caveats_learnt_checks_and_findings_gravest_first(make_run):
    folder = make_run()
    finding = {"gate": "g", "message": "m", "where": "test.jsonl:4"}
    write_json(folder / "checks.json", {"findings": [{**finding, "severity": s} for s in ("note", "warning", "error")]})
    write_json(folder / "style.json", {"tone": {"caveats": ["few replies"]}, "other": {}})
    found = care.notes(read_run(folder))
    assert [note.kind for note in found] == ["caveat", "style", "error", "warning", "note"]
    assert found[1].text == "few replies" and found[2].where == "test.jsonl:4"
    assert read_json(folder / "decision.json")["caveats"] == [found[0].text]
