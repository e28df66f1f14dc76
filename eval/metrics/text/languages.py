"""The languages that the metrics know: denials, yes and no, refusals, numerals, dates, inflections."""

from __future__ import annotations

LANGUAGES = {
    "en": "English",
    "ko": "Korean",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "zh": "Chinese",
    "ja": "Japanese",
    "ru": "Russian",
    "ar": "Arabic",
}
"""By the code that dataset.yaml's `language` begins with; tests/eval/test_languages.py states what works in each."""
