from __future__ import annotations

import random

from rag.placed_passages import is_sectioned, is_tabular, section_passages, table_passages


def words(text: str) -> int:
    return len(text.split())


def test_every_row_is_whole_below_its_head_and_none_is_lost() -> None:
    drawn = random.Random(4)
    for _ in range(50):
        rows = [" | ".join(f"c{drawn.randrange(1000)}" for _ in range(3)) for _ in range(drawn.randrange(1, 60))]
        text = "## Pumps (A1:C9)\n\nPump | Lift | Price\n" + "\n".join(rows)
        pieces = list(table_passages(text, words, 40))
        assert all(piece.startswith("## Pumps (A1:C9)\nPump | Lift | Price\n") for piece in pieces)
        assert [line for piece in pieces for line in piece.split("\n")[2:]] == rows
        assert max(map(words, pieces)) <= 40


def test_a_second_sheet_has_its_own_head_and_a_wide_head_is_not_repeated() -> None:
    text = "## One (A1:B3)\n\na | b\n1 | 2\n\n## Two (A1:B2)\n\nc | d\n3 | 4"
    assert list(table_passages(text, words, 30)) == ["## One (A1:B3)\na | b\n1 | 2", "## Two (A1:B2)\nc | d\n3 | 4"]
    wide = " | ".join("head" for _ in range(20))
    assert list(table_passages(f"{wide}\n1 | 2\n3 | 4", words, 20)) == [wide, "1 | 2\n3 | 4"]


def test_spreadsheets_alone_are_cut_by_rows() -> None:
    assert is_tabular("a/Prices.XLSX")
    assert not is_tabular("notes.md")


def test_each_piece_of_a_slide_begins_with_its_head() -> None:
    text = "before\n## Slide 1: Pumps\n\none two three four\n## Slide 2\n## Slide 3: Seals\n\nfive six"

    def split(body: str, taken: int) -> list[str]:
        held = body.split()
        step = 6 - taken
        return [" ".join(held[i : i + step]) for i in range(0, len(held), step)]

    assert list(section_passages(text, split, words)) == [
        "before", "## Slide 1: Pumps\none", "## Slide 1: Pumps\ntwo", "## Slide 1: Pumps\nthree",
        "## Slide 1: Pumps\nfour",
        "## Slide 2", "## Slide 3: Seals\nfive", "## Slide 3: Seals\nsix",
    ]  # fmt: skip
    assert is_sectioned("a.pptx")
    assert not is_sectioned("a.md")
