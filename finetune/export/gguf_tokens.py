"""A byte-level BPE tokenizer in GGUF's terms: tokens, kinds, merges, how text is cut before merging, stop tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.files import read_json

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
"""GGUF's kinds of tokens."""

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
"""The pattern by which Llama 3 cuts text."""

CUTS: dict[str, list[dict[str, Any]]] = {
    "gpt-2": [{"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}],
    "smollm": [
        {"type": "Digits", "individual_digits": True},
        {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True},
    ],
    "llama-bpe": [
        {"type": "Split", "pattern": {"Regex": LLAMA3}, "behavior": "Isolated", "invert": False},
        {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False},
    ],
}
"""llama.cpp's name of a way to cut text -> what stands in tokenizer.json for it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a GGUF file holds of a tokenizer."""

    cut: str
    """llama.cpp's name of the way text is cut before merging."""
    tokens: tuple[str, ...]
    kinds: tuple[int, ...]
    merges: tuple[str, ...]
    special: dict[str, int]
    """bos, eos, unk, pad -> id, where the tokenizer has one."""
    adds_bos: bool
    chat_template: str

    @classmethod
    def read(cls, folder: Path, size: int) -> Vocabulary:
        """The tokenizer of a transformers folder, `size` tokens; raises UserError when GGUF cannot hold it."""
        from transformers import AutoTokenizer

        tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        raw = read_json(folder / "tokenizer.json")
        if raw["model"]["type"] != "BPE" or raw["model"].get("byte_fallback"):
            raise UserError(f"{folder / 'tokenizer.json'}: not a byte-level BPE; only such tokenizers can be written")
        kinds = dict.fromkeys(raw["model"]["vocab"].values(), NORMAL)
        names = {i: token for token, i in raw["model"]["vocab"].items()}
        for added in raw["added_tokens"]:
            names[added["id"]] = added["content"]
            kinds[added["id"]] = CONTROL if added["special"] else USER_DEFINED
        stop = last_of_reply(folder, tokenizer)
        special = {"bos": tokenizer.bos_token_id, "eos": stop, "unk": tokenizer.unk_token_id,
                   "pad": tokenizer.pad_token_id}  # fmt: skip
        return cls(
            cut=name_cut(folder, raw["pre_tokenizer"]),
            tokens=tuple(names.get(i, f"[PAD{i}]") for i in range(size)),
            kinds=tuple(kinds.get(i, UNUSED) for i in range(size)),
            merges=tuple(m if isinstance(m, str) else " ".join(m) for m in raw["model"]["merges"]),
            special={k: int(v) for k, v in special.items() if v is not None},
            adds_bos=adds_bos(tokenizer),
            chat_template=tokenizer.chat_template,
        )

    def add_to(self, writer: Any) -> None:
        """Write the tokenizer's part of a GGUF file."""
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(self.cut)
        writer.add_token_list(list(self.tokens))
        writer.add_token_types(list(self.kinds))
        writer.add_token_merges(list(self.merges))
        for kind, token in self.special.items():
            getattr(writer, f"add_{kind}_token_id")(token)
        writer.add_eot_token_id(self.special["eos"])
        writer.add_add_bos_token(self.adds_bos)
        writer.add_add_space_prefix(False)
        writer.add_chat_template(self.chat_template)


def adds_bos(tokenizer: Any) -> bool:
    """Whether the tokenizer puts its start token before every text by itself."""
    return tokenizer.bos_token_id is not None and bool(tokenizer.encode("x")[0] == tokenizer.bos_token_id)


def last_of_reply(folder: Path, tokenizer: Any) -> int:
    """The token with which the template ends a reply, at which every runtime must stop."""
    from eval.arms.prompt import render_reply

    last = render_reply(tokenizer, [{"role": "user", "content": "q"}], "x")[-1]
    if last not in tokenizer.all_special_ids:
        raise UserError(
            f"{folder}: the chat template does not end a reply with an end-of-turn token; it would not stop"
        )
    return int(last)


def name_cut(folder: Path, pre_tokenizer: dict[str, Any] | None) -> str:
    """llama.cpp's name of a pre-tokenizer; raises UserError when it is none of those that it is sure to cut alike."""
    parts = (pre_tokenizer or {}).get("pretokenizers") or [pre_tokenizer or {}]
    for name, wanted in CUTS.items():
        if len(parts) == len(wanted) and all(
            all(part.get(k) == v for k, v in like.items()) for part, like in zip(parts, wanted, strict=True)
        ):
            return name
    raise UserError(
        f"{folder / 'tokenizer.json'}: cuts text in a way that has no known name in GGUF; known: {', '.join(CUTS)}"
    )
