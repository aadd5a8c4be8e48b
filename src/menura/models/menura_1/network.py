"""The whole menura-1 network: symbols and style in, waveform out."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.encoders import Albert, TextEncoder
from menura.models.menura_1.layers import STYLE, Both, Steps, finish, in_turn
from menura.models.menura_1.plan_graphs import PlanGraphs
from menura.models.menura_1.prosody import ProsodyPredictor

PAD = 0


@dataclass(frozen=True)
class Plan:
    """What the decoder needs for one utterance; B = 1."""

    durations: Tensor
    """Frames of 25 ms of each token, pads included, int64 [T]."""

    text: Tensor
    """Aligned text features [1, 512, frames]."""

    f0: Tensor
    """Hz, 0 or less where unvoiced, [1, 2·frames]."""

    energy: Tensor
    """[1, 2·frames]."""


class Network(nn.Module):
    """Text side, prosody predictor and decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = Albert()
        self.text_encoder = TextEncoder()
        self.predictor = ProsodyPredictor()
        self.decoder = Decoder()
        self.graphs: PlanGraphs | None = None
        """The same planning for a CPU. It knows no gradients."""

    def plan(
        self,
        tokens: Tensor,
        style: Tensor,
        *,
        speed: float = 1.0,
        durations: Tensor | None = None,
        both: Both = in_turn,
    ) -> Plan:
        """Decides durations, F0 and energy of one utterance.

        Args:
            tokens: ids with a pad at both ends, int64 [1, T].
            style: [1, 256]; the second half drives the prosody.
            speed: divides the durations.
            durations: given ones in frames, int64 [T], instead of predicted ones.
            both: does what does not depend on each other.
        """
        prosody = style[:, STYLE:]
        graphs = self.graphs
        features = self.bert(tokens) if graphs is None else graphs.features(tokens)
        if graphs is not None and not graphs.current():
            graphs = None

        def rhythm() -> tuple[Tensor, Tensor]:
            if graphs is not None:
                encoded, predicted = graphs.rhythm(features, prosody)
            else:
                encoded = self.predictor.encode(features, prosody)
                if durations is None:
                    predicted = self.predictor.durations(encoded)
            if durations is not None:
                return encoded, durations
            return encoded, (predicted[0] / speed).round().clamp(min=1).long()

        (encoded, lasting), text = both(rhythm, lambda: self.text_encoder(tokens))
        aligned = encoded.repeat_interleave(lasting, dim=1)
        if graphs is not None:
            f0, energy = graphs.curves(aligned, prosody)
        else:
            f0, energy = self.predictor.curves(aligned, prosody, both)
        return Plan(lasting, text.repeat_interleave(lasting, dim=2), f0, energy)

    def decode(self, plan: Plan, style: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Makes the waveform of a plan, [1, 600·frames]."""
        return finish(self.decoding(plan, style, generator))

    def decoding(
        self, plan: Plan, style: Tensor, generator: torch.Generator | None = None
    ) -> Steps:
        """The same as `decode`, with many rests."""
        timbre = style[:, :STYLE]
        return self.decoder.steps(plan.text, plan.f0, plan.energy, timbre, generator)
