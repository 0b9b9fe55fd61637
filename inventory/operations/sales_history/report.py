"""What came of an import."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """Counts are lines of the files, unless they say otherwise.

    Of a dry run it says what would come of it.
    """

    rows: int = 0
    booked: int = 0
    already: int = 0
    not_stocked: int = 0
    rejected: int = 0
    invoices: int = 0
    new_items: int = 0
    openings: int = 0
    seconds: float = 0.0
    stopped: bool = False
    no_goods: set[str] = field(default_factory=set)
    unusual: set[str] = field(default_factory=set)

    @property
    def rate(self) -> float:
        """Lines booked a second."""
        return self.booked / self.seconds if self.seconds else 0.0
