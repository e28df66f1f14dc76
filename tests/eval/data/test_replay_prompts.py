"""General prompts to replay: how many, from where, and none that the retention battery asks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.data.replay_prompts import draw_prompts, read_prompts, replay_file
from eval.errors import UserError
from eval.retention.benchmark import find_battery, read_battery


def test_the_share_is_of_all_reply_rows() -> None:
    prompts = [str(i) for i in range(50)]
    assert len(draw_prompts(prompts, 0.1, 270, seed=0)) == 30  # 30 of 300
    assert len(draw_prompts(prompts, 0.5, 80, seed=0)) == 80
    assert draw_prompts(prompts, 0.2, 40, seed=0) != draw_prompts(prompts, 0.2, 40, seed=1)


def test_where_prompts_run_out_each_comes_equally_often() -> None:
    counts = Counter(draw_prompts(["a", "b", "c"], 0.5, 7, seed=0))
    assert sorted(counts.values()) == [2, 2, 3]


def test_the_bundled_prompts_are_none_of_the_batterys() -> None:
    def words(text: str) -> set[str]:
        return {w.strip(".,?!:\"'").lower() for w in text.split()}

    prompts = read_prompts(replay_file(None, Path()))
    asked = [p["text"] for p in read_battery(find_battery(None, Path())).prompts]
    assert len(set(prompts)) == len(prompts) == 64
    nearest = max(len(words(p) & words(q)) / len(words(p) | words(q)) for p in prompts for q in asked)
    assert nearest < 0.6


def test_a_missing_file_and_a_bad_row_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"key 'finetune\.replay_prompts': no file"):
        replay_file("mine.jsonl", tmp_path)
    (tmp_path / "mine.jsonl").write_text('{"text": "a"}\n{"prompt": "b"}\n', encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.jsonl:2: unknown key 'prompt'"):
        read_prompts(replay_file("mine.jsonl", tmp_path))
