"""The five events of an agent's run, in the order in which a user sees them."""

from __future__ import annotations

from typing import Any

from chat_backend.services.user_execution_context import UserExecutionContext
from chat_backend.websocket_core.websocket_manager import WebSocketManager

GOLDEN_PATH_EVENTS = (
    "agent_started",
    "agent_thinking",
    "tool_executing",
    "tool_completed",
    "agent_completed",
)


class AgentEvents:
    """Sends the events of one run to all tabs of its user."""

    def __init__(self, manager: WebSocketManager, context: UserExecutionContext) -> None:
        if manager.user_id != context.user_id:
            raise PermissionError(f"{context.user_id} may not send to {manager.user_id}")
        self._manager = manager
        self._context = context

    async def emit(self, event_type: str, **payload: Any) -> None:
        if event_type not in GOLDEN_PATH_EVENTS:
            raise ValueError(f"{event_type!r} is not one of {', '.join(GOLDEN_PATH_EVENTS)}")
        await self._manager.send_event(
            {
                "type": event_type,
                "user_id": self._context.user_id,
                "thread_id": self._context.thread_id,
                "run_id": self._context.run_id,
                "payload": payload,
            }
        )
