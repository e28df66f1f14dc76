"""Answers that are compared as what they are and not as words: quantities and codes."""

from __future__ import annotations

from dataclasses import replace

from eval.metrics.asked import equals, spoken
from eval.metrics.codes import is_code, stands
from eval.metrics.equality import EXACT
from eval.metrics.figures import calculated, concluding
from eval.metrics.quantity import Quantity, lone_quantity, quantities


def literally(given: str, answer: str, question: str = "", tolerance: float = EXACT) -> bool | None:
    """Whether a quantity or code that is an accepted answer stands in a text; None where the answer is neither."""
    if is_code(answer):
        return stands(given, answer)
    language = spoken(question, answer, given)
    if not any(c.isnumeric() for c in answer) and len(answer) > 60:
        return None
    wanted = lone_quantity(answer, language)
    if wanted is None:
        return None
    if calculated(given):
        said = concluding(given, wanted, question, language)
        return said is not None and equals(wanted, said, question, tolerance)
    found = quantities(given, language)
    return any(equals(wanted, q, question, tolerance) for q in found) or _both_ends(wanted, found, question, tolerance)


def _both_ends(wanted: Quantity, found: tuple[Quantity, ...], question: str, tolerance: float) -> bool:
    """Whether both ends of a range stand apart, in their order: started in 1881 and finished in 1885."""
    if wanted.high is None or wanted.unit in ("date", "clock"):
        return False
    low, high = replace(wanted, high=None, bound=""), replace(wanted, value=wanted.high, high=None, bound="")
    places = [i for i, q in enumerate(found) if equals(low, q, question, tolerance)]
    return bool(places) and any(equals(high, q, question, tolerance) for q in found[places[0] + 1 :])
