"""Signs tokens, checks them and answers with the context of the user they belong to."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from chat_backend.services.user_execution_context import (
    InvalidContextError,
    UserExecutionContext,
)


@dataclass(frozen=True)
class AuthResult:
    """Either a context or the reason why there is none."""

    context: UserExecutionContext | None
    error: str | None = None


class UnifiedAuthenticationService:
    """Tokens are `user|thread|signature`; a user who has not written yet has no thread."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def issue_token(self, user_id: str, thread_id: str = "") -> str:
        body = f"{user_id}|{thread_id}"
        return f"{body}|{self._sign(body)}"

    async def authenticate_websocket(
        self, token: str, websocket_client_id: str | None = None
    ) -> AuthResult:
        """Never raises for a bad token: a peer's fault is a result."""
        body, _, signature = token.rpartition("|")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return AuthResult(None, "the signature of the token is wrong")
        user_id, _, thread_id = body.partition("|")
        try:
            return AuthResult(self._context_for(user_id, thread_id, websocket_client_id))
        except Exception as error:  # the socket must be told something, whatever happens here
            return AuthResult(None, f"authentication failed: {error}")

    def _context_for(
        self, user_id: str, thread_id: str, websocket_client_id: str | None
    ) -> UserExecutionContext:
        try:
            return UserExecutionContext.for_thread(user_id, thread_id, websocket_client_id)
        except InvalidContextError:
            # The first visit: no thread yet.
            from chat_backend.websocket_core.websocket_manager_factory import (
                create_defensive_user_execution_context,
            )

            return create_defensive_user_execution_context(user_id, websocket_client_id)

    def _sign(self, body: str) -> str:
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()
