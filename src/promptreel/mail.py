"""Letters out: by SMTP, or onto the server's console where no mail server is set.

Sending happens after the answer (`outbox`), so that neither a slow mail server nor its refusal tells a visitor anything.
"""

import asyncio
import smtplib
import ssl
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog

from promptreel.errors import SettingInvalid

log = structlog.get_logger()

TIMEOUT = 20.0
"""Seconds for each step of a conversation with the mail server."""

Outcome = Literal["sent", "later", "never"]
"""What became of a letter: it is out, it may go another time, or no attempt is of any use."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain-text letter. `kind` is what the log calls it."""

    kind: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `tls`: `start` (STARTTLS, and no letter without it), `whole` (from the first byte), `none`."""

    host: str
    port: int
    tls: str
    user: str
    password: str


def parse_url(url: str) -> Server:
    """`smtp://user:password@host:587`, `smtps://…`, and `smtp://host:25?tls=no` for a relay on a network of one's own.

    Errors: `SettingInvalid`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingInvalid(setting="mail_url", reason="it is no URL") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise SettingInvalid(setting="mail_url", reason="it has to be smtp://host or smtps://host")
    options = dict(parse_qsl(parts.query))
    if set(options) - {"tls"} or options.get("tls", "no") != "no":
        raise SettingInvalid(setting="mail_url", reason="the only option is tls=no")
    plain = parts.hostname in LOOPBACK or "tls" in options
    tls = "whole" if parts.scheme == "smtps" else "none" if plain else "start"
    return Server(
        parts.hostname,
        port or (465 if tls == "whole" else 587 if parts.username else 25),
        tls,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The message. Errors: `ValueError` for an address or a subject with a line break or more than one address in it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name="promptreel", addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    return message


def send_by(server: Server, message: EmailMessage, sender: str, to: str) -> None:
    """One conversation with the mail server. Errors: `OSError`, `smtplib.SMTPException`."""
    trust = ssl.create_default_context()
    client: smtplib.SMTP
    if server.tls == "whole":
        client = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=trust)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with client:
        if server.tls == "start":
            client.starttls(context=trust)
        if server.user:
            client.login(server.user, server.password)
        client.send_message(message, sender, [to])


def print_letter(letter: Letter) -> None:
    """The console as a mailbox: the one place where a letter's link may be read."""
    rule = "─" * 72
    print(f"\n{rule}\nTo: {letter.to}\nSubject: {letter.subject}\n\n{letter.text}\n{rule}", file=sys.stdout, flush=True)


class Mailer:
    """Sends letters. `real`: whether they reach a mailbox and not only the console."""

    def __init__(self, url: str = "", sender: str = "") -> None:
        """Errors: `SettingInvalid`."""
        self.server = parse_url(url) if url else None
        user = self.server.user if self.server else ""
        self.sender = sender or (
            user if "@" in user else f"promptreel@{self.server.host if self.server else 'localhost'}"
        )
        try:
            Address(addr_spec=self.sender)
        except (ValueError, IndexError):
            raise SettingInvalid(setting="mail_from", reason=f"{self.sender!r} is no mail address") from None

    @property
    def real(self) -> bool:
        """Whether letters go by mail."""
        return self.server is not None

    async def send(self, letter: Letter) -> Outcome:
        """Try to send a letter, once.

        The log learns of what kind a letter was and how it went, never its text or where to.
        """
        if self.server is None:
            print_letter(letter)
            log.info("letter_printed", kind=letter.kind)
            return "sent"
        try:
            message = compose(letter, self.sender)
        except (ValueError, IndexError, UnicodeError):
            log.warning("letter_refused", kind=letter.kind, reason="no such address can be")
            return "never"
        try:
            await asyncio.to_thread(send_by, self.server, message, self.sender, letter.to)
        except (OSError, smtplib.SMTPException) as error:
            final = is_final(error)
            log.warning("letter_failed", kind=letter.kind, reason=reason_of(error), again=not final)
            return "never" if final else "later"
        log.info("letter_sent", kind=letter.kind)
        return "sent"


def is_final(error: Exception) -> bool:
    """Whether the mail server has refused this letter for good (a 5xx answer), so that asking again is of no use."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def reason_of(error: Exception) -> str:
    """What went wrong, without the server's own words: those repeat addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return " ".join(["SMTPRecipientsRefused", *sorted({str(code) for code, _ in error.recipients.values()})])
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__
