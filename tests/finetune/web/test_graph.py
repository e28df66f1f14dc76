"""Changes to the graph, against torch with the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component


@pytest.fixture(scope="module")
def built(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(plain model folder, its graph); the weights are spread out so that close calls are rare."""
    import torch
    from transformers import AutoTokenizer, LlamaForCausalLM

    from finetune.web.build import build_graph

    folder = tmp_path_factory.mktemp("graph")
    model = LlamaForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter.normal_(std=0.2)
    model.save_pretrained(folder / "plain")
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(folder / "plain")
    return folder / "plain", build_graph(folder / "plain", folder / "graph")


def tokens(count: int) -> list[int]:
    return [3 + 37 * i % 250 for i in range(count)]


def written(built: tuple[Path, Path], name: str, folder: Path) -> Any:
    from eval.files import read_json
    from finetune.export.head_size import head_size
    from finetune.web.build import FORMS, load_graph, session_logits, write_form

    plain, graph = built
    size = head_size(read_json(plain / "config.json"))
    assert size == 16
    return session_logits(write_form(load_graph(graph, size), FORMS[name], folder))


def expected(plain: Path, *, half: bool = False) -> Any:
    import torch

    from finetune.export.logits import load_plain, model_logits

    model = load_plain(plain)
    if half:
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() == 2:
                    parameter.copy_(parameter.half().float())
    return model_logits(model)


def test_float32_is_the_model(built: tuple[Path, Path], tmp_path: Path) -> None:
    import numpy as np

    row = tokens(80)
    logits = written(built, "fp32", tmp_path)(row, 1)
    assert logits.shape == (79, 259)
    np.testing.assert_allclose(logits, expected(built[0])(row, 1), atol=2e-3)


def test_fp16_is_the_model_with_weights_rounded_to_half(built: tuple[Path, Path], tmp_path: Path) -> None:
    import numpy as np

    row = tokens(80)
    logits = written(built, "fp16", tmp_path)(row, 1)
    np.testing.assert_allclose(logits, expected(built[0], half=True)(row, 1), atol=2e-3)
    written(built, "fp32", tmp_path)
    sizes = {n: (tmp_path / "onnx" / f"{n}.onnx_data").stat().st_size for n in ("model", "model_fp16")}
    weights = 2 * 259 * 64 + 2 * (64 * 128 + 64 * 64 + 3 * 64 * 128)  # embeddings and head; each layer
    assert sizes["model"] - sizes["model_fp16"] == pytest.approx(2 * weights, rel=0.02)


def test_four_bits_err_seventeen_times_as_much_as_eight(built: tuple[Path, Path], tmp_path: Path) -> None:
    """A block's range is cut into 2^4 - 1 or 2^8 - 1 steps, so the errors are as 255 to 15."""
    import numpy as np

    row = tokens(80)
    reference = expected(built[0])(row, 1)
    errors = [np.std(written(built, name, tmp_path)(row, 1) - reference) for name in ("q4", "int8")]
    assert errors[0] / errors[1] == pytest.approx(255 / 15, rel=0.25)
    assert errors[1] < 0.05 * reference.std()


def test_the_last_logits_and_the_cache_give_what_one_pass_gives(built: tuple[Path, Path], tmp_path: Path) -> None:
    import numpy as np

    logits = written(built, "fp16", tmp_path)
    row = tokens(60)
    np.testing.assert_allclose(logits(row, 50, stepwise=True), logits(row, 1)[49:], atol=1e-4)
    np.testing.assert_allclose(logits(row, 50), logits(row, 1)[49:], atol=1e-4)


def test_no_logits_to_keep_means_all(built: tuple[Path, Path], tmp_path: Path) -> None:
    import numpy as np
    import onnxruntime as ort

    written(built, "fp32", tmp_path)
    session = ort.InferenceSession(str(tmp_path / "onnx" / "model.onnx"))
    shapes = {i.name: i.shape for i in session.get_inputs()}
    assert shapes["past_key_values.0.key"] == ["batch_size", 2, "past_sequence_length", 16]
    feed: dict[str, Any] = {
        n: np.zeros((1, 2, 0, 16), dtype=np.float32) for n in shapes if n.startswith("past_key_values.")
    }
    feed |= {"input_ids": np.array([tokens(9)]), "attention_mask": np.ones((1, 9), dtype=np.int64)}
    counts = [
        session.run(["logits"], feed | {"num_logits_to_keep": np.array(n, dtype=np.int64)})[0].shape[1]
        for n in (0, 1, 4)
    ]
    assert counts == [9, 1, 4]


def test_weights_beyond_half_are_refused() -> None:
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper

    from eval.errors import UserError
    from finetune.web.graph import store_half

    weight = numpy_helper.from_array(np.full((64, 64), 1e6, dtype=np.float32), "w")
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    value = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, [1, 64]) for n in "xy"]
    model = helper.make_model(helper.make_graph([node], "g", value[:1], value[1:], [weight]))
    with pytest.raises(UserError, match="w holds numbers beyond float16"):
        store_half(model)


def test_a_model_that_cannot_be_built_is_said_to_be(tmp_path: Path) -> None:
    from eval.errors import UserError
    from finetune.web.build import build_graph

    (tmp_path / "config.json").write_text('{"architectures": ["NoSuchModel"], "model_type": "gpt2"}')
    with pytest.raises(UserError, match="cannot build this kind of model"):
        build_graph(tmp_path, tmp_path / "out")
