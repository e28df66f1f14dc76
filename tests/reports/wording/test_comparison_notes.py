"""Each kind of note on two compared runs: its sentence word by word, and that Korean has it."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from eval.analysis.changes_file import ChangeNote, Noted, SettingChange
from reports.language.language import in_language, translate
from reports.wording.comparison_notes import note_sentence

DIFFERING = (
    SettingChange("device", "cpu", "NVIDIA H200"),
    SettingChange("compute_dtype", "float32", "bfloat16"),
    SettingChange("quantization", "none", "nf4, double"),
)
SAID = {
    ChangeNote("metric", (SettingChange("knowledge", "exact", "f1, match"),)): (
        "The knowledge axis is scored by another metric (exact before, f1, match after): figures do not compare."
    ),
    ChangeNote("arithmetic", DIFFERING): (
        "The runs were computed in another arithmetic (device cpu before, NVIDIA H200 after; compute_dtype float32 "
        "before, bfloat16 after; quantization none before, nf4, double after): some replies differ for that alone, and "
        "a change that small cannot be put down to a setting."
    ),
    ChangeNote("trained_once", modes=("ft", "hybrid")): (
        "Tuned modes were trained once in each run: a change of theirs holds for these two adapters, and another "
        "training seed may move it. Run with --seeds 3 to know how far."
    ),
    ChangeNote("settings", settings=3): "3 settings differ at once: a change cannot be put down to one of them.",
    ChangeNote("unexplained"): (
        "No setting differs, and yet replies were made anew: the corpus, the training rows or the code changed."
    ),
}
ENGLISH = re.compile(r"(?<![\w./-])[A-Za-z][a-z’']*[,;:]? [a-z]{2,}")
"""Two words in a row."""


def test_every_kind_is_looked_at() -> None:
    assert [note.kind for note in SAID] == list(get_args(Noted))


@pytest.mark.parametrize("note", SAID, ids=[note.kind for note in SAID])
def test_a_note_is_told_in_english_and_in_korean(note: ChangeNote) -> None:
    assert note_sentence(note) == SAID[note]
    with in_language("ko"):
        said = translate(note_sentence(note))
    assert not ENGLISH.search(said), said
    figures = {str(value) for d in note.differing for value in (d.before, d.after)} - {"none"}
    assert all(figure in said for figure in figures), said


def test_weights_as_they_are_are_not_called_the_verdict_none_in_korean() -> None:
    for differing in (DIFFERING[2], SettingChange("quantization", "int8", "none")):
        with in_language("ko"):
            said = translate(note_sentence(ChangeNote("arithmetic", (differing,))))
        assert "양자화" in said and "없음" in said and "충분한" not in said
