"""The graphs that plan an utterance on a CPU do what the network does."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.network import Plan
from menura.models.menura_1.plan_graphs import PlanGraphs
from menura.text.prepare import prepare

TEXTS = ("Yes.", "The ferry to the island leaves at noon, unless the wind is strong.")


@pytest.fixture
def graphs(model: Menura1) -> Iterator[PlanGraphs]:
    graphs = model.network.graphs
    assert graphs is not None
    yield graphs
    model.network.graphs = graphs


@pytest.fixture(params=TEXTS)
def tokens(model: Menura1, request: pytest.FixtureRequest) -> Tensor:
    (utterance,) = prepare(request.param, "en-GB", limit=510)
    return model.tokens(utterance.phonemes)


@pytest.fixture
def style(model: Menura1, tokens: Tensor) -> Tensor:
    return model.style(model.stock_state("bf_emma").tensors["style"], tokens.shape[1] - 2)


@torch.inference_mode()
def test_each_graph_is_the_networks_part(
    model: Menura1, graphs: PlanGraphs, tokens: Tensor, style: Tensor
) -> None:
    prosody, predictor = style[:, STYLE:], model.network.predictor
    features = model.network.bert(tokens)
    assert torch.allclose(graphs.features(tokens), features, atol=1e-3)
    encoded = predictor.encode(features, prosody)
    ours, durations = graphs.rhythm(features, prosody)
    assert torch.allclose(ours, encoded, atol=1e-4)
    assert torch.allclose(durations, predictor.durations(encoded), atol=1e-3)
    aligned = encoded.repeat_interleave(3, dim=1)
    f0, energy = predictor.curves(aligned, prosody)
    found = graphs.curves(aligned, prosody)
    assert torch.allclose(found[0], f0, atol=0.05)
    assert torch.allclose(found[1], energy, atol=0.01)


@torch.inference_mode()
def test_plans_are_the_same_with_and_without(
    model: Menura1, graphs: PlanGraphs, tokens: Tensor, style: Tensor
) -> None:
    def plans() -> list[Plan]:
        given = torch.full((tokens.shape[1],), 4)
        return [
            model.network.plan(tokens, style, speed=1.2),
            model.network.plan(tokens, style, durations=given),
        ]

    with_graphs = plans()
    model.network.graphs = None
    for one, other in zip(with_graphs, plans(), strict=True):
        assert torch.equal(one.durations, other.durations)
        assert torch.allclose(one.f0, other.f0, atol=0.05)
        assert torch.allclose(one.energy, other.energy, atol=0.01)


@torch.no_grad()
def test_a_changed_predictor_is_not_planned_with_old_weights(
    model: Menura1, graphs: PlanGraphs, tokens: Tensor, style: Tensor
) -> None:
    bias = model.network.predictor.duration_proj.bias
    before, base = model.network.plan(tokens, style), bias.data
    assert graphs.current()
    bias.data = base + 5.0
    try:
        assert not graphs.current()
        after = model.network.plan(tokens, style)
        model.network.graphs = None
        assert torch.equal(after.durations, model.network.plan(tokens, style).durations)
        assert after.durations.sum() > 1.2 * before.durations.sum()
    finally:
        bias.data = base
    assert graphs.current()
