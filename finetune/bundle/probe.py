"""One made-up question by which a bundle is tried: it must come to the prompt, and find the passages, of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.arms.prompt import render
from eval.files import fingerprint
from eval.records import Example

if TYPE_CHECKING:
    from eval.arms.resources import Resources

PROBE = "probe.json"
QUESTION = "What should I know before I ask you something?"


def probe(resources: Resources, mode: str) -> dict[str, Any]:
    """What a mode makes of the question: digests of its prompt and reply, and the places of its passages."""
    prompt = MODES[mode].build(resources, Example("probe", QUESTION))
    tokens = render(resources.base.tokenizer, prompt.messages)
    reply, _ = resources.answer(mode, QUESTION)
    return {
        "question": QUESTION,
        "prompt": fingerprint(tokens),
        "passages": [[p.document, p.position] for p in prompt.passages],
        "reply": fingerprint(reply),
        "arithmetic": [resources.base.device.type, str(resources.base.dtype), resources.base.rung.name],
    }


def differences(known: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """(what differs, whether the bundle must not answer for it) between what the run gave and what is given here."""
    if known["prompt"] != found["prompt"] and known["passages"] == found["passages"]:
        yield "the prompt is another one: base model or tokenizer are not those of the run", True
    if known["passages"] != found["passages"]:
        yield "other passages are found: the embedder or the index are not those of the run", True
    if known["reply"] != found["reply"]:
        here = "" if known["arithmetic"] == found["arithmetic"] else ", in another arithmetic than the run's"
        yield f"the reply to the bundle's own question reads otherwise here{here}", False
