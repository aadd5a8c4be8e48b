"""What routes ask for by type."""

from datetime import date
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from menura.api.auth import Caller, authenticate, authenticate_admin
from menura.api.services import Services, services
from menura.api.versions import negotiate


def version(connection: HTTPConnection) -> date:
    """The API date of a request; the query wins over the header."""
    return negotiate(
        connection.query_params.get("cartesia_version")
        or connection.headers.get("cartesia-version")
    )


ServicesDep = Annotated[Services, Depends(services)]
CallerDep = Annotated[Caller, Depends(authenticate)]
AdminDep = Annotated[Caller, Depends(authenticate_admin)]
VersionDep = Annotated[date, Depends(version)]
