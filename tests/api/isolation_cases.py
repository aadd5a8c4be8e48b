"""Every route of the server, and how a stranger would try to get at another's things by it.

`ID` in a path or body stands for the id of a thing. A route that takes no id is in `WITHOUT_IDS`.
"""

from dataclasses import dataclass, field
from typing import Any

from serving import form, speech, wav

EMBEDDING = [1.0, *[0.0] * 191]
CLIP = {"clip": wav()}


@dataclass(frozen=True)
class Case:
    """A request that names a thing."""

    kind: str
    """What the id is of: voice, file, dictionary, key, fine-tune, dataset, dataset file, utterance.

    In the path of the last two stands the dataset of whoever asks; in that of a fine-tune's voices
    the fine-tune of whoever asks, where the id is a voice's.
    """

    request: dict[str, Any] = field(default_factory=dict)
    """Arguments of `httpx.Client.request` beside method and URL."""

    hidden: bool = False
    """The owner is answered like everybody else, since the id alone opens nothing."""


def paged(kind: str) -> list[Case]:
    """The ways in which a list takes an id."""
    return [Case(kind, {"params": {name: "ID"}}) for name in ("starting_after", "ending_before")]


def spoken(**fields: Any) -> list[Case]:  # noqa: ANN401
    """The ways in which a speech request takes ids."""
    return [
        Case("voice", {"json": speech(voice="ID", **fields)}),
        Case("voice", {"json": speech(voice={"id": "ID"}, **fields)}),
        Case("voice", {"json": speech(voice={"mode": "id", "id": "ID"}, **fields)}),
        Case("dictionary", {"json": speech(pronunciation_dict_id="ID", **fields)}),
    ]


OPENAI = {"model": "tts-1", "input": "hello", "response_format": "pcm"}
INFILL = {
    "model_id": "sonic-3",
    "transcript": "hello",
    "output_format[container]": "raw",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": "24000",
}
LOCALIZED = {"name": "L", "description": "", "language": "en", "dialect": "uk"}

FINE_TUNE = {
    "name": "F",
    "description": "",
    "language": "en",
    "model_id": "sonic-3",
    "dataset": "ID",
}

