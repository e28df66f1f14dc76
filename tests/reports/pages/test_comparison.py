"""The page of two runs: what became of the verdict, every figure of changes.json, every flip with both replies."""

import html as entities
import json
import re
import sys

import pytest

from eval.analysis.changes_file import Change, Changes, RunOutcome
from eval.analysis.run_files import read_analysis
from eval.files import read_json
from reports.cli import main
from reports.pages.comparison import because, headline, lead, write_comparison
from reports.run_folder import label, read_run
from reports.wording.comparison_notes import note_sentence

HYBRID = {"base": (0.05, 0.0), "fewshot": (0.05, 0.8), "rag": (0.3, 0.0), "ft": (0.1, 1.0), "hybrid": (0.9, 1.0)}
GROWN = HYBRID | {"rag": (0.88, 0.98), "hybrid": (0.9, 0.98)}


@pytest.fixture
def pair(decided_run):
    """A larger model that reads well, so that both becomes RAG; and a new sentence in the instruction."""
    after = {"name": "desk", "model": "org/larger", "instruction": "You are the support desk. Be brief. "}
    return decided_run("june", HYBRID, name="desk"), decided_run("july", GROWN, **after)


def text_of(page):
    """The page's text without tags, without the data of its script."""
    body = page.read_text(encoding="utf-8").split("<body>")[1].split('<script type="application/json"')[0]
    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.S)[1])


def test_it_says_what_became_of_the_verdict(pair):
    text = text_of(write_comparison(*pair))
    assert "The verdict changed from both to RAG." in text
    assert "RAG +" in text and "points of knowledge" in text
    assert text_of(write_comparison(*reversed(pair))).count("The verdict changed from RAG to both.") == 1


def test_every_change_stands_in_the_table(pair):
    page = write_comparison(*pair)
    text = text_of(page)
    found = read_json(pair[1] / "changes.json")
    assert len(found["changes"]) == 10
    for c in found["changes"]:
        means = f"{label(c['mode'])} {100 * c['before']:.1f} % {100 * c['after']:.1f} %"
        row = re.search(rf"{re.escape(means)} .*? {c['n']} .*? {c['reading']}", text)
        assert row, c
        assert f"{len(c['gained'])} {len(c['lost'])} {c['n']}" in row[0]


def test_each_flip_has_both_replies_and_why(pair):
    data = data_of(write_comparison(*pair))
    found = read_json(pair[1] / "changes.json")
    runs = [read_run(folder) for folder in pair]
    drawn = {
        (data["questions"][i][0], data["axes"][axis], mode, way)
        for i, mode, ways, *_ in data["flips"] for axis, way in ways
    }  # fmt: skip
    modes = [m["label"] for m in data["modes"]]
    expected = {
        (name, c["axis"], modes.index(label(c["mode"])), way)
        for c in found["changes"] for way, key in ((1, "gained"), (-1, "lost")) for name in c[key]
    }  # fmt: skip
    assert drawn == expected and len(drawn) > 100
    rag = modes.index("RAG")
    i, _, _, before, after = next(flip for flip in data["flips"] if flip[1] == rag and [0, 1] in flip[2])
    name = data["questions"][i][0]
    assert [before[0], after[0]] == [run.predictions["rag"][name].text for run in runs]
    assert before[1][0][0] == 0 and before[1][0][1].startswith("expected") and after[1][0] == [1, ""]


def test_settings_show_what_differs_with_the_new_words_marked(pair):
    page = write_comparison(*pair)
    assert "<ins>" in page.read_text() and "Be brief" in re.search(r"<ins>(.*?)</ins>", page.read_text())[1]
    text = text_of(page)
    assert "model tiny org/larger" in text and "2 fields of config.yaml" in text


def test_the_notes_of_the_file_are_read_on_the_page_as_sentences(pair):
    text = text_of(write_comparison(*pair))
    found = read_analysis(pair[1] / "changes.json", Changes).notes
    assert [note.kind for note in found] == ["trained_once", "settings"]
    assert f"Read with care {' '.join(map(note_sentence, found))}" in text


def test_two_equal_runs_say_that_nothing_moved(decided_run):
    page = write_comparison(decided_run("a", HYBRID, name="desk"), decided_run("b", HYBRID, name="desk"))
    text = text_of(page)
    assert "The verdict stands: both." in text
    assert "None of 10 means is shown to have changed" in text
    assert "config.yaml and environment.json agree field by field" in text
    assert "No question passes in one run and fails in the other." in text


def test_targets_that_alone_change_the_verdict_are_named(decided_run):
    """`rag` answers four in five: not enough for 0.95, and enough for 0.6."""
    truth = {"base": (0.1, 1.0), "rag": (0.8, 1.0), "ft": (0.1, 1.0), "hybrid": (0.99, 1.0)}
    runs = [decided_run(f"at {target}", truth, name="desk", target=target) for target in (0.95, 0.6)]
    text = text_of(write_comparison(*runs))
    assert "The verdict changed from both to RAG." in text
    assert "they alone would do it: the old replies under the new ones give RAG" in text
    assert "None of 8 means is shown" in text


def verdict(strategy, *candidates):
    return RunOutcome(strategy, candidates)


@pytest.mark.parametrize(
    "before, after, said",
    [
        (verdict("rag", "rag"), verdict("rag", "rag"), "The verdict stands: RAG."),
        (verdict("prompt", "prompt"), verdict("ft", "ft"), "The verdict changed from a prompt alone to fine-tuning."),
        (
            verdict("inconclusive", "rag", "hybrid"), verdict("rag", "rag"),
            "The verdict changed from not settled (RAG or both) to RAG.",
        ),
    ],
)  # fmt: skip
def test_the_headline(before, after, said):
    assert headline(Changes("desk", before, after)) == said


def change(reading, difference, mode):
    figures = dict.fromkeys(("before", "after", "low", "high", "p", "p_holm", "detectable"), 0.0)
    return Change(
        axis="style", mode=mode, metric="style", n=1, groups=1, dropped=0, difference=difference, test="",
        reading=reading, gained=(), lost=(), anew=True, **figures,
    )  # fmt: skip


def test_the_lead_names_the_three_largest_and_counts_the_rest():
    made = [change("better", d, "rag") for d in (0.1, -0.4, 0.2, 0.3)]
    said = lead(Changes("desk", verdict("rag"), verdict("rag"), changes=(*made, change("not shown", 0.9, "ft"))))
    assert said.startswith("4 of 5 means are shown to have changed: RAG −40 points of style, RAG +30")
    assert said.endswith("and 1 more.")


def test_because_is_silent_where_the_targets_are_the_same():
    assert because(Changes("desk", verdict("rag"), verdict("rag"))) == ""


def test_hostile_text_is_inert_and_arrives_unchanged(decided_run, hostile_text):
    runs = [decided_run(f, t, name="desk", hostile=hostile_text) for f, t in (("a", HYBRID), ("b", GROWN))]
    page = write_comparison(*runs)
    text = page.read_text()
    assert "<img" not in text and "<script>alert" not in text and text.count("</script>") == 2
    data = data_of(page)
    assert all(hostile_text in flip[3][0] and hostile_text in flip[4][0] for flip in data["flips"])


def test_the_command_writes_both_files_into_the_second_run(pair, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report", *map(str, pair), "--compare"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    assert capsys.readouterr().out.strip() == str(pair[1] / "changes.html")
    assert {p.name for p in pair[1].glob("changes.*")} == {"changes.html", "changes.json"}
    assert not list(pair[0].glob("changes.*"))
