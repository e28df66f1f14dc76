"""How large, and how quick in a browser, is the page of a large run?

    python benchmarks/report_size.py [FOLDER] [--questions 10000]

It writes an invented run of all seven modes into FOLDER (default: a temporary one), makes its page, opens it in a
headless Chromium five times and prints the size of the file, the time to first paint, the time until the list of
questions stands, and the time of each filter until it has been drawn. The replies, passages and reasons are made of
random words, which pack worse than a model's replies do. It needs playwright and a Chromium or Chrome on the path.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from eval.arms.modes import MODES
from eval.config import DatasetConfig, Knowledge
from eval.files import write_json
from eval.pipeline.run_config import RunConfig, write_run_config
from eval.records import Cost, Example, Passage, Prediction, Score, write_records
from eval.verdict.decide import decide

MEBIBYTE = 2**20
TRUTH = {"base": (0.05, 0.1), "fewshot": (0.05, 0.6), "rag": (0.6, 0.1), "rag-fewshot": (0.6, 0.6),
         "oracle": (0.8, 0.1), "ft": (0.1, 0.95), "hybrid": (0.8, 0.95)}  # fmt: skip
CHECKS = ("json", "regex", "words", "excludes", "cites")
FILTERS = {
    "arm": {"mode": "rag"}, "outcome": {"outcome": "wrong"}, "tag": {"tag": "tag-3"},
    "cause": {"cause": "not_used"}, "two words": {"search": "kalo tuma"}, "none": {"search": ""},
}  # fmt: skip
"""Name -> what is set in the page's filters, one after another."""


def main() -> None:
    """Make the run and its page, open it, print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where the invented run goes")
    parser.add_argument("--questions", type=int, default=10_000)
    asked = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium on the path: apt-get install chromium")
    from reports.pages.page import write_report

    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        _write(folder, asked.questions)
        started = time.perf_counter()
        page = write_report(folder)
        print(f"{asked.questions} questions x {len(TRUTH)} modes; page made in {time.perf_counter() - started:.0f} s")
        print(f"file: {page.stat().st_size / MEBIBYTE:.1f} MiB")
        _measure(page, browser)


def _measure(page: Path, browser: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        paints: list[float] = []
        lists: list[float] = []
        filters: dict[str, list[float]] = {name: [] for name in FILTERS}
        for _ in range(5):
            tab = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
            tab.goto(page.as_uri(), wait_until="commit")
            tab.wait_for_selector("#list [role=option]", timeout=60_000)
            lists.append(tab.evaluate("performance.now()"))
            paints.append(tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            tab.evaluate(FILTER, {"search": "kalo"})  # unpacks every reply, which the page does by itself when idle
            tab.evaluate(FILTER, {"search": ""})
            for name, wanted in FILTERS.items():
                filters[name].append(tab.evaluate(FILTER, wanted))
            tab.context.close()
        chromium.close()
    _print("first paint", paints)
    _print("the list stands", lists)
    for name, times in filters.items():
        _print(f"filter by {name}", times)


FILTER = """async (wanted) => {
  const before = performance.getEntriesByName("filter").length, started = performance.now();
  for (const [id, value] of Object.entries(wanted)) {
    const element = document.getElementById(id);
    element.value = value;
    element.dispatchEvent(new Event(id === "search" ? "input" : "change"));
  }
  const frame = () => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 0)));
  while (performance.getEntriesByName("filter").length === before) await frame();
  await frame();
  return performance.now() - started;
}"""
"""From the event to the frame in which list and question stand; of a search, its wait for a pause in typing too."""


def _print(name: str, times: list[float]) -> None:
    print(f"{name}: {statistics.median(times):.0f} ms (slowest of {len(times)}: {max(times):.0f} ms)")


def _write(folder: Path, questions: int) -> None:
    draw = random.Random(0)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(8000)]
    corpus = [_text(draw, words, 120) for _ in range(questions // 2)]
    dataset = DatasetConfig(name="large", instruction=_text(draw, words, 40), knowledge=Knowledge(metric="contains"))
    config = RunConfig(dataset_path="datasets/large", dataset=dataset)
    write_run_config(folder / "config.yaml", config)
    write_json(folder / "environment.json", {"device": "cpu"})
    examples = [_example(draw, words, i, len(corpus)) for i in range(questions)]
    write_records(folder / "examples.jsonl", examples)
    scores: list[Score] = []
    for mode in TRUTH:
        write_records(
            folder / "predictions" / f"{mode}.jsonl", [_reply(draw, words, corpus, mode, e) for e in examples]
        )
        for e in examples:
            scores.extend(_scores(draw, mode, e))
    write_records(folder / "scores.jsonl", scores)
    comparisons, decision = decide(scores, config)
    write_json(folder / "comparisons.json", [asdict(c) for c in comparisons])
    write_json(folder / "decision.json", asdict(decision))
    costs = [Cost(mode, 1.0, 1.0, 1, questions, 100.0, 1000, 100, 1000.0, {}) for mode in TRUTH]
    write_json(folder / "costs.json", [asdict(c) for c in costs])
    causes = {name: {"memory": "learned memory", "words": name.replace("_", " ")} for name in ("not_given", "not_used")}
    found = {m: {e.id: draw.choice(list(causes)) for e in examples if draw.random() < 0.5} for m in TRUTH}
    better = {"better_retrieval": {"words": ""}, "arms": {}, "notes": []}
    write_json(folder / "attribution.json", {"causes": causes, "questions": found, **better})


SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]


def _text(draw: random.Random, words: list[str], n: int) -> str:
    return " ".join(draw.choices(words, k=n))


def _example(draw: random.Random, words: list[str], i: int, documents: int) -> Example:
    answer, document = _text(draw, words, 3), f"papers/{i % documents}.md"
    return Example(f"question-{i}", f"{_text(draw, words, 14)}?", (answer,), f"{answer}. {_text(draw, words, 8)}",
                   (document,), f"group-{i}", tags=(f"tag-{i % 12}",))  # fmt: skip


def _reply(draw: random.Random, words: list[str], corpus: list[str], mode: str, e: Example) -> Prediction:
    passages: tuple[Passage, ...] = ()
    if MODES[mode].retrieves:
        places = draw.sample(range(len(corpus)), k=4)
        passages = tuple(Passage(f"papers/{p}.md", corpus[p], draw.random(), 0) for p in places)
    return Prediction(e.id, f"{e.reply} {_text(draw, words, 25)}", passages, 400, 40, draw.random())


def _scores(draw: random.Random, mode: str, e: Example) -> Iterator[Score]:
    content, form = (float(draw.random() < rate) for rate in TRUTH[mode])
    yield Score(e.id, e.group, mode, "knowledge", "contains", True, content)
    for metric in ("exact", "f1", "match"):
        yield Score(e.id, e.group, mode, "knowledge", metric, False, content * round(draw.random(), 3))
    yield Score(e.id, e.group, mode, "style", "all_checks", True, form, "" if form else "json: is not JSON")
    for check in CHECKS:
        reason = "" if form else f"has {draw.randint(20, 99)} words"
        yield Score(e.id, e.group, mode, "style", check, False, form, reason)
    if MODES[mode].retrieves:
        for metric in ("recall", "mrr", "ndcg"):
            yield Score(e.id, e.group, mode, "retrieval", metric, False, round(draw.random(), 3))


if __name__ == "__main__":
    main()
