"""DEPRECATED: compatibility layer of the socket layer. Use `websocket_manager` instead.

Old code imports chat_backend.websocket_core.websocket_manager_factory; new code must not. The
layer keeps managers of its own, so a user can have two: one here, one in the canonical module.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
import warnings

from chat_backend.services.user_execution_context import UserExecutionContext
from chat_backend.websocket_core.websocket_manager import (
    Connection,
    ConnectionClosed,
    WebSocketManager,
    get_websocket_manager,
)

warnings.warn(
    "chat_backend.websocket_core.websocket_manager_factory is deprecated; "
    "import from chat_backend.websocket_core.websocket_manager",
    DeprecationWarning,
    stacklevel=2,
)

__all__ = [
    "Connection",
    "ConnectionClosed",
    "FactoryInitializationError",
    "IdleConnectionPolicy",
    "WebSocketManager",
    "WebSocketManagerFactory",
    "create_defensive_user_execution_context",
    "create_websocket_manager",
    "describe_factory",
    "get_websocket_manager",
    "get_websocket_manager_factory",
    "reset_websocket_manager_factory",
]

_ID_PART_LIMIT = 24
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_IDLE_LIMIT_SECONDS = 300.0
_MANAGER_LIMIT = 1000


class FactoryInitializationError(RuntimeError):
    """The factory holds more managers than it may."""


class WebSocketManagerFactory:
    """Managers by user id, for the whole process and for as long as it lives."""

    def __init__(self, manager_limit: int = _MANAGER_LIMIT) -> None:
        self._managers: dict[str, WebSocketManager] = {}
        self._manager_limit = manager_limit

    @property
    def manager_count(self) -> int:
        return len(self._managers)

    async def create_manager(
        self, user_context: UserExecutionContext, ping_timeout: float
    ) -> WebSocketManager:
        manager = self._managers.get(user_context.user_id)
        if manager is None:
            await self._check_limit()  # a second tab gets here too, and its manager replaces ours
            manager = WebSocketManager(user_context.user_id)
            self._managers[user_context.user_id] = manager
        await manager.prune(ping_timeout)
        return manager

    async def _check_limit(self) -> None:
        await asyncio.sleep(0)  # lets tabs that close do so first
        if len(self._managers) >= self._manager_limit:
            raise FactoryInitializationError(f"more than {self._manager_limit} managers")


_factory: WebSocketManagerFactory | None = None


def get_websocket_manager_factory() -> WebSocketManagerFactory:
    """The factory of the process, made by whoever asks first (two threads can both be first)."""
    global _factory
    if _factory is None:
        _factory = WebSocketManagerFactory()
    return _factory


def reset_websocket_manager_factory() -> None:
    """Forgets the factory and with it every manager."""
    global _factory
    _factory = None


async def create_websocket_manager(
    user_context: UserExecutionContext, ping_timeout: float = 1.0
) -> WebSocketManager:
    """The manager of a user, after the tabs that are gone have been forgotten."""
    return await get_websocket_manager_factory().create_manager(user_context, ping_timeout)


def _id_part(text: str | None) -> str:
    return _UNSAFE.sub("_", text)[:_ID_PART_LIMIT] if text else "none"


def create_defensive_user_execution_context(
    user_id: str, websocket_client_id: str | None = None
) -> UserExecutionContext:
    """A context for a user of whom nothing but the id is known: a new thread and its first run."""
    suffix = uuid.uuid4().hex[:8]
    return UserExecutionContext(
        user_id=user_id,
        thread_id=f"thread_{suffix}",
        run_id=f"run_{suffix}",
        request_id=f"defensive_{_id_part(user_id)}_{_id_part(websocket_client_id)}_{suffix}",
        websocket_client_id=websocket_client_id,
    )


class IdleConnectionPolicy:
    """Remembers when each connection was last heard of and says which are silent for too long."""

    def __init__(self, limit_seconds: float = _IDLE_LIMIT_SECONDS) -> None:
        self._limit_seconds = limit_seconds
        self._last_seen: dict[str, float] = {}

    def touch(self, connection_id: str, now: float | None = None) -> None:
        self._last_seen[connection_id] = time.monotonic() if now is None else now

    def forget(self, connection_id: str) -> None:
        self._last_seen.pop(connection_id, None)

    def idle(self, now: float | None = None) -> list[str]:
        limit = (time.monotonic() if now is None else now) - self._limit_seconds
        return sorted(name for name, seen in self._last_seen.items() if seen < limit)


def describe_factory() -> str:
    """One line for a log."""
    return f"{get_websocket_manager_factory().manager_count} managers"
