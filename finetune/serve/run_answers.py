"""A finished run that answers questions by any of its modes, one at a time, on one loaded base."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eval.arms.modes import MODES
from eval.arms.predict import predictions_file
from eval.arms.prompt import Prompt, render, user_turn
from eval.errors import UserError
from eval.files import read_json
from eval.model.stopping import Ending, Limits
from eval.model.thinking import decoder
from eval.pipeline.plan import plan_again
from eval.records import Example, Passage
from finetune.serve.request import ApiError, ChatRequest
from finetune.serve.text_stream import TextStream

if TYPE_CHECKING:
    from eval.arms.resources import Resources


@dataclass(frozen=True, slots=True)
class Piece:
    """The next characters of a reply; the last piece tells why it ends and what it counted."""

    text: str
    finish: str | None = None
    """`stop` or `length`; endless repetition, which clients know no word for, is `length`."""
    tokens_in: int = 0
    tokens_out: int = 0
    """Including the end-of-turn token, where the model wrote one, and the thinking, which is not sent."""
    thinking_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that is about to be made: where from, and its pieces, which are made as they are taken."""

    mode: str
    passages: tuple[Passage, ...]
    notes: tuple[str, ...]
    """What of the request was not followed."""
    pieces: Generator[Piece]
    """To be closed in the thread that took them, before another reply begins."""


class Desk:
    """Answers by the modes of a run, in the prompts and with the weights that were evaluated."""

    def __init__(self, resources: Resources, modes: tuple[str, ...]) -> None:
        self.resources, self.modes = resources, modes
        self.default = modes[0]

    def load(self) -> None:
        """Load base, adapters and index now, so that the first question does not wait for them."""
        for mode in self.modes:
            if (adapter := MODES[mode].adapter) is not None:
                self.resources.load_adapter(adapter)
        if any(MODES[m].retrieves for m in self.modes):
            self.resources.retriever.retrieve(["?"])
        _ = self.resources.limits

    def reply(self, request: ChatRequest) -> Reply:
        """Begin a reply; the next one may begin when all its pieces are taken, or closed. Raises ApiError."""
        from eval.model.generate import begin_reply, stop_tokens
        from finetune.serve.stream import chooser, stream_tokens

        mode = request.model or self.default
        if mode not in self.modes:
            raise ApiError(
                404,
                f"no model '{mode}' here; there are: {', '.join(self.modes)}",
                param="model",
                code="model_not_found",
            )
        base = self.resources.base
        prompt = self._prompt(mode, request)
        tokens = render(base.tokenizer, prompt.messages)
        limits, room = self._limits(len(tokens), request.max_tokens)
        stops = stop_tokens(base)
        ending = begin_reply(base, tokens, limits, stops, most=room)
        made = stream_tokens(
            base, MODES[mode].adapter, tokens, chooser(request.temperature, request.top_p, request.seed), stops=stops,
            max_new=room,
        )  # fmt: skip
        notes = ("the client's system prompt was not used: the data set's own was evaluated",) * request.system
        return Reply(mode, prompt.passages, notes, self._pieces(made, ending, request.stops, len(tokens)))

    def _prompt(self, mode: str, request: ChatRequest) -> Prompt:
        """The mode's own prompt, with earlier questions and replies as turns before its last."""
        prompt = MODES[mode].build(self.resources, Example("question", request.question))
        earlier = tuple(
            {"role": t.role, "content": user_turn(t.text) if t.role == "user" else t.text} for t in request.earlier
        )
        return Prompt((*prompt.messages[:-1], *earlier, prompt.messages[-1]), prompt.passages)

    def _limits(self, tokens_in: int, wanted: int | None) -> tuple[Limits, int]:
        """(how long reply and thinking may become, how many tokens both may take)."""
        context = int(getattr(self.resources.base.causal.config, "max_position_embeddings", 0) or 0)
        limits = self.resources.limits
        least = wanted or limits.least
        if context and tokens_in + least > context:
            raise ApiError(
                400, f"the prompt takes {tokens_in} tokens and its reply up to {least}, and the model reads {context}",
                param="messages", code="context_length_exceeded",
            )  # fmt: skip
        if wanted:
            return replace(limits, reply=wanted, least=min(limits.least, wanted)), wanted
        most = limits.reply + limits.think
        return limits, min(most, context - tokens_in) if context else most

    def _pieces(self, made: Generator[int], ending: Ending, texts: tuple[str, ...], tokens_in: int) -> Generator[Piece]:
        plainly = decoder(self.resources.base.tokenizer, specials=False)
        stream, finish = TextStream(texts), "length"
        with closing(made):
            for token in made:
                if ending.add(token):
                    finish = "stop" if ending.finish == "stop" else "length"
                    break
                if piece := stream.grow(ending.text(plainly)):
                    yield Piece(piece)
                if stream.stopped:
                    finish = "stop"
                    break
        last = stream.finish(ending.text(plainly))
        yield Piece(last, finish, tokens_in, len(ending.tokens), ending.thinking_tokens)


def open_desk(run: Path, mode: str | None) -> Desk:
    """Open a finished run to answer by `mode`, by default its verdict's, and by every other mode that it can.

    Modes that run on request alone are among these where they ran.

    Nothing is trained: raises UserError when the run, the verdict or the mode's adapter is missing.
    """
    from eval.arms.resources import Resources

    if not (run / "config.yaml").is_file():
        raise UserError(f"{run}: no run folder (it would hold a config.yaml); make one with: evaluate DATASET")
    plan = plan_again(run)
    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    asked = [name for name in MODES if not MODES[name].on_request or predictions_file(run, name).is_file()]
    ready = [name for name in asked if _missing(resources, name) is None]
    chosen = mode or _verdict(run)
    if chosen not in MODES:
        raise UserError(f"--mode {chosen}: no such mode; known: {', '.join(MODES)}")
    if reason := _missing(resources, chosen):
        raise UserError(f"--mode {chosen}: {reason}")
    return Desk(resources, (chosen, *(name for name in ready if name != chosen)))


def _verdict(run: Path) -> str:
    file = run / "decision.json"
    decision = read_json(file) if file.is_file() else {"mode": None}
    mode = decision["mode"] if decision.get("strategy") != "none" else None
    if mode is None:
        raise UserError(f"{run}: no verdict that names a mode; choose one with --mode: {', '.join(MODES)}")
    return str(mode)


def _missing(resources: Resources, name: str) -> str | None:
    """Why the run cannot answer by a mode, or None."""
    from finetune.adapter import is_complete

    spec, dataset = MODES[name], resources.dataset
    if spec.strategy is None:
        return "it is given the gold passages, which a new question does not have; name another mode"
    if spec.structured:
        return "its replies are held to a grammar, which is not done here; name another mode"
    if spec.retrieves and not dataset.documents:
        return f"{dataset.path} has no corpus/ to retrieve from; name another mode"
    if spec.adapter and not is_complete(resources.adapter_folder(spec.adapter)):
        folder = resources.adapter_folder(spec.adapter)
        return (
            f"{folder} is not there: the run has no adapter for the data set as it is now; "
            f"run: evaluate {dataset.path} --mode {name} --out {resources.run}"
        )
    return None
