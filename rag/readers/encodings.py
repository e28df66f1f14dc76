"""Text files in the encodings that people have: UTF-8 and UTF-16, and old ones that show by their letters."""

from __future__ import annotations

import re
from pathlib import Path

from eval.data.jsonl import MARKS, decode, likely_encoding, read_raw, unix_lines

OLD = ("windows-1252", "cp949", "shift_jis", "gb18030", "windows-1251", "koi8-r", "utf-16-le", "utf-16-be")
"""Encodings that a text is read in where it is not UTF-8 and plainly in one of these."""
_WESTERN = re.compile(r"[\u00a0-\u00ff‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]")
"""What text in Windows-1252 has beyond ASCII."""
LETTERS = 0.5
"""Of these, the least share that are letters or marks of typography beside letters."""


def decoded(file: Path) -> tuple[str, str]:
    """(text with `\\n` line ends, the encoding where it is an old one); raises UserError naming the first bad byte."""
    return decoded_bytes(read_raw(file), file)


def decoded_bytes(data: bytes, file: Path) -> tuple[str, str]:
    """`decoded` of bytes that were read from a file."""
    if not any(data.startswith(sign) for sign, _ in MARKS):
        try:
            data.decode("utf-8")
            strange = data.count(0) > len(data) // 4  # ASCII letters in UTF-16 are valid UTF-8 with zeros between
        except UnicodeDecodeError:
            strange = True
        if strange and (likely := likely_encoding(data)) in OLD and (text := _text(data, likely)) is not None:
            return unix_lines(text), likely
    return unix_lines(decode(data, file)), ""


def _text(data: bytes, encoding: str) -> str | None:
    """The text in an encoding; None where it cannot be decoded, or is no text in a Western one."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    if encoding != "windows-1252":
        return text
    signs = [c for c in text if ord(c) > 127]
    controls = sum(c < " " and c not in "\t\n\r\f" for c in text)
    western = sum(bool(_WESTERN.fullmatch(c)) for c in signs)
    beside = len(
        re.findall(r"[A-Za-z][\u00c0-\u00ff]|[\u00c0-\u00ff][A-Za-z]|[‘’“”„–—…€£§°«»‹›·•©®\u00a0½²³±µ×]", text)
    )
    return text if not controls and western == len(signs) and beside >= LETTERS * len(signs) else None
