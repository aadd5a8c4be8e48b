"""Pipecat's services: the one with a socket and the one with HTTP, each in a pipeline."""

import asyncio

from calls import GIVEN, RATE, TEXT, VOICE, call, heard
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    Frame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.cartesia.tts import (
    CartesiaHttpTTSService,
    CartesiaTTSService,
    GenerationConfig,
)
from pipecat.services.tts_service import TTSService
from pipecat.workers.runner import WorkerRunner

SECONDS = 120


class Collector(FrameProcessor):
    """Stands at the end of a pipeline and keeps the audio; errors go the other way."""

    def __init__(self) -> None:
        super().__init__()
        self.audio = b""
        self.over = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Takes what comes."""
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            self.audio += frame.audio
        if isinstance(frame, TTSStoppedFrame):
            self.over.set()
        await self.push_frame(frame, direction)


async def spoken(service: TTSService) -> bytes:
    """Speaks the text in a pipeline of the service and nothing else."""
    collector = Collector()
    errors: list[str] = []
    worker = PipelineWorker(
        Pipeline([service, collector]),
        params=PipelineParams(audio_out_sample_rate=RATE),
        cancel_on_idle_timeout=False,
    )

    @worker.event_handler("on_pipeline_error")
    async def failed(worker: PipelineWorker, frame: ErrorFrame) -> None:
        errors.append(frame.error)
        collector.over.set()

    async def say() -> None:
        await worker.queue_frame(TTSSpeakFrame(TEXT))
        try:
            await asyncio.wait_for(collector.over.wait(), SECONDS)
        finally:
            await worker.queue_frame(EndFrame())

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await asyncio.gather(runner.run(), say())
    assert not errors, errors
    return collector.audio


async def main() -> None:
    """All calls of the services that speak."""
    url = GIVEN["url"].replace("http", "ws") + "/tts/websocket"
    key = GIVEN["key"]

    with call("speak, socket"):
        service = CartesiaTTSService(
            api_key=key, url=url, settings=CartesiaTTSService.Settings(voice=VOICE)
        )
        heard("speak, socket", await spoken(service), kind="raw")

    with call("speak, socket, with controls"):
        controls = GenerationConfig(speed=1.1, volume=1.2, emotion="content")
        service = CartesiaTTSService(
            api_key=key,
            url=url,
            settings=CartesiaTTSService.Settings(voice=VOICE, generation_config=controls),
        )
        heard("speak, socket, with controls", await spoken(service), kind="raw")

    with call("speak, raw"):
        service = CartesiaHttpTTSService(
            api_key=key,
            base_url=GIVEN["url"],
            settings=CartesiaHttpTTSService.Settings(voice=VOICE),
        )
        heard("speak, raw", await spoken(service), kind="raw")


asyncio.run(main())
