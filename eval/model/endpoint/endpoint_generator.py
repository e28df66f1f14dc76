"""Replies by a server: any model behind an OpenAI-compatible address, and adapters that it serves by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.arms.prompt import Prompt, ask, render_reply
from eval.arms.reply_grammar import plain_refusal
from eval.errors import UserError
from eval.files import read_json, write_json
from eval.model.endpoint.address import GENERATOR, at, notice
from eval.model.endpoint.asking import Asking
from eval.model.generator import Answering, Generator, generator
from eval.pipeline.graph import Skipped
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.config import Endpoint
    from eval.model.endpoint.http_client import Client
    from eval.model.endpoint.reply import Reader
    from eval.model.endpoint.requests import Budget
    from eval.model.endpoint.route import Asked, Speaker
    from eval.model.endpoint.served_weights import ServedWeights
    from eval.model.endpoint.server import Server
    from eval.model.endpoint.spending_cap import SpendingCap
    from eval.model.endpoint.structured_output import Held
    from eval.model.stopping import Limits


@dataclass(frozen=True, slots=True)
class Ends:
    """What ends a reply, from the local tokenizer: tokens, and their texts."""

    tokens: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()


class EndpointGenerator:
    """One request a prompt, as many at once as the server keeps up with."""

    def __init__(self, resources: Resources) -> None:
        from eval.model.endpoint.requests import Budget
        from eval.model.endpoint.spending_cap import SpendingCap

        endpoint = resources.config.endpoint
        if endpoint is None:
            raise UserError("generation.generator is endpoint, and no address is named")
        self.resources = resources
        self.endpoint: Endpoint = endpoint
        self.folder: Path = resources.run / "endpoint"
        self.budget: Budget = Budget(endpoint.max_requests)
        self.cap: SpendingCap = SpendingCap(endpoint, self.folder / "spent.jsonl")
        self._clients: dict[str, tuple[Client, Server]] = {}
        self._speakers: dict[str | None, Speaker] = {}
        if line := notice(endpoint, passages=bool(resources.dataset.documents)):
            say(line)

    @property
    def tokenizer(self) -> Any | None:
        """The local one that prompts are rendered with."""
        return self.resources.tokenizer if self.endpoint.tokenizer else None

    def begin(self, mode: str, adapter: str | None, prompts: Sequence[Prompt]) -> Answering:
        """Find how the server takes prompts; raises UserError where it does not, or one of them does not fit."""
        if adapter and adapter not in self.endpoint.adapters:
            raise UserError(f"mode {mode}: no name is known that serves the adapter; pass --{adapter}-model NAME")
        speaker = self.speaker(adapter)
        if adapter:
            self._check_adapter(adapter, speaker)
        held = self._hold(mode, adapter or "base", speaker) if MODES[mode].structured else None
        speaker = held.speaker if held else speaker
        asked = [speaker.prepare(p.messages) for p in prompts]
        self._check_lengths(mode, speaker, asked)
        return Asking(self, mode, adapter, speaker, asked, held)

    def _hold(self, mode: str, key: str, speaker: Speaker) -> Held:
        """How the server holds replies to a schema, alike in all modes of a run; raises Skipped where it does not."""
        from eval.model.endpoint.structured_output import NotHeldError, cautions, find_way, known_way

        schema, known = self.resources.schema, self._known()[key]
        if WAY in known and self._has_structured() and (
            found := known_way(known[WAY], known[FORM], speaker, schema)
        ):  # fmt: skip
            return found
        try:
            found = find_way(speaker, schema, self.reader())
        except NotHeldError as error:
            raise Skipped(
                f"mode {mode}: {speaker.client.url} holds replies to no JSON schema ({error}); the mode is not compared"
            ) from None
        self.note(key, WAY, found.way)
        self.note(key, FORM, found.speaker.route.form)
        refusal = plain_refusal(self.resources.config, self.resources.dataset.train)
        for line in cautions(found, speaker, schema, refusal):
            say(f"warning: {speaker.client.url}: {line}")
        return found

    def _has_structured(self) -> bool:
        """Whether the run holds replies of structured modes, so that all others are asked for in the same way."""
        folder, names = self.resources.run / "predictions", [m.name for m in MODES.values() if m.structured]
        return any((folder / f"{n}.jsonl").is_file() or any(folder.glob(f".{n}.*.partial")) for n in names)

    def speaker(self, adapter: str | None) -> Speaker:
        """The base or an adapter as it is served, with the form of prompt that works there."""
        if adapter not in self._speakers:
            speaker = self._speaker(adapter)
            speaker.settle(ask(self.resources.config.instruction, "?").messages)
            self._speakers[adapter] = speaker
            self._keep(adapter, speaker)
            if speaker.route.form == "messages" and speaker.route.offset:
                say(
                    f"warning: '{speaker.name}' renders prompts otherwise than the local chat template does: a short "
                    f"one takes {speaker.route.offset:+d} tokens there; training saw the local form"
                )
        return self._speakers[adapter]

    def _speaker(self, adapter: str | None) -> Speaker:
        from eval.model.endpoint.lora_loading import is_adapter_folder, load_adapter
        from eval.model.endpoint.request_body import Fields
        from eval.model.endpoint.route import Speaker
        from eval.model.endpoint.server import check_name, lora_choice

        url, name = at(self.endpoint, adapter)
        client, server = self._client(url)
        if adapter and is_adapter_folder(name):
            name = load_adapter(client, server, Path(name))
        else:
            check_name(server, name, url)
        lora = lora_choice(server, name, base=adapter is None or url != self.endpoint.url, url=url)
        ends = self.ends
        # What llama.cpp caches changes the sums, and with them close calls.
        extra: dict[str, Any] = {"cache_prompt": False} if server.kind == "llama.cpp" else {}
        extra |= {"lora": lora} if lora else {}
        if ends.texts:
            extra["stop"] = list(ends.texts)
        if ends.tokens and server.kind in ("vllm", "sglang"):
            extra["stop_token_ids"] = list(ends.tokens)
        given = self.resources.config.chat_template_kwargs
        template = dict(given) or ({"enable_thinking": False} if server.kind in RENDER_WITH_ARGUMENTS else None)
        return Speaker(client, server, name, Fields(), self.tokenizer, extra, template, self.cap)

    def _client(self, url: str) -> tuple[Client, Server]:
        from eval.model.endpoint.http_client import Client
        from eval.model.endpoint.server import probe

        if url not in self._clients:
            client = Client(self.endpoint, url, self.folder / "requests.jsonl")
            self._clients[url] = client, probe(client)
        return self._clients[url]

    @property
    def ends(self) -> Ends:
        """What ends a reply: the tokenizer's own token, and the chat template's end of turn."""
        tokenizer = self.tokenizer
        if tokenizer is None:
            return Ends()
        last = render_reply(tokenizer, ask("s", "q").messages, "x")[-1]
        found = {tokenizer.eos_token_id} | ({last} if last in tokenizer.all_special_ids else set())
        tokens = tuple(sorted(t for t in found if t is not None))
        return Ends(tokens, tuple(str(tokenizer.convert_ids_to_tokens(t)) for t in tokens))

    def reader(self, limits: Limits | None = None) -> Reader:
        """Reads replies as the run's own model's are read; without `limits` within those of the run."""
        from eval.model.endpoint.reply import Reader

        return Reader(self.tokenizer, limits or self.resources.limits, self.ends.tokens, self.ends.texts)

    def weights(self, adapter: str | None) -> ServedWeights:
        """See `Measuring`."""
        from eval.model.endpoint.pace import Pace
        from eval.model.endpoint.served_weights import ServedWeights

        pace = Pace(self.endpoint.concurrency)
        return ServedWeights(self.speaker(adapter), self.tokenizer, self.reader, pace, self.budget)

    def _check_adapter(self, adapter: str, speaker: Speaker) -> None:
        """Raise UserError where the adapter's name is answered by the base; asked once."""
        from eval.model.endpoint.served_checks import differing, training_prompts

        known = self._known()
        if known[adapter].get("differs"):
            return
        base = self.speaker(None)
        asked = training_prompts(self.resources, adapter, speaker)
        found = differing(base, speaker, asked, self.reader(), self.budget)
        self.note(adapter, "differs", f"{found} of {len(asked)} replies to training prompts differ from the base's")

    def _known(self) -> dict[str, Any]:
        file = self.folder / "servers.json"
        return dict(read_json(file)) if file.is_file() else {}

    def note(self, key: str, what: str, found: str | float) -> None:
        """Keep what was seen of a served model, and show it in the report."""
        known = self._known()
        known[key][what] = found
        write_json(self.folder / "servers.json", known)
        write_json(self.resources.run / "environment.json", self._environment(known))

    def _check_lengths(self, mode: str, speaker: Speaker, asked: Sequence[Asked]) -> None:
        """Raise UserError where a prompt leaves no room for a reply: nothing of a prompt is ever cut."""
        context, limits = speaker.server.context, self.resources.limits
        longest = max((len(a.tokens) for a in asked if a.tokens is not None), default=0)
        if context and longest and longest + limits.least > context:
            raise UserError(
                f"mode {mode}: a prompt takes {longest} tokens and its reply up to {limits.least}, and the server "
                f"reads {context}; raise its context, or lower retrieval.top_k or fewshot.examples"
            )

    def _keep(self, adapter: str | None, speaker: Speaker) -> None:
        """Keep what the server said; raises UserError where an earlier part of this run was answered by another one."""
        file, key, known = self.folder / "servers.json", adapter or "base", self._known()
        before = known.get(key, {}).get("identity")
        if before and before != speaker.server.identity and any((self.resources.run / "predictions").glob("*.jsonl")):
            raise UserError(
                f"{speaker.client.url}: is {speaker.server.words()} now, and earlier replies in {self.resources.run} "
                f"are of {' '.join(before[:2]).strip()} (context {before[2]}); name another --out"
            )
        known[key] = known.get(key, {}) | {
            "identity": speaker.server.identity, "server": speaker.server.record(), "name": speaker.name,
            "form": speaker.route.form, "dropped": list(speaker.fields.dropped),
        }  # fmt: skip
        write_json(file, known)
        write_json(self.resources.run / "environment.json", self._environment(known))

    def _environment(self, known: dict[str, Any]) -> dict[str, Any]:
        """What the report shows of where replies come from."""
        base = known.get("base") or next(iter(known.values()))
        server = base["server"]
        seen = {f"{key}, {what}": k[what] for key, k in known.items() for what in SEEN if what in k}
        who = "this tool" if base["form"] != "messages" else "the server, by its own chat template"
        return {
            "device": "endpoint", "dtype": "served", "weights": "served", "attention": "served",
            "endpoint": self.endpoint.label, "server": f"{server['kind']} {server['version']}".strip(),
            "prompts": f"rendered by {who}; sent as {base['form']}", "context": server["context"],
            "fields the server refused": ", ".join(base["dropped"]) or "none", **seen,
        }  # fmt: skip


WAY, FORM = "structured replies", "structured prompts"
SEEN = ("differs", "asked twice", WAY, FORM)
RENDER_WITH_ARGUMENTS = ("vllm", "sglang", "llama.cpp")
"""Servers whose chat completions take arguments of the chat template."""


@generator(GENERATOR, serves=True, holds="schema", measures=True)
def endpoint(resources: Resources) -> Generator:
    """A server, by `--model URL` or the section `endpoint` of dataset.yaml."""
    return EndpointGenerator(resources)
