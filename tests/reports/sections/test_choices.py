"""The verdict by tag and the least expected loss on the page and in Markdown."""

from eval.analysis.analyse import analyse
from eval.files import read_json, write_json
from reports.pages.markdown_page import markdown
from reports.pages.page import html
from reports.run_folder import read_run

TAG = {"tag": "<b>numbers", "n": 60, "groups": 55.0, "strategy": "rag", "mode": "rag", "candidates": ["rag"],
       "error": 0.025}  # fmt: skip


def test_the_page_shows_tags_and_losses_as_text(make_run, tmp_path) -> None:
    run = make_run()
    prices = tmp_path / "prices.yaml"
    prices.write_text("currency: EUR\nright_answer_worth: 0.5\n")
    analyse(run, prices)
    found = read_json(run / "utility.json")
    assert found["worth"] == 0.5 and found["best"] in found["modes"]
    write_json(run / "segments.json", {"segments": [TAG], "words": ["For <b>numbers the verdict is RAG alone (RAG)."]})
    page, text = html(read_run(run)), markdown(read_run(run))
    for shown in (page, text):
        assert "By what a right answer is worth" in shown and "has the least expected loss" in shown
        assert "For &lt;b>numbers the verdict" in shown or "For &lt;b&gt;numbers the verdict" in shown
    assert "<b>numbers" not in page


def test_a_run_without_these_files_has_no_such_section(make_run) -> None:
    run = make_run()
    for name in ("segments", "utility"):
        (run / f"{name}.json").unlink(missing_ok=True)
    assert 'id="choices"' not in html(read_run(run)) and "Other choices" not in markdown(read_run(run))