CASES: dict[str, list[Case]] = {
    "GET /voices": [*paged("voice"), Case("voice", {"params": {"q": "ID"}})],
    "POST /voices": [
        Case("voice", {"json": {"name": "E", "embedding": EMBEDDING, "base_voice_id": "ID"}})
    ],
    "GET /voices/{voice_id}": [Case("voice")],
    "PATCH /voices/{voice_id}": [Case("voice", {"json": {"name": "Mine now"}})],
    "DELETE /voices/{voice_id}": [Case("voice")],
    "GET /voices/{voice_id}/export": [Case("voice")],
    "GET /voices/{voice_id}/preview": [Case("voice")],
    "PATCH /voices/{voice_id}/accents": [Case("voice", {"json": {"accents": ["british"]}})],
    "DELETE /voices/{voice_id}/accents/{accent_id}": [Case("voice")],
    "POST /voices/clone": [Case("voice", {"data": form(base_voice_id="ID"), "files": CLIP})],
    "POST /voices/localize": [Case("voice", {"json": {**LOCALIZED, "voice_id": "ID"}})],
    "POST /voices/mix": [
        Case("voice", {"json": {"name": "M", "voices": [{"id": "ID", "weight": 1}]}})
    ],
    "POST /tts/bytes": spoken(),
    "POST /tts/sse": spoken(context_id="c"),
    "WS /tts/websocket": spoken(context_id="c"),
    "POST /v1/audio/speech": [Case("voice", {"json": {**OPENAI, "voice": "ID"}})],
    "POST /infill/bytes": [
        Case("voice", {"data": {**INFILL, "voice_id": "ID"}, "files": {"left_audio": wav()}})
    ],
    "GET /files": paged("file"),
    "GET /files/{file_id}": [Case("file")],
    "GET /files/{file_id}/info": [Case("file")],
    "GET /files/{file_id}/download": [Case("file")],
    "DELETE /files/{file_id}": [Case("file")],
    "POST /links": [Case("file", {"json": {"file_id": "ID"}})],
    "GET /links/{file_id}": [
        Case("file", hidden=True),
        Case("file", {"params": {"expires": "9999999999", "signature": "0" * 64}}, hidden=True),
    ],
    "GET /datasets": paged("dataset"),
    "GET /datasets/{dataset_id}": [Case("dataset")],
    "PATCH /datasets/{dataset_id}": [
        Case("dataset", {"json": {"name": "Ours"}}),
        Case("dataset", {"json": {"speaker": None}}),
    ],
    "DELETE /datasets/{dataset_id}": [Case("dataset")],
    "GET /datasets/{dataset_id}/files": [Case("dataset"), *paged("dataset file")],
    "POST /datasets/{dataset_id}/files": [Case("dataset", {"files": {"file": wav()}})],
    "DELETE /datasets/{dataset_id}/files/{file_id}": [Case("dataset"), Case("dataset file")],
    "GET /datasets/{dataset_id}/report": [Case("dataset")],
    "GET /datasets/{dataset_id}/utterances": [Case("dataset"), *paged("utterance")],
    "PATCH /datasets/{dataset_id}/utterances/{utterance_id}": [
        Case("utterance", {"json": {"excluded": True}})
    ],
    "GET /datasets/{dataset_id}/utterances/{utterance_id}/audio": [Case("utterance")],
    "GET /fine-tunes": paged("fine-tune"),
    "POST /fine-tunes": [Case("dataset", {"json": FINE_TUNE})],
    "GET /fine-tunes/{fine_tune_id}": [Case("fine-tune")],
    "DELETE /fine-tunes/{fine_tune_id}": [Case("fine-tune")],
    "POST /fine-tunes/{fine_tune_id}/cancel": [Case("fine-tune")],
    "GET /fine-tunes/{fine_tune_id}/clips/{number}/audio": [Case("fine-tune")],
    "GET /fine-tunes/{fine_tune_id}/events": [Case("fine-tune")],
    "GET /fine-tunes/{fine_tune_id}/export": [Case("fine-tune")],
    "GET /fine-tunes/{fine_tune_id}/report": [Case("fine-tune")],
    "GET /fine-tunes/{fine_tune_id}/samples/{number}/{sound}": [Case("fine-tune")],
    "POST /fine-tunes/{fine_tune_id}/retry": [Case("fine-tune")],
    "GET /fine-tunes/{fine_tune_id}/voices": [Case("fine-tune"), *paged("voice")],
    "GET /pronunciation-dicts": paged("dictionary"),
    "GET /pronunciation-dicts/{dictionary_id}": [Case("dictionary")],
    "PATCH /pronunciation-dicts/{dictionary_id}": [Case("dictionary", {"json": {"name": "Ours"}})],
    "DELETE /pronunciation-dicts/{dictionary_id}": [Case("dictionary")],
    "POST /pronunciation-dicts/{dictionary_id}/pin": [Case("dictionary")],
    "POST /pronunciation-dicts/{dictionary_id}/unpin": [Case("dictionary")],
    "GET /api-keys": paged("key"),
    "GET /api-keys/{key_id}": [Case("key")],
    "DELETE /api-keys/{key_id}": [Case("key")],
    "GET /usage/credits": [Case("key", {"params": {"api_key_id": "ID"}})],
}

DESCRIPTION = {
    "GET /docs",
    "GET /docs/start.js",
    "GET /docs/viewer.css",
    "GET /docs/viewer.js",
    "GET /openapi.json",
    "GET /playground",
    "GET /playground/{name:path}",
}
"""The description of the API and the playground's files, the same for all who look."""

WITHOUT_IDS = {
    *DESCRIPTION,
    "GET /",
    "GET /health",
    "GET /ready",
    "GET /accents",
    "GET /locales",
    "POST /access-token",
    "POST /api-keys",
    "POST /audio/transcriptions",
    "POST /datasets",
    "POST /files",
    "GET /fine-tunes/consent",
    "POST /fine-tunes/import",
    "POST /pronunciation-dicts",
    "POST /stt",
    "GET /usage/agents",
    "POST /v1/audio/transcriptions",
    "GET /v1/audio/voices",
    "GET /v1/models",
    "GET /v1/models/{model}",
    "POST /voice-changer/bytes",
    "POST /voice-changer/sse",
    "POST /voices/check",
    "POST /voices/check/audio",
    "POST /voices/clone/clip",
    "POST /voices/clone/url",
    "POST /voices/import",
    "WS /stt/turns/websocket",
    "WS /stt/websocket",
}
