"""Training and answering with a random model of the shape of Llama 3 8B, made on the card, beside what others reach.

    python benchmarks/gpu.py [--shape 8b|1b|tiny] [--device cuda|cpu]

Answering: prompts of one length, a fixed number of new tokens. Beside it transformers' continuous batching on a card
(its `generate` elsewhere), and vLLM with weights of its own making, where it is installed. Training: LoRA on rows of
one length; beside it TRL's SFTTrainer, where it is installed. Rates are tokens a second, prompts and rows included;
shares are of the card's published dense bf16 peak, from the products with the weights alone.
`--shape tiny --device cpu` runs through everything in a minute and measures nothing of interest.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PEAKS = {
    "B200": 2250, "H200": 989, "H100 PCIe": 756, "H100": 989, "A100": 312, "L40S": 362, "L40": 181, "L4": 121,
    "A10G": 70, "A10": 125, "RTX 4090": 165, "RTX 3090": 71, "A40": 150, "V100": 125, "T4": 65,
}  # fmt: skip
"""TFLOP/s of dense bf16 products (float16 below compute capability 8), as the makers publish them."""

SHAPES = {
    "8b": {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
           "num_key_value_heads": 8, "vocab_size": 128256},
    "1b": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32,
           "num_key_value_heads": 8, "vocab_size": 128256},
    "tiny": {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 2, "vocab_size": 512},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """How much is done."""

    prompts: int
    prompt_tokens: int
    new_tokens: int
    rows: int
    row_tokens: int
    reply_tokens: int
    batch: int


WORK = {"8b": Work(64, 1024, 128, 64, 512, 64, 8), "1b": Work(64, 1024, 128, 64, 512, 64, 8),
        "tiny": Work(4, 24, 4, 4, 24, 8, 2)}  # fmt: skip


def make_base(shape: str, device: Any, folder: Path) -> Any:
    """A random model on the device with a tokenizer of bytes; its configuration and tokenizer in `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

    from eval.model.base import Base
    from eval.model.device import pick_dtype
    from eval.model.quantization import Rung

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(["<|pad|>", "<|end|>", *alphabet])}, merges=[]))
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|end|>", pad_token="<|pad|>")
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}<|end|>{% endfor %}"
    config = LlamaConfig(**SHAPES[shape], max_position_embeddings=8192, bos_token_id=None, eos_token_id=1,
                         pad_token_id=0)  # fmt: skip
    config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    dtype = pick_dtype(device)
    with torch.device(device):
        model: Any = AutoModelForCausalLM.from_config(config, dtype=dtype)
    model.eval().requires_grad_(False)
    model.generation_config.eos_token_id = None  # every reply takes all its tokens
    return Base(model, tokenizer, folder, "random", device, dtype, rung=Rung("plain"))


def timed(run: Callable[[], Any], device: Any) -> float:
    """Seconds of the second of two runs: the first one warms up."""
    import torch

    for _ in range(2):
        start = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds = time.perf_counter() - start
    return seconds


def draw_tokens(count: int, length: int) -> list[list[int]]:
    """Rows of random bytes that share no beginning."""
    draw = random.Random(0)
    return [[draw.randrange(2, 250) for _ in range(length)] for _ in range(count)]


def answering(base: Any, work: Work) -> dict[str, Callable[[], Any]]:
    """What answers, by name; each call answers all prompts."""
    import torch

    from eval.model.generate import generate_batches, plan_batches
    from eval.model.stopping import Limits

    prompts, limits = draw_tokens(work.prompts, work.prompt_tokens), Limits(work.new_tokens)

    def ours() -> None:
        list(generate_batches(base, None, prompts, plan_batches(base, prompts, limits), limits=limits))

    def generate() -> None:
        ids = torch.tensor(prompts, device=base.device)
        base.causal.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=work.new_tokens, do_sample=False)

    def continuous() -> None:
        from transformers import GenerationConfig

        config = GenerationConfig(max_new_tokens=work.new_tokens, do_sample=False, eos_token_id=-1, pad_token_id=0)
        base.causal.generate_batch(inputs=prompts, generation_config=config)

    sides = {"toolkit": ours}
    if base.device.type == "cuda" and hasattr(base.causal, "generate_batch"):
        sides["transformers, continuous batching"] = continuous
    else:
        sides["transformers, generate"] = generate
    if base.device.type == "cuda" and importlib.util.find_spec("vllm"):
        sides["vLLM"] = _vllm(base, prompts, work)
    return sides


def _vllm(base: Any, prompts: list[list[int]], work: Work) -> Callable[[], Any]:
    from vllm import LLM, SamplingParams, TokensPrompt

    engine = LLM(model=str(base.folder), load_format="dummy", dtype="auto", gpu_memory_utilization=0.5,
                 max_model_len=work.prompt_tokens + work.new_tokens)  # fmt: skip
    how = SamplingParams(temperature=0.0, max_tokens=work.new_tokens, ignore_eos=True)
    return lambda: engine.generate([TokensPrompt(prompt_token_ids=p) for p in prompts], how)


def training(base: Any, work: Work, folder: Path) -> dict[str, Callable[[], Any]]:
    """What trains, by name; each call trains one epoch of LoRA of rank 16."""
    from finetune.data.row import Row
    from finetune.training.lora_targets import lora_config
    from finetune.training.train import train
    from finetune.training.training_state import TrainSettings

    tokens = draw_tokens(work.rows, work.row_tokens)
    settings = TrainSettings(1, work.batch, 16, 1e-4, 0)
    rows = [Row(tuple(t), work.row_tokens - work.reply_tokens, "reply") for t in tokens]

    def ours() -> None:
        (folder / "bench.pt").unlink(missing_ok=True)
        train(base, "bench", rows, [], settings, folder / "bench.pt")
        base.drop_adapter("bench")

    def trl() -> None:
        from datasets import Dataset
        from trl import SFTConfig, SFTTrainer

        masks = [[0] * r.start + [1] * (len(r.tokens) - r.start) for r in rows]
        data = Dataset.from_dict({"input_ids": tokens, "completion_mask": masks})
        how = SFTConfig(
            output_dir=str(folder / "trl"), per_device_train_batch_size=work.batch, num_train_epochs=1,
            max_length=work.row_tokens, save_strategy="no", report_to="none", logging_strategy="no", disable_tqdm=True,
            use_cpu=base.device.type == "cpu", bf16=str(base.dtype) == "torch.bfloat16",
        )  # fmt: skip
        trainer = SFTTrainer(base.causal, args=how, train_dataset=data, processing_class=base.tokenizer,
                             peft_config=lora_config(settings, base.causal))  # fmt: skip
        trainer.train()
        base.causal = trainer.model.unload()
        base.causal.requires_grad_(False)

    sides = {"toolkit": ours}
    if importlib.util.find_spec("trl") and importlib.util.find_spec("datasets"):
        sides["TRL, SFTTrainer"] = trl
    return sides


def peak_of(device: Any) -> float | None:
    """FLOP/s of the card by its name; None where it is not in the table."""
    import torch

    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((tera * 1e12 for key, tera in PEAKS.items() if key in name), None)


def main() -> None:
    """Measure and print one line for each side."""
    import torch

    from eval.model.device import pick_device
    from eval.model.dimensions import shape_of_model
    from eval.model.memory import peak_megabytes, reset_peak
    from eval.terminal.progress import set_quiet

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, default="8b")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    given = parser.parse_args()
    if given.device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: there is no CUDA device here; name --device cpu --shape tiny")
    set_quiet(True)
    work, device = WORK[given.shape], pick_device() if given.device == "cuda" else torch.device("cpu")
    with tempfile.TemporaryDirectory() as name:
        base = make_base(given.shape, device, Path(name))
        shape, peak = shape_of_model(base.causal, base.causal.config), peak_of(device)
        weights = shape.linear + shape.vocabulary * shape.hidden
        on = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
        print(f"{given.shape}: {shape.linear + shape.other:.3g} weights in {base.dtype} on {on}")
        answered = work.prompts * (work.prompt_tokens + work.new_tokens)
        trained = work.rows * work.row_tokens
        # Of the head, prefill needs one position of a prompt and decoding all; training needs the labelled ones.
        answer_work = 2.0 * shape.linear * answered + 2.0 * (weights - shape.linear) * work.prompts * work.new_tokens
        train_work = 4.0 * shape.linear * trained + 4.0 * (weights - shape.linear) * work.rows * work.reply_tokens
        for what, sides, tokens, products in (
            ("answering", answering(base, work), answered, answer_work),
            ("training", training(base, work, Path(name)), trained, train_work),
        ):
            for side, run in sides.items():
                reset_peak()
                seconds = timed(run, device)
                share = f", {products / seconds / peak:.0%} of the card's peak" if peak else ""
                print(f"{what:<10} {side:<34} {tokens / seconds:>10.0f} tokens/s, {peak_megabytes():>8.0f} MB{share}")


if __name__ == "__main__":
    main()
