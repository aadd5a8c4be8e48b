"""What the library keeps of voices that were made out of voices."""

from collections.abc import Sequence

from menura.library.refinements import NewRefinement
from menura.library.tables import Voice
from menura.library.voices import NewVoice
from menura.models.contract import VoiceState
from menura.text.dialects import Dialect
from menura.text.utterance import Language


def localised(
    source: Voice,
    state: VoiceState,
    dialect: Dialect,
    *,
    name: str | None = None,
    description: str | None = None,
    tagline: str = "",
    gender: str | None = None,
    refinement: NewRefinement | None = None,
) -> NewVoice:
    """A voice that now speaks another language; what is not given is the source's."""
    advice = []
    if not dialect.native:
        advice.append(
            {
                "code": "dialect_nearest",
                "severity": "warning",
                "sentence": f"There is no native voice of {dialect.name}; "
                f"the nearest, {dialect.spoken}, was taken.",
                "remedy": "For that dialect, clone somebody who speaks it.",
            }
        )
    return NewVoice(
        name=name or f"{source.name} ({dialect.spoken})",
        locale=dialect.spoken,
        snapshot=state.snapshot,
        description=source.description if description is None else description,
        tagline=tagline,
        gender=gender or source.gender,
        mode=source.mode,
        base_voice_id=source.id,
        clip_digest=source.clip_digest,
        report=localisation_report(state),
        advice=advice,
        consent=source.consent,
        refinement=refinement,
    )


def localisation_report(state: VoiceState) -> dict[str, str]:
    """What is told of a localized voice's making."""
    return {"made_by": "localization", **state.metadata}


def embedded(
    numbers: Sequence[float],
    state: VoiceState,
    language: Language,
    base: Voice | None,
    *,
    name: str,
    description: str = "",
) -> NewVoice:
    """A voice that was made of an embedding."""
    return NewVoice(
        name=name,
        locale=language,
        snapshot=state.snapshot,
        description=description,
        gender=None if base is None else base.gender,
        mode=None,
        base_voice_id=None if base is None else base.id,
        report={"made_by": "embedding"},
        embedding=numbers,
    )


def mixed(
    sources: Sequence[Voice],
    weights: Sequence[float],
    state: VoiceState,
    *,
    name: str,
    description: str = "",
    tagline: str = "",
) -> NewVoice:
    """A mix; its language is that of the greatest weight, its gender the one that all have."""
    total = sum(weights)
    parts = [
        (weight / total, voice)
        for weight, voice in zip(weights, sources, strict=True)
        if weight > 0
    ]
    by_language: dict[str, float] = {}
    for share, voice in parts:
        by_language[voice.locale] = by_language.get(voice.locale, 0.0) + share
    genders = {voice.gender for _, voice in parts}
    return NewVoice(
        name=name,
        locale=max(by_language, key=lambda language: by_language[language]),
        snapshot=state.snapshot,
        description=description,
        tagline=tagline,
        gender=genders.pop() if len(genders) == 1 else None,
        mode=None,
        report={
            "made_by": "mix",
            "mix": ", ".join(f"{share:.3g} {voice.name} ({voice.id})" for share, voice in parts),
        },
    )
