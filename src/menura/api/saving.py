"""Speech that is kept as a file while it goes out to the client."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import IO

from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.services import Services
from menura.audio.encode import complete_wav_file
from menura.library.files import new_file_id
from menura.work.jobs import SpeechJob, SpeechOutput

PURPOSE = "tts_generation"
HEADER = "Cartesia-File-ID"

_ENDINGS = {"raw": "pcm"}


class SavedSpeech:
    """The file that one speech answer becomes; there is none unless the answer is complete."""

    def __init__(self, at: Services, caller: Caller, job: SpeechJob) -> None:
        self.file_id = new_file_id()
        """Known before the first audio, since it goes into a header."""

        self._at = at
        self._owner = caller.organisation_id
        self._container = job.output.container
        self._path = at.library.uploads.folder / f"{uuid.uuid4()}.speech"

    async def tee(
        self, outputs: AsyncGenerator[SpeechOutput, None]
    ) -> AsyncGenerator[SpeechOutput, None]:
        """Passes a speech job's outputs on and keeps their bytes.

        The file is in the list when this iterator ends. Nothing is kept when it is closed before,
        or when the job fails.
        """
        file = await run_in_threadpool(self._path.open, "x+b")
        try:
            async with aclosing(outputs):
                async for output in outputs:
                    if output.data:
                        await run_in_threadpool(file.write, output.data)
                    yield output
            await run_in_threadpool(self._finish, file)
        finally:
            file.close()
            self._path.unlink(missing_ok=True)

    def _finish(self, file: IO[bytes]) -> None:
        if self._container == "wav":
            complete_wav_file(file)
        file.close()
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
        self._at.library.files.adopt(
            self._owner,
            self._path,
            filename=f"speech-{moment}.{_ENDINGS.get(self._container, self._container)}",
            purpose=PURPOSE,
            file_id=self.file_id,
        )
