"""Two runs compared: flips counted by hand, tests by scipy, and chance alone seldom taken for a change."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from eval.analysis.changes_file import ChangeNote, Changes, SettingChange
from eval.analysis.compare_runs import changes, write_changes
from eval.analysis.run_files import read_analysis
from eval.config import DatasetConfig
from eval.errors import UserError
from eval.files import write_json
from eval.pipeline.run_config import RunConfig, write_run_config
from eval.records import Example, Score, write_records
from eval.verdict.decide import write_decision


def write_run(
    folder: Path,
    replies: dict[str, tuple[str, str]],
    *,
    missing: tuple[str, ...] = (),
    questions: dict[str, Example] | None = None,
    dataset: dict[str, Any] | None = None,
    environment: dict[str, Any] | None = None,
    metric: str = "m",
    **config: Any,
) -> Path:
    """A run from strings of marks: `{"base": ("110", "111")}` is two of three right and all in form."""
    settings = {"name": "made-up", "instruction": "Answer.", **(dataset or {})}
    run = RunConfig(dataset_path="x", dataset=DatasetConfig.model_validate(settings), **config)
    write_run_config(folder / "config.yaml", run)
    write_json(folder / "environment.json", environment or {"python": "3.11"})
    count = len(next(iter(replies.values()))[0])
    examples = [Example(f"q{i}", f"What is {i}?", (str(i),), group=f"g{i}") for i in range(count)]
    write_records(folder / "examples.jsonl", [(questions or {}).get(e.id, e) for e in examples])
    scores = []
    for mode, marks in replies.items():
        for axis, row in zip(("knowledge", "style"), marks, strict=True):
            for e, mark in zip(examples, row, strict=True):
                gone = f"{mode}/{axis}/{e.id}" in missing
                value = None if gone else float(mark)
                scores.append(Score(e.id, e.group, mode, axis, metric, True, value, "gone" if gone else ""))  # type: ignore[arg-type]
    write_records(folder / "scores.jsonl", scores)
    write_decision(folder)
    return folder


def one(found: dict[str, Any], axis: str = "knowledge", mode: str = "base") -> dict[str, Any]:
    return next(c for c in found["changes"] if (c["axis"], c["mode"]) == (axis, mode))


def notes(before: Path, after: Path) -> list[ChangeNote]:
    """As whoever reads changes.json has them."""
    return list(read_analysis(write_changes(before, after), Changes).notes)


BEFORE, AFTER = "1100110000" * 4, "1111011100" * 4
"""Of ten: 2 stay right, 2 + 2 are gained, 1 is lost, 1 stays right, 2 stay wrong."""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    same = "1" * 40
    return write_run(tmp_path / "a", {"base": (BEFORE, same)}), write_run(tmp_path / "b", {"base": (AFTER, same)})


def test_flips_are_listed_and_counted(pair):
    c = one(changes(*pair))
    flips = list(zip(BEFORE, AFTER, strict=True))
    assert c["gained"] == tuple(f"q{i}" for i, (a, b) in enumerate(flips) if (a, b) == ("0", "1"))
    assert c["lost"] == tuple(f"q{i}" for i, (a, b) in enumerate(flips) if (a, b) == ("1", "0"))
    assert (len(c["gained"]), len(c["lost"]), c["n"], c["dropped"]) == (16, 4, 40, 0)
    assert (c["before"], c["after"], c["difference"]) == (0.4, 0.7, 0.3)


def test_the_test_is_mcnemars_exact_one_and_holm_counts_all_changes(pair):
    found = changes(*pair)
    c = one(found)
    expected = stats.binomtest(16, 20).pvalue
    assert c["test"] == "mcnemar_exact"
    assert c["p"] == pytest.approx(expected, rel=0.01)
    assert len(found["changes"]) == 2 and c["p_holm"] == pytest.approx(2 * expected, rel=0.01)
    assert c["low"] > 0 and c["reading"] == "better"


def test_turned_round_it_is_the_same_change_the_other_way(pair):
    there, back = one(changes(*pair)), one(changes(*reversed(pair)))
    assert (back["difference"], back["p"]) == (-there["difference"], there["p"])
    assert (back["gained"], back["lost"], back["reading"]) == (there["lost"], there["gained"], "worse")
    assert back["low"] == pytest.approx(-there["high"], abs=0.02)


def test_equal_replies_are_no_material_change(tmp_path):
    marks = "10" * 60
    runs = [write_run(tmp_path / name, {"base": (marks, marks)}) for name in "ab"]
    for c in changes(*runs)["changes"]:
        assert (c["reading"], c["difference"], c["p"], c["gained"], c["lost"]) == ("no material change", 0, 1, (), ())


def test_few_questions_are_not_shown_rather_than_no_change(tmp_path):
    runs = [
        write_run(tmp_path / name, {"base": (marks, "1" * 12)})
        for name, marks in (("a", "1" * 12), ("b", "1" * 10 + "00"))
    ]
    assert one(changes(*runs))["reading"] == "not shown"


def test_chance_alone_is_seldom_taken_for_a_change(tmp_path):
    """Two runs of one truth, three modes, both axes: Holm keeps an alarm anywhere to one pair of runs in twenty."""
    draw, alarms = random.Random(5), 0
    for i in range(40):

        def marks() -> str:
            return "".join("01"[draw.random() < 0.4] for _ in range(80))

        runs = [write_run(tmp_path / f"{i}{n}", {m: (marks(), marks()) for m in ("base", "rag", "ft")}) for n in "ab"]
        alarms += any(c["reading"] in ("better", "worse") for c in changes(*runs)["changes"])
    assert alarms <= 5  # with 5 %, more happen once in a hundred times


def test_a_question_without_a_score_on_one_side_is_dropped_and_counted(tmp_path):
    a = write_run(tmp_path / "a", {"base": (BEFORE, BEFORE)}, missing=("base/knowledge/q0", "base/knowledge/q1"))
    b = write_run(tmp_path / "b", {"base": (AFTER, AFTER)}, missing=("base/knowledge/q1", "base/knowledge/q2"))
    c = one(changes(a, b))
    assert (c["n"], c["dropped"]) == (37, 2)
    assert not {"q0", "q1", "q2"} & {*c["gained"], *c["lost"]}


def test_only_questions_in_the_same_words_are_compared(tmp_path):
    a = write_run(tmp_path / "a", {"base": (BEFORE, BEFORE)})
    rewritten = {"q3": Example("q3", "What is three?", ("3",), group="g3"), "q5": Example("new", "?", ("5",))}
    b = write_run(tmp_path / "b", {"base": (AFTER, AFTER)}, questions=rewritten)
    found = changes(a, b)
    expected = {"common": 38, "changed": ["q3"], "before_only": ["q5"], "after_only": ["new"]}
    assert found["questions"] == expected
    assert one(found)["n"] == 38


def test_settings_are_told_field_by_field(tmp_path):
    a = write_run(tmp_path / "a", {"base": (BEFORE, BEFORE)}, environment={"torch": "2.1", "device": "cpu"})
    b = write_run(
        tmp_path / "b", {"base": (AFTER, AFTER)}, environment={"torch": "2.2", "device": "cpu"}, model="other", seed=3,
        dataset={"instruction": "Answer briefly.", "retrieval": {"top_k": 8}},
    )  # fmt: skip
    told = {s["key"]: (s["before"], s["after"]) for s in changes(a, b)["settings"]}
    assert told == {
        "model": ("smollm2-135m-instruct", "other"),
        "seed": ("0", "3"),
        "dataset.instruction": ("Answer.", "Answer briefly."),
        "dataset.retrieval.top_k": ("4", "8"),
        "environment.torch": ("2.1", "2.2"),
    }


def test_the_old_replies_are_judged_by_the_new_targets(tmp_path):
    """Right in 60 % of 200 answers: below a target of 0.8 for rag's sake, and good enough for one of 0.4."""
    base, rag, form = "1110011100" * 20, "1111111111" * 20, "1" * 200
    runs = [
        write_run(
            tmp_path / str(target),
            {"base": (base, form), "rag": (rag, form)},
            dataset={"knowledge": {"target": target}},
        )
        for target in (0.8, 0.4)
    ]
    found = changes(*runs)
    assert (found["before"]["strategy"], found["after"]["strategy"]) == ("rag", "prompt")
    assert found["rejudged"] == {"strategy": "prompt", "mode": "base", "candidates": ["prompt"], "fit": "yes"}
    assert changes(*reversed(runs))["rejudged"]["strategy"] == "rag"


