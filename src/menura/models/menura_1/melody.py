"""The melody of a plan, moved and stretched, and the hush before it."""

import torch

from menura.models.menura_1.network import Plan
from menura.models.menura_1.state import Prosody

_LOWEST_HZ, _HIGHEST_HZ = 50.0, 600.0
"""Limits of F0 that prosody factors may lead to."""

_ATTACK = 4
"""Half-frames before the first symbol in which energy may rise: 50 ms."""


def shape_pitch(plan: Plan, prosody: Prosody) -> Plan:
    """Moves and stretches the melody of a plan; unvoiced frames stay as they are.

    It is stretched around the utterance's median, which the glides at the edges of voicing do not
    pull down, and kept within 50 to 600 Hz.
    """
    if prosody.pitch == 1.0 and prosody.pitch_spread == 1.0:
        return plan
    voiced = plan.f0 > 30
    if not bool(voiced.any()):
        return plan
    logarithm = plan.f0.clamp(min=30).log()
    centre = logarithm[voiced].median()
    shaped = (centre + (logarithm - centre) * prosody.pitch_spread).exp() * prosody.pitch
    # What was planned below the lowest pitch is an edge of voicing; it is not made lower.
    shaped = shaped.maximum(plan.f0.clamp(max=_LOWEST_HZ)).clamp(max=_HIGHEST_HZ)
    return Plan(plan.durations, plan.text, torch.where(voiced, shaped, plan.f0), plan.energy)


def hushed(plan: Plan) -> Plan:
    """Keeps the energy of the first pad where it begins, until 50 ms before the first symbol.

    It is planned to rise earlier, the earlier the slower the pace. Stock voices stay silent there;
    an update that was fitted to speech may not, and what it breathes or hums is heard as a word.
    """
    end = 2 * int(plan.durations[0]) - _ATTACK
    if end <= 0:
        return plan
    energy = plan.energy.clone()
    energy[:, :end] = energy[:, :end].minimum(energy[:, :1])
    return Plan(plan.durations, plan.text, plan.f0, energy)
