"""What a careful reader of two compared runs should know, in words: one sentence for each kind of note."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eval.analysis.changes_file import ChangeNote, Noted


def note_sentence(note: ChangeNote) -> str:
    """The note of changes.json as it is read beside the changes."""
    return SENTENCES[note.kind](note)


def _metric(note: ChangeNote) -> str:
    (axis,) = note.differing
    return (
        f"The {axis.key} axis is scored by another metric ({axis.before} before, {axis.after} after): figures do not "
        "compare."
    )


def _arithmetic(note: ChangeNote) -> str:
    differing = "; ".join(f"{d.key} {d.before} before, {d.after} after" for d in note.differing)
    return (
        f"The runs were computed in another arithmetic ({differing}): some replies differ for that alone, and a "
        "change that small cannot be put down to a setting."
    )


def _trained_once(note: ChangeNote) -> str:
    return (
        "Tuned modes were trained once in each run: a change of theirs holds for these two adapters, and another "
        "training seed may move it. Run with --seeds 3 to know how far."
    )


def _settings(note: ChangeNote) -> str:
    return f"{note.settings} settings differ at once: a change cannot be put down to one of them."


def _unexplained(note: ChangeNote) -> str:
    return "No setting differs, and yet replies were made anew: the corpus, the training rows or the code changed."


SENTENCES: Mapping[Noted, Callable[[ChangeNote], str]] = {
    "metric": _metric,
    "arithmetic": _arithmetic,
    "trained_once": _trained_once,
    "settings": _settings,
    "unexplained": _unexplained,
}
