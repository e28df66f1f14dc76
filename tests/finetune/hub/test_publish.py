"""Publishing to a hub on this machine and back, through the real client in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.files import read_json, write_json

pytestmark = pytest.mark.component

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def finetune(hub: Any, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Runs `finetune ...` against the hub; returns the exit code and all that was printed."""

    def run(*arguments: str | Path, **changes: str) -> tuple[int, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        # The hub here speaks git-LFS, as the client does where hf_xet is not installed.
        settings = {"HF_ENDPOINT": hub.url, "HF_TOKEN": hub.token, "HF_HOME": str(tmp_path / "hub-home"),
                    "HF_HUB_DISABLE_XET": "1"}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "finetune.cli", *map(str, arguments)],
            capture_output=True, text=True, cwd=ROOT, env=kept | settings | changes,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert hub.token not in said
        assert "Traceback" not in said, said
        return done.returncode, said

    return run


def rows_and_sentences(dataset: Path) -> set[str]:
    """Everything that must stay at home, also as it stands inside JSON."""
    texts = set()
    for split in ("train.jsonl", "test.jsonl"):
        for line in (dataset / split).read_text().splitlines():
            row = json.loads(line)
            texts |= {row["question"], row["reply"], row["id"], row["group"], *row["documents"]}
    for document in (dataset / "corpus").iterdir():
        texts |= {s.strip() for s in document.read_text().replace("\n", ".").split(".") if len(s) > 8}
    texts = {t for t in texts if len(t) > 8}  # a group called "owner" stands in any card
    return texts | {json.dumps(t)[1:-1] for t in texts}


def test_what_is_pushed_holds_no_row_and_comes_back_the_same(
    finished: Path, scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    """Push, pull into an empty cache and an empty run folder, evaluate there: the same predictions."""
    from eval.pipeline.plan import plan_run
    from eval.pipeline.run_config import read_run_config
    from eval.run import Options, evaluate

    code, said = finetune("push", scored_run, "ann/harbours", "--adapter", "ft")
    assert code == 0, said
    assert hub.repositories["ann/harbours"].private
    files = hub.files("ann/harbours")
    assert sorted(files) == ["README.md", "adapter_config.json", "adapter_model.safetensors", "manifest.json",
                             "training.json"]  # fmt: skip
    base = read_run_config(scored_run / "config.yaml").model
    private = rows_and_sentences(finished / "harbours") | {hub.token, str(tmp_path), str(Path(base).parent)}
    assert len(private) > 60
    for name, content in files.items():
        assert not [t for t in private if t.encode() in content], name

    again = tmp_path / "again"
    code, said = finetune("pull", "ann/harbours", "--run", again)
    assert code == 0, said
    plan = plan_run(
        finished / "harbours", model=read_config(scored_run).model, embedder="all-minilm-l6-v2", out=again
    )  # fmt: skip
    before = {p: p.stat().st_mtime_ns for p in again.rglob("*.safetensors")}
    assert len(before) == 1
    evaluate(plan, ["ft"], Options(retention=False))
    assert {p: p.stat().st_mtime_ns for p in again.rglob("*.safetensors")} == before  # nothing was trained
    assert texts(again) == texts(scored_run)


def read_config(run: Path) -> Any:
    from eval.pipeline.run_config import read_run_config

    return read_run_config(run / "config.yaml")


def texts(run: Path) -> dict[str, str]:
    from eval.arms.predict import read_predictions

    return {p.id: p.text for p in read_predictions(run, "ft")}


def test_the_card_carries_the_scores_that_the_run_decided_by(
    scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]]
) -> None:
    from huggingface_hub import ModelCard

    assert finetune("push", scored_run, "ann/harbours", "--adapter", "ft")[0] == 0
    card = ModelCard(hub.files("ann/harbours")["README.md"].decode())
    axes = read_json(scored_run / "decision.json")["axes"]
    found = {r.metric_name.split()[0].lower(): r for r in card.data.eval_results}
    assert set(found) == {"knowledge", "style"} <= set(axes)
    for axis, result in found.items():
        own = axes[axis]["ft"]
        assert result.metric_value == own["mean"]
        assert (result.metric_args["low"], result.metric_args["high"]) == (own["low"], own["high"])
    assert card.data.library_name == "peft"
    assert card.data.base_model is None  # a folder of this machine
    assert "was not known when this card was written" in card.text


