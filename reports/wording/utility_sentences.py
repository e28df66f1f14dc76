"""Which mode loses least in money, by what a right answer is worth, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from reports.wording.phrases import label


def utility_sentences(
    changes: Sequence[tuple[float, str]], best: str | None, worth: float | None, currency: str, *, placeholders: bool
) -> list[str]:
    """`changes`: from which worth of a right answer on which mode loses least; empty: nothing to say."""
    if not changes:
        return []
    steps = [f"{label(changes[0][1])} loses least while right answers are worth little"]
    steps += [f"{label(m)} from {_amount(1000 * w)} {currency} for a thousand of them on" for w, m in changes[1:]]
    said = ["; ".join(steps) + (" (by placeholder prices; give yours with --prices)." if placeholders else ".")]
    if best is not None and worth is not None:
        said.append(f"At {worth:g} {currency} a right answer {label(best)} has the least expected loss.")
    return said


def _amount(value: float) -> str:
    """Two digits of a sum, written out."""
    return "under 0.0001" if value < 1e-4 else f"{float(f'{value:.2g}'):.4f}".rstrip("0").rstrip(".")
