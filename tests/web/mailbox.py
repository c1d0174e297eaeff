"""Letters as a test reads them."""

import re

from promptreel.mail import Letter, Mailer, Outcome
from promptreel.runtime import Runtime
from promptreel.web import postman


class Mailbox(Mailer):
    """Keeps what would be sent. `real` False: an installation without a mail server."""

    def __init__(self, runtime: Runtime, real: bool = True) -> None:
        super().__init__("smtp://localhost" if real else "")
        self.runtime = runtime
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> Outcome:
        self.letters.append(letter)
        return "sent"

    async def newest(self, to: str = "", kind: str = "") -> Letter:
        """The newest letter, once everything that was left to be written is out."""
        await deliver(self.runtime)
        fitting = [letter for letter in self.letters if to in letter.to and kind in letter.kind]
        assert fitting, [(letter.kind, letter.to) for letter in self.letters]
        return fitting[-1]

    async def link(self, to: str = "", kind: str = "") -> str:
        """The path of the link in the newest letter."""
        found = re.search(r"https://reel\.example(/\w+/[\w-]+)$", (await self.newest(to, kind)).text, re.MULTILINE)
        assert found
        return found[1]


async def deliver(runtime: Runtime) -> None:
    """Work off what is due."""
    while await postman.work_one(runtime):
        pass


def set_up_mail(runtime: Runtime, real: bool = True) -> Mailbox:
    """Let the runtime send its letters into a mailbox."""
    if real:
        runtime.settings = runtime.settings.model_copy(update={"mail_url": "smtp://localhost"})
    box = Mailbox(runtime, real)
    runtime.mailer = box
    return box
