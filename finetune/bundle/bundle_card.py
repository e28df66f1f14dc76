"""The card of a bundle: what it answers, how it scored, whether it is fit for use, and how it is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eval.analysis.cost_said import cost_said
from eval.arms.modes import MODES
from eval.errors import UserError
from eval.verdict.decide import read_decision, verdict_sentence
from eval.verdict.fitness_tests import fitness_tests
from finetune.base_names import base_id
from finetune.hub.card_language import card_in
from reports.wording.fitness_sentence import ANSWERS, invented, risk_words

if TYPE_CHECKING:
    from eval.arms.resources import Resources


def bundle_card(resources: Resources, mode: str, name: str, *, shots: int, language: str | None = None) -> str:
    """The whole README.md; it quotes no row of the data set. `shots` is how many the mode's prompt shows.

    In `language`, by default that of the data set, where there is a table of it; else in English.
    """
    spec, config = MODES[mode], resources.run_config
    takes = [f"the base `{base_id(config.model)}`"]
    takes += ["an adapter trained for it"] if spec.adapter else []
    takes += [f"an index of passages and the embedder `{base_id(config.embedder)}`"] if spec.retrieves else []
    holds = "No row of the data set is in this folder"
    if shots:
        holds = f"Of the rows of the data set, {shots} are in this folder, which its prompt shows"
    holds += "; the passages of its corpus are." if spec.retrieves else "."
    card = f"""# {name}

Answers questions like those of the data set `{config.dataset.name}` by the mode `{mode}` ({spec.why}), with
{", ".join(takes)}. {holds}

## Scores

{_scores(resources, mode)}

## Use

    finetune serve {name}

answers OpenAI clients on this machine, and first tries the bundle by a question of its own. Decoding is greedy unless a
client asks for something else. It was measured on nothing but the above: treat what it says as a draft. Give the folder
to those alone who may read {"the corpus" if spec.retrieves else "the data set"}.
"""
    return card_in(card, language or config.dataset.language)


def _scores(resources: Resources, mode: str) -> str:
    try:
        decision = read_decision(resources.run)
    except (OSError, UserError):
        return "It was not scored."
    lines = ["| | share | 95 % interval | n | wanted |", "|---|---|---|---|---|"]
    for t in fitness_tests(decision, mode):
        what = "Wrong with confidence" if t.what == "risk" else t.what.capitalize()
        wanted = "" if t.wanted is None else f"{'at most ' if t.what == 'risk' else ''}{t.wanted:g}, {t.outcome}"
        e = t.estimate
        lines.append(f"| {what} | {e.mean:.2f} | {e.low:.2f} to {e.high:.2f} | {e.n} | {wanted} |")
    risk = decision.risk.get(mode)
    said = [f"{risk_words(risk.wrong)}. {invented(decision, (mode,))}".strip()] if risk else []
    said += filter(None, [cost_said(resources.run, decision, mode)])
    return "\n".join([
        f"Verdict of the comparison: {verdict_sentence(decision)}", "",
        " ".join((f"Fit for use: {ANSWERS[decision.fits.get(mode, 'not_shown')]}.", *said)), "", *lines,
    ])  # fmt: skip
