"""Tells every user that the server is about to stop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chat_backend.services.user_execution_context import UserExecutionContext
from chat_backend.websocket_core.canonical_imports import create_websocket_manager

if TYPE_CHECKING:
    from chat_backend.websocket_core.websocket_manager_factory import WebSocketManager


async def announce_shutdown(contexts: Iterable[UserExecutionContext], seconds: float) -> int:
    """How many tabs were told."""
    told = 0
    for context in contexts:
        manager: WebSocketManager = await create_websocket_manager(context)
        told += await manager.send_event({"type": "server_shutdown", "in_seconds": seconds})
    return told
