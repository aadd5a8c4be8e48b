"""The Python SDK, newest: HTTP on the plain port, sockets on both ports."""

from pathlib import Path

from calls import GIVEN, MP3, RAW, TEXT, VOICE, WAV, call, heard, refused
from cartesia import Cartesia, NotFoundError

clip = Path(GIVEN["clip"])
client = Cartesia(api_key=GIVEN["key"], base_url=GIVEN["url"])
spoken = {"model_id": "sonic-latest", "transcript": TEXT, "language": "en"}

with call("status"):
    assert client.get_status().ok

with call("list voices"):
    assert len([voice.id for voice in client.voices.list(limit=20)]) > 20

with call("get a voice"):
    assert client.voices.get(VOICE).name

with call("speak, WAV"):
    heard("speak, WAV", client.tts.generate(**spoken, voice=VOICE, output_format=WAV).read())

with call("speak, MP3"):
    audio = client.tts.generate(**spoken, voice=VOICE, output_format=MP3).read()
    heard("speak, MP3", audio, kind="mp3")

with call("speak, events"):
    parts, words = [], []
    for event in client.tts.generate_sse(
        **spoken, voice=VOICE, output_format=RAW, add_timestamps=True
    ):
        if event.type == "chunk" and event.audio:
            parts.append(event.audio)
        elif event.type == "timestamps":
            words += event.word_timestamps.words
        elif event.type == "error":
            raise RuntimeError(event.message)
    assert len(words) == len(TEXT.split()), words
    heard("speak, events", b"".join(parts), kind="raw")


def by_socket(client: Cartesia, parts: list[str]) -> bytes:
    """Speaks parts of a text as they come."""
    with client.tts.websocket_connect() as socket:
        context = socket.context(
            model_id="sonic-latest", voice=VOICE, output_format=RAW, language="en"
        )
        for part in parts:
            context.push(part)
        context.no_more_inputs()
        audio = b""
        for event in context.receive():
            if event.type == "error":
                raise RuntimeError(event.message or event.title)
            if event.type == "chunk" and event.audio:
                audio += event.audio
        return audio


half = TEXT.index(" ", len(TEXT) // 2) + 1

with call("speak, socket"):
    url = GIVEN["url"].replace("http", "ws")
    plain = Cartesia(api_key=GIVEN["key"], base_url=GIVEN["url"], websocket_base_url=url)
    heard("speak, socket", by_socket(plain, [TEXT[:half], TEXT[half:]]), kind="raw")

with call("speak, TLS socket"):
    tls = Cartesia(api_key=GIVEN["key"], base_url=GIVEN["tls_url"])
    heard("speak, TLS socket", by_socket(tls, [TEXT]), kind="raw")

with call("clone"):
    made = client.voices.clone(
        clip=clip, name="Ada", language="en", description="Cloned by a client"
    )
    audio = client.tts.generate(**spoken, voice=made.id, output_format=WAV).read()
    heard("clone", audio)

with call("change a voice"):
    changed = client.voices.update(made.id, name="Ada Lovelace", gender="feminine")
    assert (changed.name, changed.gender) == ("Ada Lovelace", "feminine")

with call("localize"):
    abroad = client.voices.localize(voice_id=made.id, name="Ada abroad", accent="british")
    assert client.voices.get(abroad.id).accent == "british"

with call("transcribe"):
    known = GIVEN["clip_text"].lower().split()
    found = client.stt.transcribe(file=clip, model="ink-whisper", language="en")
    assert len(set(known) & set(found.text.lower().replace(".", "").split())) > len(known) // 2

with call("dictionary"):
    item = {"text": "kettle", "alias": "teapot"}
    words = client.pronunciation_dicts.create(name="Words", items=[item])
    audio = client.tts.generate(
        **spoken, voice=VOICE, output_format=WAV, pronunciation_dict_id=words.id
    ).read()
    client.pronunciation_dicts.delete(words.id)
    heard("dictionary", audio, text=TEXT.replace("kettle", "teapot"))

with call("infill"):
    audio = client.tts.generate(**spoken, voice=VOICE, output_format=WAV).read()
    filled = client.tts.infill(
        left_audio=audio,
        model_id="sonic-3",
        language="en",
        transcript="It is hot.",
        voice_id=VOICE,
        output_format=WAV,
    ).read()
    heard("infill", filled, text=f"{TEXT} It is hot.")

with call("access token"):
    token = client.access_token.create(grants={"tts": True}, expires_in=60).token
    guest = Cartesia(token=token, base_url=GIVEN["url"])
    assert guest.tts.generate(**spoken, voice=VOICE, output_format=WAV).read()

with call("delete a voice"):
    client.voices.delete(made.id)
    with refused(NotFoundError):
        client.voices.get(made.id)
