"""A real browser: any installed one of the Chromium family."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

#: Where a page may send a request: this machine, and what the page itself holds.
OWN = {"127.0.0.1", "localhost", None}


@pytest.fixture(autouse=True)
def no_request_to_another_host(
    no_loop_left_behind: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Watch each page of each test: no request goes to another host."""
    asked: set[str] = set()
    new_context = Browser.new_context

    def watched(browser: Browser, **options: Any) -> BrowserContext:
        context = new_context(browser, **options)
        context.on("request", lambda request: asked.add(request.url))
        context.on("page", lambda page: page.on("websocket", lambda line: asked.add(line.url)))
        return context

    monkeypatch.setattr(Browser, "new_context", watched)
    yield
    assert [url for url in asked if urlsplit(url).hostname not in OWN] == []
