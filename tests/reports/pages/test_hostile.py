"""Twenty texts that would run, load or link something wherever a page took them for markup, in every text of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from eval.analysis.analyse import analyse
from eval.files import read_json, write_json
from eval.pipeline.run_config import read_run_config, write_run_config
from eval.records import Example, Passage, Prediction, Score, read_records, write_records
from reports.pages.page import write_report

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "</style><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1>",
    "<svg><script>window.ran=1</script></svg>",
    "<iframe src='javascript:parent.ran=1'></iframe>",
    "<a href='javascript:window.ran=1' autofocus onfocus=window.ran=1>click</a>",
    "<details open ontoggle=window.ran=1>",
    "<input autofocus onfocus=window.ran=1>",
    "<!--<script>--><script>window.ran=1</script>",
    "]]></title></textarea><script>window.ran=1</script>",
    "{{ 7 * 7 }}{% raw %}<b onmouseover=window.ran=1>",
    "\u2028</script>\u2029<script>window.ran=1</script>",
    "' onmouseover='window.ran=1' \" onmouseover=\"window.ran=1\"",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<link rel=stylesheet href=https://example.org/x.css><style>body{display:none}</style>",
    "<base href=https://example.org/><form action=https://example.org/><button>x</button></form>",
    "\u202eevil\u202c " + "W" * 4000,
    "a\u0000b\ufeff\ud800 \\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
)


def test_twenty_hostile_payloads_stay_text(make_run, open_tab):
    folder = make_run()
    poison(folder)
    analyse(folder)
    tab = open_tab(viewport={"width": 390, "height": 844})
    page = tab.page
    page.goto(write_report(folder).as_uri() + "#q=q0")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for i in range(len(PAYLOADS)):
        page.evaluate("(i) => { location.hash = 'q=q' + i; }", i)
        expect(page.locator("#asked-id")).to_have_text(f"q{i}")
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert shown(PAYLOADS[i]) in page.locator("#asked").text_content()
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('script:not([id]), iframe, form, base, img').length") == 1
    assert page.evaluate(WIDER) == []
    assert (tab.console, tab.errors) == ([], [])
    assert {url.split("#")[0] for url in tab.requests} == {page.url.split("#")[0]}


WIDER = """() => document.documentElement.scrollWidth === innerWidth ? [] : [...document.querySelectorAll('main *')]
  .filter((node) => node.scrollWidth > innerWidth && !node.closest('.scroll, svg'))
  .map((node) => node.outerHTML.slice(0, 80))"""


def shown(payload):
    """What of a payload a record can carry: JSON keeps all but a lone surrogate, and HTML has no NUL."""
    return payload.replace("\ud800", "?")


def poison(folder):
    """Writes the payloads into every text of a run that a page shows."""
    examples = read_records(folder / "examples.jsonl", Example)
    at = {e.id: PAYLOADS[i % len(PAYLOADS)] for i, e in enumerate(examples)}
    safe = {key: shown(text) for key, text in at.items()}
    bad = [
        replace(e, question=e.question + safe[e.id], answers=(safe[e.id],) if e.answers else (), reply=safe[e.id],
                documents=tuple(d + safe[e.id] for d in e.documents), tags=(safe[e.id],))
        for e in examples
    ]  # fmt: skip
    write_records(folder / "examples.jsonl", bad)
    for file in (folder / "predictions").glob("*.jsonl"):
        replies = read_records(file, Prediction)
        write_records(file, [replace(p, text=safe[p.id] + p.text, passages=_passages(p, safe[p.id])) for p in replies])
    scores = read_records(folder / "scores.jsonl", Score)
    write_records(
        folder / "scores.jsonl", [replace(s, reason=s.reason and s.reason + safe[s.example_id]) for s in scores]
    )
    config, name = read_run_config(folder / "config.yaml"), PAYLOADS[0]
    dataset = config.dataset.model_copy(update={"instruction": " ".join(safe.values())})
    write_run_config(folder / "config.yaml", config.model_copy(update={"dataset": dataset}))
    decision = read_json(folder / "decision.json")
    texts = [shown(p) for p in PAYLOADS]
    write_json(folder / "decision.json", {**decision, "dataset": name, "caveats": texts, "reasons": texts})
    write_json(folder / "environment.json", {"device": texts[3], texts[4]: texts[5]})
    finding = {"gate": "x", "severity": texts[3], "message": texts[1], "where": texts[2]}
    write_json(folder / "checks.json", {"findings": [finding]})
    write_json(folder / "style.json", {"tone": {"caveats": texts}})


def _passages(prediction, payload):
    return tuple(Passage(x.document + payload, payload * 2, x.score, x.position) for x in prediction.passages)
