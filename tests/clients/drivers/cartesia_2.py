"""The Python SDK, line 2: the date 2024-11-13, with modes, embeddings and paging of that time."""

from pathlib import Path

from calls import GIVEN, RAW, TEXT, VOICE, WAV, call, heard, refused
from cartesia import Cartesia
from cartesia.core.api_error import ApiError

# This line speaks plain sockets only to a server whose address has this word.
url = GIVEN["url"].replace("127.0.0.1", "localhost")
client = Cartesia(api_key=GIVEN["key"], base_url=url)
spoken = {"model_id": "sonic-2", "transcript": TEXT, "language": "en"}
voice = {"mode": "id", "id": VOICE}

with call("status"):
    assert client.api_status.get().ok

with call("list voices"):
    assert len([voice.id for voice in client.voices.list(limit=20)]) > 20

with call("get a voice"):
    assert client.voices.get(VOICE).name

with call("speak, WAV"):
    heard("speak, WAV", b"".join(client.tts.bytes(**spoken, voice=voice, output_format=WAV)))

with call("speak, events"):
    events = list(client.tts.sse(**spoken, voice=voice, output_format=RAW))
    import base64

    audio = b"".join(base64.b64decode(event.data) for event in events if event.type == "chunk")
    heard("speak, events", audio, kind="raw")

socket = client.tts.websocket()

with call("speak, socket"):
    answers = socket.send(**spoken, voice=voice, output_format=RAW, add_timestamps=True)
    parts, words = [], []
    for answer in answers:
        parts.append(answer.audio or b"")
        words += answer.word_timestamps.words if answer.word_timestamps else []
    assert len(words) == len(TEXT.split()), words
    heard("speak, socket", b"".join(parts), kind="raw")

with call("speak, socket in parts"):
    half = TEXT.index(" ", len(TEXT) // 2) + 1
    answers = socket.context().send(
        model_id="sonic-2",
        transcript=iter([TEXT[:half], TEXT[half:]]),
        voice=voice,
        output_format=RAW,
        language="en",
    )
    audio = b"".join(answer.audio or b"" for answer in answers)
    heard("speak, socket in parts", audio, kind="raw")
socket.close()

with call("clone"), Path(GIVEN["clip"]).open("rb") as clip:
    made = client.voices.clone(
        clip=clip, name="Ada", language="en", mode="similarity", enhance=False, description=""
    )
    spoken_by = {"mode": "id", "id": made.id}
    audio = b"".join(client.tts.bytes(**spoken, voice=spoken_by, output_format=WAV))
    heard("clone", audio)

with call("change a voice"):
    changed = client.voices.update(made.id, name="Ada Lovelace", description="changed")
    assert (changed.name, changed.description) == ("Ada Lovelace", "changed")

with call("localize"):
    abroad = client.voices.localize(
        voice_id=made.id,
        name="Ada abroad",
        description="",
        language="en",
        original_speaker_gender="female",
        dialect="uk",
    )
    assert client.voices.get(abroad.id).name == "Ada abroad"

with call("mix and create"):
    mixed = client.voices.mix(voices=[{"id": VOICE, "weight": 1}, {"id": made.id, "weight": 1}])
    assert len(mixed.embedding) == 192
    created = client.voices.create(
        name="Mixed", description="", embedding=mixed.embedding, language="en"
    )
    by_mix = {"mode": "id", "id": created.id}
    audio = b"".join(client.tts.bytes(**spoken, voice=by_mix, output_format=WAV))
    heard("mix and create", audio)

with call("transcribe"), Path(GIVEN["clip"]).open("rb") as clip:
    known = GIVEN["clip_text"].lower().split()
    found = client.stt.transcribe(file=clip, model="ink-whisper", language="en")
    assert len(set(known) & set(found.text.lower().replace(".", "").split())) > len(known) // 2

with call("infill"):
    said = b"".join(client.tts.bytes(**spoken, voice=voice, output_format=WAV))
    filled = client.infill.bytes(
        left_audio=said,
        right_audio=said,
        model_id="sonic-2",
        language="en",
        transcript="It is hot.",
        voice_id=VOICE,
        output_format_container="wav",
        output_format_sample_rate=24000,
        output_format_encoding="pcm_s16le",
    )
    heard("infill", b"".join(filled), text=f"{TEXT} It is hot. {TEXT}")

with call("access token"):
    assert client.auth.access_token(grants={"tts": True}, expires_in=60).token

with call("delete a voice"):
    client.voices.delete(made.id)
    with refused(ApiError, "404"):
        client.voices.get(made.id)
