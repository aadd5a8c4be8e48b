"""LiveKit's plugin: a stream, as a voice agent uses it, and a text at once."""

import asyncio

import aiohttp
from calls import GIVEN, TEXT, VOICE, call, heard
from livekit.plugins import cartesia

HALF = TEXT.index(" ", len(TEXT) // 2) + 1


async def streamed(speaker: cartesia.TTS) -> bytes:
    """Speaks a text that comes in parts, over the socket."""
    stream = speaker.stream()
    stream.push_text(TEXT[:HALF])
    stream.push_text(TEXT[HALF:])
    stream.end_input()
    async with stream:
        return b"".join([bytes(event.frame.data) async for event in stream])


async def main() -> None:
    """All calls of the plugin that speak."""
    async with aiohttp.ClientSession() as session:
        given = {"api_key": GIVEN["key"], "base_url": GIVEN["url"], "http_session": session}

        with call("speak, socket"):
            # Model, voice and date are the plugin's own defaults.
            heard("speak, socket", await streamed(cartesia.TTS(**given)), kind="raw")

        with call("speak, socket, with controls"):
            speaker = cartesia.TTS(
                **given, voice=VOICE, speed=1.1, emotion="Happy", volume=1.2, word_timestamps=True
            )
            heard("speak, socket, with controls", await streamed(speaker), kind="raw")

        with call("speak, socket, date 2024-11-13"):
            speaker = cartesia.TTS(
                **given,
                voice=VOICE,
                model="sonic-2",
                api_version="2024-11-13",
            )
            heard("speak, socket, date 2024-11-13", await streamed(speaker), kind="raw")

        with call("speak, raw"):
            spoken = cartesia.TTS(**given, voice=VOICE).synthesize(TEXT)
            async with spoken:
                audio = b"".join([bytes(event.frame.data) async for event in spoken])
            heard("speak, raw", audio, kind="raw")


asyncio.run(main())
