"""Runs an agent for a message and tells the user's tabs what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chat_backend.events import AgentEvents
from chat_backend.services.user_execution_context import UserExecutionContext
from chat_backend.websocket_core.websocket_manager import WebSocketManager

Tool = Callable[[str], Awaitable[str]]


async def count_words(text: str) -> str:
    """The tool of the agent that comes with the example."""
    return f"{len(text.split())} words"


class AgentRunner:
    """One agent with one tool."""

    def __init__(self, name: str = "counter", tool: Tool = count_words) -> None:
        self._name = name
        self._tool = tool

    async def run(
        self, manager: WebSocketManager, context: UserExecutionContext, message: str
    ) -> str:
        """The answer, after all five events were sent."""
        events = AgentEvents(manager, context)
        await events.emit("agent_started", agent=self._name)
        await events.emit("agent_thinking", thought=f"what to do about {message!r}")
        await events.emit("tool_executing", tool=self._tool.__name__)
        result = await self._tool(message)
        await events.emit("tool_completed", tool=self._tool.__name__, result=result)
        await events.emit("agent_completed", answer=result)
        return result
