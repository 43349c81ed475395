"""The canonical place to import the socket layer from, or so it says: most of it is the factory's."""

from __future__ import annotations

from .websocket_manager import Event, Send
from .websocket_manager_factory import (
    WebSocketManager,
    create_defensive_user_execution_context,
    create_websocket_manager,
    reset_websocket_manager_factory,
)

__all__ = [
    "Event",
    "Send",
    "WebSocketManager",
    "create_defensive_user_execution_context",
    "create_websocket_manager",
    "reset_websocket_manager_factory",
]

MIGRATION_GUIDE = """
instead of: from chat_backend.websocket_core.websocket_manager_factory import WebSocketManager
write:      from chat_backend.websocket_core.canonical_imports import WebSocketManager
"""
