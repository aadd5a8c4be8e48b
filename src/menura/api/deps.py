"""What routes ask for by type."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Request

from menura.api.auth import Caller, authenticate
from menura.api.services import Services, services
from menura.api.versions import negotiate


def version(request: Request) -> date:
    """The API date of a request; the query wins over the header."""
    return negotiate(
        request.query_params.get("cartesia_version") or request.headers.get("cartesia-version")
    )


ServicesDep = Annotated[Services, Depends(services)]
CallerDep = Annotated[Caller, Depends(authenticate)]
VersionDep = Annotated[date, Depends(version)]
