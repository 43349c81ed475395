"""The canonical manager, and the policy for idle connections."""

from __future__ import annotations

import asyncio

from chat_backend.services.user_execution_context import UserExecutionContext, UserScope
from chat_backend.websocket_core.websocket_manager import (
    get_websocket_manager,
    open_websocket_manager,
)
from chat_backend.websocket_core.websocket_manager_factory import IdleConnectionPolicy as Policy


def test_an_event_reaches_every_open_tab(websocket_manager_factory, make_tab):
    manager, tabs = websocket_manager_factory("ada"), [make_tab(), make_tab(), make_tab()]
    for tab in tabs:
        manager.connect(tab.send)
    tabs[1].closed = True
    assert asyncio.run(manager.send_event({"type": "hello"})) == 2
    assert manager.connection_count == 2
    assert [tab.types() for tab in tabs] == [["hello"], [], ["hello"]]


def test_a_disconnected_tab_hears_nothing(websocket_manager_factory, make_tab):
    manager, tab = websocket_manager_factory("ada"), make_tab()
    connection = manager.connect(tab.send)
    manager.disconnect(connection.connection_id)
    manager.disconnect(connection.connection_id)
    assert asyncio.run(manager.send_event({"type": "hello"})) == 0
    assert tab.received == []


def test_a_scope_has_one_manager_and_opening_it_forgets_closed_tabs(make_tab):
    scope, tab = UserScope(), make_tab()
    first = UserExecutionContext.for_thread("ada", "thread_1").in_scope(scope)
    second = UserExecutionContext.for_thread("ada", "thread_2").in_scope(scope)
    manager = get_websocket_manager(first)
    manager.connect(tab.send)
    tab.closed = True
    assert asyncio.run(open_websocket_manager(second)) is manager
    assert manager.connection_count == 0


def test_a_slow_tab_is_forgotten(websocket_manager_factory):
    async def never(event):
        await asyncio.Event().wait()

    manager = websocket_manager_factory("ada")
    manager.connect(never)
    asyncio.run(manager.prune(ping_timeout=0))
    assert manager.connection_count == 0


def test_a_silent_connection_is_idle_until_it_speaks():
    policy = Policy(limit_seconds=10)
    policy.touch("a", now=0)
    policy.touch("b", now=0)
    policy.touch("b", now=8)
    assert policy.idle(now=11) == ["a"]
    policy.forget("a")
    assert policy.idle(now=11) == []
