"""The application: authenticates a tab, gives it a session and runs the agent for its messages."""

from __future__ import annotations

from chat_backend.agent_runner import AgentRunner
from chat_backend.services.unified_authentication_service import UnifiedAuthenticationService
from chat_backend.services.user_execution_context import UserExecutionContext, UserScope
from chat_backend.websocket_core.websocket_manager import Connection, Event, Send, WebSocketManager
from chat_backend.websocket_core.websocket_manager_factory import (
    ConnectionClosed,  # not made there: it passes it on
    IdleConnectionPolicy,
    create_defensive_user_execution_context as defensive_context,
    # awaited below, so a plain function will not do
    create_websocket_manager,
)


class AuthenticationFailed(Exception):
    """The token was refused; the text says why."""


class Session:
    """One authenticated tab."""

    def __init__(
        self, app: ChatApp, context: UserExecutionContext, manager: WebSocketManager, send: Send
    ) -> None:
        self.context = context
        self._app = app
        self._manager = manager
        self.connection: Connection = manager.connect(send)
        app.idle.touch(self.connection.connection_id)

    async def receive(self, message: Event) -> None:
        """Answers a message of the tab; an unknown type is told to the tab."""
        self._app.idle.touch(self.connection.connection_id)
        if message.get("type") != "user_message":
            await self.connection.send({"type": "error", "message": "expected a user_message"})
            return
        await self._app.runner.run(self._manager, self.context, str(message.get("text", "")))

    def close(self) -> None:
        self._app.idle.forget(self.connection.connection_id)
        self._manager.disconnect(self.connection.connection_id)


class ChatApp:
    """All users of one process."""

    def __init__(self, secret: str, runner: AgentRunner | None = None) -> None:
        self.auth = UnifiedAuthenticationService(secret)
        self.runner = runner or AgentRunner()
        self.idle = IdleConnectionPolicy()
        self._scopes: dict[str, UserScope] = {}

    async def connect(self, token: str, send: Send) -> Session:
        """A session for a tab. Raises AuthenticationFailed, and ConnectionClosed if it has left."""
        result = await self.auth.authenticate_websocket(token)
        if result.context is None:
            raise AuthenticationFailed(result.error)
        context = result.context.in_scope(self.scope_of(result.context.user_id))
        manager = await create_websocket_manager(context, ping_timeout=0.5)
        session = Session(self, context, manager, send)
        try:
            await send({"type": "connection_established", "user_id": context.user_id})
        except ConnectionClosed:
            session.close()
            raise
        return session

    async def ask(self, user_id: str, text: str) -> str:
        """The answer without a tab, for callers over HTTP; tabs that are open see the events."""
        context = defensive_context(user_id).in_scope(self.scope_of(user_id))
        manager = await create_websocket_manager(user_context=context)
        return await self.runner.run(manager, context, text)

    def scope_of(self, user_id: str) -> UserScope:
        return self._scopes.setdefault(user_id, UserScope())
