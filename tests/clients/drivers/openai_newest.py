"""OpenAI's Python client, against the routes below `/v1`."""

from pathlib import Path

from calls import GIVEN, TEXT, call, heard, refused
from openai import BadRequestError, OpenAI

client = OpenAI(api_key=GIVEN["key"], base_url=GIVEN["url"] + "/v1")
spoken = {"model": "tts-1", "input": TEXT, "voice": "alloy"}

with call("list models"):
    assert [model.id for model in client.models.list()]

for name, kind in (("speak, WAV", "wav"), ("speak, MP3", "mp3")):
    with call(name):
        heard(name, client.audio.speech.create(**spoken, response_format=kind).read(), kind=kind)

with call("speak, raw, streamed"):
    streaming = client.audio.speech.with_streaming_response
    with streaming.create(**spoken, response_format="pcm") as answer:
        heard("speak, raw, streamed", b"".join(answer.iter_bytes()), kind="raw")

with call("speak, a voice of Menura"):
    audio = client.audio.speech.create(
        model="menura-1", input=TEXT, voice=GIVEN["voice"], response_format="wav"
    ).read()
    heard("speak, a voice of Menura", audio)

with call("transcribe"):
    known = GIVEN["clip_text"].lower().split()
    found = client.audio.transcriptions.create(file=Path(GIVEN["clip"]), model="whisper-1")
    assert len(set(known) & set(found.text.lower().replace(".", "").split())) > len(known) // 2

with call("a bad request"), refused(BadRequestError, "no-such-model"):
    client.audio.speech.create(model="no-such-model", input=TEXT, voice="alloy")
