"""Passwords: argon2id, made and checked in two threads so that sign-ins cannot take the server, and help to a good one.

The rules are those of NIST SP 800-63B-4: long, any characters, no composition rules, nothing that everybody tries first.
"""

import asyncio
import math
import re
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from promptreel.errors import PromptreelError

Result = TypeVar("Result")

SHORTEST = 15
LONGEST = 1000
"""In characters. More costs nothing but would let a stranger make us read forever."""

SUGGESTION_BITS = 50
AT_ONCE = 2
"""Hashes computed at the same time. Each takes 64 MiB and some 50 ms of a few threads."""

MOST_WAITING = 50

# The second recommended parameters of RFC 9106: argon2id, 64 MiB, 3 passes, 4 lanes.
hasher = PasswordHasher()
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
_waiting = 0


class PasswordTooShort(PromptreelError):
    """Take at least {shortest} characters; a few words in a row are easy to remember"""

    slug = "password_too_short"

    def __init__(self, shortest: int = SHORTEST) -> None:
        super().__init__(shortest=shortest)


class PasswordTooLong(PromptreelError):
    """Take at most {longest} characters"""

    slug = "password_too_long"

    def __init__(self, longest: int = LONGEST) -> None:
        super().__init__(longest=longest)


class PasswordGuessable(PromptreelError):
    """This is one of the first that somebody would try; take words that do not belong together"""

    slug = "password_guessable"


class PasswordHasAddress(PromptreelError):
    """Leave your e-mail address out of the password"""

    slug = "password_has_address"


class TooManySignIns(PromptreelError):
    """Too many people are signing in at this moment; try again shortly"""

    slug = "too_many_sign_ins"


# -- which are good ----------------------------------------------------------------------------------------------------


def normal(password: str) -> str:
    """One form of what different keyboards write differently (NFKC), so that a password works on all of them."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, email: str) -> None:
    """Errors: `PasswordTooShort`, `PasswordTooLong`, `PasswordHasAddress`, `PasswordGuessable`."""
    if len(password) > LONGEST:
        raise PasswordTooLong
    password = normal(password)
    if len(password) < SHORTEST:
        raise PasswordTooShort
    folded = password.casefold()
    bare = "".join(character for character in folded if character.isalnum()) or folded
    name = email.casefold().partition("@")[0]
    if email and (email.casefold() in folded or (len(name) >= 4 and len(folded.replace(name, "")) < SHORTEST // 2)):
        raise PasswordHasAddress
    if len(set(folded)) < 5 or bare in common() or is_repetition(bare) or is_run(bare):
        raise PasswordGuessable


def is_repetition(text: str) -> bool:
    """Whether `text` is a short piece over and over: `passwordpassword`, `abcabcabcabcabc`."""
    return re.fullmatch(r"(.{1,10}?)\1+.{0,3}", text) is not None or (text[::-1] == text and len(set(text)) < 6)


def is_run(text: str) -> bool:
    """Whether `text` only walks along the alphabet, the digits or the keys."""
    return any(text in way or text[::-1] in way for way in RUNS)


RUNS = (
    "abcdefghijklmnopqrstuvwxyz" * 3,
    "1234567890" * 20,
    "0123456789" * 20,
    "qwertyuiopasdfghjklzxcvbnm" * 3,
    "qwertzuiopasdfghjklyxcvbnm" * 3,
    "azertyuiopqsdfghjklmwxcvbn" * 3,
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "abcdefghijklmnopqrstuvwxyz1234567890",
    "1234567890abcdefghijklmnopqrstuvwxyz",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop1234567890",
    "1q2w3e4r5t6y7u8i9o0p",
    "a1b2c3d4e5f6g7h8i9j0",
)


@cache
def common() -> frozenset[str]:
    """Long passwords that many people have, without what is no letter or digit."""
    return frozenset((resources.files("promptreel") / "common_passwords.txt").read_text(encoding="ascii").split())


# -- hashing -----------------------------------------------------------------------------------------------------------


async def make_hash(password: str) -> str:
    """What is kept of a password. Errors: `TooManySignIns`."""
    return await in_thread(lambda: hasher.hash(normal(password)))


async def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password. Errors: `TooManySignIns`.

    Takes as long where nothing is stored, for an unknown address or an account without a password: nobody learns which
    addresses are known by a watch.
    """

    def compare() -> bool:
        # First of all, or the first stranger would take longer.
        nobody = decoy()
        known = stored is not None and len(password) <= LONGEST
        try:
            hasher.verify(stored if known and stored else nobody, normal(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
        return known

    return await in_thread(compare)


def is_stale(stored: str) -> bool:
    """Whether a hash was made with parameters that we have left behind."""
    return hasher.check_needs_rehash(stored)


@cache
def decoy() -> str:
    """The hash of a password that nobody has."""
    return hasher.hash(secrets.token_urlsafe(32))


async def in_thread(work: Callable[[], Result]) -> Result:
    """Errors: `TooManySignIns` where too many wait: a queue that only grows serves nobody."""
    global _waiting  # noqa: PLW0603 - one count per process, touched by its one loop
    if _waiting >= MOST_WAITING:
        raise TooManySignIns
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _waiting -= 1


# -- suggesting --------------------------------------------------------------------------------------------------------


@cache
def words() -> tuple[str, ...]:
    """Short common words that one can picture."""
    return tuple((resources.files("promptreel") / "words.txt").read_text(encoding="ascii").split())


def suggest() -> str:
    """A passphrase of random words, of at least `SUGGESTION_BITS` bits."""
    count = math.ceil(SUGGESTION_BITS / math.log2(len(words())))
    return "-".join(secrets.choice(words()) for _ in range(count))
