"""The page in short."""

from reports.pages.markdown_page import markdown
from reports.run_folder import read_run


def test_it_carries_verdict_axes_differences_costs_and_caveats(make_run):
    run = read_run(make_run())
    text = markdown(run)
    assert text.startswith("# norrland: Use both: retrieval for what the model must know, fine-tuning")
    assert "**Verdict: hybrid** (mode `hybrid`)" in text
    assert "## Both axes" in text and "**Caveats**" in text
    for title in ("Why", "Paired differences", "Retrieval", "Abstention", "Costs"):
        assert f"<details>\n<summary>{title}</summary>\n\n" in text
    e = run.decision.axes["knowledge"]["rag"]
    assert f"| RAG | {100 * e.mean:.1f}\u00a0% ({100 * e.low:.1f} to {100 * e.high:.1f}, {e.n}) |" in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head(make_run, hostile_text):
    for block in markdown(read_run(make_run(modes=("base", "rag", "a|b"), hostile=hostile_text))).split("\n\n"):
        lines = block.splitlines()
        if block.startswith("|"):
            assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
            assert len(lines) > 2


def test_hostile_text_is_neither_markup_nor_link(make_run, hostile_text):
    text = markdown(read_run(make_run(caveats=(hostile_text,))))
    assert "<script" not in text and "<img" not in text
    assert "[x](" not in text
    assert "&lt;/script>" in text


def test_it_fits_a_comment_with_the_verdict_open_and_the_rest_folded(four_runs):
    for folder in four_runs:
        text = markdown(read_run(folder))
        assert len(text) < 65_536
        shown = text.split("<details>")[0]
        assert "**Verdict:" in shown and "## Both axes" in shown and "**Next**" in shown
        assert text.count("<details>") == text.count("</details>") == text.count("<summary>") > 3
