"""Facts whose questions a model behind an address writes; their answers are pieces of the corpus, word for word.

The model's own words are never an answer: what it names must stand in the passage. It then has to find the answer in
the passage again, and must not give it where it is shown another passage.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.config import DatasetConfig, Endpoint
from eval.data.drafting.fact import Fact, good_value, standalone
from eval.errors import UserError
from eval.files import fingerprint
from eval.journal import append_line, read_lines
from eval.metrics.text.language import language_of

if TYPE_CHECKING:
    from rag.readers.documents import Document

ORIGIN = "written"
JOURNAL = "draft-writer.jsonl"
"""What was asked and replied, so that nothing is asked twice; beside dataset.yaml."""
SHORTEST, LONGEST = 40, 220
"""Words of a passage that questions are written about; scripts without blanks count two letters as a word."""
TOKENS = 200
COPIED = 6
"""So many words in a row of the passage make a question a copy of it."""
WORDS = (4, 40)
"""Of a question."""
TOGETHER = 4
"""Requests under way, where the endpoint names no other number."""
WRITE = (
    "Read the text. Write one question in {language} that a reader without the text could ask, and that the text "
    "answers in at most eight words. Name what it is about; do not mention the text. Copy the answer from the text "
    'letter by letter. Reply with one line of JSON: {{"question": "...", "answer": "..."}}\n\n'
    'Text from "{title}":\n{passage}'
)
READ = (
    "Answer the question from the text with words copied from it, and with nothing else. If the text does not tell, "
    "reply: not stated\n\nText:\n{passage}\n\nQuestion: {question}"
)
_VAGUE = re.compile(
    r"\b(?:this|the|given|above|following) (?:text|document|passage|article|section|table|page|excerpt)\b|"
    r"\b(?:according to the text|mentioned|diese[rsmn]? (?:text|dokument|abschnitt)|im text)\b|"
    r"본문|위 글|이 문서|本文|文中|上文",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document."""

    document: Document
    start: int
    text: str


def refuse_same_model(writer: Endpoint, config: DatasetConfig) -> None:
    """Raise UserError where the writer is the model that dataset.yaml names as the one under test."""
    if config.endpoint is not None and _same(writer, config.endpoint):
        raise UserError(
            f"--writer {writer.label}: is the model under test (key 'endpoint'); questions by the model that answers "
            "them favour it: name another one"
        )


def refuse_tested_writer(folder: Path, label: str, endpoint: Endpoint | None) -> None:
    """Raise UserError where the model that a run would test wrote questions of the data set's folder."""
    writer = _written_by(folder)
    if writer is None:
        return
    same = _same(writer, endpoint) if endpoint is not None else _name(label) == _name(writer.model)
    if same:
        raise UserError(
            f"{folder / 'draft.json'}: the questions were written by {writer.label}, the model under test; test "
            "another one, or draft again with another --writer"
        )


def _written_by(folder: Path) -> Endpoint | None:
    try:
        found = json.loads((folder / "draft.json").read_text(encoding="utf-8")).get("writer")
    except (OSError, ValueError, AttributeError):
        return None
    return Endpoint(url=found["url"], model=found["model"]) if found else None


def _same(one: Endpoint, other: Endpoint) -> bool:
    return _name(one.model) == _name(other.model) or one.label == other.label


def _name(model: str) -> str:
    """A model's name without its owner, folder and case: meta/Llama-3 and llama-3 are one."""
    return re.sub(r"[\W_]+", "-", model.rstrip("/").rsplit("/", 1)[-1].casefold())


class Writer:
    """One model that writes and reads; what it replied is kept in the journal."""

    def __init__(self, endpoint: Endpoint, folder: Path) -> None:
        from eval.model.endpoint.requests import Budget

        self.endpoint = endpoint
        self.journal = folder / JOURNAL
        self.known = {entry["asked"]: entry["reply"] for _, entry in read_lines(self.journal) if "asked" in entry}
        self._budget = Budget(endpoint.max_requests)

    def replies(self, prompts: Sequence[str], advance: Callable[[int], object]) -> list[str]:
        """A reply to each prompt; raises UserError where the server gives none, with all so far kept."""
        from eval.model.endpoint.http_client import Client, Failure
        from eval.model.endpoint.patience import patiently

        new = [p for p in dict.fromkeys(prompts) if self._key(p) not in self.known]
        advance(len(prompts) - len(new))
        with (
            Client(self.endpoint, self.endpoint.url) as client,
            ThreadPoolExecutor(self.endpoint.concurrency or TOGETHER) as pool,
        ):

            def ask(prompt: str) -> str:
                self._budget.spend()
                return _text(patiently(lambda: client.post(f"{client.url}/chat/completions", self._body(prompt))))

            try:
                for prompt, reply in zip(new, pool.map(ask, new), strict=True):
                    self.known[self._key(prompt)] = reply
                    append_line(self.journal, {"asked": self._key(prompt), "prompt": prompt, "reply": reply})
                    advance(1)
            except Failure as failure:
                pool.shutdown(cancel_futures=True)
                raise UserError(
                    f"--writer {self.endpoint.label}: {failure}; what it has written is kept, and the same command "
                    "goes on"
                ) from None
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return [self.known[self._key(p)] for p in prompts]

    def _body(self, prompt: str) -> dict[str, Any]:
        turns = [{"role": "user", "content": prompt}]
        return {"model": self.endpoint.model, "messages": turns, "temperature": 0, "max_tokens": TOKENS}

    def _key(self, prompt: str) -> str:
        return fingerprint(self.endpoint.label, prompt)


