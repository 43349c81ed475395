"""The canonical manager of a user's sockets: one per user and application, shared by all tabs.

The manager lives in the scope of the user's context, so there is no state at module level and
nothing to initialise: whoever asks first makes it, and there is no await between look and make.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from chat_backend.services.user_execution_context import UserExecutionContext

Event = dict[str, Any]
Send = Callable[[Event], Awaitable[None]]


class ConnectionClosed(Exception):
    """Raised by a `Send` whose peer is gone."""


@dataclass(frozen=True)
class Connection:
    """One tab."""

    connection_id: str
    send: Send


class WebSocketManager:
    """The open connections of one user."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self._connections: dict[str, Connection] = {}

    @property
    def connection_count(self) -> int:
        return len(self._connections)

    def connect(self, send: Send) -> Connection:
        connection = Connection(f"ws_{uuid.uuid4().hex[:8]}", send)
        self._connections[connection.connection_id] = connection
        return connection

    def disconnect(self, connection_id: str) -> None:
        """Forgets a connection; one that is already gone is fine."""
        self._connections.pop(connection_id, None)

    async def send_event(self, event: Event) -> int:
        """Sends to every tab, forgets the closed ones and says how many were reached."""
        reached = 0
        for connection in list(self._connections.values()):
            try:
                await connection.send(event)
                reached += 1
            except ConnectionClosed:
                self.disconnect(connection.connection_id)
        return reached

    async def prune(self, ping_timeout: float) -> None:
        """Pings every tab and forgets those that are closed or too slow."""
        for connection in list(self._connections.values()):
            try:
                await asyncio.wait_for(connection.send({"type": "ping"}), ping_timeout)
            except (ConnectionClosed, asyncio.TimeoutError):
                self.disconnect(connection.connection_id)


def get_websocket_manager(user_context: UserExecutionContext) -> WebSocketManager:
    """The one manager of this user in this application."""
    return user_context.scope.get_or_create(
        "websocket_manager", lambda: WebSocketManager(user_context.user_id)
    )


async def open_websocket_manager(
    user_context: UserExecutionContext, ping_timeout: float = 1.0
) -> WebSocketManager:
    """The one manager of this user, after the tabs that are gone have been forgotten."""
    manager = get_websocket_manager(user_context)
    await manager.prune(ping_timeout)
    return manager
