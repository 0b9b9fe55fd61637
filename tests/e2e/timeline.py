"""The timeline of an item, as somebody reads it from the page and adds it up."""

from dataclasses import dataclass

from playwright.sync_api import Page

# Text of every cell as it is shown; `hidden` cells of a narrow window give none.
_ROWS = """table => [...table.querySelectorAll("tbody tr, tfoot tr")]
    .map(row => [...row.cells].map(cell => cell.innerText.trim()))
    .filter(cells => cells.length === 9)"""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the ledger: what it did to what stands there, and what was available after it."""

    said: str
    on_hand: int
    change: int
    after: int


def number(text: str) -> int:
    """What a figure on the page says: with its real minus, and its thousands set apart."""
    bare = text.replace("\N{MINUS SIGN}", "-").replace("+", "")
    return int("".join(sign for sign in bare if sign.isdigit() or sign == "-"))


def rows_of(page: Page) -> tuple[list[Row], Row]:
    """The lines shown, newest first, and the balance that they begin from."""
    table = page.get_by_role("table", name="what changed it, newest first")
    *lines, carried = table.evaluate(_ROWS)
    return [_row(cells) for cells in lines], _row(carried)


def _row(cells: list[str]) -> Row:
    # The last but one has the change and the balance, the balance of the beginning stands alone.
    *change, after = cells[7].split()
    return Row(cells[2], number(cells[3] or "0"), number(change[0]) if change else 0, number(after))


def adds_up(page: Page) -> int:
    """Add up the lines shown, each against the balance after it; what the last comes to."""
    lines, carried = rows_of(page)
    available = on_hand = carried.after
    for line in reversed(lines):
        available += line.change
        on_hand += line.on_hand
        assert line.after == available, line
    assert on_hand == available  # nothing is allocated or held here
    return available
