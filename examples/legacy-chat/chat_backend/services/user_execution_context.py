"""Who a piece of work is done for: the ids of one request, and what all tabs of one user share.

A context is immutable. Two users never share a scope; two tabs of one user share theirs.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

T = TypeVar("T")

_RESERVED_USERS = frozenset({"none", "null", "default", "placeholder"})


class InvalidContextError(ValueError):
    """An id of a context is missing or a placeholder."""


class UserScope:
    """Objects that all contexts of one user share within one application, each made once."""

    def __init__(self) -> None:
        self._objects: dict[str, Any] = {}

    def get_or_create(self, key: str, build: Callable[[], T]) -> T:
        if key not in self._objects:
            self._objects[key] = build()
        found: T = self._objects[key]
        return found


@dataclass(frozen=True)
class UserExecutionContext:
    """The ids of one request, checked when it is made."""

    user_id: str
    thread_id: str
    run_id: str
    request_id: str
    websocket_client_id: str | None = None
    scope: UserScope = field(default_factory=UserScope, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("user_id", "thread_id", "run_id", "request_id"):
            if not getattr(self, name).strip():
                raise InvalidContextError(f"{name} is empty")
        if self.user_id.lower() in _RESERVED_USERS:
            raise InvalidContextError(f"user_id {self.user_id!r} is a placeholder")

    @classmethod
    def for_thread(
        cls, user_id: str, thread_id: str, websocket_client_id: str | None = None
    ) -> UserExecutionContext:
        """A context for the next run of a thread that exists."""
        suffix = uuid.uuid4().hex[:8]
        return cls(user_id, thread_id, f"run_{suffix}", f"req_{suffix}", websocket_client_id)

    def in_scope(self, scope: UserScope) -> UserExecutionContext:
        """The same ids in another scope."""
        return replace(self, scope=scope)
