"""Who can use a page: what axe finds, and what somebody with nothing but a keyboard does not see."""

from __future__ import annotations

from playwright.sync_api import Page

from migration_tools import fetched

_RANKS = ("minor", "moderate", "serious", "critical")


def faults(page: Page, least: str = "moderate") -> list[tuple[str, str, str]]:
    """What axe finds, in light and in dark, when all is open: https://github.com/dequelabs/axe-core."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    # Above a gradient axe does not judge contrast: those at the edges of what can be scrolled are left out.
    page.evaluate("""() => {
        const plain = new CSSStyleSheet();
        plain.replaceSync('.wide { background: none !important }');
        document.adoptedStyleSheets = [plain];
    }""")
    page.evaluate((fetched((("axe-core", "4.14.1"),)) / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("axe.run(document)")["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate("axe.run(document, { runOnly: ['color-contrast'] })")["violations"]
    page.emulate_media(color_scheme="light")
    return [
        (one["id"], node["html"][:200], node["failureSummary"][:300])
        for one in found
        if _RANKS.index(one["impact"]) >= _RANKS.index(least)
        for node in one["nodes"][:3]
    ]


def unseen(page: Page, most: int) -> list[str]:
    """What gets the focus, forwards and back, and is not seen to have it: out of the window, below the head of the
    page, without an outline, or with one that is cut off by what it stands in."""
    found: list[str] = []
    for key in ("Tab", "Shift+Tab"):
        for _ in range(most):
            page.keyboard.press(key)
            found += page.evaluate(_UNSEEN)
    return found


_UNSEEN = """() => {
    const one = document.activeElement, head = document.querySelector('.top');
    if (!one || one === document.body) return [];
    const box = one.getBoundingClientRect(), style = getComputedStyle(one), said = [];
    const reach = Math.max(0, parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth));
    const covered = head.contains(one) || one.matches('.skip') ? 0 : Math.max(0, head.getBoundingClientRect().bottom);
    if (style.outlineStyle === 'none') said.push('no outline');
    if (box.bottom <= covered || box.top >= innerHeight) said.push('out of sight');
    for (let out = one.parentElement; out; out = out.parentElement) {
        if (getComputedStyle(out).overflowX === 'visible') continue;
        const edge = out.getBoundingClientRect();
        if (box.left - reach < edge.left - .5 || box.right + reach > edge.right + .5) said.push('cut off');
        break;
    }
    return said.map((fault) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}: ${fault}`);
}"""
