"""The part of the network that plans an utterance, as graphs of ONNX Runtime (see `graph`).

On two threads, for a sentence of 55 symbols: the language model 58 ms instead of 92, rhythm 11
instead of 16, F0 and energy 24 instead of 38.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn

from menura.models.menura_1.encoders import HIDDEN, Albert
from menura.models.menura_1.graph import Graph, Session
from menura.models.menura_1.layers import (
    EPSILON,
    STYLE,
    AdaptiveInstanceNorm,
    AdaptiveLayerNorm,
    StyledResidualBlock,
)
from menura.models.menura_1.prosody import ProsodyPredictor


class PlanGraphs:
    """What a network plans with, with the weights that it has now.

    Args:
        language_model: never changes.
        predictor: a tuned voice changes it: see `current`.
        threads: of each computation.
    """

    def __init__(self, language_model: Albert, predictor: ProsodyPredictor, threads: int) -> None:
        self._language_model = language_model
        self._features = _language_model(language_model, threads)
        self._rhythm = _rhythm(predictor, threads)
        self._curves, self._norms = _curves(predictor, threads)
        self._parameters = list(predictor.parameters())
        self._tensors = [parameter.data for parameter in self._parameters]

    def current(self) -> bool:
        """Whether the predictor still has the tensors that the graphs were made of.

        Whoever changes it gives it others, and these back in the end: a tensor that is written in
        place would not be noticed.
        """
        pairs = zip(self._parameters, self._tensors, strict=True)
        return all(one.data_ptr() == tensor.data_ptr() for one, tensor in pairs)

    def features(self, tokens: Tensor) -> Tensor:
        """What the language model makes of token ids [1, T], [1, 512, T]."""
        embedded = self._language_model.embedded(tokens)[0]
        (found,) = self._features({"x": embedded})
        return found.T[None]

    def rhythm(self, features: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
        """Maps features [1, 512, T] and style [1, S] to [1, T, 640] and durations [1, T].

        See `ProsodyPredictor.encode` and `ProsodyPredictor.durations`.
        """
        spread = style[None].expand(features.shape[2], 1, -1)
        encoded, durations = self._rhythm(
            {"features": features.permute(2, 0, 1), "style": style, "spread": spread}
        )
        return encoded.transpose(0, 1), durations.T

    def curves(self, aligned: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
        """The same as `ProsodyPredictor.curves`."""
        lines: dict[str, Tensor] = {}
        for name, norm in self._norms.items():
            scale, shift = norm.fc(style)[0].chunk(2)
            lines |= {f"{name} scale": 1 + scale, f"{name} shift": shift}
        f0, energy = self._curves({"aligned": aligned.transpose(0, 1), **lines})
        return f0[:, 0], energy[:, 0]


def _language_model(model: Albert, threads: int) -> Session:
    """ALBERT from its mapped embeddings [T, 768] to features [T, 512]."""
    graph = Graph()
    x = graph.input("x", "T", 768)
    size = 768 // model.heads
    parts = (model.query, model.key, model.value)
    # One product for all three. Queries are scaled here and not in each pass.
    shrink = 1 / math.sqrt(size)
    scales = (shrink, 1.0, 1.0)
    weight = torch.cat([scale * p.weight for scale, p in zip(scales, parts, strict=True)])
    bias = torch.cat([scale * p.bias for scale, p in zip(scales, parts, strict=True)])
    heads = graph.constant(np.array([-1, 3, model.heads, size]))
    together = graph.constant(np.array([-1, 768]))
    which = [graph.constant(np.array(i)) for i in range(3)]
    # ONNX Runtime keeps a packed copy of each constant, so all passes share one.
    constants = {
        name: (graph.constant(w.T), graph.constant(b))
        for name, w, b in (
            ("attend", weight, bias),
            ("dense", model.dense.weight, model.dense.bias),
            ("widen", model.ffn.weight, model.ffn.bias),
            ("narrow", model.ffn_output.weight, model.ffn_output.bias),
        )
    }

    def linear(x: str, name: str) -> str:
        w, b = constants[name]
        return graph.node("Add", graph.node("MatMul", x, w), b)

    norms = {
        norm: (graph.constant(norm.weight), graph.constant(norm.bias))
        for norm in (model.attention_norm, model.output_norm)
    }

    def add(x: str, y: str, norm: nn.LayerNorm) -> str:
        total = graph.node("Add", x, y)
        return graph.node("LayerNormalization", total, *norms[norm], epsilon=norm.eps)

    for _ in range(model.layers):
        y = graph.node("Reshape", linear(x, "attend"), heads)
        query, key, value = (graph.node("Gather", y, one, axis=1) for one in which)
        scores = graph.node(
            "MatMul",
            graph.node("Transpose", query, perm=[1, 0, 2]),
            graph.node("Transpose", key, perm=[1, 2, 0]),
        )
        attention = graph.node("Softmax", scores, axis=-1)
        y = graph.node("MatMul", attention, graph.node("Transpose", value, perm=[1, 0, 2]))
        y = graph.node("Reshape", graph.node("Transpose", y, perm=[1, 0, 2]), together)
        x = add(x, linear(y, "dense"), model.attention_norm)
        y = graph.node("Gelu", linear(x, "widen"), approximate="tanh")
        x = add(x, linear(y, "narrow"), model.output_norm)
    y = graph.linear(x, model.mapping_out.weight, model.mapping_out.bias)
    return graph.session({"features": y}, threads)


def _rhythm(predictor: ProsodyPredictor, threads: int) -> Session:
    """Encoded features [T, 1, 640] and durations [T, 1]."""
    graph = Graph()
    features = graph.input("features", "T", 1, HIDDEN)
    style = graph.input("style", 1, STYLE)
    spread = graph.input("spread", "T", 1, STYLE)
    x = graph.node("Concat", features, spread, axis=2)
    ones, zeros = (graph.constant(np.full(HIDDEN, value, np.float32)) for value in (1, 0))
    for lstm, norm in zip(predictor.lstms, predictor.norms, strict=True):
        assert isinstance(lstm, nn.LSTM)
        assert isinstance(norm, AdaptiveLayerNorm)
        y = graph.node("LayerNormalization", graph.lstm(x, lstm), ones, zeros, epsilon=EPSILON)
        bias = norm.fc.bias + torch.arange(2 * HIDDEN).lt(HIDDEN)  # a scale of 0 changes nothing
        line = graph.linear(style, norm.fc.weight, bias)
        halves = [graph.constant(np.array([at])) for at in (0, HIDDEN, 2 * HIDDEN)]
        axis = graph.constant(np.array([1]))
        scale, shift = (graph.node("Slice", line, *halves[i : i + 2], axis) for i in (0, 1))
        y = graph.node("Add", graph.node("Mul", y, scale), shift)
        x = graph.node("Concat", y, spread, axis=2)
    projection = predictor.duration_proj
    y = graph.linear(graph.lstm(x, predictor.lstm), projection.weight, projection.bias)
    last = graph.constant(np.array([2]))
    durations = graph.node("ReduceSum", graph.node("Sigmoid", y), last, keepdims=0)
    return graph.session({"encoded": x, "durations": durations}, threads)


def _curves(
    predictor: ProsodyPredictor, threads: int
) -> tuple[Session, dict[str, AdaptiveInstanceNorm]]:
    """F0 and energy, both [1, 1, 2·frames], and the norms whose scale and shift it is given."""
    graph = Graph()
    norms: dict[str, AdaptiveInstanceNorm] = {}
    aligned = graph.input("aligned", "T", 1, HIDDEN + STYLE)
    shared = graph.node("Transpose", graph.lstm(aligned, predictor.shared), perm=[1, 2, 0])
    double = graph.constant(np.array([1, 1, 2], np.float32))
    half_power = graph.constant(np.array(math.sqrt(0.5), np.float32))

    def activated(x: str, name: str, norm: AdaptiveInstanceNorm) -> str:
        norms[name] = norm
        channels = norm.fc.out_features // 2
        line = [graph.input(f"{name} {part}", channels) for part in ("scale", "shift")]
        y = graph.node("InstanceNormalization", x, *line, epsilon=EPSILON)
        return graph.node("LeakyRelu", y, alpha=0.2)

    found = {}
    for curve, projection in (("F0", predictor.F0_proj), ("N", predictor.N_proj)):
        x = shared
        for i, block in enumerate(getattr(predictor, curve)):
            assert isinstance(block, StyledResidualBlock)
            y = activated(x, f"{curve} {i} norm1", block.norm1)
            if block.pool is not None:
                y = graph.upsampling(y, block.pool)
                x = graph.node(
                    "Resize", x, "", double, mode="nearest", nearest_mode="floor",
                    coordinate_transformation_mode="asymmetric",
                )  # fmt: skip
            y = graph.convolution(y, block.conv1)
            y = activated(y, f"{curve} {i} norm2", block.norm2)
            y = graph.convolution(y, block.conv2)
            if block.conv1x1 is not None:
                x = graph.convolution(x, block.conv1x1)
            x = graph.node("Mul", graph.node("Add", y, x), half_power)
        found[curve] = graph.convolution(x, projection)
    return graph.session(found, threads), norms
