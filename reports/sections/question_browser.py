"""The data behind the page's question browser: an index, and blocks that the page unpacks when they are looked at."""

from __future__ import annotations

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from eval.records import PASS, Passage, Prediction, Score
from reports.language.language import translate
from reports.language.scripts import script_texts
from reports.run_folder import Run, label, strategy
from reports.sections.section import Section
from reports.sections.summary import axes

HTML = """\
<section id="questions">
<h2>Every question, every reply</h2>
<noscript><p class="note">Browsing needs JavaScript. The same replies stand in predictions/*.jsonl and their scores in scores.jsonl.</p></noscript>
<p id="waiting" class="note">Unpacking the questions …</p>
<div id="browser" hidden>
<div class="filters" role="search" aria-label="Questions">
<label class="wide">Search <input id="search" type="search" placeholder="question, answer, reply, document" autocomplete="off" aria-keyshortcuts="/"></label>
<label>Mode <select id="mode"></select></label>
<label>Outcome <select id="outcome"></select></label>
<label>Cause of failure <select id="cause"></select></label>
<label>Tag <select id="tag"></select></label>
<label class="check"><input id="differ" type="checkbox"> modes disagree</label>
<button id="clear" type="button" hidden>Clear</button>
<output id="count" aria-live="polite"></output>
</div>
<p id="list-status" class="note" role="status" hidden></p>
<div class="panes">
<div class="side-pane">
<div id="heads" class="heads" aria-hidden="true"></div>
<div id="list" role="listbox" tabindex="0" aria-label="{{ list_name }}"></div>
<p class="keys">{% if axes|length > 1 %}For each mode knowledge, then style. {% endif %}<kbd>n</kbd> next, <kbd>p</kbd> previous, <kbd>/</kbd> search</p>
</div>
<div id="pane" class="pane">
<div class="pane-head">
<div class="step"><button id="previous" type="button" aria-label="Previous question" aria-keyshortcuts="p">←</button> <button id="next" type="button" aria-label="Next question" aria-keyshortcuts="n">→</button> <span id="place" class="ci"></span></div>
<label class="against">Differences to <select id="against"></select></label>
</div>
<h3><bdi id="asked"></bdi></h3>
<p class="ci asked-id"><bdi id="asked-id"></bdi> <a id="permalink" href="#questions">link to this question</a></p>
<p class="note diff-legend"><ins>Marked</ins>: words that this reply has and the other has not. <del>Struck through</del>: words of the other alone; this model did not write them.</p>
<div id="detail"></div>
</div>
</div>
</div>
</section>
"""
BLOCK = 500
"""Questions, or passages, that are packed together: few enough to unpack without a pause."""


_Shown = tuple[str, int, str, str]
"""(document, position, text, where in its file) of a passage."""


def pack(value: Any) -> str:
    """JSON, deflated (zlib's form), in base64: no character of it means anything in HTML."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate, which JSON can carry, has no UTF-8: it becomes a question mark.
    return base64.b64encode(zlib.compress(text.encode("utf-8", "replace"), 9)).decode("ascii")


def embed(value: Any) -> Markup:
    """JSON for a script element of type application/json: nothing in it can close the element or open another.

    `<`, `>`, `&` and the two line separators are written as \\u escapes, which are the same JSON.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def blocks(run: Run) -> list[tuple[str, str]]:
    """(element id, packed block): `d-index`, `d-q0`, ... in the order of the questions, and `d-p0`, ... of passages."""
    passages: dict[_Shown, int] = {}
    tables = _Tables(run)
    questions = [_block(run, tables, start, passages) for start in range(0, len(run.examples), BLOCK)]
    texts = list(passages)
    return [
        ("d-index", pack(index(run, tables))),
        *((f"d-q{i}", pack(block)) for i, block in enumerate(questions)),
        *((f"d-p{i // BLOCK}", pack(texts[i : i + BLOCK])) for i in range(0, len(texts), BLOCK)),
    ]


