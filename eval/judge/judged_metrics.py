"""The judged metrics: the one place that imports ragas.

ragas turns some failures into NaN and others into 0; here each becomes a JudgeFailure. It would also report home, and
make a client of OpenAI where none is passed: the first is switched off before the import, and the second cannot happen,
because it is only ever given our own.
"""

from __future__ import annotations

import math
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import BaseModel

from eval.judge.endpoint import Endpoint
from eval.judge.failure import ERROR, INVALID, JudgeFailure
from eval.judge.items import Item

os.environ["RAGAS_DO_NOT_TRACK"] = "true"

from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM
from ragas.metrics import collections as ragas

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]
Result = Awaitable[Any]

TONE = {
    "score1_description": "Tone and manner have nothing of what the house style asks for.",
    "score2_description": "Tone and manner differ from the house style in most respects.",
    "score3_description": "Tone and manner follow the house style in part.",
    "score4_description": "Tone and manner follow the house style with one small lapse.",
    "score5_description": "Tone and manner are the house style throughout. Content plays no part in this score.",
}


async def judge(item: Item, endpoint: Endpoint, embed: Embed) -> float:
    """The judge's score of one item, in [0, 1]; raises JudgeFailure, and nothing else, when there is none."""
    llm = _Llm(endpoint)
    try:
        value = float((await _METRICS[item.metric](item, llm, embed)).value)
        if item.metric == "factual_correctness" and llm.counts[-1] == 0:  # the reference is read last
            raise JudgeFailure(INVALID, "the judge found no claim in the accepted answer")
    except JudgeFailure:
        raise
    except Exception as error:  # one reply that ragas stumbles over must not end hours of judging
        raise JudgeFailure(ERROR, f"{type(error).__name__} in ragas") from error
    if not math.isfinite(value):
        raise JudgeFailure(INVALID, "the judge found no statement to judge")
    return _scaled(item.metric, value)


def _scaled(metric: str, value: float) -> float:
    if metric == "tone":
        if value not in (1, 2, 3, 4, 5):
            raise JudgeFailure(INVALID, f"a rubric score of {value:g}, where 1 to 5 are asked for")
        return (value - 1) / 4
    return round(min(max(value, 0.0), 1.0), 6)  # a cosine may be negative, an average precision short of 1 by 1e-10


class _Llm(InstructorBaseRagasLLM):  # type: ignore[misc]
    """Asks our endpoint for one judgement, and checks what ragas would count without looking."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.counts: list[int] = []
        """How many statements the judge found in each text."""
        self._open = 0

    def generate(self, prompt: str, response_model: type[BaseModel]) -> BaseModel:
        raise NotImplementedError("ragas is asked asynchronously only")

    async def agenerate(self, prompt: str, response_model: type[BaseModel]) -> BaseModel:
        reply = await self._endpoint.ask(prompt, response_model)
        self._check(reply.model_dump())
        return reply

    def _check(self, reply: dict[str, Any]) -> None:
        for row in (reply, *(r for rows in reply.values() if isinstance(rows, list) for r in rows)):
            if isinstance(row, dict):
                for name in ("verdict", "attributed", "noncommittal"):
                    if row.get(name, 0) not in (0, 1):
                        raise JudgeFailure(INVALID, f"'{name}' is {row[name]}, where 0 or 1 is asked for")
        if "question" in reply and not reply["question"].strip():
            raise JudgeFailure(INVALID, "the judge gave an empty question")
        found = reply.get("claims", reply.get("statements"))
        if found is None:
            return
        if found and isinstance(found[0], dict):  # verdicts on the statements before
            if len(found) != self._open:
                raise JudgeFailure(INVALID, f"{len(found)} verdicts on {self._open} statements")
            self._open = 0
        elif self._open:
            raise JudgeFailure(INVALID, f"no verdicts on {self._open} statements")
        else:
            self._open = len(found)
            self.counts.append(len(found))


class _Embeddings(BaseRagasEmbedding):  # type: ignore[misc]
    """The run's own embedder in ragas' clothes."""

    def __init__(self, embed: Embed) -> None:
        super().__init__()
        self._embed = embed

    def embed_text(self, text: str, **_: Any) -> list[float]:
        return [float(x) for x in self._embed([text])[0]]

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        return self.embed_text(text)


async def _factual_correctness(item: Item, llm: _Llm, embed: Embed) -> Any:
    """F1 over claims. The question goes along on both sides: a bare "59 months" is no claim that could be verified."""
    metric = ragas.FactualCorrectness(llm=llm, mode="f1")
    return await metric.ascore(
        response=f"{item.question}\n{item.response}", reference=f"{item.question}\n{item.reference}"
    )


async def _faithfulness(item: Item, llm: _Llm, embed: Embed) -> Any:
    return await ragas.Faithfulness(llm=llm).ascore(
        user_input=item.question, response=item.response, retrieved_contexts=list(item.passages)
    )


async def _context_precision(item: Item, llm: _Llm, embed: Embed) -> Any:
    return await ragas.ContextPrecisionWithReference(llm=llm).ascore(
        user_input=item.question, reference=item.reference, retrieved_contexts=list(item.passages)
    )


async def _context_recall(item: Item, llm: _Llm, embed: Embed) -> Any:
    return await ragas.ContextRecall(llm=llm).ascore(
        user_input=item.question, reference=item.reference, retrieved_contexts=list(item.passages)
    )


async def _answer_relevancy(item: Item, llm: _Llm, embed: Embed) -> Any:
    # One question: at temperature 0 the next two would be the same.
    metric = ragas.AnswerRelevancy(llm=llm, embeddings=_Embeddings(embed), strictness=1)
    return await metric.ascore(user_input=item.question, response=item.response)


async def _tone(item: Item, llm: _Llm, embed: Embed) -> Any:
    return await ragas.DomainSpecificRubrics(llm=llm, rubrics=TONE, with_reference=True).ascore(
        user_input=f"House style: {item.instruction}\n\nQuestion: {item.question}",
        response=item.response,
        reference=item.reference or None,
    )


_METRICS: dict[str, Callable[[Item, _Llm, Embed], Result]] = {
    "factual_correctness": _factual_correctness,
    "faithfulness": _faithfulness,
    "context_precision": _context_precision,
    "context_recall": _context_recall,
    "answer_relevancy": _answer_relevancy,
    "tone": _tone,
}
