"""What the loaded model says by each way of computing, on a few short rows, beside transformers' own. Imports torch.

The rows have unequal lengths after a common beginning. Windows of attention are made small meanwhile, for ours and for
transformers alike: what holds for a window of 8 tokens in rows of 16 to 36 holds for one of 4096, and takes no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from eval.errors import UserError, first_line
from eval.model import attention
from eval.model.compute_path import Way, first_right
from eval.model.decode import greedy, prefill, step
from eval.model.kv_cache import left_padded, pad_token, prefix_states
from eval.model.likelihood import batch_likelihoods
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.model.base import Base

TEXT = (
    "The keeper of the lighthouse wrote 17 letters between May and August; none of them names the ship, but three say "
    "where it lay: north of the pier, behind the old mill."
)
PREFIX = 12
"""Tokens that all rows begin with."""
OWN = (4, 18, 24)
"""Tokens of each row's own: beside the longest row the first has padding where it would run the shared beginning again,
and the second runs a part of it."""
STEPS = 3
"""Tokens that each row is continued by, through the cache."""
WINDOW = 8
WINDOWS = ("sliding_window", "attention_chunk_size", "attention_window_size")
TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 0.08, torch.float16: 0.03}
"""Root mean square difference of a position's logits over their deviation. Where ours is right float32 has 1e-5."""
ADAPTED = 0.02
"""Deviation of the numbers that stand for an adapter while it is probed."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What transformers says of each row alone, without padding, shared beginning or our cache."""

    rows: tuple[tuple[int, ...], ...]
    replies: tuple[tuple[int, ...], ...]
    """STEPS greedy tokens after each row."""
    logits: tuple[torch.Tensor, ...]
    """(length of row, vocabulary), float32."""
    steps: tuple[torch.Tensor, ...]
    """(STEPS, vocabulary), float32, through the cache: what each token of the reply was chosen from."""


def find_ways(base: Base, model: Any) -> None:
    """Try the ways on the loaded model, from those that it has on, and set `base.ways`; says what is not ours.

    Raises UserError when transformers itself cannot run the model, or when an adapter changes nothing in it.
    """
    pad, before = pad_token(base.tokenizer), (base.ways.reply, base.ways.likelihood)
    with small_windows(base.causal), base.computing(), torch.inference_mode():
        try:
            wanted = reference(base, model, pad)
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # whatever the code of one of some hundred families raises
            raise UserError(
                f"--model {base.folder}: transformers cannot run it here: {type(error).__name__}: {first_line(error)}; "
                "name another model"
            ) from None
        replies: list[tuple[Way, Callable[[], float]]] = [
            (Way.OURS, lambda: our_error(base, model, wanted, pad)),
            (Way.BATCHED, lambda: batched_error(base, model, wanted, pad)),
        ]
        base.ways.reply = first_right(replies, base.ways.reply, TOLERANCE[base.dtype])
        likelihoods: list[tuple[Way, Callable[[], float]]] = [
            (Way.OURS, lambda: likelihood_error(base, model, wanted, Way.OURS)),
            (Way.BATCHED, lambda: likelihood_error(base, model, wanted, Way.BATCHED)),
        ]
        base.ways.likelihood = first_right(likelihoods, base.ways.likelihood, TOLERANCE[base.dtype])
    if before[0] != base.ways.reply:
        say(f"{_family(base)}: replies come from transformers' generate{_alone(base.ways.reply)}, because our own "
            "decoding gives other numbers on this model")  # fmt: skip
    if before[1] != base.ways.likelihood:
        say(f"{_family(base)}: likelihoods come from transformers' whole forward pass{_alone(base.ways.likelihood)}, "
            "because ours gives other numbers on this model")  # fmt: skip


def find_adapted_ways(base: Base, adapter: str) -> None:
    """Try the ways with an adapter too, once; what is wrong with it is then not taken without it."""
    if base.ways.adapted:
        return
    numbers = [p for n, p in base.peft.named_parameters() if f".{adapter}." in n]
    with filled(numbers), base.weights(adapter) as model:
        find_ways(base, model)
    base.ways.adapted = True


