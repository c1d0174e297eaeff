"""A form as a page shows it: what was typed, and what was wrong with it, field by field."""

from collections import defaultdict
from collections.abc import Mapping

from starlette.datastructures import FormData


class Form:
    """`values` by field as they were typed, `errors` by field as they are told; the error of '' concerns the whole form.

    `name` keeps the ids of two forms on one page apart.
    """

    def __init__(self, name: str, values: Mapping[str, str] | FormData | None = None) -> None:
        self.name = name
        given = values or {}
        self.values: defaultdict[str, str] = defaultdict(
            str, {key: value for key, value in given.items() if isinstance(value, str)}
        )
        self.errors: defaultdict[str, str] = defaultdict(str)

    def __getitem__(self, name: str) -> str:
        """What was typed, without the space around it; empty for a field that was not sent."""
        return self.values[name].strip()

    def id(self, name: str) -> str:
        """The id of a field's element."""
        return f"{self.name}-{name}"

    def wrong(self, name: str, text: str) -> None:
        """Tell what is wrong with a field. The first word on it stands."""
        self.errors[name] = self.errors[name] or text

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.errors.values())
