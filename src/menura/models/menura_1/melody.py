"""The melody of a plan, moved and stretched."""

import torch

from menura.models.menura_1.network import Plan
from menura.models.menura_1.state import Prosody

_LOWEST_HZ, _HIGHEST_HZ = 50.0, 600.0
"""Limits of F0 that prosody factors may lead to."""


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
