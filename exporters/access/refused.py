"""A request that is not answered, as a status and one line that says what to do."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from starlette.responses import Response

from exporters.access.principal import Principal


class Refused(Exception):
    """`count` false: of this there may be many, and few are recorded."""

    def __init__(
        self,
        status: int,
        line: str,
        headers: Mapping[str, str] | None = None,
        *,
        who: Principal | None = None,
        count: bool = True,
    ) -> None:
        super().__init__(line)
        self.status, self.line, self.headers, self.count = status, line, dict(headers or {}), count
        self.who = who

    def response(self) -> Response:
        """The answer."""
        return Response(json.dumps({"error": self.line}), self.status, self.headers, "application/json")


class IssuerAway(Exception):
    """The keys of the issuer of tokens can't be had now."""


def no_login(line: str, *, count: bool = True) -> Refused:
    """401."""
    return Refused(401, line, {"WWW-Authenticate": 'Bearer realm="vitalstream"'}, count=count)


def too_often(wait_s: float, who: Principal | None = None) -> Refused:
    """429, with the seconds to wait."""
    seconds = max(1, math.ceil(wait_s))
    headers = {"Retry-After": str(seconds)}
    return Refused(429, f"too many requests: wait {seconds} s", headers, who=who, count=False)


def later(line: str) -> Refused:
    """503."""
    return Refused(503, line, {"Retry-After": "5"})
