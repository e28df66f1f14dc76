"""YAML as people mean it: words stay words, numbers are decimal, and a key that stands there twice is an error.

PyYAML follows YAML 1.1, where `no` is false, `12:30` is 750, `010` is 8, `2024-03-01` is a date and `2e-4` is a string.
Here a plain scalar is what YAML 1.2's core schema says, but for numbers with leading zeros, which stay text: the one
reading of `010` would be 8 and the other 10.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from eval.data.jsonl import read_utf8
from eval.errors import UserError

_SCALARS = (
    ("bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    ("int", re.compile(r"^(?:[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+)$"), "-+0123456789"),
    (
        "float",
        re.compile(
            r"^(?:[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        "-+0123456789.",
    ),
    ("null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("merge", re.compile(r"^<<$"), "<"),
)


class _Loader(yaml.SafeLoader):
    """A safe loader with these scalars, which refuses a key twice."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        lines: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                line = key.start_mark.line + 1
                if (key.tag, key.value) in lines:
                    raise _Twice(key.value, lines[key.tag, key.value], line)
                lines[key.tag, key.value] = line
        return node


class _Dumper(yaml.SafeDumper):
    """A safe dumper that quotes every string which either YAML would take for something else."""


class _Twice(Exception):
    def __init__(self, key: str, first: int, line: int) -> None:
        self.key, self.first, self.line = key, first, line


def _int(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    base = 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10
    return int(text, base)


def _float(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(str(loader.construct_scalar(node)).replace(".inf", "inf").replace(".nan", "nan").lower().lstrip("+"))


_Loader.yaml_implicit_resolvers = {}  # a copy of our own: none of YAML 1.1
for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", _pattern, list(_first))
    if _name in ("int", "float"):
        _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", _pattern, list(_first))
_Loader.add_constructor("tag:yaml.org,2002:int", _int)
_Loader.add_constructor("tag:yaml.org,2002:float", _float)


def parse_yaml(text: str, where: str) -> Any:
    """The value of a YAML text; raises UserError that begins with `where` and the line."""
    try:
        return yaml.load(text, _Loader)
    except _Twice as twice:
        place = f"line {twice.first}" if twice.first != twice.line else "the same line"
        raise UserError(
            f"{where}: line {twice.line}: key '{twice.key}' stands there twice, first on {place}; keep one"
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise UserError(f"{where}:{line} bad YAML: {problem}; correct the syntax there") from None
    except RecursionError:
        raise UserError(f"{where}: bad YAML: nested too deeply; write it flatter") from None
    except ValueError as error:
        raise UserError(f"{where}: bad YAML: {error}; correct the value") from None


def read_yaml(path: Path) -> Any:
    """The value of a YAML file; raises UserError that names the file and line."""
    return parse_yaml(read_utf8(path), str(path))


def dump_yaml(value: Any) -> str:
    """A value as YAML that `parse_yaml` and YAML 1.1 read alike; keys stay in their order."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True))