def _text(answer: Any) -> str:
    try:
        return str(answer["choices"][0]["message"]["content"] or "")
    except (KeyError, IndexError, TypeError):
        return ""


def written_facts(
    documents: Sequence[Document], writer: Writer, config: DatasetConfig, wanted: int, seed: int
) -> tuple[list[Fact], dict[str, int]]:
    """(facts, how many questions were dropped by reason) of `wanted` passages at most, drawn evenly over documents."""
    from eval.terminal.progress import track

    chosen = _drawn(list(_passages(documents)), wanted, seed)
    dropped: Counter[str] = Counter()
    language = config.language
    with track("writing questions", 3 * len(chosen), unit=" requests") as advance:
        asked = [WRITE.format(language=language, title=p.document.title, passage=p.text) for p in chosen]
        found: list[tuple[int, Fact]] = []
        for i, reply in enumerate(writer.replies(asked, advance)):
            fact, reason = _checked(reply, chosen[i], language)
            if fact is None:
                dropped[reason] += 1
                advance(2)
            else:
                found.append((i, fact))
        others = [_other(chosen, i) for i, _ in found]
        own = [READ.format(passage=chosen[i].text, question=f.sentence) for i, f in found]
        apart = [READ.format(passage=p.text, question=f.sentence) for p, (_, f) in zip(others, found, strict=True)]
        said, elsewhere = writer.replies(own, advance), writer.replies(apart, advance)
    kept: list[Fact] = []
    for (_, fact), there, away in zip(found, said, elsewhere, strict=True):
        if not _gives(there, fact.value):
            dropped["the writer does not find the answer in its passage again"] += 1
        elif _gives(away, fact.value):
            dropped["the writer gives the answer without the passage"] += 1
        else:
            kept.append(fact)
    return kept, dict(dropped)


def _checked(reply: str, passage: Passage, language: str) -> tuple[Fact | None, str]:
    """(fact, "") of a reply, or (None, why there is none)."""
    question, answer = _parsed(reply)
    if not question or not answer:
        return None, "the writer's reply is not a question with an answer"
    at = passage.text.find(answer)
    if at < 0 or not good_value(answer):
        return None, "the writer's answer does not stand in the passage"
    words = len(question.split()) if question.isascii() or " " in question else len(question) // 2
    if not WORDS[0] <= words <= WORDS[1] or not re.search(r"[?？]$", question):
        return None, "the writer's question is too short, too long or none"
    if _plain(answer) in _plain(question):
        return None, "its question would say the answer"
    if _VAGUE.search(question) or not standalone(question):
        return None, "the writer's question does not stand alone"
    if _copies(question, passage.text):
        return None, "the writer's question copies the passage"
    if (found := language_of(question)) and found != language[:2]:
        return None, "the writer's question is in another language"
    document = passage.document
    return Fact(ORIGIN, document.id, document.title, passage.start + at, answer, "", "", question), ""


def _parsed(reply: str) -> tuple[str, str]:
    for match in re.finditer(r"\{[^{}]*\}", reply):
        try:
            value = json.loads(match[0])
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("question"), str) and isinstance(value.get("answer"), str):
            return " ".join(value["question"].split()), value["answer"].strip().rstrip(".")
    return "", ""


def _gives(reply: str, answer: str) -> bool:
    return f" {_plain(answer)} " in f" {_plain(reply)} " or (not answer.isascii() and answer in reply)


def _copies(question: str, passage: str) -> bool:
    words, text = _plain(question).split(), f" {_plain(passage)} "
    return any(f" {' '.join(words[i : i + COPIED])} " in text for i in range(len(words) - COPIED + 1))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _passages(documents: Sequence[Document]) -> Iterator[Passage]:
    """Runs of paragraphs of a good length; what is shorter at a document's end is left."""
    for document in documents:
        start, end = -1, 0
        for match in re.finditer(r"\S(?:.|\n(?!\s*\n))*", document.text):
            start = match.start() if start < 0 else start
            end = match.end()
            length = _length(document.text[start:end])
            if length > LONGEST:
                start = -1
            elif length >= SHORTEST:
                yield Passage(document, start, document.text[start:end])
                start = -1


def _length(text: str) -> int:
    joined = sum(ord(sign) >= 0x2E80 for sign in text)
    return max(len(text.split()), joined // 2)


def _drawn(passages: list[Passage], wanted: int, seed: int) -> list[Passage]:
    """Up to `wanted` passages, in turn from each document."""
    drawn = random.Random(f"written {seed}")
    heaps: dict[str, list[Passage]] = {}
    for passage in passages:
        heaps.setdefault(passage.document.id, []).append(passage)
    for heap in heaps.values():
        drawn.shuffle(heap)
    order = sorted(heaps)
    drawn.shuffle(order)
    chosen: list[Passage] = []
    while len(chosen) < wanted and any(heaps.values()):
        chosen += [heaps[name].pop() for name in order if heaps[name]][: wanted - len(chosen)]
    return chosen


def _other(passages: Sequence[Passage], i: int) -> Passage:
    """A passage of another document, else another one of the same."""
    away = [p for p in passages if p.document.id != passages[i].document.id]
    return (away or [p for p in passages if p is not passages[i]] or [passages[i]])[i % max(1, len(away))]
