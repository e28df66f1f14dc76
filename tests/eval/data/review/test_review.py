"""The review page's actions, what they do to the rows, and the stamp of a verdict on rows that nobody looked at."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from eval.data.dataset import load_dataset
from eval.data.drafting.draft_set import draft_set
from eval.data.review.review_app import review_app
from eval.data.review.review_status import ReviewStatus, read_reviews, review_stamp, review_status
from eval.stats.power import wilson
from eval.verdict.decision import Decision
from reports.wording.verdict_sentence import verdict_sentence

PUMPS = ["Aldor", "Brevik", "Corvo", "Dunmor", "Elvas", "Farsund"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    for i, pump in enumerate(PUMPS):
        text = f"# {pump}\n\n- Lift: {12 + i} m\n- Weight: {30 + i} kg\n"
        (tmp_path / "corpus" / f"{pump.lower()}.md").write_text(text)
    (tmp_path / "dataset.yaml").write_text("name: pumps\ninstruction: Answer.\nrefusal: Not on file\n")
    draft_set(tmp_path, rows=12)
    return tmp_path


class Page:
    def __init__(self, folder: Path) -> None:
        self.client = TestClient(review_app(folder), base_url="http://localhost")
        found = re.search(r'token = "([\w-]+)"', self.client.get("/").text)
        assert found is not None
        self.token = found[1]

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.client.get("/rows").json()["rows"]
        return rows

    def act(self, **entry: Any) -> Any:
        return self.client.post("/act", json=entry, headers={"X-Review-Token": self.token})


def test_the_page_shows_the_answer_marked_in_its_passage(folder: Path) -> None:
    for shown in Page(folder).rows():
        if shown["row"].get("answerable", True):
            assert shown["marked"] == shown["row"]["answers"][0]
            assert shown["marked"] + shown["after"] in (folder / "corpus" / shown["row"]["documents"][0]).read_text()


def test_rows_are_accepted_edited_and_dropped_in_their_files(folder: Path) -> None:
    page = Page(folder)
    test = [s["row"] for s in page.rows() if s["split"] == "test" and s["row"].get("answers")]
    one, two, three = test[:3]
    assert page.act(id=one["id"], action="accept").status_code == 200
    assert page.act(id=two["id"], action="edit", answers=["99 m", "99 metres"]).status_code == 200
    assert page.act(id=three["id"], action="drop", wrong=True).status_code == 200
    rows = {e.id: e for e in load_dataset(folder).test}
    assert rows[two["id"]].answers == ("99 m", "99 metres")
    assert rows[two["id"]].reply == "99 m"
    assert three["id"] not in rows
    now = review_status(folder)
    assert (now.kept, now.reviewed, now.wrong, now.rows) == (2, 3, 2, len(rows))
    assert [e["action"] for e in read_reviews(folder).values()] == ["accept", "edit", "drop"]


def test_a_merge_puts_both_rows_into_one_group_and_one_split(folder: Path) -> None:
    page = Page(folder)
    by_split = {s["split"]: s["row"]["id"] for s in page.rows() if s["row"].get("answers")}
    assert page.act(id=by_split["train"], action="merge", **{"with": by_split["test"]}).status_code == 200
    rows = {e.id: e for e in load_dataset(folder).test}
    assert rows[by_split["train"]].group == rows[by_split["test"]].group


def test_what_cannot_be_done_changes_nothing(folder: Path) -> None:
    page = Page(folder)
    before = {f.name: f.read_bytes() for f in folder.glob("*.jsonl")}
    row = next(s["row"] for s in page.rows() if s["row"].get("answers"))
    assert page.act(id="nobody", action="accept").status_code == 422
    assert page.act(id=row["id"], action="edit", answers=[]).status_code == 422  # an answerable row needs answers
    assert page.act(id=row["id"], action="merge", **{"with": "nobody"}).status_code == 422
    assert page.client.post("/act", json={"id": row["id"], "action": "drop"}).status_code == 403
    assert page.client.get("/", headers={"Host": "evil.example"}).status_code == 403
    assert {f.name: f.read_bytes() for f in folder.glob("*.jsonl")} == before


def test_a_row_that_changes_after_its_review_counts_as_not_reviewed(folder: Path) -> None:
    page = Page(folder)
    shown = next(s for s in page.rows() if s["split"] == "test" and s["row"].get("answers"))
    page.act(id=shown["row"]["id"], action="accept")
    assert review_status(folder).kept == 1
    file = folder / "test.jsonl"
    file.write_text(file.read_text().replace(json.dumps(shown["row"]["question"])[1:-1], "What else?"))
    assert review_status(folder).kept == 0


def test_a_verdict_says_that_its_questions_were_not_reviewed(folder: Path) -> None:
    total = len(load_dataset(folder).test)
    said = f"On drafted questions: 0 of {total} test rows were reviewed by a person."
    assert review_stamp(folder) == said
    decision = Decision("pumps", "inconclusive", None, ("prompt", "rag"), {}, {}, stamp=review_stamp(folder))
    assert verdict_sentence(decision).endswith(said)
    page = Page(folder)
    for shown in page.rows():
        page.act(id=shown["row"]["id"], action="accept")
    assert review_stamp(folder) == ""


@pytest.mark.parametrize(
    ("known", "stamped"),
    [
        (ReviewStatus(False, 200, 0, 0), ""),
        (
            ReviewStatus(False, 200, 40, 6, kept=38),
            "On imported questions: of the 40 reviewed test rows 15% had a wrong",
        ),
        (ReviewStatus(True, 200, 99, 0, kept=99), "99 of 200 test rows were reviewed"),
        (ReviewStatus(True, 200, 100, 5, kept=100), ""),
        (ReviewStatus(True, 200, 100, 6, kept=100), "had a wrong answer"),
        (ReviewStatus(True, 100, 106, 6, kept=100), ""),  # all that is left was looked at
    ],
)
def test_fewer_than_100_or_more_than_one_in_twenty_wrong_is_stamped(known: ReviewStatus, stamped: str) -> None:
    assert (stamped in known.stamp()) if stamped else known.stamp() == ""
    if known.reviewed:
        assert known.interval == wilson(known.wrong, known.reviewed)
