from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval.analysis.economics import read_prices
from eval.config import read_dataset_config
from eval.data.yaml_text import dump_yaml, parse_yaml
from eval.errors import UserError

HEAD = "name: s\ninstruction: Answer.\n"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2e-4", 2e-4), ("1e-3", 1e-3), ("1E5", 1e5), ("2.0e-4", 2e-4), ("1.5E+3", 1500.0), (".5", 0.5),
        ("-1e-2", -0.01), ("5", 5), ("0", 0), ("0x1F", 31), ("0o17", 15), (".inf", math.inf),
        ("true", True), ("False", False),
        ("null", None), ("~", None), ("", None),
        ("no", "no"), ("No", "No"), ("off", "off"), ("yes", "yes"), ("on", "on"), ("y", "y"), ("12:30", "12:30"),
        ("1:30:00", "1:30:00"), ("010", "010"), ("007", "007"), ("2024-03-01", "2024-03-01"), ("1_000", "1_000"),
        ("1.0.0", "1.0.0"), ("'2e-4'", "2e-4"), ("e5", "e5"), ("1e", "1e"),
    ],
)  # fmt: skip
def test_a_plain_value_is_what_a_person_means(written: str, value: Any) -> None:
    found = parse_yaml(f"key: {written}\n", "x")["key"]
    assert (found, type(found)) == (value, type(value))


def test_what_is_dumped_is_read_alike_by_both_yamls() -> None:
    texts = ["1e3", "no", "2024-03-01", "0x10", "null", "12:30", "010", "1.5", "<<", "~", "", "y", "Änderung", "a: b"]
    value = {"texts": texts, "numbers": [1e-5, 1e300, 0, -3, 0.1], "nothing": None, "truth": True}
    assert parse_yaml(dump_yaml(value), "x") == value == yaml.safe_load(dump_yaml(value))


@pytest.mark.parametrize(
    ("text", "key", "line", "first"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", 3, "line 1"),
        ("o:\n  a: 1\n  b: 2\n  a: 1\n", "a", 4, "line 2"),
        ("o: {a: 1, a: 1}\n", "a", 1, "the same line"),
        ("- a: 1\n  'a': 2\n", "a", 2, "line 1"),
        ("x: [{p: {k: 1,\n k: 2}}]\n", "k", 2, "line 1"),
    ],
)
def test_a_key_that_stands_there_twice_is_named_with_its_lines(text: str, key: str, line: int, first: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_yaml(text, "f.yaml")
    assert str(caught.value) == f"f.yaml: line {line}: key '{key}' stands there twice, first on {first}; keep one"


def test_merged_keys_may_be_replaced() -> None:
    text = "m: &m {a: 1, b: 1}\nn: &n {<<: *m, a: 2}\no: {<<: *n, b: 3}\n"
    assert parse_yaml(text, "x") == {"m": {"a": 1, "b": 1}, "n": {"a": 2, "b": 1}, "o": {"a": 2, "b": 3}}


def test_the_settings_of_a_data_set_are_read_so(tmp_path: Path) -> None:
    file = tmp_path / "dataset.yaml"
    file.write_text(f"{HEAD}language: no\nrefusal: No\nfinetune: {{learning_rate: 2e-4}}\n", encoding="utf-8")
    config = read_dataset_config(file)
    assert (config.language, config.refusal, config.finetune.learning_rate) == ("no", "No", 2e-4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("finetune: {watch_retention: yes}\n", "found 'yes'; write true or false"),
        ("refusal: 12\n", "found 12; put it in quotes"),
        ("refusal: true\n", "found True; put it in quotes"),
        ("finetune: {epochs: 010}\n", "found '010'; write 10"),
        ("retrieval: {chunk_tokens: 1_000}\n", "found '1_000'; write 1000"),
        ("retrieval: {top_k: 4}\nretrieval: {top_k: 8}\n", "line 4: key 'retrieval' stands there twice"),
        ("knowledge: {target: 0.9, metric: f1, target: 0.8}\n", "line 3: key 'target' stands there twice"),
    ],
)
def test_what_cannot_be_meant_is_named_with_the_way_to_write_it(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "dataset.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_dataset_config(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert expected in str(caught.value)


def test_prices_are_read_by_the_same_rules(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("machine_per_hour: 3e-1\n", encoding="utf-8")
    assert read_prices(file).machine_per_hour == 0.3
    file.write_text("machine_per_hour: 1\nmachine_per_hour: 2\n", encoding="utf-8")
    with pytest.raises(UserError, match="key 'machine_per_hour' stands there twice"):
        read_prices(file)


def test_an_error_is_one_line_and_exit_code_2(tmp_path: Path, call: Callable[..., Any]) -> None:
    from eval.cli import app

    (tmp_path / "dataset.yaml").write_text(f"{HEAD}name: t\n", encoding="utf-8")
    done = call(app, tmp_path, "--check")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        f"error: {tmp_path}/dataset.yaml: line 3: key 'name' stands there twice, first on line 1; keep one"
    ]
