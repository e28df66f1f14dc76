"""A plain model folder as ONNX, in the number formats that a browser can load."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import UserError, need
from eval.files import read_json, write_json

EXTRA = "pip install 'rag-or-finetune[web]'"
PACKAGES = ("onnx", "onnxruntime", "onnxruntime-genai", "onnxscript")


@dataclass(frozen=True, slots=True)
class Form:
    """A number format of the exported model."""

    name: str
    file: str
    """The file's name without its ending, as transformers.js forms it."""
    agreement: float
    """Share of positions at which the most likely token must be the same."""


FORMS = {
    f.name: f
    for f in (
        Form("q4", "model_q4", 0.99),
        Form("int8", "model_int8", 0.99),
        Form("fp16", "model_fp16", 0.99),
        Form("fp32", "model", 0.999),
    )
}
"""Smallest first: the order in which they are tried."""


def check_installed() -> None:
    """Raise UserError with the command that installs what ONNX export needs, unless it is there."""
    for package in PACKAGES:
        need(package, why="ONNX export")


def build_graph(folder: Path, out: Path) -> Path:
    """Build the float32 graph of a plain causal model folder into `out`; returns the graph's file.

    By onnxruntime-genai's builder, in a process of its own: it is made to be run, not imported.
    """
    cache = out / "cache"
    command = [
        sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", str(folder), "-o", str(out), "-p", "fp32",
        "-e", "webgpu", "-c", str(cache), "--extra_options", "use_webgpu_fp32=true",
    ]  # fmt: skip
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    file = out / "model.onnx"
    if done.returncode or not file.is_file():
        reason = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        raise UserError(f"{folder}: onnxruntime-genai cannot build this kind of model ({reason}); export it as GGUF")
    return file


def load_graph(file: Path, head_size: int) -> Any:
    """The built graph with its weights in memory, as transformers.js needs it."""
    import onnx

    from finetune.web.graph import fix_head_size, keep_last_logits

    model = onnx.load(str(file))
    fix_head_size(model, head_size)
    keep_last_logits(model)
    return model


def write_form(model: Any, form: Form, folder: Path) -> Path:
    """Write the graph in a number format to folder/onnx/; uses the model up. Returns the file."""
    from finetune.web.graph import quantise, save, store_half

    if form.name in ("q4", "int8"):
        model = quantise(model, 4 if form.name == "q4" else 8)
    if form.name != "fp32":
        store_half(model)
    file = folder / "onnx" / f"{form.file}.onnx"
    file.parent.mkdir(parents=True, exist_ok=True)
    save(model, file)
    return file


def describe(folder: Path, form: Form) -> None:
    """Tell transformers.js in config.json which file to load, and that its weights lie beside it.

    All forms take and give float32, so it is never to ask for the hardware's float16.
    """
    config = read_json(folder / "config.json")
    config["transformers.js_config"] = {"use_external_data_format": True, "dtype": "fp32", "model_file": form.file}
    write_json(folder / "config.json", config)


def session_logits(file: Path) -> Callable[..., Any]:
    """The logits of an ONNX model through onnxruntime on the CPU: (tokens, start) predicts tokens[start:].

    Prompt first, then token by token from `start` on where `stepwise` is set, through the cache as generation goes.
    """
    import numpy as np
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    caches = [i for i in session.get_inputs() if i.name.startswith("past_key_values.")]
    names = [o.name for o in session.get_outputs()]

    def empty() -> dict[str, Any]:
        return {i.name: np.zeros((1, i.shape[1], 0, i.shape[3]), dtype=np.float32) for i in caches}

    def run(tokens: list[int], past: dict[str, Any], length: int, keep: int) -> tuple[Any, dict[str, Any]]:
        feed = {
            "input_ids": np.array([tokens], dtype=np.int64),
            "attention_mask": np.ones((1, length), dtype=np.int64),
            "num_logits_to_keep": np.array(keep, dtype=np.int64),
            **past,
        }
        out = dict(zip(names, session.run(None, feed), strict=True))
        logits = out.pop("logits")[0]
        return logits, {name.replace("present.", "past_key_values."): value for name, value in out.items()}

    def logits(tokens: Any, start: int, stepwise: bool = False) -> Any:
        tokens = list(tokens)
        if not stepwise:
            return run(tokens, empty(), len(tokens), len(tokens) - start + 1)[0][:-1]
        rows, past = run(tokens[:start], empty(), start, 1)
        found = [rows]
        for i in range(start, len(tokens) - 1):
            rows, past = run([tokens[i]], past, i + 1, 1)
            found.append(rows)
        return np.concatenate(found)

    return logits
