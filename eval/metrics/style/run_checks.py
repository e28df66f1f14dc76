"""Is it said as wanted? The checks of dataset.yaml as functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.metrics.sql import sql_check  # noqa: F401 - each registers its checks
from eval.metrics.style import (
    checks_content,  # noqa: F401 - each registers its checks
    checks_form,  # noqa: F401 - each registers its checks
    checks_language,  # noqa: F401 - each registers its checks
    checks_layout,  # noqa: F401 - each registers its checks
    checks_length,  # noqa: F401 - each registers its checks
    checks_tone,  # noqa: F401 - each registers its checks
)
from eval.metrics.style.check import CHECKS, Check, Samples, StyleContext, check

__all__ = ["CHECKS", "Check", "Samples", "StyleContext", "build_checks", "check"]


def build_checks(
    checks: Sequence[Any],
    *,
    documents: Collection[str],
    refusal: str | None,
    where: str,
    folder: Path,
    samples: Samples | None = None,
) -> list[Check]:
    """The checks of dataset.yaml as functions; raises UserError naming `where`, the key and the fix.

    `samples` are the replies that a check may learn from; without them such a check judges nothing.
    """
    context = StyleContext(frozenset(documents), refusal, folder, samples)
    built: list[Check] = []
    for i, entry in enumerate(checks):
        key = f"{where}: key 'style.checks[{i}]'"
        if not isinstance(entry, dict) or len(entry) != 1:
            raise UserError(f"{key}: expected one check such as `words: {{max: 40}}`, found {entry!r}")
        ((name, argument),) = entry.items()
        if name not in CHECKS:
            raise UserError(f"{key}: unknown check '{name}'; known: {', '.join(CHECKS)}")
        try:
            fails = CHECKS[name](argument, context)
        except ValueError as error:
            raise UserError(f"{key}: {name}: {error}") from None
        label = name if sum(name in e for e in checks if isinstance(e, dict)) == 1 else f"{name}#{i}"
        built.append(Check(label, fails))
    return built
