"""Writes parts of the network as ONNX graphs, which ONNX Runtime computes faster on a CPU.

With the 30 to 100 rows of an utterance, its matrix products do 120 GFLOP/s on two threads where
PyTorch's do 70, and both directions of an LSTM run side by side (docs/experiments.md, "First
audio"). Weights are those of the modules given; results agree to float32 rounding.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

Array = NDArray[Any]

_OPERATORS = 20
"""Version of the operators; the first one with GELU."""

_FORMAT = 10
"""Version of the file format."""

_ERRORS = 3
"""Level from which ONNX Runtime logs."""


class Graph:
    """A computation under construction; values go by name."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []
        self._count = 0

    def input(self, name: str, *shape: int | str) -> str:
        """Something that is given; sizes that vary have names."""
        self._inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def constant(self, value: Tensor | Array) -> str:
        """Something that stays the same."""
        array = value.detach().numpy() if isinstance(value, Tensor) else value
        name = self._name()
        # In this order and no other, but without giving a single number a dimension.
        self._constants.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401
        """Applies an ONNX operator with one output; attributes are numbers, texts or lists."""
        name = self._name()
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def _name(self) -> str:
        self._count += 1
        return str(self._count)

    def linear(self, x: str, weight: Tensor, bias: Tensor) -> str:
        """Maps [..., inputs] to [..., outputs] by weights [outputs, inputs]."""
        return self.node(
            "Add", self.node("MatMul", x, self.constant(weight.T)), self.constant(bias)
        )

    def convolution(self, x: str, layer: nn.Conv1d) -> str:
        """A convolution [1, inputs, T] of stride 1 that keeps the length."""
        bias = [] if layer.bias is None else [self.constant(layer.bias)]
        pad = int(layer.padding[0])
        return self.node("Conv", x, self.constant(layer.weight), *bias, pads=[pad, pad])

    def upsampling(self, x: str, layer: nn.ConvTranspose1d) -> str:
        """A transposed convolution."""
        weight, bias = self.constant(layer.weight), self.constant(layer.bias)  # type: ignore[arg-type]
        pad = int(layer.padding[0])
        return self.node(
            "ConvTranspose",
            x,
            weight,
            bias,
            strides=list(layer.stride),
            pads=[pad, pad],
            output_padding=list(layer.output_padding),
            group=layer.groups,
        )

    def lstm(self, x: str, layer: nn.LSTM) -> str:
        """A bidirectional LSTM, [T, 1, inputs] to [T, 1, 2·hidden]."""

        def both(kind: str) -> Tensor:
            tensors = [getattr(layer, f"{kind}_l0{side}") for side in ("", "_reverse")]
            return torch.stack([_gates(tensor) for tensor in tensors])

        biases = torch.cat([both("bias_ih"), both("bias_hh")], 1)
        tensors = [both("weight_ih"), both("weight_hh"), biases]
        y = self.node(
            "LSTM",
            x,
            *map(self.constant, tensors),
            direction="bidirectional",
            hidden_size=layer.hidden_size,
        )  # [T, directions, 1, hidden]
        y = self.node("Transpose", y, perm=[0, 2, 1, 3])
        return self.node("Reshape", y, self.constant(np.array([0, 1, 2 * layer.hidden_size])))

    def session(self, outputs: Mapping[str, str], threads: int) -> "Session":
        """Makes it ready; `outputs` gives values their names."""
        nodes = [helper.make_node("Identity", [value], [name]) for name, value in outputs.items()]
        kinds = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(
            self._nodes + nodes, "menura", self._inputs, kinds, self._constants
        )
        operators = [helper.make_opsetid("", _OPERATORS)]
        model = helper.make_model(graph, opset_imports=operators, ir_version=_FORMAT)
        return Session(model.SerializeToString(), threads)


class Session:
    """A graph that is ready to be computed, by several callers at a time too."""

    def __init__(self, model: bytes, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _ERRORS
        # Its threads would spin for milliseconds after a run, on the cores that decode next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, inputs: Mapping[str, Tensor]) -> list[Tensor]:
        """Computes the outputs, in their order."""
        arrays = {name: value.detach().contiguous().numpy() for name, value in inputs.items()}
        return [torch.from_numpy(array) for array in self._session.run(None, arrays)]


def _gates(tensor: Tensor) -> Tensor:
    """Reorders PyTorch's gates (input, forget, cell, output) to ONNX's (input, output, forget,
    cell)."""
    i, f, c, o = tensor.detach().chunk(4)
    return torch.cat([i, o, f, c])
