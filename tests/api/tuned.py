"""Fine-tunes that are there already, of the tiny engine's model."""

import uuid
from dataclasses import dataclass

import httpx
from serving import Running
from tiny_adapters import adapter_of
from tiny_engine import INFO
from tiny_voices import pitched

from menura.library.fine_tunes import NewFineTune, ReadyModel
from menura.library.voices import NewVoice
from menura.models.adapters import write_adapter
from menura.models.states import save

SHIFT = 50.0
PITCHES = (100.0, 110.0, 120.0, 130.0)


@dataclass
class Tuned:
    """An organisation with a fine-tune."""

    organisation: str
    secret: str
    id: str
    voices: list[str]
    """Ids, in the order of PITCHES."""


def fine_tune(
    server: Running, *, model_id: str = "sonic-3-2026-01-12", snapshot: str = INFO.snapshot
) -> Tuned:
    """Makes an organisation, and a completed fine-tune of it."""
    library = server.services.library
    owner = library.organisations.create("Studio").id
    secret = library.keys.create(organisation_id=owner).secret
    adapter = server.settings.data / f"{uuid.uuid4()}.adapter"
    write_adapter(adapter_of(SHIFT), adapter)
    consent = {"statement": "I agree.", "given_by": "accepted", "key_id": "key_1"}
    new = NewFineTune(
        name="Ada",
        description="Made for a test.",
        language="en",
        locale="en-US",
        model_id=model_id,
        snapshot=snapshot,
        dataset_id="dataset_1",
        consent=consent,
    )
    voices = [
        (
            NewVoice(
                name=f"Ada, {name}",
                locale="en-US",
                snapshot=INFO.snapshot,
                transcript="Good morning.",
                report={"made_by": "fine_tune"},
                consent=consent,
            ),
            save(pitched(pitch, manner=name)),
        )
        for name, pitch in zip(("typical", "calm", "lively", "brisk"), PITCHES, strict=True)
    ]
    ready = ReadyModel(adapter, voices, {"likeness": 0.9}, 1800.0)
    row = library.fine_tunes.add_ready(owner, new, ready)
    adapter.unlink()
    found = {voice.name: voice.id for voice in library.fine_tunes.voices(owner, row.id)}
    return Tuned(owner, secret, row.id, [found[new.name] for new, _ in voices])


def spoken_pitch(server: Running) -> str:
    """What the engine spoke last."""
    return server.noted("pitch")[-1].split()[1]


def header(answer: httpx.Response) -> str | None:
    """What an answer says of the fine-tune."""
    assert answer.status_code == 200, answer.text
    said: str | None = answer.headers.get("menura-fine-tune")
    return said
