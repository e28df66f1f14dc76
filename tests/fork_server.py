"""Forks processes that run Python code, for `Forks` in conftest.py: one JSON request a line, one JSON answer a line."""

import gc
import importlib
import json
import os
import sys

from eval.terminal.noise import hush_libraries

gc.set_threshold(50_000, 10, 5)
hush_libraries()

LIBRARIES = (
    "accelerate", "bitsandbytes", "chromadb", "llama_index.vector_stores.chroma", "peft", "sentence_transformers",
    "transformers.models.llama.modeling_llama", "eval.cli", "eval.model.loading", "eval.pipeline.tasks", "finetune.cli",
    "finetune.training.train_adapter", "rag.embed",
)  # fmt: skip
for name in LIBRARIES:
    importlib.import_module(name)

for line in sys.stdin:
    asked = json.loads(line)
    if "ended" in asked:
        process, status = os.waitpid(asked["ended"], os.WNOHANG)
        print(json.dumps(os.waitstatus_to_exitcode(status) if process else None), flush=True)
        continue
    read, write = os.pipe()
    if process := os.fork():
        os.close(write)
        os.read(read, 1)  # its streams are open
        os.close(read)
        print(process, flush=True)
    else:
        if asked["session"]:
            os.setsid()
        opened = {file: os.open(file, os.O_RDWR | os.O_CREAT) for file in asked["streams"]}
        for stream, file in enumerate(asked["streams"]):
            os.dup2(opened[file], stream)
        for number in (read, write, *opened.values()):
            os.close(number)
        sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = ["-c", *asked["arguments"]]
        exec(asked["code"], {"__name__": "__main__"})
        break
