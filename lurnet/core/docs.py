"""Docs of the fields, read from their ``#:`` comments when somebody asks for them."""

import inspect
import re
import textwrap

FIELD = re.compile(r"^ {4,8}(\w+): .*?#: (.*)$", re.MULTILINE)


class FieldDocs:
    """A class ``__doc__`` that adds the arguments, own and inherited, to the summary."""

    def __init__(self, summary: str | None) -> None:
        self.summary = inspect.cleandoc(summary or "")

    def __get__(self, instance: object, cls: type) -> str:
        notes: dict[str, str] = {}
        for base in reversed(cls.__mro__[:-1]):
            if "__fields__" in vars(base):
                notes |= _notes(base)
        lines = [f"{name}: {notes[name]}" for name in cls.__fields__ if name in notes]  # type: ignore[attr-defined]
        if not lines:
            return self.summary + "\n"
        return f"{self.summary}\n\nArgs:\n{textwrap.indent(chr(10).join(lines), '    ')}\n"


def _notes(cls: type) -> dict[str, str]:
    try:
        return dict(FIELD.findall(inspect.getsource(cls)))
    except (OSError, TypeError):  # no source at hand, as in a notebook's cell or a zip
        return {}