def test_a_merged_model_goes_up_whole_and_comes_back_loadable(
    finished: Path, scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    code, said = finetune(
        "push", scored_run, "ann/merged", "--adapter", "ft", "--merged", "--public", "--licence", "mit"
    )
    assert code == 0, said
    assert not hub.repositories["ann/merged"].private
    files = hub.files("ann/merged")
    assert {"model.safetensors", "tokenizer.json", "chat_template.jinja", "generation_config.json"} <= set(files)
    assert b"top-1" not in files["README.md"] and b"the most likely token is the same at" in files["README.md"]
    private = rows_and_sentences(finished / "harbours") | {hub.token, str(tmp_path)}
    for name, content in files.items():
        assert not [t for t in private if t.encode() in content], name
    code, said = finetune("pull", "ann/merged", "--out", tmp_path / "back")
    assert code == 0, said
    sent = scored_run / "merged" / "ft-bf16" / "model.safetensors"
    assert (tmp_path / "back" / "model.safetensors").read_bytes() == sent.read_bytes()
    AutoModelForCausalLM.from_pretrained(tmp_path / "back")
    assert AutoTokenizer.from_pretrained(tmp_path / "back").chat_template


def test_a_push_that_broke_off_goes_on_without_sending_twice(
    scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]]
) -> None:
    push = ("push", scored_run, "ann/harbours", "--adapter", "ft")
    hub.break_next = "commit"
    code, said = finetune(*push)
    assert (code, hub.uploads()) == (2, 1)
    assert "the hub answered 507; run the same command again" in said
    assert hub.files("ann/harbours") == {}
    assert finetune(*push)[0] == 0
    assert hub.uploads() == 1
    first = hub.repositories["ann/harbours"].branches["main"]
    assert finetune(*push)[0] == 0  # nothing is new: no commit
    assert hub.repositories["ann/harbours"].branches["main"] == first


def test_a_revision_is_a_branch_of_its_own(
    scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    assert finetune("push", scored_run, "ann/harbours", "--adapter", "ft", "--revision", "trial")[0] == 0
    assert hub.files("ann/harbours") == {}
    assert "training.json" in hub.files("ann/harbours", "trial")
    code, said = finetune("pull", "ann/harbours", "--run", tmp_path / "main")
    assert code == 2 and "holds nothing that `finetune push` wrote" in said
    assert finetune("pull", "ann/harbours", "--run", tmp_path / "trial", "--revision", "trial")[0] == 0


def test_a_dry_run_lists_sizes_and_asks_nobody(
    scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]]
) -> None:
    code, said = finetune("push", scored_run, "ann/harbours", "--adapter", "ft", "--dry-run", HF_TOKEN="")
    assert code == 0, said
    assert hub.requests == []
    weights = next((scored_run / "adapters").glob("*/adapter_model.safetensors"))
    assert f"{weights.stat().st_size:>13,}  adapter_model.safetensors\n" in said
    assert "in 5 files to ann/harbours (private)" in said


def test_what_goes_wrong_is_one_line(scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]]) -> None:
    push = ("push", scored_run, "ann/harbours", "--adapter", "ft")
    for changes, expected in (
        ({"HF_TOKEN": ""}, "no token for the hub: hf auth login, or set HF_TOKEN"),
        ({"HF_TOKEN": "hf_wrong"}, "the hub refuses the token (401)"),
        ({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set"),
        ({"HF_ENDPOINT": "http://127.0.0.1:9"}, "http://127.0.0.1:9 is not reachable"),
    ):
        code, said = finetune(*push, **changes)
        assert code == 2
        assert expected in said
        assert len(said.strip().splitlines()) == 1, said
    assert "write it as OWNER/NAME" in finetune("push", scored_run, "a b", "--adapter", "ft")[1]
    assert "no such repository" in finetune("pull", "ann/nothing")[1]
    assert not hub.blobs


def test_a_repository_that_everybody_reads_is_not_written_by_accident(
    scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]]
) -> None:
    push = ("push", scored_run, "ann/open", "--adapter", "ft")
    assert "its licence is not known; name it with --licence" in finetune(*push, "--public")[1]
    assert finetune(*push, "--public", "--licence", "mit")[0] == 0
    code, said = finetune(*push)
    assert code == 2 and "everybody can read it; say --public" in said


def test_a_file_that_changed_on_the_way_is_refused(
    scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    assert finetune("push", scored_run, "ann/harbours", "--adapter", "ft")[0] == 0
    repository = hub.repositories["ann/harbours"]
    files = dict(repository.commits[repository.branches["main"]])
    oid = files["training.json"][1]
    hub.blobs["other"] = hub.blobs[oid].replace(b"harbours", b"anchors!")
    repository.commit("main", files | {"training.json": ("regular", "other")})
    code, said = finetune("pull", "ann/harbours", "--run", tmp_path / "again")
    assert code == 2 and "training.json is not the file that was pushed" in said
    assert not (tmp_path / "again").exists()


def test_a_row_that_found_its_way_into_the_adapter_stays_at_home(
    finished: Path, scored_run: Path, hub: Any, finetune: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    folder = next((scored_run / "adapters").iterdir())
    shutil.copy(finished / "harbours" / "train.jsonl", folder / "rows.jsonl")
    training = read_json(folder / "training.json")
    write_json(folder / "training.json", training | {"sample": "What is the depth of the harbour of Arvik?"})
    assert finetune("push", scored_run, "ann/harbours", "--adapter", "ft")[0] == 0  # neither is on the list
    assert "rows.jsonl" not in hub.files("ann/harbours")
    write_json(
        folder / "training.json", training | {"settings": {"note": "What is the depth of the harbour of Arvik?"}}
    )
    code, said = finetune("push", scored_run, "ann/harbours", "--adapter", "ft")
    assert code == 2 and "training.json: would carry a text of" in said
