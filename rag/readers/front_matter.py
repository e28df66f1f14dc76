"""The settings that tools for web pages and notes keep at the head of a text file."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from eval.data.yaml_text import parse_yaml
from eval.errors import UserError

_FENCES = {"---": ("---", "..."), "+++": ("+++",), ";;;": (";;;",)}
_KNOWN_TEXT = (
    "aliases author authors categories category created date description draft id keywords lang language lastmod "
    "layout license owner permalink published revision sidebar_label slug status subtitle summary tag tags template "
    "title toc type updated version weight"
)
_KNOWN = frozenset(_KNOWN_TEXT.split())
_KEY = re.compile(r"^[\"']?([\w.-]+)[\"']?[ \t]*:(?:[ \t]+|$)")


def split_front_matter(text: str) -> tuple[str, str]:
    """(title, text without its front matter); both as they are where there is none.

    Front matter is a first line of `---`, `+++` or `;;;`, settings in YAML, TOML or JSON, and that line again. A rule
    of `---` above ordinary text is not: its lines are no settings, or have keys that nobody writes there.
    """
    first, _, rest = text.partition("\n")
    fence = first.rstrip()
    if fence not in _FENCES:
        return "", text
    lines = rest.split("\n")
    end = next((i for i, line in enumerate(lines) if line.rstrip() in _FENCES[fence]), None)
    if end is None:
        return "", text
    block = "\n".join(lines[:end])
    settings = {"---": _yaml, "+++": _toml, ";;;": _json}[fence](block)
    if settings is None:
        return "", text
    title = next((v for k, v in settings.items() if k.casefold() == "title"), "")
    return " ".join(title.split()) if isinstance(title, str) else str(title), "\n".join(lines[end + 1 :]).lstrip("\n")


def _yaml(block: str) -> dict[str, Any] | None:
    """The settings, or None where this is text between two rules; `title: Corvo: manual` is taken as written."""
    lines = [line for line in block.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    keys = [m[1] for line in lines if (m := _KEY.match(line))]
    if not lines:
        return {}
    others = [line for line in lines if not _KEY.match(line) and not re.match(r"\s|- |[\]}]", line)]
    if others or not keys or not _KEY.match(lines[0]):
        return None
    if not any(key.casefold() in _KNOWN for key in keys) and any(key != key.lower() for key in keys):
        return None
    try:
        found = parse_yaml(block, "")
    except UserError:
        found = None
    raw = {m[1]: line[m.end() :].strip().strip("\"'") for line in lines if (m := _KEY.match(line))}
    if not isinstance(found, dict):
        return raw
    return {str(k): v if isinstance(v, str) else raw.get(str(k), "") for k, v in found.items()}


def _toml(block: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(block)
    except tomllib.TOMLDecodeError:
        return None


def _json(block: str) -> dict[str, Any] | None:
    try:
        found = json.loads(block if block.lstrip().startswith("{") else f"{{{block}}}")
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
