"""The socket layer: import from here or from `websocket_manager`."""

from __future__ import annotations

from chat_backend.services.user_execution_context import UserExecutionContext
from chat_backend.websocket_core.websocket_manager import (
    Connection,
    ConnectionClosed,
    WebSocketManager,
    get_websocket_manager,
)

__all__ = [
    "Connection",
    "ConnectionClosed",
    "WebSocketManager",
    "create_websocket_manager",
    "get_websocket_manager",
]


def create_websocket_manager(user_context: UserExecutionContext) -> WebSocketManager:
    """The manager of a user, at once. Not the coroutine of the same name in the factory."""
    return get_websocket_manager(user_context)
