"""Sessions, with the socket layer replaced where the application looks it up."""

from __future__ import annotations

import asyncio
from unittest import mock

import pytest

from chat_backend.app import ChatApp
from chat_backend.websocket_core.websocket_manager import WebSocketManager
from chat_backend.websocket_core.websocket_manager_factory import ConnectionClosed


def test_a_tab_that_left_while_connecting_leaves_nothing_behind(make_tab):
    manager, tab = WebSocketManager("ada"), make_tab()
    tab.closed = True
    app = ChatApp("secret")
    with mock.patch("chat_backend.app.create_websocket_manager", return_value=manager) as create:
        with pytest.raises(ConnectionClosed):
            asyncio.run(app.connect(app.auth.issue_token("ada", "thread_1"), tab.send))
    create.assert_awaited_once()
    assert manager.connection_count == 0
    assert app.idle.idle(now=float("inf")) == []


@mock.patch("chat_backend.app.create_websocket_manager")
def test_an_unknown_message_is_answered_and_runs_no_agent(create, make_tab):
    create.return_value = WebSocketManager("ada")
    app, tab = ChatApp("secret", runner=mock.Mock()), make_tab()

    async def scenario():
        session = await app.connect(app.auth.issue_token("ada", "thread_1"), tab.send)
        await session.receive({"type": "ping"})

    asyncio.run(scenario())
    assert tab.received[-1] == {"type": "error", "message": "expected a user_message"}
    app.runner.run.assert_not_called()


def test_a_question_over_http_uses_a_context_of_its_own(monkeypatch):
    seen = []

    async def record(user_context, ping_timeout=1.0):
        seen.append(user_context)
        return WebSocketManager(user_context.user_id)

    monkeypatch.setattr("chat_backend.app.create_websocket_manager", record)
    app = ChatApp("secret")
    assert asyncio.run(app.ask("ada", "a b c")) == "3 words"
    assert seen[0].request_id.startswith("defensive_ada_none_")
    assert seen[0].scope is app.scope_of("ada")
