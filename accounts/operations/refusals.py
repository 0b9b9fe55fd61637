"""The rules about people, as errors."""


class PeopleError(Exception):
    """A rule about people said no. The text is fit to show, `code` is for machines."""

    code = "people_refused"


class LastAdmin(PeopleError):
    code = "last_admin"

    def __init__(self) -> None:
        super().__init__(
            "This is the last Admin with all rights. Give all rights to somebody else first."
        )


class NotYourself(PeopleError):
    code = "not_yourself"

    def __init__(self) -> None:
        super().__init__("Nobody takes away their own rights: ask another Admin to do it.")


class BeyondYourRights(PeopleError):
    code = "beyond_your_rights"