def test_without_new_targets_nothing_is_judged_again(pair):
    assert changes(*pair)["rejudged"] is None


def test_modes_of_one_run_alone_are_named_and_left_out(tmp_path):
    a = write_run(tmp_path / "a", {"base": (BEFORE, BEFORE), "rag": (BEFORE, BEFORE)})
    b = write_run(tmp_path / "b", {"base": (AFTER, AFTER), "ft": (AFTER, AFTER)})
    found = changes(a, b)
    assert found["modes"] == {"common": ["base"], "before_only": ["rag"], "after_only": ["ft"]}
    assert {c["mode"] for c in found["changes"]} == {"base"}


def test_notes_warn_of_single_trainings_many_settings_and_unseen_causes(tmp_path):
    marks = {"base": (BEFORE, BEFORE), "ft": (BEFORE, BEFORE)}
    a, b = write_run(tmp_path / "a", marks), write_run(tmp_path / "b", marks)
    assert notes(a, b) == [ChangeNote("trained_once", modes=("ft",)), ChangeNote("unexplained")]
    for run in (a, b):
        for mode in marks:
            write_json(run / "predictions" / f"{mode}.meta.json", {"fingerprint": "same"})
    assert notes(a, b) == []
    c = write_run(tmp_path / "c", marks, model="other", seed=1)
    assert ChangeNote("settings", settings=2) in notes(a, c)


