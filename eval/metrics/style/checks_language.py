"""The check of the language that a reply is written in."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from eval.metrics.style.check import Fails, StyleContext, check

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = (
    *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ga", "gu", "he", "hi", "hr"),
    *("hu", "id", "is", "it", "ja", "kn", "ko", "lt", "lv", "ml", "mr", "ms", "mt", "ne", "nl", "no", "pa", "pl", "pt"),
    *("ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh"),
)
"""ISO 639-1; the identifier knows a hundred more, and takes short replies for them when it may."""
_SAME = {"nb": "no", "nn": "no"}
_NO_LANGUAGE = "zxx"
SHOWN = 0.5
"""Another language counts as shown from this probability, when the wanted one has no more than `DOUBT`."""
DOUBT = 0.1
RULED_OUT = 0.001
"""Below this probability the wanted language is ruled out, even where it cannot be told which other one it is."""
_NOT_PROSE = re.compile(
    r"```.*?```|`[^`\n]*`|https?://\S+|(?<![\w-])[\w-]++(?:[/\\._@][\w-]++)+|(?<!\w)\w*\d[\w.,:]*", re.DOTALL | re.ASCII
)
"""Code, addresses, file names and numbers: they are the same in every language."""
_LONGEST = 4000


@check("language")
def language_check(argument: Any, context: StyleContext) -> Fails:
    """No other language than the given one is shown; of JSON, the string values count.

    What is too short to tell passes: only a shown fault counts, and leaving such replies out would compare modes by
    their long replies alone. Identifier: py3langid, its models in the package (Lui and Baldwin 2012, ACL).
    """
    wanted = _SAME.get(argument, argument) if isinstance(argument, str) else argument
    if wanted not in LANGUAGES:
        raise ValueError(f"expected the code of a language, found {argument!r}; known: {', '.join(LANGUAGES)}")

    def fails(reply: str) -> str:
        found = shown_language(prose(reply), wanted)
        return f"is not in '{wanted}', more likely in '{found}'" if found else ""

    return fails


def shown_language(text: str, wanted: str) -> str:
    """The code of a language other than the wanted one that a text is shown to be written in, or an empty string."""
    if not any(c.isalpha() for c in text):
        return ""
    ranked = [(str(code), float(p)) for code, p in _identifier().rank(text[:_LONGEST])]
    best, probability = ranked[0]
    chance = dict(ranked)[wanted]
    certain = chance < RULED_OUT and sum(w[0].islower() for w in text.split()) >= 2  # two words that are no names
    shown = certain or (probability >= SHOWN and chance <= DOUBT)
    return best if shown and best not in (wanted, _NO_LANGUAGE) else ""


def prose(reply: str) -> str:
    """What of a reply is written in a language: of JSON its string values, and no code, addresses or numbers."""
    try:
        strings = _strings(json.loads(reply))
    except (ValueError, RecursionError):
        strings = [reply]
    text = _NOT_PROSE.sub(" ", "\n".join(strings))
    return text.encode("utf-8", "ignore").decode("utf-8").strip()


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inner for text in _strings(item)]


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*LANGUAGES, _NO_LANGUAGE])
    return identifier
