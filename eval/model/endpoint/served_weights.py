"""Likelihoods by a server: those of a prompt's own tokens, which vLLM, SGLang and `finetune serve --api` echo.

OpenAI's completions say them with `echo` and `logprobs`; most providers and llama.cpp do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from eval.model.endpoint.pace import Pace
from eval.model.endpoint.patience import patiently
from eval.model.endpoint.reply import read_completion
from eval.model.endpoint.requests import Crowd
from eval.model.endpoint.route import Asked
from eval.model.likelihood_rows import Row
from eval.model.stopping import Limits
from eval.pipeline.graph import Skipped

if TYPE_CHECKING:
    from eval.model.endpoint.reply import Reader
    from eval.model.endpoint.requests import Budget
    from eval.model.endpoint.route import Speaker
    from eval.model.generator import Completion

WRITTEN = (0, 1)
"""Tokens to write beside the echo: none, or one where a server writes at least that."""
NOT_MEASURED = "what tuning made the model forget is not measured"


class ServedWeights:
    """See `eval.retention.weights.Weights`; one request a row."""

    def __init__(
        self, speaker: Speaker, tokenizer: Any, reader: Callable[[Limits], Reader], pace: Pace, budget: Budget
    ) -> None:
        """`reader` reads replies within given limits.

        Raises Skipped where the server takes no tokens, or gives no likelihoods for them.
        """
        self.tokenizer = tokenizer
        self._speaker, self._reader, self._pace, self._budget = speaker, reader, pace, budget
        self._written = self._echoes()

    def log_likelihoods(self, rows: Sequence[Row]) -> list[list[float]]:
        """See `Weights`; raises Skipped where one of them does not come."""
        found = self._all([Asked((), (*given, *target)) for given, target in rows], self._echo)
        return [logs[-len(target) :] if target else [] for logs, (_, target) in zip(found, rows, strict=True)]

    def replies(self, texts: Sequence[str], limit: int) -> list[str]:
        """See `Weights`; raises Skipped where one of them does not come."""
        reader = self._reader(Limits(limit))

        def once(asked: Asked) -> Completion:
            return read_completion(self._speaker.send(asked, limit), asked, 0.0, reader)

        asked = [self._speaker.prepare(({"role": "user", "content": text},)) for text in texts]
        return [c.text for c in self._all(asked, once)]

    def _echoes(self) -> int:
        """How many tokens to ask for beside an echo."""
        name, route = self._speaker.name, self._speaker.route
        if self.tokenizer is None or route.form != "tokens":
            raise Skipped(f"{NOT_MEASURED}: '{name}' takes no prompts as tokens; name its tokenizer by --tokenizer")
        asked = Asked((), tuple(self.tokenizer.encode("one two three", add_special_tokens=False)))
        for written in WRITTEN:
            self._written = written
            try:
                patiently(lambda: self._echo(asked))
            except Failure as failure:
                if failure.passing:
                    raise Skipped(f"{NOT_MEASURED}: '{name}' does not answer ({failure})") from None
            else:
                return written
        raise Skipped(f"{NOT_MEASURED}: '{name}' gives no likelihoods of a prompt's tokens")

    def _echo(self, asked: Asked) -> list[float]:
        """ln p of each token but the first; raises Failure where they are not what was asked for."""
        answer = self._speaker.send(asked, self._written, echo=True, logprobs=1)
        tokens = len(asked.tokens or ())
        try:
            logs = answer["choices"][0]["logprobs"]["token_logprobs"]
            values = [float(v) for v in logs[1:tokens]]
        except (LookupError, TypeError, ValueError):
            raise Failure("no-text", "the answer holds no likelihoods") from None
        if len(logs) not in (tokens, tokens + self._written) or not all(map(math.isfinite, values)):
            raise Failure("no-text", f"the answer holds {len(logs)} likelihoods for {tokens} tokens")
        return values

    def _all(self, asked: Sequence[Asked], once: Any) -> list[Any]:
        """What comes of each, in order; raises Skipped where one does not come."""
        crowd, found = Crowd(lambda i: once(asked[i]), self._pace, self._budget), {}
        try:
            for number, made in crowd.ask(list(range(len(asked)))):
                if isinstance(made, Failure):
                    raise Skipped(f"{NOT_MEASURED}: {made}; the same command asks again")
                found[number] = made
        except UserError as error:
            raise Skipped(f"{NOT_MEASURED}: {error}") from None
        return [found[i] for i in range(len(asked))]
