"""Whether a page fits its window and the fingers of whoever uses it."""

from playwright.sync_api import Page

TARGET = 24  # pixels, as WCAG 2.2 asks

# What can be pressed and is smaller, but for a link within a sentence and what only a screen
# reader or the keyboard meets. A field is as large as its label, where that lies around it.
_SMALL = """least => [...document.querySelectorAll(
        "a[href], button, input, select, textarea, summary")]
    .filter(one => one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter(one => {
        const label = one.closest("label");
        const box = (label ?? one).getBoundingClientRect();
        if (box.width <= 1 || box.height <= 1 || box.right <= 0 || box.bottom <= 0) return false;
        if (getComputedStyle(one).clipPath === "inset(50%)") return false;
        const around = one.parentElement.textContent.trim();
        const within = one.matches("a") && getComputedStyle(one).display === "inline" && (
            around.length > one.textContent.trim().length || one.closest("p, td, th, li, dd")
        );
        return !within && (box.width < least - .5 || box.height < least - .5);
    })
    .map(one => {
        const box = one.getBoundingClientRect();
        const name = one.getAttribute("aria-label") ?? (one.textContent.trim() || one.name);
        const size = `${box.width.toFixed()}×${box.height.toFixed()}`;
        return `${one.tagName.toLowerCase()} “${name}”: ${size}`;
    })"""


def misfits(page: Page) -> list[str]:
    """What is too wide for the window, or too small to be hit."""
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    wide = [f"the page is {over} px too wide"] if over > 0 else []
    return wide + page.evaluate(_SMALL, TARGET)
