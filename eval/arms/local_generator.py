"""Replies by the loaded base and its adapters, on all devices of this machine: the default generator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.arms.prompt import Prompt, render
from eval.arms.worker_pool import answer
from eval.errors import UserError
from eval.model.arithmetic import to_record
from eval.model.generator import Answered, Answering, Completion, Generator, generator

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.model.stopping import Limits


class LocalGenerator:
    """Batches by length, decoded greedily."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    def begin(self, mode: str, adapter: str | None, prompts: Sequence[Prompt]) -> Answering:
        """Load the adapter and put the prompts into tokens; raises UserError where one leaves no room for a reply."""
        from eval.model.generate import check_lengths
        from eval.model.grammar import check_grammar

        if adapter:
            self.resources.load_adapter(adapter)
        rows = [render(self.resources.base.tokenizer, p.messages) for p in prompts]
        limits = self.resources.limits
        if MODES[mode].structured:
            limits = replace(limits, grammar=self.resources.grammar)
            if limits.thinks:
                raise UserError(f"--mode {mode}: a model that thinks first is held to no grammar; drop the mode")
            check_grammar(self.resources.base.tokenizer, limits.grammar)
        check_lengths(self.resources.base, rows, limits, mode=mode)
        return _Local(self.resources, adapter, rows, limits)


class _Local:
    def __init__(self, resources: Resources, adapter: str | None, rows: list[list[int]], limits: Limits) -> None:
        self.resources, self.adapter, self.rows, self.limits = resources, adapter, rows, limits

    def plan(self) -> list[list[int]]:
        from eval.model.generate import plan_batches

        return plan_batches(self.resources.base, self.rows, self.limits)

    def made_on(self) -> dict[str, Any]:
        base = self.resources.base
        return to_record(
            self.resources.identity.arithmetic,
            reply_limit=self.limits.reply,
            attention_of_model=str(getattr(base.causal.config, "_attn_implementation", None)),
            way=base.ways.reply.name,
        )

    def complete(self, batches: Sequence[Sequence[int]], left: Sequence[int]) -> Iterator[Answered]:
        from eval.model.generate import generate_batches

        resources, adapter = self.resources, self.adapter

        def own(some: Iterable[Sequence[int]]) -> Iterator[list[Completion]]:
            return generate_batches(resources.base, adapter, self.rows, some, limits=self.limits)

        task = {
            "adapter": adapter, "folder": str(resources.adapter_folder(adapter)) if adapter else "",
            "prompts": self.rows, "limits": asdict(self.limits), "way": resources.base.ways.reply.name,
        }  # fmt: skip
        team = resources.team if len(left) > 1 else None  # starting it takes longer than one batch
        return answer(batches, left, own, team, task)


@generator("local", loads=True, holds="grammar")
def local(resources: Resources) -> Generator:
    """The base in this process, and in one more for each further card."""
    return LocalGenerator(resources)
