"""What the benchmark of retrieval keeps between two calls, and how it shows it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.retrieval import Rows, shown


def test_a_row_is_measured_once_for_what_it_depends_on(tmp_path: Path) -> None:
    file, made = tmp_path / "build" / "kept.json", []

    def measure() -> list[object]:
        made.append(1)
        return ["set", len(made)]

    assert Rows(file, again=False).get(("set", 1), measure) == ["set", 1]
    assert Rows(file, again=False).get(("set", 1), measure) == ["set", 1]
    assert Rows(file, again=False).get(("set", 2), measure) == ["set", 2]
    assert Rows(file, again=True).get(("set", 1), measure) == ["set", 3]


def test_the_default_is_shown_against_dense_and_against_the_better_of_both() -> None:
    assert shown(["a", 10, 4, 0.5, 0.8, 1.0])[3:] == ["0.500", "0.800", "1.000", "2.00x", "1.25x"]
    assert shown(["b", 10, 4, [0.8, 0.4], [0.0, 0.0], [0.6, 0.3]])[3:] == [
        "0.800 / 0.400", "0.000 / 0.000", "0.600 / 0.300", "0.75x", "0.75x",
    ]  # fmt: skip
