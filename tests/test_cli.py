"""The command line: with and without a running server, for people and for programs, and one line where something is wrong."""

import io
import json
import os
import re
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest

from promptreel import __version__, cli
from promptreel.db import server
from promptreel.settings import load_settings


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, **environment: str) -> Done:
    """The command in this process, which spares loading everything for each of them."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        patch.object(sys, "argv", ["promptreel", *map(str, arguments)]),
        patch.dict(os.environ, environment),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else 1
    return Done(code, out.getvalue(), err.getvalue())


def told(*arguments: object, **environment: str) -> Any:
    """What a command prints as JSON."""
    done = run(*arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(*arguments: object, code: int = 2, **environment: str) -> str:
    """The one line of a command that fails."""
    done = run(*arguments, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("promptreel: ")
    return lines[0]


# -- the command itself ------------------------------------------------------------------------------------------------


def test_as_a_program() -> None:
    command = [sys.executable, "-m", "promptreel"]
    assert subprocess.check_output([*command, "--version"], text=True) == f"promptreel {__version__}\n"
    wrong = subprocess.run([*command, "servee"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "promptreel: No such command 'servee'. Did you mean 'serve'? (see promptreel --help)\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["servee"], "No such command"),
        (["serve", "--port", "many"], "--port"),
        (["serve", "--port", "70000"], "--port"),
        (["serve", "--wrong"], "No such option"),
        (["generate"], "Missing argument"),
        (["generate", "x", "--quality", "best"], "--quality is one of free,"),
        (["generate", "x", "--duration", "90"], "--duration"),
        (["generate", "x"], "--token"),
        (["generate", "\udcff", "--token", "t"], "The prompt is not valid UTF-8"),
        (["generate", "\udcff", "--local"], "The prompt is not valid UTF-8"),
        (["generate", "\u200b", "--local"], "Prompt is required"),
        (["generate", "x" * 2001, "--local"], "Prompt is too long"),
        (["generate", "x", "-o", "/nowhere/x.mp4", "--token", "t"], "There is no folder /nowhere"),
        (["animate", "/nowhere.png", "x", "--token", "t"], "cannot be read"),
        (["account", "create", "nobody"], "not an e-mail address"),
    ],
)
def test_wrong_arguments_are_one_line(arguments: list[str], expected: str, database_url: str) -> None:
    code = 1 if expected == "--token" else 2
    assert expected in refused(*arguments, code=code, PROMPTREEL_DATABASE_URL=database_url)


def test_no_server_is_one_line() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert "No server answers" in refused("generate", "x", "--token", "t", "--url", url, code=1)


def test_wrong_setting_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "promptreel.toml").write_text("max_attempts = 'many'\n")
    assert "max_attempts" in refused("account", "list", "--data", tmp_path)


def test_letters_need_to_know_where_they_lead() -> None:
    """Else whoever asks for a letter to somebody chooses, by a header of the request, where its link leads."""
    settings = {"PROMPTREEL_MAIL_URL": "smtp://localhost"}
    assert "mail_url" in refused("doctor", **settings) and "public_url" in refused("doctor", **settings)
    assert load_settings(mail_url="smtp://localhost", public_url="https://reel.example").mail_url


# -- accounts, tokens, credits, ledger ---------------------------------------------------------------------------------


def test_life_of_an_account(database_url: str) -> None:
    there: dict[str, Any] = {"PROMPTREEL_DATABASE_URL": database_url}
    made = told("account", "create", "Ann@example.com", "--tier", "pro", "--credits", 25, **there)
    assert made["email"] == "Ann@example.com"
    assert made["token"].startswith("prl_")
    assert isinstance(made["account_id"], int)
    assert "an account with the e-mail address" in refused("account", "create", "ann@example.com", code=1, **there)

    granted = told("credits", "grant", "ann@example.com", 5, "--reason", "kind", "--key", "once", **there)
    assert granted == {"account_id": made["account_id"], "granted": 5, "credits": 30}
    again = told("credits", "grant", "ann@example.com", 5, "--key", "once", **there)
    assert again == {"account_id": made["account_id"], "granted": 0, "credits": 30}
    assert "1 to" in refused("credits", "grant", "ann@example.com", 0, **there)
    assert "There is no account bob" in refused("credits", "grant", "bob@example.com", 1, code=1, **there)

    listed = told("account", "list", **there)
    assert [(row["email"], row["tier"], row["credits"]) for row in listed] == [("Ann@example.com", "pro", 30)]

    token = told("token", "create", made["account_id"], "--name", "ci", "--scope", "read", "--days", 1, **there)
    assert token["scopes"] == ["read"]
    told("token", "revoke", "ann@example.com", token["id"], **there)
    states = {row["name"]: row["revoked_at"] is not None for row in told("token", "list", "ann@example.com", **there)}
    assert states == {"default": False, "ci": True}
    assert "has no token 999" in refused("token", "revoke", "ann@example.com", 999, code=1, **there)

    assert told("ledger", "audit", **there) == {"sound": True, "differences": []}


def test_a_link_for_who_runs_the_place(database_url: str) -> None:
    there: dict[str, Any] = {"PROMPTREEL_DATABASE_URL": database_url, "PROMPTREEL_PUBLIC_URL": "https://reel.example/"}
    told("account", "create", "boss@example.com", "--operator", **there)
    made = told("account", "link", "BOSS@example.com", **there)
    assert re.fullmatch(r"https://reel\.example/start/[\w-]{43}", made["url"])
    assert told("account", "link", "1", "--url", "http://10.0.0.7:8000", **there)["url"].startswith(
        "http://10.0.0.7:8000/start/"
    )
    assert told("account", "list", **there)[0]["operator"] is True
    assert "There is no account eve@example.com" in refused("account", "link", "eve@example.com", code=1, **there)


def test_audit_finds_the_smallest_difference(database_url: str) -> None:
    there: dict[str, Any] = {"PROMPTREEL_DATABASE_URL": database_url}
    told("account", "create", "ann@example.com", "--credits", 10, **there)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE wallets SET available = available + 1")
    done = run("ledger", "audit", **there)
    assert done.returncode == 1
    assert "11" in done.stdout
    assert "10" in done.stdout


def test_newer_and_older_databases_are_one_line(database_url: str) -> None:
    there: dict[str, Any] = {"PROMPTREEL_DATABASE_URL": database_url}
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer promptreel" in refused("account", "list", **there)
    assert "newer promptreel" in refused("migrate", **there)
    assert "newer promptreel" in refused("serve", "--port", 0, **there)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM alembic_version")
    assert "promptreel migrate" in refused("account", "list", **there)


def test_commands_start_and_stop_the_embedded_database(tmp_path: Path) -> None:
    data = tmp_path / "data"
    # A throw-away server need not survive a power cut; the commands then find it made.
    server.start(load_settings(data=data), durable=False).stop()
    assert told("migrate", "--data", data)["changed"]
    told("account", "create", "ann@example.com", "--data", data)
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()
    running = server.start(load_settings(data=data))
    try:
        assert len(told("account", "list", PROMPTREEL_DATA=str(data))) == 1
        assert running.alive()
    finally:
        running.stop()


def test_unwritable_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be written" in refused("account", "list", "--data", tmp_path / "file" / "data")


# -- the doctor --------------------------------------------------------------------------------------------------------


def test_doctor(tmp_path: Path) -> None:
    found = told("doctor", "--data", tmp_path, "--port", 0)
    assert all(check["ok"] for check in found)
    assert {"Python", "PostgreSQL", "data folder", "port", "encoder", "engine", "database"} <= {
        c["name"] for c in found
    }


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("doctor", "--data", tmp_path / "file", "--port", taken.getsockname()[1])
    assert done.returncode == 1
    bad = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
    assert len(bad) == 2
    assert "--port" in done.stdout


def test_what_is_not_shown_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        {"text": "beach", "status": "approximated", "by": "open water"},
        {"text": "dog", "status": "not_shown", "by": ""},
        {"text": "sunset", "status": "shown", "by": "sunset"},
    ]
    cli.report({"file": "out.mp4", "prompt_report": {"words": words}}, as_json=False)
    told = capsys.readouterr()
    assert told.out == "out.mp4\n"
    assert told.err == (
        "1 of 3 content words are shown as they are\nNot shown of the prompt: dog\nApproximated: beach (open water)\n"
    )
