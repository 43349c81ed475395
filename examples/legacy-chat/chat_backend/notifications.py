"""Messages to a user that no agent sends."""

from __future__ import annotations

from chat_backend.services.user_execution_context import UserExecutionContext
from chat_backend.websocket_core import create_websocket_manager as manager_of


class NotificationService:
    """Reaches a user through the tabs that are open."""

    async def notify(self, context: UserExecutionContext, text: str) -> int:
        """How many tabs were reached."""
        # Late on purpose: the import warns, and the tests replace the function where it lives.
        # from chat_backend.websocket_core.websocket_manager_factory import get_websocket_manager
        from chat_backend.websocket_core.websocket_manager_factory import create_websocket_manager

        manager = await create_websocket_manager(context)
        return await manager.send_event({"type": "notification", "text": text})

    def open_tabs(self, context: UserExecutionContext) -> int:
        """How many tabs are open. The function is the plain one of the package."""
        return manager_of(context).connection_count
