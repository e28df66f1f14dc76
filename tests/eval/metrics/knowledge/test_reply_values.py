"""Values of many replies: in one process or in several the same, and each different reply once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.config import Knowledge
from eval.metrics import processes
from eval.metrics.knowledge import reply_values as module
from eval.metrics.knowledge.metric import METRICS, metric, score_knowledge
from eval.metrics.knowledge.overlap import chrf, rouge_l
from eval.metrics.knowledge.reply_values import Asked, reply_values

SETTINGS = Knowledge(metric="contains", answer="$.answer")
ROWS = [
    Asked('{"answer": "12 m"}', ("12 m", "39 ft"), "How deep is it?", reference='{"answer": "12 m", "source": "a"}'),
    Asked("The harbour is 1.500 m long.", ("1500 m",), "Wie lang?"),
    Asked("The harbour is 1.500 m long.", ("1.5 m",), "Wie lang?"),
    Asked("부산항이에요.", ("부산항",), "어느 항구인가요?"),
    Asked("C", ("C",), "Which? A) red B) blue C) green", "choice"),
    Asked(
        "The pump stops. It starts again.", ("The pump stops when it is empty. It starts again.",), "What?", "claims"
    ),
    Asked("half a sign \ud83d", ("half",), "What?"),
    Asked("", ("nothing",), "What?"),
    Asked('{"answer": "12 m"}', ("12 m", "39 ft"), "How deep is it?", reference='{"answer": "12 m", "source": "a"}'),
]
CALLS: list[str] = []


@pytest.fixture
def plugin() -> Iterator[None]:
    """A metric that no other process knows."""

    @metric("vowels")
    def vowels(given: str, answers: Sequence[str], question: str = "") -> float:
        CALLS.append(given)
        return sum(c in "aeiou" for c in given) / max(1, len(given))

    CALLS.clear()
    yield
    METRICS.remove("vowels")


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two processes for whatever there is to do; the chunks that the further one did."""
    monkeypatch.setattr(processes, "WORTH", 1e-9)
    monkeypatch.setattr(processes, "cores", lambda: 2)
    monkeypatch.setattr(module, "CHUNK", 2)
    done: list[int] = []
    hand_in = processes._Deal.hand_in

    def noted(self: Any, number: int, result: Any) -> None:
        hand_in(self, number, result)
        done.append(number)

    monkeypatch.setattr(processes._Deal, "hand_in", noted)
    return done


def test_several_processes_give_what_one_gives(
    plugin: None, several: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        *ROWS,
        *(Asked(f"There are {n} boats, {'abcdef'[n % 6]}.", (str(n - n % 2),), "How many?") for n in range(60)),
    ]
    monkeypatch.setattr(processes, "cores", lambda: 1)
    one = reply_values(SETTINGS, rows, language="de-CH")
    assert not several
    monkeypatch.setattr(processes, "cores", lambda: 2)
    hold_back(monkeypatch, several)
    assert reply_values(SETTINGS, rows, language="de-CH") == one
    assert several
    assert all("vowels" in v.metrics for v in one)


def hold_back(monkeypatch: pytest.MonkeyPatch, several: list[Any]) -> None:
    """Have this process leave the rest to the other one as soon as that is started."""
    take = processes._Deal.take

    def late(self: Any) -> int | None:
        here = threading.current_thread() is threading.main_thread()
        return None if here and len(self.results) >= 2 and not several else take(self)

    monkeypatch.setattr(processes._Deal, "take", late)


def test_each_value_is_the_metric_s_own() -> None:
    for asked, found in zip(ROWS, reply_values(SETTINGS, ROWS, language="de"), strict=True):
        for name, value in found.metrics.items():
            given = (SETTINGS, asked.reply, asked.answers)
            assert value == score_knowledge(*given, name=name, question=asked.question, language="de")
        if not asked.reference:
            assert found.overlap == {
                "rouge_l": rouge_l(asked.reply, asked.answers),
                "chrf": chrf(asked.reply, asked.answers),
            }
    assert reply_values(SETTINGS, ROWS)[0].overlap == {"rouge_l": 1.0, "chrf": 1.0}


def test_the_metrics_are_those_that_suit_the_answers() -> None:
    found = [set(v.metrics) for v in reply_values(SETTINGS, ROWS)]
    always = {"exact", "f1", "contains", "match"}
    assert found[0] == always | {"number"}
    assert found[3] == always
    assert found[4] == always | {"choice"}
    assert found[5] == always | {"claims"}
    only = reply_values(SETTINGS, ROWS, names=("match", "chrf"))
    assert {(*v.metrics, *v.overlap) for v in only} == {("match", "chrf")}


def test_each_different_reply_is_scored_once(plugin: None) -> None:
    counted: list[int] = []
    found = reply_values(SETTINGS, ROWS, advance=counted.append)
    assert found[0] == found[-1]
    assert len(CALLS) == sum(counted) == len(ROWS) - 1


def test_a_further_process_loads_no_model_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loaded_modules.py").write_text(
        "import sys\nimport eval.metrics.knowledge.reply_values\ndef names(own, chunk):\n    return list(sys.modules)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(processes, "WORTH", 1e-9)
    monkeypatch.setattr(processes, "cores", lambda: 2)
    done: list[Any] = []
    monkeypatch.setattr(processes._Deal, "hand_in", lambda self, number, result: _note(self, done, number, result))
    hold_back(monkeypatch, done)
    import loaded_modules  # type: ignore[import-not-found]

    processes.shared(loaded_modules.names, 0, list(range(100)))
    assert done
    assert not {"torch", "transformers", "sklearn", "chromadb"} & set(done[0])
    assert "eval.metrics.knowledge.reply_values" in done[0]
    sys.modules.pop("loaded_modules")


def _note(deal: Any, done: list[Any], number: int, result: Any) -> None:
    deal._said.put((number, result))
    done.append(result)
