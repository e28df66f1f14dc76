"""Changes to an ONNX graph of a causal language model, each of which keeps what it computes. Imports onnx."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from eval.errors import UserError

SMALL = 4096
"""Tensors of fewer numbers stay float32: norms and constants, which weigh nothing."""

BLOCK = 32
"""Weights that share one scale, in 4 and 8 bits."""

LAST = "num_logits_to_keep"
"""transformers.js sets an input of this name to 1 when it generates, and to 0 for all positions."""


def fix_head_size(model: Any, size: int) -> None:
    """Write the head size into the shapes of the key-value cache, where transformers.js reads it."""
    for value in (*model.graph.input, *model.graph.output):
        if value.name.startswith(("past_key_values.", "present.")):
            value.type.tensor_type.shape.dim[3].ClearField("dim_param")
            value.type.tensor_type.shape.dim[3].dim_value = size


def keep_last_logits(model: Any) -> None:
    """Add the input `num_logits_to_keep`: logits of so many last positions, 0 for all, as transformers has it.

    A prompt's vocabulary logits are a quarter of the work of a small model, and generation wants the last row alone.
    """
    graph = model.graph
    head = next(n for n in graph.node if "logits" in n.output)
    for name, value in (("logits.one", [1]), ("logits.end", [np.iinfo(np.int64).max]), ("logits.shape", [1])):
        graph.initializer.append(numpy_helper.from_array(np.array(value, dtype=np.int64), name))
    nodes = [
        helper.make_node("Neg", [LAST], ["logits.negative"]),
        helper.make_node("Reshape", ["logits.negative", "logits.shape"], ["logits.start"]),
        helper.make_node("Slice", [head.input[0], "logits.start", "logits.end", "logits.one"], ["logits.hidden"]),
    ]
    head.input[0] = "logits.hidden"
    place = list(graph.node).index(head)
    for node in reversed(nodes):
        graph.node.insert(place, node)
    graph.input.append(helper.make_tensor_value_info(LAST, TensorProto.INT64, []))
    graph.output[0].type.tensor_type.shape.dim[1].dim_param = "kept_length"


def store_half(model: Any) -> None:
    """Store the weights as float16 and compute in float32: half the size, and no hardware has to know float16.

    The runtime widens them once, when it loads the model. Raises UserError when a weight does not fit into float16.
    """
    graph = model.graph
    # The tables of sines and cosines: rounded, they would move every position a little, and they are small.
    tables = {name for node in graph.node if node.op_type == "GroupQueryAttention" for name in node.input}
    casts = []
    for tensor in graph.initializer:
        large = tensor.data_type == TensorProto.FLOAT and int(np.prod(tensor.dims)) >= SMALL
        if not large or tensor.name in tables:
            continue
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if not np.isfinite(half).all():
            raise UserError(f"{tensor.name} holds numbers beyond float16; export with --form fp32")
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], name=f"{name}.widened", to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def quantise(model: Any, bits: int) -> Any:
    """The graph with its matrix products in blocks of 4 or 8 bits, activations in float32; a new model.

    Round to nearest with a scale and a zero point for each block of `BLOCK` weights.
    """
    import logging

    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    logging.getLogger("onnxruntime.quantization").setLevel(logging.ERROR)
    quantizer = MatMulNBitsQuantizer(model, bits=bits, block_size=BLOCK, is_symmetric=False, accuracy_level=1)
    quantizer.process()
    return quantizer.model.model


def save(model: Any, path: Any) -> None:
    """Write a model as transformers.js looks for it: the graph in PATH, the weights in PATH_data."""
    onnx.save_model(
        model, str(path), save_as_external_data=True, all_tensors_to_one_file=True, location=f"{path.name}_data",
        size_threshold=1024,
    )  # fmt: skip


def load_whole(path: Any) -> Any:
    """A model with its weights in memory."""
    return onnx.load(str(path))