def test_notes_warn_of_other_metrics_and_of_another_arithmetic(tmp_path):
    facts = {"compute_dtype": "float32", "quantization": "nf4"}
    first = {"device": "cpu, 2 threads", **facts}
    runs = [
        write_run(tmp_path / name, {"base": (BEFORE, BEFORE)}, environment=environment, metric=metric)
        for name, environment, metric in (
            ("a", first, "m"), ("b", first | {"device": "cpu, 8 threads"}, "m"),
            ("c", first | {"device": "cuda", "compute_dtype": "bfloat16"}, "m"), ("d", first, "n"),
        )
    ]  # fmt: skip
    anew = ChangeNote("unexplained")
    assert notes(runs[0], runs[1]) == [anew]  # a CPU is one whatever its number of threads
    differing = SettingChange("device", "cpu", "cuda"), SettingChange("compute_dtype", "float32", "bfloat16")
    assert notes(runs[0], runs[2]) == [ChangeNote("arithmetic", differing), anew]
    assert notes(runs[0], runs[3]) == [
        *(ChangeNote("metric", (SettingChange(axis, "m", "n"),)) for axis in ("knowledge", "style")), anew,
    ]  # fmt: skip


def test_a_file_whose_notes_are_sentences_is_refused_by_its_key(pair):
    path = write_changes(*pair)
    write_json(path, json.loads(path.read_text()) | {"notes": ["No setting differs."]})
    with pytest.raises(ValueError, match=r"^notes\.0: .*ChangeNote$"):
        read_analysis(path, Changes)


def test_a_group_of_questions_counts_as_one(tmp_path):
    """Four questions a group that flip together: the test is the clustered t, and p is far from McNemar's."""
    runs = []
    for name, marks in (("a", "0" * 40), ("b", "11110000" * 5)):
        run = write_run(tmp_path / name, {"base": (marks, "1" * 40)})
        rows = [
            json.loads(line) | {"group": f"g{i // 4}"}
            for i, line in enumerate((run / "examples.jsonl").read_text().splitlines())
        ]
        (run / "examples.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
        runs.append(run)
    c = one(changes(*runs))
    assert (c["test"], c["groups"], c["n"]) == ("cluster_t", 10, 40)
    differences = [1.0, 0.0] * 5
    assert c["p"] == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, rel=0.01)


def test_it_is_written_beside_the_second_run(pair):
    path = write_changes(*pair)
    assert path == pair[1] / "changes.json"
    assert json.loads(path.read_text()) == json.loads(json.dumps(changes(*pair)))


def test_what_cannot_be_compared_is_refused_in_one_line(pair, tmp_path):
    a, b = pair
    with pytest.raises(UserError, match="compared with itself"):
        changes(a, a)
    with pytest.raises(UserError, match=r"holds 'made-up', .* 'other'; --compare takes two runs of one data set"):
        changes(a, write_run(tmp_path / "c", {"base": (AFTER, AFTER)}, dataset={"name": "other"}))
    with pytest.raises(UserError, match="share no question"):
        changes(a, write_run(tmp_path / "d", {"base": ("1", "1")}, questions={"q0": Example("new", "?", ("1",))}))
    with pytest.raises(UserError, match="no such run folder"):
        changes(a, tmp_path / "none")
    (b / "scores.jsonl").unlink()
    with pytest.raises(UserError, match=r"scores\.jsonl: no such file"):
        changes(a, b)
