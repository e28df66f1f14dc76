"""The model card of a published adapter or merged model, made from its run; it quotes no row of the data set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from eval.analysis.cost_said import cost_said
from eval.arms.modes import MODES
from eval.config import DEFAULT_MODEL
from eval.files import read_json
from eval.strategies import ADAPTERS
from eval.verdict.decide import read_decision
from finetune.adapter import MANIFEST as TRAINING
from finetune.base_names import DEFAULT_LICENCE, base_id, is_local
from finetune.hub.card_language import card_in
from reports.wording.fitness_sentence import ANSWERS, invented

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from finetune.export.atomic_folders import Tuned


def base_licence(model: str, folder: Path, api: HfApi | None) -> str | None:
    """The base's licence from the card in its folder, else from the Hub's where `api` may ask; None: not known."""
    if model == DEFAULT_MODEL:
        return DEFAULT_LICENCE
    if (folder / "README.md").is_file() and (named := _front_matter(folder / "README.md").get("license")):
        return str(named)
    if api is None or is_local(model):
        return None
    from huggingface_hub.errors import HfHubHTTPError

    try:
        card = api.model_info(model).card_data
    except (HfHubHTTPError, OSError):
        return None
    return str(card.license) if card and card.license else None


def _front_matter(readme: Path) -> dict[str, Any]:
    parts = readme.read_text(encoding="utf-8", errors="replace").split("---", 2)
    try:
        found = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0].strip() else {}
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def model_card(
    tuned: Tuned, repo: str, *, licence: str | None, manifest: Mapping[str, Any], language: str | None = None
) -> str:
    """The whole README.md: metadata that the Hub reads, then what the model is, was trained from, scored and is for.

    In `language`, by default that of the data set, where there is a table of it; else in English.
    """
    from huggingface_hub import ModelCardData

    from eval.analysis.model_index import eval_results

    config, merged = tuned.plan.config, manifest["form"] == "merged"
    name = repo.rsplit("/", 1)[-1]
    data = ModelCardData(
        model_name=name,
        base_model=None if is_local(config.model) else base_id(config.model),
        library_name="transformers" if merged else "peft",
        pipeline_tag="text-generation",
        language=config.dataset.language,
        license=licence,
        tags=["rag-or-finetune", "qlora", tuned.name] + ([] if merged else ["lora"]),
        eval_results=eval_results(tuned.plan.folder, tuned.name) if is_compared(tuned) else None,
    )
    sections = [
        f"---\n{data.to_yaml()}\n---",
        f"# {name}",
        _what(tuned, merged),
        "## Scores\n\n" + _scores(tuned),
        "## Training\n\n" + _training(tuned),
        "## Intended use\n\n" + _use(tuned),
        "## Licence\n\n" + _licence(base_id(config.model), licence),
    ]
    if merged:
        sections.insert(-1, "## Agreement\n\n" + _agreement(manifest))
    return card_in("\n\n".join(sections) + "\n", language or config.dataset.language)


def _what(tuned: Tuned, merged: bool) -> str:
    config = tuned.plan.config
    kind = "A merged model: the base with its QLoRA adapter added" if merged else "A QLoRA adapter"
    return (
        f"{kind}, of `{base_id(config.model)}`, tuned on the data set `{config.dataset.name}` "
        f"({'with retrieved passages in its prompts' if tuned.name == 'hybrid' else 'closed-book'}). "
        "The data set is not part of this repository."
    )


def is_compared(tuned: Tuned) -> bool:
    """Whether the run has a verdict; an adapter that was trained alone has none yet."""
    return (tuned.plan.folder / "decision.json").is_file()


def _scores(tuned: Tuned) -> str:
    if not is_compared(tuned):
        return "Not compared yet: `evaluate` scores it on the data set's test questions, which training did not see."
    decision = read_json(tuned.plan.folder / "decision.json")
    lines = ["| axis | mean | 95 % interval | n | base model |", "|---|---|---|---|---|"]
    for axis, arms in decision["axes"].items():
        if tuned.name in arms:
            own, base = arms[tuned.name], arms.get("base")
            lines.append(
                f"| {axis.capitalize()} | {own['mean']:.2f} | {own['low']:.2f} to {own['high']:.2f} | {own['n']} "
                f"| {'' if base is None else format(base['mean'], '.2f')} |"
            )
    if kept := decision.get("retention", {}).get(tuned.name):
        lines.append(
            f"| Retention after tuning | {kept['mean']:.2f} | {kept['low']:.2f} to {kept['high']:.2f} | {kept['n']} | |"
        )
    if found := decision.get("risk", {}).get(tuned.name):
        own, base = found["wrong"], decision["risk"].get("base")
        lines.append(
            f"| Wrong with confidence | {own['mean']:.2f} | {own['low']:.2f} to {own['high']:.2f} | {own['n']} "
            f"| {'' if base is None else format(base['wrong']['mean'], '.2f')} |"
        )
    intro = "On the data set's test questions, which training did not see. "
    intro += f"Verdict of the comparison: {verdict_words(decision)}."
    if fit := decision.get("fits", {}).get(tuned.name):
        intro += f" Fit for use, by the targets of the data set: {ANSWERS[fit]}."
    read = read_decision(tuned.plan.folder)
    cost = cost_said(tuned.plan.folder, read, tuned.name)
    intro = " ".join(filter(None, (intro, invented(read, (tuned.name,)), cost)))
    lost = decision.get("left_out", {}).get(tuned.name)
    return "\n".join([intro + (f" This adapter was left out of it, for it did not learn: {lost}." if lost else ""), "",
                      *lines])  # fmt: skip


def verdict_words(decision: Mapping[str, Any]) -> str:
    """The verdict as a card names it; what misses its target is never named without saying so."""
    if decision["mode"] is None:
        return "inconclusive"
    label = MODES[decision["mode"]].label
    if decision["strategy"] == "none":
        return f"nothing tried is good enough ({label} comes nearest to the targets)"
    if decision.get("fit") == "no":
        return f"{label}, the best of what was tried, not good enough yet"
    return label if decision.get("fit") == "yes" else f"{label}; that it reaches the targets is not shown"


def _training(tuned: Tuned) -> str:
    training = read_json(tuned.folder / TRAINING)
    facts = {
        **training.get("settings", {}),
        "seed": training.get("seed"),
        "rows": training.get("rows"),
        "held-back rows": training.get("held_back"),
        "tokens": training.get("tokens"),
        "seconds": training.get("seconds"),
    }
    shown = [(k.replace("_", " "), v) for k, v in facts.items() if isinstance(v, str | int | float)]
    return "\n".join(["| setting | value |", "|---|---|"] + [f"| {k} | {v} |" for k, v in shown])


def _use(tuned: Tuned) -> str:
    name, use = tuned.plan.config.dataset.name, ADAPTERS[tuned.name].use
    return (
        f"Answering questions like those of `{name}`, under its system prompt, by its owners. {use} "
        "Decoding was greedy when it was scored. It was measured on nothing but the above: expect no other skill, and "
        "treat what it says as a draft. A tuned model can repeat what it was trained on: give it to those alone who "
        "may see the data set."
    )


def _agreement(manifest: Mapping[str, Any]) -> str:
    parity = manifest["parity"]
    return (
        f"Compared with {manifest['compared_with']}, at {parity['positions']} reply tokens of {parity['rows']} "
        f"held-out questions: the most likely token is the same at {parity['agreement']:.2%}, "
        f"KL {parity['kl']:.2g} nats, largest difference of a logit {parity['max_difference']:.2g}. "
        f"Number format: {manifest['dtype']}."
    )


def _licence(base: str, licence: str | None) -> str:
    if licence is None:
        return f"The licence of the base model `{base}` applies; it was not known when this card was written."
    built = " Built with Llama." if licence.startswith("llama") else ""
    return f"As the base model `{base}`: {licence}.{built}"
