"""The official SDK, unchanged, against a real server."""

import io
import wave
from collections.abc import Iterator

import cartesia
import pytest
from cartesia import Cartesia
from serving import Running, wav


@pytest.fixture
def sdk(server: Running) -> Iterator[Cartesia]:
    with Cartesia(api_key=server.key(), base_url=server.url) as sdk:
        yield sdk


def test_status(sdk: Cartesia) -> None:
    status = sdk.get_status()
    assert status.ok
    assert str(status.version) == "2026-08-14"


def test_a_voice_from_clip_to_deletion(sdk: Cartesia) -> None:
    made = sdk.voices.clone(clip=wav(), name="Ada", language="en", description="From a test")
    assert made.name == "Ada"

    got = sdk.voices.get(made.id)
    assert got.is_owner
    assert got.description == "From a test"
    assert got.language == "en"
    assert got.accent == "general-american"
    assert [place.locale for place in got.locales] == ["en-US"]

    changed = sdk.voices.update(made.id, name="Ada Lovelace", gender="feminine")
    assert (changed.name, changed.gender) == ("Ada Lovelace", "feminine")
    assert sdk.voices.get(made.id).name == "Ada Lovelace"

    audio = sdk.tts.generate(
        model_id="sonic-latest",
        transcript="words spoken by a clone",
        voice={"mode": "id", "id": made.id},
        output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
    ).read()
    assert len(audio) == 5 * 1200 * 2

    sdk.voices.delete(made.id)
    with pytest.raises(cartesia.NotFoundError):
        sdk.voices.get(made.id)


def test_clone_options_of_older_dates_travel_as_extra_body(sdk: Cartesia, server: Running) -> None:
    made = sdk.voices.clone(
        clip=wav(),
        name="Ada",
        language="en",
        extra_body={"mode": "stability", "enhance": True, "transcript": "known words"},
    )
    assert server.noted("clone en")[-1] == "clone en-US stability True known words None"
    assert made.model_extra is not None
    assert made.model_extra["transcript"] == "known words"
    assert made.model_extra["advice"][0]["code"] == "clip_short"


def test_listing_walks_all_pages_and_may_delete_on_the_way(sdk: Cartesia) -> None:
    made = [sdk.voices.clone(clip=wav(), name=f"v{n}", language="en").id for n in range(5)]
    listed = [voice.id for voice in sdk.voices.list(limit=2, is_owner=True)]
    assert listed == made[::-1]
    everything = [voice.id for voice in sdk.voices.list(limit=3)]
    assert everything[:5] == listed
    assert len(everything) == 5 + 4
    for voice in sdk.voices.list(limit=2, is_owner=True):
        sdk.voices.delete(voice.id)
    assert not list(sdk.voices.list(is_owner=True))


@pytest.mark.parametrize("model", ["sonic-3.6", "sonic-english", "menura-1", "menura-1-2026-11"])
def test_speech_as_wav(sdk: Cartesia, model: str) -> None:
    answer = sdk.tts.generate(
        model_id=model,
        transcript="a short text",
        voice="a0e99841-438c-4a64-b679-ae501e7d6091",
        output_format={"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000},
        language="en",
    )
    with wave.open(io.BytesIO(answer.read())) as file:
        assert file.getnframes() == 3 * 1200, "a short wav has its true length in the header"
        assert file.getframerate() == 24000


def test_a_wrong_key_is_refused(server: Running) -> None:
    with (
        Cartesia(api_key="sk_car_wrong", base_url=server.url) as sdk,
        pytest.raises(cartesia.AuthenticationError) as caught,
    ):
        sdk.voices.list()
    body = caught.value.body
    assert isinstance(body, dict)
    assert body["error_code"] == "api_key_wrong"
    assert caught.value.response.headers["x-request-id"] == body["request_id"]


def test_bad_requests_are_not_repeated(sdk: Cartesia, server: Running) -> None:
    before = len(server.noted("clone en"))
    with pytest.raises(cartesia.BadRequestError, match="no audio"):
        sdk.voices.clone(clip=b"Example data", name="Ada", language="en")
    assert len(server.noted("clone en")) == before + 1
    with pytest.raises(cartesia.BadRequestError, match="retired"):
        sdk.tts.generate(
            model_id="sonic-2024-10-19",
            transcript="hello",
            voice="a0e99841-438c-4a64-b679-ae501e7d6091",
            output_format={"container": "mp3", "bit_rate": 128000, "sample_rate": 44100},
        )


async def test_the_async_client(server: Running) -> None:
    async with cartesia.AsyncCartesia(api_key=server.key(), base_url=server.url) as sdk:
        voice = await sdk.voices.clone(clip=wav(), name="Ada", language="en")
        assert [found.id async for found in sdk.voices.list(is_owner=True)] == [voice.id]
