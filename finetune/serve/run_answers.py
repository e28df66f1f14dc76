"""A finished run that answers questions by any of its modes, on one loaded base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.arms.predict import predictions_file
from eval.arms.prompt import Prompt, render, user_turn
from eval.errors import UserError
from eval.files import read_json
from eval.model.stopping import Limits
from eval.pipeline.plan import plan_again
from eval.records import Example, Passage
from finetune.serve.request import ApiError, ChatRequest
from finetune.serve.scheduler import Job
from finetune.serve.writing import Send, Writing

if TYPE_CHECKING:
    from eval.arms.resources import Resources


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that is about to be made: by which mode, from what, and what is to be computed for it."""

    mode: str
    passages: tuple[Passage, ...]
    notes: tuple[str, ...]
    """What of the request was not followed."""
    job: Job
    writings: tuple[Writing, ...]
    """Its choices, which hand out their pieces once the job is taken."""
    logs: bool = False
    """The client wants to know how likely the tokens are."""


class AnswerService:
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
        if any(MODES[m].structured for m in self.modes):
            from eval.model.grammar import check_grammar

            check_grammar(self.resources.base.tokenizer, self.resources.grammar)

    def reply(self, request: ChatRequest, send: Send) -> Reply:
        """What a request comes to; `send` gets the pieces of its choices once the job is submitted. Raises ApiError."""
        from eval.model.generate import begin_reply, stop_tokens
        from finetune.serve.sampling import chooser

        mode = self.mode(request.model)
        base = self.resources.base
        prompt = self._prompt(mode, request)
        tokens = render(base.tokenizer, prompt.messages)
        limits, room = self._limits(len(tokens), request.max_tokens)
        limits = replace(limits, grammar=self._grammar(mode, request.schema))
        stops = stop_tokens(base)
        writings = tuple(
            Writing(
                base.tokenizer, begin_reply(base, tokens, limits, stops, most=room), send, index=i,
                stops=request.stops, tops=request.tops, whole=not request.stream,
                choose=chooser(request.temperature, request.top_p, _seed(request.seed, i)),
            )
            for i in range(request.choices)
        )  # fmt: skip
        notes = ("the client's system prompt was not used: the data set's own was evaluated",) * request.system
        if request.schema is not None:
            notes += ("the reply was held to the client's response_format, which was not evaluated",)
        job = Job(tokens, MODES[mode].adapter, writings, room, mode)
        return Reply(mode, prompt.passages, notes, job, writings, request.tops is not None)

    def mode(self, name: str) -> str:
        """The mode that a request names, or the default; raises ApiError."""
        if name and name not in self.modes:
            have = ", ".join(self.modes)
            raise ApiError(404, f"no model '{name}' here; there are: {have}", param="model", code="model_not_found")
        return name or self.default

    def _grammar(self, mode: str, schema: Mapping[str, Any] | None) -> str:
        """What replies are held to: the data set's checks in structured modes, else the client's schema, if any."""
        own = self.resources.grammar if MODES[mode].structured else ""
        if schema is None:
            return own
        if own:
            why = f"model '{mode}' holds its replies to the data set's own form"
            raise ApiError(400, f"response_format: {why}; leave it out", param="response_format")
        return self.schema_grammar(schema)

    def schema_grammar(self, schema: Mapping[str, Any]) -> str:
        """The grammar of a client's schema; raises ApiError where none can be made of it, or the model thinks."""
        from eval.model.grammar import schema_grammar

        if self.resources.limits.thinks:
            why = "the model thinks before it replies, and is held to no grammar"
            raise ApiError(400, f"response_format: {why}; leave it out", param="response_format")
        try:
            return schema_grammar(self.resources.base.tokenizer, schema)
        except UserError as error:
            raise ApiError(400, f"response_format: {error}", param="response_format") from None

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


def _seed(seed: int | None, choice: int) -> int | None:
    """Of one choice: all are drawn, and each for itself."""
    return None if seed is None else seed + choice


def open_service(run: Path, mode: str | None) -> AnswerService:
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
    return AnswerService(resources, (chosen, *(name for name in ready if name != chosen)))


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
    if spec.retrieves and not dataset.documents:
        return f"{dataset.path} has no corpus/ to retrieve from; name another mode"
    if spec.adapter and not is_complete(resources.adapter_folder(spec.adapter)):
        folder = resources.adapter_folder(spec.adapter)
        return (
            f"{folder} is not there: the run has no adapter for the data set as it is now; "
            f"run: evaluate {dataset.path} --mode {name} --out {resources.run}"
        )
    return None
