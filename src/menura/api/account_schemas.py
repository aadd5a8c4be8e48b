"""Bodies of keys, access tokens and usage."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from menura.api.schemas import RequestBody
from menura.library.tokens import LONGEST_SECONDS

KEY_CHARACTERS = 500


class Grants(RequestBody):
    """What a token opens."""

    tts: bool | None = Field(None, description="Speech.")
    stt: bool | None = Field(None, description="Speech to text.")
    agent: bool | None = Field(None, description="Accepted; there are no agents here.")


class TokenRequest(RequestBody):
    """Body of `POST /access-token`."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"grants": {"tts": True}, "expires_in": 60}}
    )

    grants: Grants | None = Field(None, description="None of them opens nothing.")
    expires_in: int | None = Field(
        None,
        ge=0,
        le=LONGEST_SECONDS,
        description=f"Seconds that the token is good for; {LONGEST_SECONDS} when absent.",
    )


class TokenBody(BaseModel):
    """Answer of `POST /access-token`."""

    token: str


class KeyRequest(RequestBody):
    """Body of `POST /api-keys`."""

    model_config = ConfigDict(json_schema_extra={"example": {"description": "Reader app"}})

    description: str | None = Field(
        None, max_length=KEY_CHARACTERS, description="What the key is for."
    )
    is_admin: bool | None = Field(None, description="For usage and key management only.")


class KeyBody(BaseModel):
    """An API key, without the key itself."""

    id: str
    description: str
    created_at: datetime
    creator_email: str | None = Field(
        default=None, description="Always null: there are no user accounts."
    )
    creator_still_in_org: bool | None = Field(default=None, description="Always null.")
    creator_image_url: str | None = Field(default=None, description="Always null.")
    is_admin: bool
    hint: str = Field(description="The last four characters of the key.")


class NewKeyBody(KeyBody):
    """A key that was just made."""

    key: str = Field(description="The key itself, shown this once and kept nowhere.")


class KeyPageBody(BaseModel):
    """A page of keys, newest first."""

    data: list[KeyBody]
    has_more: bool
    next_page: str | None = Field(description="Deprecated; the id to go on after.")


class CreditsBody(BaseModel):
    """Credits that were used in a stretch of time."""

    start_ts: datetime
    end_ts: datetime
    credits: int | float
    group: str | None = Field(
        None,
        description="With `group_by`: the capability, model, voice id or key id.",
        exclude_if=lambda value: value is None,
    )


class UsageBody(BaseModel):
    """Answer of the usage routes, in order of time."""

    data: list[CreditsBody]
