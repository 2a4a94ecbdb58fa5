"""What routes ask of access: who it is, and that it is recorded."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from exporters.access.access import Access, Resolve
from exporters.access.audit import AuditUnavailable
from exporters.access.chain import Entry, Outcome
from exporters.access.principal import Action, Principal, allowed, reach

# What must not happen before it is on disk; the rest is written a moment later.
_AWAITED: frozenset[Action] = frozenset({"answer", "audit", "manage", "break_glass"})


class Gate:
    """One request's, kept in `scope["state"]["gate"]`: who it is from, and the way to the audit log."""

    def __init__(self, access: Access, resolve: Resolve, who: Principal) -> None:
        self.access, self.who, self._resolve = access, who, resolve

    def same(self) -> bool:
        """Whether the one it began with still may what they might: what a stream asks now and then."""
        return self._resolve() == self.who

    async def record(
        self, action: Action, wearer: str | None, outcome: Outcome = "done", **detail: str
    ) -> None:
        """Put a row into the audit log. Raises HTTPException 503: it can't be written."""
        if outcome == "done" and action in ("read", "stream"):
            if reach(self.who, action) == "masked":
                return  # nobody's health detail was shown
            if not allowed(self.who, action, wearer):
                outcome = "refused"  # a list of a foreign wearer's alerts is empty
        entry = Entry(self.who.name, self.who.role, action, wearer, outcome, detail)
        try:
            await (self.access.audit.write if action in _AWAITED else self.access.audit.note)(entry)
        except AuditUnavailable as error:
            raise HTTPException(503, f"{error}; nothing is shown or done without a record") from error


async def record(
    request: HTTPConnection,
    action: Action,
    wearer: str | None = None,
    outcome: Outcome = "done",
    **detail: str,
) -> None:
    """Record that this request did this to this wearer's data, or (None) to those of several.

    An answer, a break-glass and a change of access are on disk when this returns: call it before they
    happen. Raises HTTPException 503: the log can't be written, so it must not happen.
    """
    await request.state.gate.record(action, wearer, outcome, **detail)


def principal(request: HTTPConnection) -> Principal:
    """Who asks, as the middleware found out."""
    found = request.state.principal
    assert isinstance(found, Principal)
    return found


def may(request: HTTPConnection, action: Action) -> Principal:
    """Who asks, when they may do this at all. Raises HTTPException 403."""
    found = principal(request)
    if not allowed(found, action, None):
        raise not_for(found)
    return found


def not_for(who: Principal) -> HTTPException:
    """What is answered to a role that never may."""
    if who.anonymous:
        return HTTPException(403, "this is not for who shows no token: send Authorization: Bearer TOKEN")
    return HTTPException(403, f"this is not for the role {who.role}")
