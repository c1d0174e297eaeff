"""What people see at a terminal: options that many commands have, lines as they are, and the progress of a video."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from promptreel import client

Data = Annotated[
    Path | None,
    typer.Option("--data", envvar="PROMPTREEL_DATA", help="The data folder.", show_default="promptreel-data"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def say(text: str) -> None:
    """Print a line for a person."""
    print(text)


def say_json(value: Any) -> None:
    """Print a value for a program."""
    print(json.dumps(value, default=str))


def tell(console: Console, line: str) -> None:
    """Print a line as it is: nothing in it is markup, and nothing in it is broken in two."""
    console.print(line, highlight=False, soft_wrap=True, markup=False)


@contextmanager
def progress_bar(console: Console, title: str) -> Iterator[client.Watcher]:
    """A live bar, silent in a pipe; call what is given with every new progress. What others print appears above it."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[step]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=1.0, step="")
        yield lambda progress: bar.update(task, completed=progress.fraction, step=progress.step)
