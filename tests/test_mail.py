"""Letters: composed so that nothing can be slipped into them, sent or told why not, and never told of in the log."""

import asyncio
import base64
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import structlog

from promptreel import mail
from promptreel.errors import SettingInvalid
from promptreel.mail import Letter, Mailer, compose, parse_url

SECRET = "https://reel.example/reset/s3cr3t"
LETTER = Letter("reset", "ada@example.com", "Wähle ein neues Passwort", f"Grüße, hier:\n\n{SECRET}\n.\n..\nEnde")


class FakeServer:
    """A mail server that knows just enough; `answers` to RCPT, the last one again and again."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.letters: list[tuple[str, bytes]] = []
        self.logins: list[bytes] = []
        self.visits = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")

        self.visits += 1
        say("220 fake")
        to = ""
        while line := (await reader.readline()).strip():
            word = line.split()[0].upper()
            if word == b"EHLO":
                say("250-fake")
                say("250 AUTH PLAIN")
            elif word == b"AUTH":
                self.logins.append(base64.b64decode(line.split()[2]))
                say("235 fine")
            elif word == b"RCPT":
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                to = line.decode()
                say(answer)
            elif word == b"DATA":
                say("354 go on")
                lines = []
                while (line := await reader.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
                self.letters.append((to, b"".join(lines)))
                say("250 taken")
            elif word == b"QUIT":
                say("221 bye")
                break
            else:
                say("250 fine")
        writer.close()


@asynccontextmanager
async def running(server: FakeServer) -> AsyncIterator[int]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]


async def test_a_letter_arrives_as_it_was_written() -> None:
    server = FakeServer("250 fine")
    async with running(server) as port:
        mailer = Mailer(f"smtp://user%40x:pass%3Aword@127.0.0.1:{port}", "reel@example.com")
        assert mailer.real
        assert await mailer.send(LETTER) == "sent"
    assert server.logins == [b"\0user@x\0pass:word"]
    to, raw = server.letters[0]
    assert "<ada@example.com>" in to
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["subject"] == LETTER.subject
    assert message["to"] == "ada@example.com"
    assert message["from"] == "promptreel <reel@example.com>"
    assert message["auto-submitted"] == "auto-generated"
    assert message["message-id"].endswith("@example.com>")
    assert message.get_content().replace("\r\n", "\n").rstrip() == LETTER.text


@pytest.mark.parametrize(("answer", "outcome"), [("550 nobody here", "never"), ("451 later", "later")])
async def test_what_cannot_be_sent_is_logged_without_its_content(answer: str, outcome: str) -> None:
    server = FakeServer(f"{answer} <ada@example.com>")
    async with running(server) as port:
        with structlog.testing.capture_logs() as logs:
            assert await Mailer(f"smtp://127.0.0.1:{port}", "reel@example.com").send(LETTER) == outcome
    assert server.visits == 1
    assert [(entry["kind"], entry["again"]) for entry in logs] == [("reset", outcome == "later")]
    assert answer[:3] in logs[0]["reason"]
    assert "ada" not in str(logs) and "s3cr3t" not in str(logs)


async def test_a_mail_server_that_is_away() -> None:
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    assert await Mailer(f"smtp://127.0.0.1:{port}", "reel@example.com").send(LETTER) == "later"


async def test_no_letter_and_no_password_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not offer STARTTLS is not spoken to any further, unless it is this machine's own."""
    monkeypatch.setattr(mail, "LOOPBACK", frozenset())
    server = FakeServer("250 fine")
    async with running(server) as port:
        url = f"smtp://user:word@127.0.0.1:{port}"
        assert await Mailer(url, "reel@example.com").send(LETTER) == "later"
        assert not server.logins and not server.letters
        assert await Mailer(f"{url}?tls=no", "reel@example.com").send(LETTER) == "sent"


@pytest.mark.parametrize(
    "letter",
    [
        Letter("x", "ada@example.com\r\nBcc: all@example.com", "s", "t"),
        Letter("x", "ada@example.com, eve@example.com", "s", "t"),
        Letter("x", "ada@example.com", "s\r\nBcc: all@example.com", "t"),
        Letter("x", "ada", "s", "t"),
        Letter("x", "", "s", "t"),
    ],
)
async def test_nothing_is_slipped_into_the_head(letter: Letter) -> None:
    server = FakeServer("250 fine")
    async with running(server) as port:
        assert await Mailer(f"smtp://127.0.0.1:{port}", "reel@example.com").send(letter) == "never"
    assert not server.visits
    with pytest.raises((ValueError, IndexError)):
        compose(letter, "reel@example.com")


async def test_without_a_mail_server_the_console_is_the_mailbox(capsys: pytest.CaptureFixture[str]) -> None:
    with structlog.testing.capture_logs() as logs:
        mailer = Mailer()
        assert not mailer.real
        assert await mailer.send(LETTER) == "sent"
    printed = capsys.readouterr().out
    assert SECRET in printed and "ada@example.com" in printed
    assert "s3cr3t" not in str(logs)


def test_urls_of_mail_servers() -> None:
    assert parse_url("smtp://u:p@mail.example.com") == mail.Server("mail.example.com", 587, "start", "u", "p")
    assert parse_url("smtp://mail.example.com") == mail.Server("mail.example.com", 25, "start", "", "")
    assert parse_url("smtps://mail.example.com") == mail.Server("mail.example.com", 465, "whole", "", "")
    assert parse_url("smtp://relay:1025?tls=no").tls == "none"
    assert parse_url("smtp://localhost").tls == "none"
    for wrong in ("smtp://", "http://x", "smtp://x:port", "smtp://x?tls=perhaps", "smtp://x?user=y"):
        with pytest.raises(SettingInvalid):
            parse_url(wrong)
    assert Mailer("smtps://me%40example.com:x@mail.example.com").sender == "me@example.com"
    assert Mailer("smtps://mail.example.com").sender == "promptreel@mail.example.com"
    for wrong in ("nobody", "a@b.c\nBcc: d@e.f"):
        with pytest.raises(SettingInvalid):
            Mailer("smtps://mail.example.com", wrong)
