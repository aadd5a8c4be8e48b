"""The server's app: routes, layers and what lives as long as it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.middleware.cors import CORSMiddleware

from menura.api.account_schemas import KeyRequest, TokenRequest
from menura.api.clones import GRACE_SECONDS, PATIENCE_SECONDS, CloneDesk
from menura.api.dataset_report_schemas import UtteranceUpdate
from menura.api.dataset_schemas import DatasetRequest, DatasetUpdate
from menura.api.errors import Guard, add_error_handlers
from menura.api.event_requests import SpeechEventsRequest
from menura.api.fine_tune_schemas import FineTuneRequest
from menura.api.frame import RequestFrame
from menura.api.openai_speech import OpenAISpeechRequest
from menura.api.routes import (
    accents,
    check,
    clone,
    datasets,
    dictionaries,
    docs,
    embeddings,
    export,
    files,
    fine_tune_events,
    fine_tune_files,
    fine_tune_report,
    fine_tunes,
    infill,
    keys,
    localize,
    mix,
    openai,
    playground,
    previews,
    socket,
    speech,
    sse,
    status,
    stt,
    tokens,
    usage,
    utterances,
    voice_changer,
    voices,
)
from menura.api.routes.dictionaries import DictionaryRequest, DictionaryUpdate
from menura.api.routes.files import LinkRequest
from menura.api.schemas import ErrorBody, SpeechRequest
from menura.api.services import Services
from menura.api.versions import NEWEST
from menura.api.voice_requests import (
    AccentsRequest,
    CreateRequest,
    LocalizeRequest,
    MixRequest,
)
from menura.api.voice_schemas import VoiceUpdate
from menura.library.stock import stock_id
from menura.library.store import Library
from menura.settings import Settings
from menura.work.pool import WorkerPool

_DESCRIPTION = """\
Voice cloning and speech on your own machine, on the wire of Cartesia's API.

Send `Authorization: Bearer KEY` or `X-API-Key: KEY`, and `Cartesia-Version` as a date; without a
date the newest is taken. Every answer has an `X-Request-Id`; every failure is an `ErrorBody`.
"""


_EXAMPLES = {"voice_id": stock_id("menura-1", "af_heart"), "model": "menura-1"}
"""Parts of paths that fit every server."""


def create_app(
    settings: Settings,
    *,
    pool: WorkerPool | None = None,
    library: Library | None = None,
    clone_grace: float = GRACE_SECONDS,
    clone_patience: float = PATIENCE_SECONDS,
) -> FastAPI:
    """Makes the server's app.

    Args:
        settings: see `menura.settings`.
        pool: workers, for another engine than the settings give; the app starts and stops them.
        library: an open library; the app opens and closes its own when absent.
        clone_grace: seconds that a clone outlives its last client.
        clone_patience: seconds after which a waiting client is shown that the clone goes on.

    Raises ServerError when the data folder cannot be used.
    """
    store = library or Library(settings)
    workers = pool or WorkerPool(settings)
    desk = CloneDesk(store, workers.clone, clone_grace, clone_patience)
    at = Services(settings, store, workers, desk)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await workers.start()
        await desk.resume()
        works = (at.follow_model(), at.tidy(), at.preparer.run(), at.trainer.run())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await desk.stop()
            await workers.stop()
            await at.meter.close()
            if library is None:
                store.close()

    app = FastAPI(
        title="Menura",
        version=NEWEST.isoformat(),
        description=_DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        # Off whatever the environment says: an exporter set up there would send out what we log.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
        # FastAPI's pages load their scripts from elsewhere; `routes.docs` has its own.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses={"4XX": {"model": ErrorBody}, "5XX": {"model": ErrorBody}},
    )
    app.state.services = at
    for part in (
        status,
        docs,
        playground,
        check,
        clone,
        embeddings,
        localize,
        mix,
        export,
        previews,
        accents,
        voices,
        speech,
        sse,
        keys,
        tokens,
        usage,
        files,
        datasets,
        utterances,
        fine_tunes,
        fine_tune_events,
        fine_tune_files,
        fine_tune_report,
        dictionaries,
        openai,
        stt,
        infill,
        voice_changer,
        socket,
    ):
        app.include_router(part.router)
    add_error_handlers(app)
    # The last one added is the outermost.
    app.add_middleware(Guard)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=[
            *("X-Request-Id", "Retry-After", "Menura-Model", "Menura-Language", "Menura-Ignored"),
            *(
                "Menura-Fine-Tune",
                "Menura-Speed",
                "Cartesia-File-ID",
                "Menura-Duplicate",
                "Menura-Enhanced",
            ),
            "Menura-SNR",
        ],
    )
    app.add_middleware(RequestFrame, at=at)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The description, with the bodies that the routes read by themselves and the two ways in."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        _, definitions = models_json_schema(
            [
                (body, "validation")
                for body in (
                    SpeechRequest,
                    SpeechEventsRequest,
                    DictionaryRequest,
                    DictionaryUpdate,
                    VoiceUpdate,
                    AccentsRequest,
                    CreateRequest,
                    LocalizeRequest,
                    MixRequest,
                    TokenRequest,
                    KeyRequest,
                    LinkRequest,
                    OpenAISpeechRequest,
                    DatasetRequest,
                    DatasetUpdate,
                    UtteranceUpdate,
                    FineTuneRequest,
                )
            ],
            ref_template="#/components/schemas/{model}",
        )
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {}).update(definitions["$defs"])
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        schema["security"] = [{"bearer": []}, {"key": []}]
        for path, calls in schema["paths"].items():
            for call in calls.values():
                for parameter in call.get("parameters", ()):
                    if parameter["name"] in ("voice_id", "model") and "{" in path:
                        parameter["example"] = _EXAMPLES[parameter["name"]]
        for path in ("/", "/health", "/ready", "/links/{file_id}"):
            schema["paths"][path]["get"]["security"] = []
        app.openapi_schema = schema
    return app.openapi_schema
