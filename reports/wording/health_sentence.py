"""Whether an adapter learned, in words: what was seen of its loss, and what to do about it."""

from __future__ import annotations

from eval.analysis.training_health import Health

SWEEP = "finetune train --sweep 6"


def health_sentence(health: Health) -> str:
    """What was seen and, where the adapter did not learn, what to do; without a full stop."""
    return "; ".join(filter(None, (_seen(health), _advice(health))))


def _seen(health: Health) -> str:
    name, losses = health.adapter, _losses(health)
    if health.failure:
        return f"{name} was not trained: {health.failure}"
    if health.outcome == "diverged":
        return f"training of {name} diverged: its {losses}"
    if health.outcome == "overfitted":
        return f"{name} overfitted beyond its start: its {losses}, while the training loss fell"
    if health.outcome == "not_learned":
        low = ", so low that the base writes such replies already" if health.known_already else ""
        return f"{name} did not learn: its {losses}{low}"
    return f"{name} learned: its {losses}{_kept(health)}"


def _losses(health: Health) -> str:
    before, last = ("unknown" if value is None else f"{value:.3f}" for value in (health.before, health.last))
    if health.measured == "training":
        return f"training loss was {before} in its first steps and {last} in its last (no rows were held back)"
    return f"held-out loss was {before} before the first step and {last} after the last"


def _kept(health: Health) -> str:
    """Said where the last weights were worse."""
    if health.kept is None or health.last is None or health.kept[1] >= health.last:
        return ""
    step, loss = health.kept
    return f", so the weights of step {step}, where it was {loss:.3f}, were kept"


def _advice(health: Health) -> str:
    remedy = health.remedy
    if remedy is None:
        return ""
    rate = f"set finetune.learning_rate to {remedy.new_rate:.2g} (it was {remedy.rate:.3g})"
    if health.outcome == "overfitted":
        fewer = f"set finetune.epochs below {remedy.epochs}, " if remedy.epochs > 1 else ""
        return f"{fewer}add training rows, or {rate}"
    few = ""
    if remedy.enough_epochs is not None:
        steps = f"{remedy.steps} step{'' if remedy.steps == 1 else 's'}"
        few = f"add rows or set finetune.epochs to {remedy.enough_epochs}: {steps} on replies are few; or "
    return f"{few}{rate}, or try several with: {SWEEP}"
