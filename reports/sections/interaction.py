"""What retrieval and tuning do together: two by two modes as lines, and whether the sum is more than its parts."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from eval.records import Estimate
from reports.charts.svg import line, picture, spread, tag, text
from reports.run_folder import Run, label, strategy
from reports.sections import summary
from reports.sections.section import Section
from reports.sections.summary import Z95, arms, primary_values
from reports.text.sentences import AXES, CI, NBSP, percent, points

HTML = """\
<section id="interaction">
<h2>Retrieval and tuning together</h2>
<div class="pair">
{% for found in interactions %}
<div class="card"><h3>{{ axis_names[found.axis] }}</h3>
{{ found.chart }}
<p class="note first">{{ found.words }}</p>
<details class="numbers"><summary>The numbers</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>Right, with 95 % intervals</span></caption>
<thead><tr><th scope="col">Model</th><th scope="col" class="num">Without retrieval</th><th scope="col" class="num">With retrieval</th></tr></thead>
<tbody>{% for name, a, b in found.rows %}<tr><th scope="row">{{ name }}</th>{{ num(a) }}{{ num(b) }}</tr>
{% endfor %}</tbody></table></div></details>
</div>
{% endfor %}
</div>
</section>
"""

CORNERS = ("base", "rag", "ft", "hybrid")
LINES = (("base", "rag", "untuned"), ("fewshot", "rag-fewshot", "few-shot"), ("ft", "hybrid", "tuned"))
LEFT, TOP, WIDE, HIGH, NAMES = 48.0, 12.0, 320.0, 190.0, 110.0


@dataclass(frozen=True, slots=True)
class Interaction:
    """One axis: the picture, what it says, and the modes' numbers (name, without retrieval, with retrieval)."""

    axis: str
    chart: Markup
    words: str
    rows: tuple[tuple[str, Estimate, Estimate], ...]


def interactions(run: Run, axes: list[str]) -> list[Interaction]:
    """One for each axis on which base, rag, ft and hybrid were all scored."""
    found = []
    for axis in axes:
        known = dict(arms(run, axis))
        if all(mode in known for mode in CORNERS):
            pairs = [(name, known[a], known[b], b) for a, b, name in LINES if a in known and b in known]
            words = _words(run, axis, known)
            rows = tuple((name, a, b) for name, a, b, _ in pairs)
            found.append(Interaction(axis, _chart(axis, pairs, run.target(axis)), words, rows))
    return found


def extra(run: Run, axis: str) -> tuple[float, float, float, int] | None:
    """(hybrid - ft) - (rag - base) with its 95 % interval and n, over the questions that all four answered.

    The interval is the normal one with a variance that is robust to questions of one group being alike (Liang and
    Zeger, 1986). None with fewer than two groups.
    """
    values = primary_values(run.scores)
    sums: dict[str, list[float]] = defaultdict(list)
    for e in run.examples:
        four = [values.get((mode, e.id, axis)) for mode in CORNERS]
        base, rag, ft, hybrid = four
        if base is not None and rag is not None and ft is not None and hybrid is not None:
            sums[e.group or e.id].append((hybrid - ft) - (rag - base))
    n, groups = sum(map(len, sums.values())), len(sums)
    if groups < 2:
        return None
    mean = math.fsum(x for own in sums.values() for x in own) / n
    spread = math.fsum(math.fsum(x - mean for x in own) ** 2 for own in sums.values())
    half = Z95 * math.sqrt(groups / (groups - 1) * spread) / n
    return mean, mean - half, mean + half, n


def _words(run: Run, axis: str, known: dict[str, Estimate]) -> str:
    plain, tuned = known["rag"].mean - known["base"].mean, known["hybrid"].mean - known["ft"].mean
    said = f"Retrieval adds {points(plain)} points untuned and {points(tuned)} tuned"
    found = extra(run, axis)
    if found is None:
        return f"{said}."
    mean, low, high, n = found
    more = "more than" if low > 0 else "less than" if high < 0 else "not shown to be other than"
    figures = f"{points(mean)}, {CI} {points(low)} to {points(high)}, n{NBSP}={NBSP}{n}"
    return f"{said}: together {more} the sum of the two ({figures})."


def _chart(axis: str, pairs: list[tuple[str, Estimate, Estimate, str]], target: float | None) -> Markup:
    def y(share: float) -> float:
        return TOP + (1 - share) * HIGH

    left, right = LEFT + 36, LEFT + WIDE - 36
    parts: list[Markup] = []
    for share in (0.0, 0.5, 1.0):
        parts.append(line(LEFT, y(share), LEFT + WIDE, y(share), "grid"))
        parts.append(text(LEFT - 7, y(share) + 4, percent(share), "tick", "end"))
    if target is not None:
        parts.append(line(LEFT, y(target), LEFT + WIDE, y(target), "target"))
    parts += [
        text(x, TOP + HIGH + 20, words, "tick", "middle") for x, words in ((left, "without"), (right, "with retrieval"))
    ]
    heights = spread([y(b.mean) for _, _, b, _ in pairs], 16, TOP + HIGH + 4)
    for (name, a, b, mode), height in zip(pairs, heights, strict=True):
        ends = [_end(x, y(e.low), y(e.mean), y(e.high)) for x, e in ((left, a), (right, b))]
        parts.append(tag("g", line(left, y(a.mean), right, y(b.mean), "slope"), *ends,
                         text(LEFT + WIDE + 4, height + 4.5, f"{name} {percent(b.mean, 0)}", "row-name", "start"),
                         class_=f"s-{'prompt' if mode == 'rag' else strategy(mode)}"))  # fmt: skip
    description = "; ".join(
        f"{name} {percent(a.mean)} without, {percent(b.mean)} with ({label(m)})" for name, a, b, m in pairs
    )
    return picture(LEFT + WIDE + NAMES, TOP + HIGH + 28, f"{axis} without and with retrieval: {description}", *parts)


def _end(x: float, low: float, middle: float, high: float) -> Markup:
    return tag("g", line(x, low, x, high, "bar"), tag("circle", cx=x, cy=middle, r=5, class_="dot-mark chosen"))


def _data(run: Run) -> Mapping[str, Any] | None:
    found = interactions(run, summary.axes(run))
    return {"interactions": found, "axis_names": AXES} if found else None


SECTION = Section("interaction", HTML, _data, link="Interaction")
