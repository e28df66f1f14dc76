"""The verdict by tag, and which strategy loses least in money: beside the verdict, from segments.json, utility.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eval.strategies import STRATEGIES
from reports.run_folder import Run, label
from reports.sections.section import Section
from reports.text.markdown import bullets, fold, table
from reports.text.sentences import percent
from reports.wording.phrases import called

HTML = """\
<section id="choices">
<h2>Other choices</h2>
{% for block in choices %}<div class="card"><h3>{{ block.title }}</h3>
{% for said in block.words %}<p class="note first">{{ said }}</p>
{% endfor %}{% if block.rows %}<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<thead><tr>{% for head in block.heads %}<th scope="col"{% if not loop.first %} class="num"{% endif %}>{{ head }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in block.rows %}<tr>{% for cell in row %}{% if loop.first %}<th scope="row">{{ cell }}</th>{% else %}<td class="num">{{ cell }}</td>{% endif %}{% endfor %}</tr>
{% endfor %}</tbody></table></div>{% endif %}</div>
{% endfor %}</section>
"""


def _blocks(run: Run) -> list[dict[str, Any]]:
    """Title, sentences and a table of each part that there is something to say of."""
    return [block for block in (_tags(run), _chances(run), _money(run)) if block["words"] or block["rows"]]


def _tags(run: Run) -> dict[str, Any]:
    rows = [
        (s.tag, called(s.strategy) if s.mode else "open: " + " or ".join(called(c) for c in s.candidates),
         label(s.mode) if s.mode else "", str(s.n), f"{s.groups:g}")
        for s in run.segments.segments
    ]  # fmt: skip
    words = list(run.segments.words)
    if rows and not words:
        words = ["No tag is shown to want another strategy than the whole."]
    if rows:
        words.append("All tags share one error of 5 % (Holm).")
    return {"title": "By tag", "heads": ("tag", "verdict", "mode", "questions", "groups"), "rows": rows, "words": words}


def _chances(run: Run) -> dict[str, Any]:
    """Of an open verdict only: of a given one the intervals have said it."""
    open_ = run.decision.strategy == "inconclusive"
    found = run.utility.chances if open_ else {}
    rows = [(STRATEGIES[s].short, percent(p, 0)) for s, p in found.items() if s in STRATEGIES]
    words = ["How likely each strategy is the right one by these questions (posterior; flat prior)."] if rows else []
    return {"title": "While it is open", "heads": ("strategy", "chance"), "rows": rows, "words": words}


def _money(run: Run) -> dict[str, Any]:
    found = run.utility
    heads = ["mode", "right on all axes", f"cost of 1,000 questions, {found.currency}"]
    heads += [f"expected loss of 1,000, {found.currency}"] if found.worth else []
    rows = [
        (label(m), percent(e.right), f"{1000 * e.cost:.3g}",
         *([f"{1000 * e.loss:.3g} ({1000 * (e.low or 0):.3g} to {1000 * (e.high or 0):.3g})"] if e.loss is not None
           else []))
        for m, e in found.modes.items()
    ]  # fmt: skip
    return {"title": "By what a right answer is worth", "heads": heads, "rows": rows, "words": list(found.words)}


def _data(run: Run) -> Mapping[str, Any] | None:
    return {"choices": found} if (found := _blocks(run)) else None


def _markdown(run: Run) -> Iterable[str]:
    blocks = _blocks(run)
    parts = [text for b in blocks for text in (bullets(b["title"], b["words"]), table(b["heads"], b["rows"]))]
    return [fold("Other choices", parts)] if blocks else []


SECTION = Section("choices", HTML, _data, link="Choices", markdown=_markdown)
