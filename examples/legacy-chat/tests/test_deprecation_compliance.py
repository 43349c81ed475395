"""The compatibility layer stays until the last importer is gone. (See test_ssot_target.py.)"""

from __future__ import annotations

import importlib

FACTORY = "chat_backend.websocket_core.websocket_manager_factory"


def test_the_compatibility_layer_is_still_there():
    module = importlib.import_module(FACTORY)
    assert "DEPRECATED" in module.__doc__
