"""What the books call by a word or a sentence of their own, as people are told: tiers, the log, reasons, the ledger."""

from typing import TYPE_CHECKING

from promptreel.audit import Entry
from promptreel.credits import Difference
from promptreel.web.i18n import text

if TYPE_CHECKING:
    from promptreel.web.door import Visit

TIERS = {
    "free": text("Free"),
    "basic": text("Basic"),
    "pro": text("Pro"),
    "enterprise": text("Enterprise"),
}

QUALITIES = {
    "free": text("Standard"),
    "premium": text("Premium"),
    "720p": text("Animate"),
}

ACTIONS = {
    "signed_up": text("Signed up"),
    "address_proved": text("Confirmed the address"),
    "address_change_asked": text("Asked to change the address to %(to)s"),
    "address_changed": text("Changed the address to %(to)s"),
    "password_changed": text("Changed the password"),
    "sessions_ended": text("Signed out other browsers: %(count)s"),
    "identity_connected": text("Connected a sign-in at %(issuer)s"),
    "identities_disconnected": text("Disconnected every sign-in elsewhere"),
    "start_link_made": text("A link to choose a password was made on the console"),
    "data_exported": text("Took all data along"),
    "account_deleted": text("Deleted the account; videos that went with it: %(videos)s"),
    "token.created": text("Made token %(token)s"),
    "token.revoked": text("Revoked token %(token)s"),
    "account.tier": text("Changed the tier from %(before)s to %(after)s"),
    "account.credits": text("Granted credits: %(amount)s, “%(reason)s”"),
    "account.suspended": text("Suspended the account"),
    "account.restored": text("Let the account in again"),
    "account.entered": text("Signed in as the account"),
    "account.left": text("Came back from the account"),
    "operator.made": text("Made the account an operator"),
    "operator.unmade": text("Took the right to run the place away"),
    "video.cancelled": text("Cancelled the video"),
    "video.retried": text("Let the video be made again, as %(new_video)s"),
    "worker.drained": text("Drained the render slot %(host)s %(pid)s"),
    "worker.resumed": text("Let the render slot %(host)s %(pid)s take jobs again"),
    "word.blocked": text("Blocked the word “%(word)s”"),
    "word.allowed": text("Allowed the word “%(word)s” again"),
    "plan.changed": text("Changed prices or limits of “%(name)s”"),
    "showcase.rendered": text("Had film %(place)s of the front page rendered: “%(prompt)s”, seed %(seed)s"),
    "showcase.chosen": text("Chose the video for place %(place)s of the front page"),
    "ledger.audited": text("Checked the ledger; differences: %(differences)s"),
}
"""By what the log calls it. What its sentence does not say of the detail is told behind it."""

VARIANTS = {
    ("signed_up", "operator", True): text("Signed up as the first, and runs the place"),
    ("address_proved", "others_removed", True): text(
        "Confirmed the address; what somebody else had put into the account before was removed"
    ),
    ("password_changed", "by", "settings"): text("Changed the password in the settings"),
    ("password_changed", "by", "reset"): text("Chose a new password by a link in a letter"),
    ("password_changed", "by", "start"): text("Chose a password by a link from the console"),
}
"""Sentences of their own where one of the detail's values makes it another matter."""

DETAILS = {
    "reason": text("reason"),
    "scopes": text("scopes"),
    "kind": text("kind"),
    "changes": text("changes"),
}
"""What the sentences leave out, by the log's word for it."""

REASONS = {
    "sign-up": text("a welcome"),
    "first run": text("a welcome"),
    "first credits": text("a welcome"),
    "cancelled": text("the video was cancelled"),
    "attempts_used_up": text("its worker died in every attempt"),
    "engine_failed": text("the engine failed"),
    "engine_refused": text("the engine cannot make such a video"),
    "engine_timeout": text("it took too long"),
    "engine_away": text("the engine’s server was away"),
    "engine_out_of_memory": text("it took too much memory"),
    "media_invalid": text("the film was not right"),
}
"""Why credits moved, by the ledger's word. Any other reason is an operator's own sentence."""

DIFFERENCES = (
    text("transaction {id} ({key}) does not add up to zero but to {off}"),
    text("the wallet of account {account} has {wallet} available, the ledger says {ledger}"),
    text("the wallet of account {account} has {wallet} held, the ledger says {ledger}"),
    text("video {id} ({status}) costs {price} but {held} was held for it"),
    text("video {id} is {status} but its credits are {settled}"),
    text("video {video} was settled with {settled} of the {held} that were held"),
    text("{amount} credits are still held for video {video}, which does not exist"),
    text("transaction {id} ({kind}) has entries that such a transaction cannot have"),
)
"""What an audit of the ledger may find (`credits.AUDIT`)."""


def plain(value: object) -> object:
    """A value of the detail without the brackets of JSON."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def quality(visit: "Visit", name: str) -> str:
    """A quality's name in the reader's language; one of its own stays."""
    return visit.text(QUALITIES.get(name, name))


def tier(visit: "Visit", name: str) -> str:
    """A tier's name."""
    return visit.text(TIERS.get(name, name.capitalize()))


def reason(visit: "Visit", word: str) -> str:
    """Why credits moved."""
    return visit.text(REASONS[word]) if word in REASONS else word


def difference(visit: "Visit", found: Difference) -> str:
    """What does not agree."""
    return visit.text(found.sentence).format_map(found.values)


def entry(visit: "Visit", told: Entry) -> tuple[str, dict[str, object]]:
    """What a line of the log says, and what of its detail it leaves out."""
    sentence, detail = ACTIONS.get(told.action, ""), dict(told.detail)
    for (action, name, value), variant in VARIANTS.items():
        if action == told.action and name in detail:
            if detail[name] == value:
                sentence = variant
            # A plain yes or no says nothing beside the sentence.
            if detail[name] == value or isinstance(detail[name], bool):
                del detail[name]
    for name in ("before", "after") if told.action == "account.tier" else ():
        detail[name] = tier(visit, str(detail.get(name, "")))
    rest = {
        visit.text(DETAILS.get(name, name)): plain(value)
        for name, value in detail.items()
        if f"%({name})s" not in sentence and value not in ("", None)
    }
    try:
        return visit.text(sentence) % detail if sentence else told.action, rest
    except KeyError:  # of an older or a newer version
        return told.action, detail
