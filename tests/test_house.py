"""The house is as its documents say: everything an operator can meet is written down, and the structure holds."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from promptreel import errors
from promptreel.api import dialect
from promptreel.cli import app
from promptreel.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = "\n".join(path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])

KINDS = {
    kind
    for module in (errors, dialect)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, errors.PromptreelError)
}


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "settings.md").read_text()


@pytest.mark.parametrize("slug", sorted({kind.slug for kind in KINDS} - {"error", "setup"}))
def test_every_error_is_documented(slug: str) -> None:
    assert f"`{slug}`" in (ROOT / "docs" / "errors.md").read_text()


def commands(command: object, path: str = "promptreel") -> list[str]:
    children = getattr(command, "commands", None)
    if not children:
        return [path]
    return [each for name, child in children.items() for each in commands(child, f"{path} {name}")]


@pytest.mark.parametrize("command", commands(typer.main.get_command(app)))
def test_every_command_is_documented(command: str) -> None:
    assert command in DOCS


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_message_can_be_filled_in() -> None:
    """A failure's text names only data that its constructor has, or takes from whoever raises it."""
    for kind in KINDS:
        names = set(re.findall(r"{(\w+)}", (kind.__doc__ or "").split("\n\n")[0]))
        signature = inspect.signature(kind.__init__)
        if any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values()):
            assert kind(**dict.fromkeys(names, "x")).message
        else:
            assert kind(*[3 for _ in list(signature.parameters)[1:]]).message


@pytest.mark.slow
@pytest.mark.parametrize(
    "tool",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["importlinter.cli", "lint"],
    ],
    ids=lambda tool: " ".join(tool[:2]),
)
def test_the_tools_find_nothing(tool: list[str]) -> None:
    module = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    command = module if tool[0].startswith("importlinter") else [sys.executable, "-m", *tool]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
