"""What axe-core finds on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page, *within: str) -> list[str]:
    """Each rule that the page breaks, with the piece that breaks it; empty where none is.

    within: selectors of the parts to look at; by default, all of the page.
    """
    context = {"include": [[selector] for selector in within]} if within else None
    # what passes is not wanted, and to list it takes longer than to find the violations
    found = Axe().run(page, context=context, options={"runOnly": RULES, "resultTypes": ["violations"]})

    def is_formula(rule: str, selector: str) -> bool:
        """axe takes a formula for no text; browsers and screen readers do not."""
        return rule == "empty-table-header" and page.locator(selector).locator("math").count() > 0

    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:300]} {node.get('failureSummary', '')[:300]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
        if not is_formula(rule["id"], node["target"][0])
    ]
