"""The modes that are compared: one decorated function each. Imports nothing heavy.

From the registration come the command's choices, what a mode needs, its place among the candidates and its label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from eval.arms.prompt import Prompt, ask
from eval.config import DatasetConfig
from eval.records import Example, Passage
from eval.registry import Registry
from eval.strategies import Adapter


class Sources(Protocol):
    """What a mode may draw on to build its prompts; `eval.arms.resources` builds each on first use."""

    @property
    def config(self) -> DatasetConfig:
        """The data set's settings."""
        ...

    @property
    def shots(self) -> Sequence[Example]:
        """The worked examples."""
        ...

    def nearest(self, example: Example) -> Sequence[Example]:
        """The worked examples whose questions are nearest to this one, the nearest last."""
        ...

    def corpus(self) -> tuple[Passage, ...]:
        """The documents of the corpus, whole, as many as the model reads."""
        ...

    def retrieve(self, example: Example) -> tuple[Passage, ...]:
        """What the index finds for the question, best first."""
        ...

    def gold(self, example: Example) -> tuple[Passage, ...]:
        """The passages that a perfect retriever would find."""
        ...


Build = Callable[[Sources, Example], Prompt]


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to answer the data set's questions."""

    name: str
    label: str
    """As it stands in the report."""
    why: str
    """What the mode is for, in a phrase."""
    strategy: str | None
    """The strategy that the mode stands for; None: diagnosis only, never recommended."""
    retrieves: bool
    """Needs the corpus and its index."""
    adapter: Adapter | None
    """The adapter that answers, or None for the base weights."""
    build: Build
    use: str = ""
    """What to do where it reaches its targets."""
    on_request: str = ""
    """Why it runs only where it is named; empty: it runs by default."""
    structured: bool = False
    """Its replies are decoded under the grammar of the data set's checks."""
    examples: bool = False
    """Looks its worked examples up for each question."""


MODES: Registry[Mode] = Registry("mode")
"""Every mode by name, candidates in order of what they cost to own, cheapest first."""


def mode(
    name: str,
    label: str,
    why: str,
    *,
    strategy: str | None,
    retrieves: bool = False,
    adapter: Adapter | None = None,
    use: str = "",
    on_request: str = "",
    structured: bool = False,
    examples: bool = False,
) -> Callable[[Build], Build]:
    """Register a prompt-building function as a mode."""

    def register(build: Build) -> Build:
        MODES.add(
            name, Mode(name, label, why, strategy, retrieves, adapter, build, use, on_request, structured, examples)
        )  # fmt: skip
        return build

    return register


@mode(
    "base", "Base", "the control: the instruction alone", strategy="prompt",
    use="Keep the prompt as it is; measure again when the questions or the model change.",
)  # fmt: skip
def base(sources: Sources, example: Example) -> Prompt:
    """The instruction and the question."""
    return ask(sources.config.instruction, example.question)


@mode(
    "fewshot", "Few-shot", "what a better prompt alone reaches", strategy="prompt",
    use="Put the worked examples into the prompt that you serve; nothing has to be built or trained.",
)  # fmt: skip
def fewshot(sources: Sources, example: Example) -> Prompt:
    """The instruction, worked examples and the question."""
    return ask(sources.config.instruction, example.question, shots=sources.shots)


UNGUIDED = "replies under a grammar take a package more, and for small models cost knowledge"


@mode(
    "structured", "Structured", "the form by a grammar, without examples", strategy="prompt", structured=True,
    on_request=UNGUIDED,
    use="Use the model with its replies held to the form of your checks (`finetune serve RUN`); nothing has "
    "to be trained.",
)  # fmt: skip
def structured(sources: Sources, example: Example) -> Prompt:
    """The base mode's prompt, answered under the grammar of the data set's checks."""
    return ask(sources.config.instruction, example.question)


@mode(
    "nearest", "Nearest few-shot", "worked examples chosen for each question", strategy="prompt", examples=True,
    on_request="prompts that differ from question to question take two to three times as long as few-shot's",
    use="Look the nearest worked examples up for each question; you need an index of them, and nothing is trained.",
)  # fmt: skip
def nearest(sources: Sources, example: Example) -> Prompt:
    """The instruction, the training examples nearest to the question, and the question."""
    return ask(sources.config.instruction, example.question, shots=sources.nearest(example))


