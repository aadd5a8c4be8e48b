"""Settings from the environment (`MENURA_*`); command-line flags override them."""

from pathlib import Path
from uuid import UUID

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that an operator may set.

    Each field is read from the environment variable of the same name with the prefix `MENURA_`,
    so `threads` is `MENURA_THREADS`.
    """

    model_config = SettingsConfigDict(env_prefix="MENURA_", extra="ignore")

    data: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("menura")))
    """Folder of the database, the voices and the unpacked models."""

    host: str = "127.0.0.1"
    port: int = Field(default=4010, ge=0, le=65535)
    tls_cert: Path | None = None
    """PEM file of a certificate with its chain, for a TLS port beside the plain one."""

    tls_key: Path | None = None
    """PEM file of the certificate's private key; None when the certificate's file has it."""

    tls_self_signed: bool = False
    """Make a development certificate in the data folder and serve a TLS port with it."""

    tls_port: int = Field(default=4443, ge=0, le=65535)

    api_keys: str = ""
    """Extra API keys, comma-separated, valid as long as the process runs; for automation."""

    model: str = "menura-1"
    """Base model that is used when a request names none."""

    model_ids: dict[str, str] = Field(default_factory=dict)
    """Model names that clients may send, beside the built-in table, as a JSON object.

    A value is `base` for the base model, its own name, or `retired`; see `menura.api.model_ids`.
    """

    voice_ids: dict[UUID, str] = Field(default_factory=dict)
    """Voice ids that clients carry and what answers to them, beside the built-in table, as a JSON
    object: the key of a stock voice, such as `af_heart`, or the id of a voice."""

    device: str = "auto"
    """`auto` takes CUDA when there is one; or any torch device name."""

    threads: int = Field(default=0, ge=0)
    """Compute threads of a worker; 0 takes the machine's cores, at most 4."""

    precision: str = Field(default="auto", pattern="^(auto|fp32|bf16)$")
    """`auto` is bf16 on CUDA, fp32 on CPU."""

    stream_clones: bool = True
    """Speak refined clones in pieces, as stock voices: first audio many times sooner."""

    clone_steps: int = Field(default=0, ge=0)
    """Optimisation steps of an instant clone; 0 is the model's own default. Fewer is for tests."""

    refine: str = Field(default="background", pattern="^(wait|background|off)$")
    """Refinement of clones over HTTP where a request does not say: see `docs/settings.md`."""

    tune_consent: str = Field(default="assumed", pattern="^(assumed|required)$")
    """Whether `POST /fine-tunes` without `consent` accepts the statement: see
    `docs/fine-tunes.md`."""

    max_upload_bytes: int = Field(default=200 * 1024 * 1024, ge=1)
    """Largest body of an upload."""

    max_dataset_file_bytes: int = Field(default=4 * 1024 * 1024 * 1024, ge=1)
    """Largest recording of a dataset."""

    max_dataset_seconds: int = Field(default=4 * 3600, ge=1, le=24 * 3600)
    """Longest recording of a dataset."""

    least_tune_seconds: float = Field(default=1800.0, gt=0)
    """Speech that counts in a dataset, without which no fine-tune begins. Less is for tests."""

    tune_seconds: float = Field(default=3000.0, gt=0)
    """Time that the training of a fine-tune may take on an idle machine."""

    fine_tune_strict: bool = False
    """Refuse speech in a voice of a fine-tune whose weights the request's model id does not ask
    for, instead of speaking with the base model's."""

    max_transcript_characters: int = Field(default=100_000, ge=1)
    """Longest text of one speech request."""

    max_transcribe_seconds: int = Field(default=3600, ge=1, le=3600)
    """Longest recording that is written down."""

    transcribe_queue: int = Field(default=8, ge=1)
    """Recordings that may wait to be written down; one more is refused with 429."""

    clone_queue: int = Field(default=8, ge=1)
    """Clone requests that may wait; one more is refused with 429."""

    speech_queue: int = Field(default=64, ge=1)
    """Speech requests that may wait; one more is refused with 429."""

    contexts_per_socket: int = Field(default=64, ge=1)
    """Contexts that may be open on one socket; one more is refused."""

    socket_idle_seconds: float = Field(default=300.0, gt=0)
    """A socket without traffic is closed after so long."""

    request_head_seconds: float = Field(default=15.0, gt=0)
    """A connection whose request has not begun properly after so long is closed."""

    request_body_seconds: float = Field(default=30.0, gt=0)
    """Every so many seconds, a body has to bring a KiB for each of them; else it is given up."""

    drain_seconds: float = Field(default=8.0, ge=0)
    """How long speech and requests under way may go on after the server was told to stop."""

    log_format: str = Field(default="auto", pattern="^(auto|json|text)$")
    """`auto` is text on a terminal, JSON otherwise."""

    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "menura.sqlite3"

    @property
    def cache(self) -> Path:
        """Folder of unpacked models; safe to delete."""
        return self.data / "cache"
