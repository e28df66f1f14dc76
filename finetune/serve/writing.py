"""One choice of a reply while it is written: a row of the running batch that hands out its text in pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval.model.stopping import Ending
from eval.model.thinking import decoder
from finetune.serve.text_stream import UNFINISHED, TextStream

if TYPE_CHECKING:
    import torch

    from finetune.serve.sampling import Choose


@dataclass(frozen=True, slots=True)
class TokenLog:
    """A token with its ln p, as the model has it before any sampling and outside any grammar."""

    text: str
    log: float
    top: tuple[tuple[str, float], ...] = ()
    """The likeliest tokens in its place, with theirs."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The next characters of a choice; its last piece tells why it ends and what it counted."""

    text: str
    index: int = 0
    logs: tuple[TokenLog, ...] = ()
    finish: str | None = None
    """`stop` or `length`; endless repetition, which clients know no word for, is `length`."""
    tokens_out: int = 0
    """Including the end-of-turn token, where the model wrote one, and the thinking, which is not sent."""
    thinking_tokens: int = 0


Send = Callable[[Piece | Exception], object]
"""Gets the pieces in the model's thread; an exception is the last."""


class Writing:
    """A choice; `gone` is set when its client has left."""

    def __init__(
        self,
        tokenizer: Any,
        ending: Ending,
        send: Send,
        *,
        index: int = 0,
        stops: Sequence[str] = (),
        choose: Choose | None = None,
        tops: int | None = None,
        whole: bool = False,
    ) -> None:
        """`tops`: how many likeliest tokens are given beside each token's ln p; None: nothing of it.

        `whole`: the client takes the reply at its end, so that it need not be read before, unless a text may stop it.
        """
        self.gone = False
        self._tokenizer, self._ending, self._send, self._index = tokenizer, ending, send, index
        self._plainly, self._stream = decoder(tokenizer, specials=False), TextStream(stops)
        self._choose, self._tops, self._whole = choose, tops, whole and not stops
        self._logs: list[TokenLog] = []
        self._given = 0

    def take(self, logits: torch.Tensor, likeliest: int) -> int | None:
        """The next token, by this choice's own way of choosing."""
        token = self._chosen(logits, likeliest)
        if self._tops is not None:
            self._logs.append(self._logged(logits, token, self._tops))
        if self._ending.add(token):
            self._finish("stop" if self._ending.finish == "stop" else "length")
            return None
        if self._whole:
            return token
        text = self._stream.grow(self._ending.text(self._plainly))
        if self._stream.stopped:
            self._finish("stop", text)
            return None
        if text:
            self._send(Piece(text, self._index, self._new_logs()))
        return token

    def fail(self, error: Exception) -> None:
        """Tell that no further piece comes."""
        self._send(error)

    def _chosen(self, logits: torch.Tensor, likeliest: int) -> int:
        grammar = self._ending.grammar
        if grammar is None:
            return likeliest if self._choose is None else self._choose(logits)
        if self._choose is None:
            return int(grammar.choose(logits))
        token = self._choose(grammar.held(logits))
        grammar.take(token)
        return token

    def _finish(self, finish: str, text: str = "") -> None:
        text += self._stream.finish(self._ending.text(self._plainly))
        ending = self._ending
        self._send(
            Piece(text, self._index, self._new_logs(), finish, len(ending.tokens), ending.thinking_tokens)
        )  # fmt: skip

    def _new_logs(self) -> tuple[TokenLog, ...]:
        """Of the reply's own tokens that were not given yet: thinking and the end of turn are none of the text."""
        start, self._given = max(self._given, self._ending.thinking_tokens), len(self._ending.own)
        return tuple(self._logs[start : self._given])

    def _logged(self, logits: torch.Tensor, token: int, tops: int) -> TokenLog:
        logs = logits.float().log_softmax(-1)
        best = logs.topk(tops) if tops else None
        top = list(zip(best.indices.tolist(), best.values.tolist(), strict=True)) if best else []
        return TokenLog(self._text(token), float(logs[token]), tuple((self._text(t), v) for t, v in top))

    def _text(self, token: int) -> str:
        return str(self._tokenizer.decode([token]))


def logged(log: TokenLog) -> dict[str, Any]:
    """A token in the form of OpenAI's API; `bytes` is null where the token is a part of a character."""
    return _one(log.text, log.log) | {"top_logprobs": [_one(text, value) for text, value in log.top]}


def _one(text: str, log: float) -> dict[str, Any]:
    whole = UNFINISHED not in text
    return {"token": text, "logprob": max(log, -9999.0), "bytes": list(text.encode()) if whole else None}