@mode(
    "rag", "RAG", "knowledge from retrieved passages", strategy="rag", retrieves=True,
    use="Use the model with the index of your documents (`finetune serve RUN`), and index again when they change.",
)  # fmt: skip
def rag(sources: Sources, example: Example) -> Prompt:
    """The instruction, retrieved passages and the question."""
    return ask(sources.config.instruction, example.question, passages=sources.retrieve(example))


@mode(
    "rag-fewshot", "RAG + few-shot", "retrieval with worked examples for the form", strategy="rag", retrieves=True,
    use="Use the model with the index of your documents and worked examples (`finetune serve RUN`); no "
    "training is needed.",
)  # fmt: skip
def rag_fewshot(sources: Sources, example: Example) -> Prompt:
    """The instruction, worked examples, retrieved passages and the question."""
    passages = sources.retrieve(example)
    return ask(sources.config.instruction, example.question, passages=passages, shots=sources.shots)


@mode(
    "rag-structured", "RAG + grammar", "retrieval with the form by a grammar", strategy="rag", retrieves=True,
    structured=True, on_request=UNGUIDED,
    use="Use the model with the index of your documents, its replies held to the form of your checks "
    "(`finetune serve RUN`).",
)  # fmt: skip
def rag_structured(sources: Sources, example: Example) -> Prompt:
    """The RAG mode's prompt, answered under the grammar of the data set's checks."""
    return ask(sources.config.instruction, example.question, passages=sources.retrieve(example))


@mode(
    "rag-nearest", "RAG + nearest few-shot", "retrieval with worked examples chosen for each question", strategy="rag",
    retrieves=True, examples=True,
    on_request="prompts that differ from question to question take two to three times as long as few-shot's",
    use="Use the model with both indexes, of documents and of worked examples (`finetune serve RUN`); "
    "nothing is trained.",
)  # fmt: skip
def rag_nearest(sources: Sources, example: Example) -> Prompt:
    """The instruction, the nearest training examples, retrieved passages and the question."""
    passages, shots = sources.retrieve(example), sources.nearest(example)
    return ask(sources.config.instruction, example.question, passages=passages, shots=shots)


@mode(
    "full", "Whole corpus", "the corpus in every prompt, without retrieval", strategy="rag", retrieves=True,
    on_request="a prompt that holds the corpus takes minutes on two cores",
    use="Put the documents into the prompt that you serve, and have its beginning cached; no index is needed.",
)  # fmt: skip
def full(sources: Sources, example: Example) -> Prompt:
    """The instruction, the documents of the corpus and the question."""
    return ask(sources.config.instruction, example.question, passages=sources.corpus())


@mode("oracle", "Oracle passages", "the ceiling of better retrieval; diagnosis only", strategy=None, retrieves=True)
def oracle(sources: Sources, example: Example) -> Prompt:
    """The instruction, passages of the gold documents and the question."""
    return ask(sources.config.instruction, example.question, passages=sources.gold(example))


@mode(
    "ft", "Fine-tuned", "behaviour from training, closed-book", strategy="ft", adapter="ft",
    use="Use the tuned model without documents (`finetune serve RUN`), and train again when it is to act in "
    "another way.",
)  # fmt: skip
def ft(sources: Sources, example: Example) -> Prompt:
    """The base mode's prompt, answered by the closed-book adapter."""
    return ask(sources.config.instruction, example.question)


@mode(
    "hybrid", "Hybrid", "trained with passages, answered with passages", strategy="hybrid", retrieves=True,
    adapter="hybrid",
    use="Use the tuned model together with the index of your documents (`finetune serve RUN`), which it was trained to "
    "read. When documents change, index again; the model need not be trained again.",
)  # fmt: skip
def hybrid(sources: Sources, example: Example) -> Prompt:
    """The RAG mode's prompt, answered by the adapter that was trained with passages."""
    return ask(sources.config.instruction, example.question, passages=sources.retrieve(example))


def candidates() -> list[str]:
    """Names of the modes that a verdict may recommend, cheapest first."""
    return [m.name for m in MODES.values() if m.strategy is not None]
