"""What makes replies, and which there are: ours on the loaded base, or a plugin's. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from eval.arms.prompt import Prompt
from eval.records import Finish
from eval.registry import Registry


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote for one prompt."""

    text: str
    tokens_in: int
    tokens_out: int
    """Including the end-of-turn token, where the model wrote one."""
    seconds: float
    """The prompt's share of its batch's wall time."""
    finish: Finish = "stop"
    thinking_tokens: int = 0
    """Of `tokens_out`, those of a think block before the reply, which is not part of `text`."""
    prefilled: int = 0
    """Of `tokens_in`, those that were computed for this prompt alone; what all prompts begin with runs once."""
    prefill_work: float = 0.0
    """The prompt's share of the machine seconds of its batch until the first new token (`eval.model.work_clock`)."""
    decode_work: float = 0.0
    """The same, from then on."""


Answered = tuple[int, list[Completion], float]
"""A batch's number in the plan, its completions in the order of the batch, and the seconds that it took."""


class Answering(Protocol):
    """The prompts of one mode, about to be completed."""

    def plan(self) -> list[list[int]]:
        """Batches of prompt indices, fixed before the first one runs: what an interrupted run goes on with."""
        ...

    def made_on(self) -> dict[str, Any]:
        """What replies are made on, to be kept beside them."""
        ...

    def complete(self, batches: Sequence[Sequence[int]], left: Sequence[int]) -> Iterator[Answered]:
        """Complete the batches numbered `left`, each as soon as it is done, in any order."""
        ...


class Generator(Protocol):
    """Completes prompts greedily: the same prompts give the same replies."""

    def begin(self, mode: str, adapter: str | None, prompts: Sequence[Prompt]) -> Answering:
        """Get ready for the prompts of a mode; raises UserError where one of them does not fit."""
        ...


Holds = Literal["grammar", "schema", ""]
Make = Callable[[Any], Generator]
"""From the run's `eval.arms.resources.Resources`."""


@dataclass(frozen=True, slots=True)
class GeneratorKind:
    """How a generator is made, and what it needs."""

    make: Make
    loads: bool
    """Whether it answers with the base loaded in this process."""
    serves: bool = False
    """Whether it asks for adapters by names that a server knows, so that none is trained here."""
    holds: Holds = ""
    """What it holds the replies of structured modes to: any grammar, a JSON schema alone, or nothing."""
    measures: bool = False
    """Whether it can be asked for the likelihoods of given texts (`eval.retention.weights.Measuring`)."""


GENERATORS: Registry[GeneratorKind] = Registry("generator")


def generator(
    name: str, *, loads: bool = False, serves: bool = False, holds: Holds = "", measures: bool = False
) -> Callable[[Make], Make]:
    """Register a function as a generator under the name that `generation.generator` may have."""

    def register(make: Make) -> Make:
        GENERATORS.add(name, GeneratorKind(make, loads, serves, holds, measures))
        return make

    return register
