"""How firm the verdict is: the strategy along each target and the margin, as a strip. It reads sensitivity.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from eval.analysis.run_files import Parameter
from eval.strategies import STRATEGIES
from reports.charts.svg import line, picture, rect, tag, text
from reports.language.language import translate
from reports.run_folder import Run
from reports.sections.section import Section
from reports.text.markdown import bullets, fold
from reports.wording.phrases import called

HTML = """\
<section id="robustness">
<h2>How firm the verdict is</h2>
<div class="card">
<p class="note first">The same scores, judged again with other targets and another margin, one at a time. {% for name, words in strip_key %}<span class="swatch s-{{ name }}"><span class="key"></span><span>{{ words }}</span></span>{% endfor %}</p>
<div class="strips">
{% for name, words, strip in strips %}
<div class="strip"><h3>{{ name|upper_first }}</h3>{{ strip }}<p>{{ words }}</p></div>
{% endfor %}
</div>
</div>
</section>
"""

WIDTH, SIDE, TOP, BAND, APART = 462.0, 14.0, 20.0, 20.0, 34.0


def strips(run: Run) -> list[tuple[str, str, Markup]]:
    """(parameter, in words, strip) for each target and the margin."""
    return [(p.name, p.words, strip(p)) for p in run.sensitivity.parameters]


def strategies(run: Run) -> list[tuple[str, str]]:
    """(strategy, its name for people) of every colour that a strip shows, for the key."""
    found = {s.strategy for p in run.sensitivity.parameters for s in p.segments}
    return [(s, called(s)) for s in (*STRATEGIES, "none", "inconclusive") if s in found]


def strip(parameter: Parameter) -> Markup:
    """The grid from left to right, coloured by strategy; the value that is set as a mark across."""
    low, high = parameter.grid
    segments = parameter.segments

    def at(value: float) -> float:
        return SIDE + (WIDTH - 2 * SIDE) * (value - low) / ((high - low) or 1.0)

    parts: list[Markup] = []
    edges = [low, *((a.high + b.low) / 2 for a, b in pairwise(segments)), high]
    for segment, (left, right) in zip(segments, pairwise(edges), strict=True):
        known = segment.strategy
        kind = "open-band" if known == "inconclusive" else "fill"
        words = f"{left:.2f} to {right:.2f}: {called(known)}"
        drawn = rect(at(left), TOP, max(at(right) - at(left) - 1, 1.0), BAND, kind, rx=2)
        parts.append(tag("g", tag("title", translate(words)), drawn, class_=f"s-{known}"))
    value = at(parameter.value)
    parts.append(line(value, TOP - 5, value, TOP + BAND + 5, "set-mark"))
    side = "end" if value > WIDTH * 0.75 else "start" if value < WIDTH * 0.25 else "middle"
    parts.append(text(value, TOP - 8, f"set: {parameter.value:g}", "tick target-name", side))
    parts.append(text(at(low), TOP + BAND + 17, f"{low:g}", "tick", "middle"))
    parts.append(text(at(high), TOP + BAND + 17, f"{high:g}", "tick", "end"))
    shown = [at(low)]
    for edge in edges[1:-1]:
        if shown[-1] + APART < at(edge) < at(high) - APART:
            shown.append(at(edge))
            parts.append(text(at(edge), TOP + BAND + 17, f"{edge:.3g}", "tick", "middle"))
    return picture(WIDTH, TOP + BAND + 22, parameter.words, *parts)


def sliver(parameter: Parameter) -> Markup:
    """The strip without words, for a line of text: the same grid, colours and mark."""
    low, high = parameter.grid
    width, height, segments = 120.0, 14.0, parameter.segments

    def at(value: float) -> float:
        return 2 + (width - 4) * (value - low) / ((high - low) or 1.0)

    edges = [low, *((a.high + b.low) / 2 for a, b in pairwise(segments)), high]
    parts: list[Markup] = []
    for segment, (left, right) in zip(segments, pairwise(edges), strict=True):
        known = segment.strategy
        kind = "open-band" if known == "inconclusive" else "fill"
        drawn = rect(at(left), 4, max(at(right) - at(left) - 0.8, 0.8), height - 7, kind, rx=1.5)
        parts.append(tag("g", drawn, class_=f"s-{known}"))
    value = at(parameter.value)
    parts.append(line(value, 0, value, height, "set-mark"))
    return picture(width, height, parameter.words, *parts, class_="sliver")


def gauge(asked: int, total: tuple[int, int]) -> Markup:
    """How many questions an open verdict has, and between which numbers it is likely settled."""
    width, height = 120.0, 14.0
    at = [2 + (width - 4) * n / total[1] for n in (asked, *total)]
    parts = [
        tag("g", rect(2, 4, max(at[1] - 2.8, 0.8), height - 7, "open-band", rx=1.5), class_="s-inconclusive"),
        rect(at[1], 4, max(at[2] - at[1], 0.8), height - 7, "fill", rx=1.5),
        line(at[0], 0, at[0], height, "set-mark"),
    ]
    said = f"{asked} questions asked; settled, most likely, between {total[0]} and {total[1]}"
    return picture(width, height, said, *parts, class_="sliver")


def _data(run: Run) -> Mapping[str, Any] | None:
    found = strips(run)
    return {"strips": found, "strip_key": strategies(run)} if found else None


def _markdown(run: Run) -> Iterable[str]:
    said = [said for _, said, _ in strips(run)]
    return [fold("How firm the verdict is", [bullets("Other targets and margins, one at a time", said)])]


SECTION = Section("robustness", HTML, _data, link="Robustness", markdown=_markdown)
