"""The page in a real Chromium: silent, self-contained, and drawn."""

from __future__ import annotations

import pytest

from reports.page import write_report

pytestmark = pytest.mark.browser


def test_the_page_opens_from_disk_in_silence_and_asks_for_nothing(make_run, open_tab):
    page = write_report(make_run())
    tab = open_tab()
    tab.page.goto(page.as_uri())
    assert tab.page.locator("h1").inner_text()
    assert (tab.console, tab.errors, tab.requests) == ([], [], [page.as_uri()])
