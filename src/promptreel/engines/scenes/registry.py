"""Finding the rows: every module of a folder (`subjects`, `places`, `effects` …) says in `ROWS` what it adds.

So adding a thing is adding a file, and no list has to be kept.
"""

import functools
import importlib
import pkgutil
from typing import Any


@functools.cache
def rows(folder: str) -> dict[str, Any]:
    """All rows of `folder` by their names, in alphabetical order of the modules."""
    package = importlib.import_module(f"{__package__}.{folder}")
    found: dict[str, Any] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        for row in getattr(importlib.import_module(f"{package.__name__}.{module}"), "ROWS", ()):
            if row.name in found:
                raise ValueError(f"two rows of {folder} are called {row.name}")
            found[row.name] = row
    return found