def probe_rows(base: Base) -> tuple[tuple[int, ...], ...]:
    """Rows of ordinary text in the model's own tokens."""
    tokens = base.tokenizer.encode(TEXT, add_special_tokens=False)
    need = PREFIX + max(OWN) + len(OWN)
    tokens = (tokens * (1 + need // max(1, len(tokens))))[:need]
    return tuple((*tokens[:PREFIX], *tokens[PREFIX + i : PREFIX + i + n]) for i, n in enumerate(OWN))


def reference(base: Base, model: Any, pad: int) -> Reference:
    """The rows through transformers' forward pass and `generate`, one by one, with its own attention."""
    rows, logits, replies, steps = probe_rows(base), [], [], []
    with own_attention(model):
        for row in rows:
            ids = torch.tensor([row], device=base.device)
            out = model(input_ids=ids, attention_mask=torch.ones_like(ids))
            logits.append(out.logits[0].float())
            reply, chosen = by_transformers(base, model, [row], pad)
            replies.append(reply[0])
            steps.append(chosen[0])
    return Reference(rows, tuple(replies), tuple(logits), tuple(steps))


def by_transformers(
    base: Base, model: Any, rows: Sequence[Sequence[int]], pad: int
) -> tuple[list[tuple[int, ...]], list[torch.Tensor]]:
    """STEPS greedy tokens of `generate` after each row, and the logits (STEPS, vocabulary) that they come from."""
    out = greedy(model, rows, pad, STEPS, device=base.device, output_logits=True, return_dict_in_generate=True)
    replies = [tuple(r[-STEPS:]) for r in out.sequences.tolist()]
    return replies, list(torch.stack(out.logits, dim=1).float())


def our_error(base: Base, model: Any, wanted: Reference, pad: int) -> float:
    """How far our decoding is from the reference, at all positions of its rows and through the cache."""
    prefix, own = wanted.rows[0][:PREFIX], [r[PREFIX:] for r in wanted.rows]
    states = prefix_states(model, prefix, base.device)
    ids, mask, positions = left_padded(own, prefix=prefix, pad=pad, device=base.device)
    found, cache = prefill(model, states, ids, mask, positions, keep=0)
    whole = torch.cat(found).float()
    errors = [_error(base, whole[i, -len(r) :], wanted.logits[i][-len(r) :]) for i, r in enumerate(own)]
    position = positions[:, -1]
    for k in range(STEPS - 1):
        token = torch.tensor([r[k] for r in wanted.replies], device=base.device)
        mask, position = torch.cat([mask, mask.new_ones(len(own), 1)], dim=1), position + 1
        logits = step(model, cache, token, mask, position).float()
        errors += [_error(base, logits[i, None], steps[k + 1, None]) for i, steps in enumerate(wanted.steps)]
    return max(errors)


def batched_error(base: Base, model: Any, wanted: Reference, pad: int) -> float:
    """How far `generate` on a padded batch is from itself on each row; up to where a reply differs."""
    replies, steps = by_transformers(base, model, wanted.rows, pad)
    errors = []
    for i, reply in enumerate(replies):
        same = next((k for k in range(STEPS) if reply[k] != wanted.replies[i][k]), STEPS)
        errors.append(_error(base, steps[i][: same + 1], wanted.steps[i][: same + 1]))
    return max(errors)


def likelihood_error(base: Base, model: Any, wanted: Reference, way: Way) -> float:
    """How far a way is from the reference's log-likelihoods of the second halves of its rows, as `probe` measures.

    In nats, over the deviation of a typical logit.
    """
    cuts = [len(r) // 2 for r in wanted.rows]
    rows = [(list(r[:n]), list(r[n:])) for r, n in zip(wanted.rows, cuts, strict=True)]
    found = torch.tensor([v for values in batch_likelihoods(model, base, rows, way) for v in values])
    logs = [
        logits[n - 1 : -1].log_softmax(-1).gather(1, torch.tensor(r[n:], device=logits.device)[:, None])[:, 0].cpu()
        for r, n, logits in zip(wanted.rows, cuts, wanted.logits, strict=True)
    ]
    errors = (found - torch.cat(logs)).abs() / float(torch.cat([x.std(-1) for x in wanted.logits]).mean())
    errors = errors.nan_to_num(nan=float("inf"))
    return float(errors.max() if base.dtype == torch.float32 else errors.median())


def _error(base: Base, found: torch.Tensor, wanted: torch.Tensor) -> float:
    """Relative error of logits (positions, vocabulary): the largest of all positions in float32, else the median.

    In low precision a mixture's router may send a single token to another expert, which says nothing.
    """
    error = (found - wanted).square().mean(-1).sqrt() / wanted.std(-1).clamp(min=1e-6)
    error = error.nan_to_num(nan=float("inf"))
    return float(error.max() if base.dtype == torch.float32 else error.median())


@contextmanager
def small_windows(model: Any) -> Iterator[None]:
    """Have every window of attention that is larger be of WINDOW tokens, for a while."""
    configs = {id(m.config): m.config for m in model.modules() if hasattr(m, "config")}
    holders: list[Any] = [*configs.values(), *model.modules()]
    changed = [
        (holder, name, size)
        for holder in holders
        for name in WINDOWS
        if isinstance(size := getattr(holder, name, None), int) and size > WINDOW
    ]
    for holder, name, _ in changed:
        setattr(holder, name, WINDOW)
    try:
        yield
    finally:
        for holder, name, size in changed:
            setattr(holder, name, size)


@contextmanager
def own_attention(model: Any) -> Iterator[None]:
    """transformers' attention in the place of ours, for a while."""
    ours = model.config.get_text_config()._attn_implementation == attention.NAME
    if ours:
        model.set_attn_implementation("sdpa")
    try:
        yield
    finally:
        if ours:
            model.set_attn_implementation(attention.NAME)


@contextmanager
def filled(parameters: Iterable[torch.Tensor]) -> Iterator[None]:
    """Small random numbers in an adapter's matrices, for a while: one that is new changes nothing yet."""
    kept = [(p, p.detach().clone()) for p in parameters]
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for p, _ in kept:
            p.add_((torch.randn(p.shape, generator=draw) * ADAPTED).to(p.device, p.dtype))
    try:
        yield
    finally:
        with torch.no_grad():
            for p, value in kept:
                p.copy_(value)


def _family(base: Base) -> str:
    return str(base.causal.config.get_text_config().model_type)


def _alone(way: Way) -> str:
    return ", one at a time" if way == Way.SINGLE else ""