@dataclass(slots=True)
class _Tables:
    """The scores by question, and the metrics in the order in which they are first met."""

    run: Run
    metrics: dict[tuple[str, str, bool], int] = field(default_factory=dict)
    scores: dict[str, list[tuple[str, int, Score]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        asked = {e.id for e in self.run.examples}
        for s in self.run.scores:
            if s.example_id in asked:  # the retention battery has no replies to show
                metric = self.metrics.setdefault((s.axis, s.metric, s.primary), len(self.metrics))
                self.scores[s.example_id].append((s.mode, metric, s))


def index(run: Run, tables: _Tables) -> dict[str, Any]:
    """What the list and the filters need of every question.

    `outcomes` has one text an axis and mode, a character a question: 1 right, 0 wrong, - not scored, space no reply.
    `causes` has one row a mode, a number a question: the cause's place in `cause_names`, or -1.
    """
    tags = sorted({tag for e in run.examples for tag in e.tags})
    place = {tag: i for i, tag in enumerate(tags)}
    names = list(run.attribution.causes)
    return {
        "modes": [{"name": m, "label": translate(label(m)), "strategy": strategy(m)} for m in run.modes],
        "axes": axes(run),
        "texts": script_texts(),
        "chosen": run.decision.mode,
        "pass": PASS,
        "block": BLOCK,
        "metrics": [{"axis": axis, "metric": metric, "primary": primary} for axis, metric, primary in tables.metrics],
        "tags": tags,
        "cause_names": names,
        "cause_words": [translate(run.attribution.causes[name].words) for name in names],
        "ids": [e.id for e in run.examples],
        "questions": [e.question for e in run.examples],
        "tagged": [[place[tag] for tag in e.tags] for e in run.examples],
        "outcomes": {axis: _outcomes(run, tables, axis) for axis in axes(run)},
        "causes": [_causes(run, mode, names) for mode in run.modes],
    }


def _outcomes(run: Run, tables: _Tables, axis: str) -> list[str]:
    known: dict[tuple[str, str], str] = {}
    for example_id, found in tables.scores.items():
        for mode, _, s in found:
            if s.axis == axis and s.primary:
                known[mode, example_id] = "-" if s.value is None else "1" if s.value >= PASS else "0"
    return [
        "".join(known.get((m, e.id), "-") if e.id in run.predictions[m] else " " for e in run.examples)
        for m in run.modes
    ]


def _causes(run: Run, mode: str, names: Sequence[str]) -> list[int]:
    found = run.attribution.questions.get(mode, {})
    place = {name: i for i, name in enumerate(names)}
    return [place.get(found.get(e.id, ""), -1) for e in run.examples]


def _block(run: Run, tables: _Tables, start: int, passages: dict[_Shown, int]) -> dict[str, Any]:
    examples = run.examples[start : start + BLOCK]
    row = {e.id: i for i, e in enumerate(examples)}
    return {
        "answers": [e.answers for e in examples],
        "replies": [e.reply for e in examples],
        "documents": [e.documents for e in examples],
        "answerable": [int(e.answerable) for e in examples],
        "modes": [[_reply(run.predictions[m].get(e.id), passages) for e in examples] for m in run.modes],
        "scores": _columns(run, tables, row),
    }


def _columns(run: Run, tables: _Tables, row: Mapping[str, int]) -> list[list[Any]]:
    """[mode, metric, values, reasons] for each pair that occurs: "" where a question has no such score, null where it
    could not be judged; reasons by row."""
    columns: dict[tuple[int, int], tuple[list[Any], dict[int, str]]] = {}
    place = {mode: i for i, mode in enumerate(run.modes)}
    for example_id, i in row.items():
        for mode, metric, s in tables.scores.get(example_id, ()):
            if mode not in place:
                continue
            values, reasons = columns.setdefault((place[mode], metric), ([""] * len(row), {}))
            values[i] = None if s.value is None else _short(s.value)
            if s.reason:
                reasons[i] = s.reason
    return [[mode, metric, values, reasons] for (mode, metric), (values, reasons) in columns.items()]


def _reply(prediction: Prediction | None, passages: dict[_Shown, int]) -> list[Any] | None:
    """[text, tokens in, tokens out, seconds, passage, similarity, passage, similarity, ...]; null without a reply."""
    if prediction is None:
        return None
    found = [x for p in prediction.passages for x in (_place(passages, p), round(p.score, 2))]
    spent = (prediction.tokens_in, prediction.tokens_out, round(prediction.seconds, 2))
    return [prediction.text, *spent, *found]


def _place(passages: dict[_Shown, int], passage: Passage) -> int:
    where = " · ".join(part for part in (passage.place, passage.headings) if part)
    return passages.setdefault((passage.document, passage.position, passage.text, where), len(passages))


def _short(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 3)


def _data(run: Run) -> Mapping[str, Any]:
    marks = "knowledge, then style" if len(axes(run)) > 1 else "right or wrong"
    return {"axes": axes(run), "list_name": f"Questions; for each mode {marks}"}


SECTION = Section("questions", HTML, _data, link="Questions")
