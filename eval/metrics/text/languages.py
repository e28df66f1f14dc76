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
"""By the code that `language` in dataset.yaml begins with; tests/eval/metrics/text/test_languages.py tries each."""
