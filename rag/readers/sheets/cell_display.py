"""A cell's value as its number format shows it (ECMA-376, part 1, 18.8.31)."""

from __future__ import annotations

import datetime
import re

_CONDITION = re.compile(r"\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+|[<>=]+[-\d.]+)\]", re.I)
_LOCALE = re.compile(r"\[\$([^\]-]*)(?:-[0-9A-Fa-f,]*)?\]")
_DATE_TOKEN = re.compile(r'"[^"]*"|\\.|\[h+\]|\[m+\]|\[s+\]|AM/PM|A/P|y+|m+|d+|h+|s+(?:\.0+)?|.', re.I | re.S)
_NUMBER = re.compile(r"(?:[#0?][#0?,]*(?:\.[#0?]*)?|\.[#0?]+),*")
_MONTHS_TEXT = "January February March April May June July August September October November December"
_MONTHS = _MONTHS_TEXT.split()
_GERMAN_TEXT = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
_GERMAN = _GERMAN_TEXT.split()
_DAYS_TEXT = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_DAYS = _DAYS_TEXT.split()
_GERMAN_DAYS_TEXT = "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"
_GERMAN_DAYS = _GERMAN_DAYS_TEXT.split()
BY_MACHINE = ("mm-dd-yy", "m/d/yy", "m/d/yyyy")
"""Formats whose look depends on the machine that shows them; they are written in the order year, month, day."""

Value = str | bool | int | float | datetime.datetime | datetime.date | datetime.time | datetime.timedelta | None


def displayed(value: Value, form: str = "General") -> str:
    """The text that a cell shows; a format that is not known shows the plain value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value, form)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return _moment(value, form)
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return str(value)


def _general(value: float) -> str:
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    text = f"{value:.10g}"
    return text if "e" not in text else f"{value:.15f}".rstrip("0") if abs(value) < 1 else text.upper()


def _number(value: float, form: str) -> str:
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', form)
    section, own_sign = sections[0], False
    if value < 0 and len(sections) > 1 and sections[1].strip():
        section, own_sign = sections[1], True
    elif value == 0 and len(sections) > 2 and sections[2].strip():
        section = sections[2]
    section = _CONDITION.sub("", section)
    section = _LOCALE.sub(lambda m: f'"{m[1]}"', section)
    if section.strip().lower() in ("general", "@", "") or re.search(r"[#0?](?:\.[#0?]*)?E[+-]", section):
        return _general(value)
    masked, literals = _without_literals(section)
    pattern = _NUMBER.search(masked)
    if pattern is None:
        return _restored(masked, literals).strip() or _general(value)
    if "/" in masked:  # a fraction such as 1 1/2
        return _general(value)
    scaled = abs(value) * 100 ** masked.count("%")
    digits = pattern[0]
    while digits.endswith(","):
        digits, scaled = digits[:-1], scaled / 1000
    text = _digits(scaled, digits)
    shown = masked[: pattern.start()] + text + masked[pattern.end() :]
    shown = _restored(shown, literals)
    return ("-" if value < 0 and not own_sign and re.search(r"[1-9]", text) else "") + " ".join(shown.split())


def _digits(value: float, pattern: str) -> str:
    whole, _, decimals = pattern.partition(".")
    text = f"{value:.{len(decimals)}f}"
    head, _, tail = text.partition(".")
    must = len(decimals.rstrip("#?"))
    while len(tail) > must and tail.endswith("0"):
        tail = tail[:-1]
    head = head.rjust(whole.replace(",", "").count("0"), "0") if head != "0" or "0" in whole else ""
    if "," in whole and head:
        head = f"{int(head):,}".rjust(len(head), "0")
    return f"{head}.{tail}" if tail else head


def _without_literals(section: str) -> tuple[str, list[str]]:
    literals: list[str] = []

    def hide(match: re.Match[str]) -> str:
        found = match[0]
        literals.append(
            found[1:-1] if found[0] == '"' else " " if found[0] == "_" else "" if found[0] == "*" else found[1:]
        )
        return chr(0xE000 + len(literals) - 1)

    return re.sub(r'"[^"]*"|\\.|_.|\*.', hide, section), literals


def _restored(text: str, literals: list[str]) -> str:
    return re.sub("[\ue000-\uf8ff]", lambda m: literals[ord(m[0]) - 0xE000], text)


def _moment(value: datetime.datetime | datetime.date | datetime.time, form: str) -> str:
    section = _CONDITION.sub("", form.split(";")[0])
    german = bool(re.search(r"\[\$[^\]]*-(?:0?407|0?C07|0?807)\]", section, re.I))
    section = _LOCALE.sub(lambda m: f'"{m[1]}"', section).strip()
    if section.lower() in BY_MACHINE:
        section = "yyyy-mm-dd"
    elif section.lower() == "m/d/yy h:mm":
        section = "yyyy-mm-dd h:mm"
    elif section.lower() == "general":
        return value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
    tokens = _DATE_TOKEN.findall(section)
    half = any(t.upper() in ("AM/PM", "A/P") for t in tokens)
    return "".join(_part(value, tokens, i, half, german) for i in range(len(tokens))).strip()


def _part(
    value: datetime.datetime | datetime.date | datetime.time, tokens: list[str], i: int, half: bool, german: bool
) -> str:
    token = tokens[i]
    kind = token[0].lower()
    if token[0] == '"':
        return token[1:-1]
    if token[0] == "\\":
        return token[1:]
    if kind == "[":
        kind = token[1].lower()
        token = token.strip("[]")
    hour, minute, second = (getattr(value, name, 0) for name in ("hour", "minute", "second"))
    if kind == "h":
        shown = (hour % 12 or 12) if half else hour
        return f"{shown:02}" if len(token) > 1 else str(shown)
    if kind == "s":
        return f"{second:02}" if len(token.split(".")[0]) > 1 else str(second)
    if kind == "a" and "/" in token:
        return "PM" if hour >= 12 else "AM"
    if kind == "m" and _is_minute(tokens, i):
        return f"{minute:02}" if len(token) > 1 else str(minute)
    if isinstance(value, datetime.time) or kind not in "ymd":
        return "" if kind in "ymd" else token
    return _day_part(value, kind, len(token), german)


def _day_part(value: datetime.date, kind: str, length: int, german: bool) -> str:
    if kind == "y":
        return f"{value.year:04}" if length > 2 else f"{value.year % 100:02}"
    if kind == "m":
        name = (_GERMAN if german else _MONTHS)[value.month - 1]
        return {1: str(value.month), 2: f"{value.month:02}", 3: name[:3], 5: name[0]}.get(length, name)
    name = (_GERMAN_DAYS if german else _DAYS)[value.weekday()]
    return {1: str(value.day), 2: f"{value.day:02}", 3: name[:2] if german else name[:3]}.get(length, name)


def _is_minute(tokens: list[str], i: int) -> bool:
    """Whether an m is minutes: behind an hour or before seconds."""
    if len(tokens[i]) > 2:
        return False
    codes = [t.strip("[]")[0].lower() if re.match(r"\[?[ymdhs]", t, re.I) else "" for t in tokens]
    before = next((c for c in reversed(codes[:i]) if c), "")
    after = next((c for c in codes[i + 1 :] if c), "")
    return before == "h" or after == "s"
