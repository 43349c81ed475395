"""Guards: these modules must not come to depend on the deprecated factory.

The strings are patterns. A removal that rewrites them would ban the canonical module.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "chat_backend"

CLEAN_MODULES = ["agent_runner.py", "events.py", "websocket_core/websocket_manager.py"]
BANNED_TEXT = [
    "websocket_manager_factory",
    "from chat_backend.websocket_core.websocket_manager_factory import",
    "chat_backend.websocket_core.websocket_manager_factory",
]
BANNED_PATTERNS = [
    r"from\s+\S*websocket_manager_factory\s+import\s+\*",
    r"chat_backend\.websocket_core\.websocket_manager_factory\.[a-z_]+\(",
]


@pytest.mark.parametrize("name", CLEAN_MODULES)
def test_a_clean_module_does_not_mention_the_factory(name):
    content = (PACKAGE / name).read_text(encoding="utf-8")
    assert [text for text in BANNED_TEXT if text in content] == []


@pytest.mark.parametrize("pattern", BANNED_PATTERNS)
def test_no_module_uses_a_banned_form(pattern):
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    assert [str(path) for path, text in sources.items() if re.search(pattern, text)] == []


def test_the_patterns_find_what_they_ban():
    assert re.search(BANNED_PATTERNS[0], "from .websocket_manager_factory import *")
    assert not re.search(BANNED_PATTERNS[0], "from .websocket_manager import *")
