"""Authentication, with the fallback of a first visit replaced where it is defined."""

from __future__ import annotations

import asyncio

from chat_backend.services.unified_authentication_service import UnifiedAuthenticationService
from chat_backend.services.user_execution_context import UserExecutionContext


def test_a_known_thread_is_kept():
    auth = UnifiedAuthenticationService("secret")
    result = asyncio.run(auth.authenticate_websocket(auth.issue_token("ada", "thread_7")))
    assert result.context is not None
    assert (result.context.user_id, result.context.thread_id) == ("ada", "thread_7")


def test_a_first_visit_gets_a_defensive_context(monkeypatch):
    expected = UserExecutionContext("ada", "thread_new", "run_new", "req_new", "client_1")
    monkeypatch.setattr(
        "chat_backend.websocket_core.websocket_manager_factory."
        "create_defensive_user_execution_context",
        lambda user_id, websocket_client_id=None: expected,
    )
    auth = UnifiedAuthenticationService("secret")
    result = asyncio.run(auth.authenticate_websocket(auth.issue_token("ada"), "client_1"))
    assert result.context is expected


def test_a_failing_fallback_is_a_result(monkeypatch):
    def fail(user_id, websocket_client_id=None):
        raise RuntimeError("out of ids")

    monkeypatch.setattr(
        "chat_backend.websocket_core.websocket_manager_factory.create_defensive_user_execution_context",
        fail,
    )
    auth = UnifiedAuthenticationService("secret")
    result = asyncio.run(auth.authenticate_websocket(auth.issue_token("ada")))
    assert (result.context, result.error) == (None, "authentication failed: out of ids")
