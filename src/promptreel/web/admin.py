"""/admin: what only operators see. To everybody else these pages do not exist."""

import asyncio
import re
import shutil
from typing import Any

from starlette.responses import Response

from promptreel import __version__, audit, credits, operators, plans, upstreams
from promptreel.engine_config import RemoteConfig
from promptreel.errors import InvalidInput, NotFound, PromptreelError
from promptreel.operators import JobFilter
from promptreel.plans import QUALITIES, TIERS
from promptreel.spec import Status
from promptreel.videos import alive_window
from promptreel.web import words
from promptreel.web.door import Visit, new_secret, page
from promptreel.web.forms import Form

PER_PAGE = 50


async def draw(visit: Visit, template: str, status: int = 200, **context: Any) -> Response:
    """One of these pages."""
    return await visit.render(
        f"admin_{template}.html",
        status,
        sheets=("admin.css",),
        log_entry=lambda entry: words.entry(visit, entry),
        difference_text=lambda found: words.difference(visit, found),
        **context,
    )


def read_id(visit: Visit) -> int:
    """The number in the path. Errors: `NotFound`."""
    if not re.fullmatch("[1-9][0-9]{0,17}", visit.path["id"]):
        raise NotFound
    return int(visit.path["id"])


def read_before(visit: Visit) -> int | None:
    """Where the page before this one ended."""
    text = visit.query.get("before", "")
    return int(text) if re.fullmatch("[1-9][0-9]{0,17}", text) else None


# -- the place at a glance ---------------------------------------------------------------------------------------------


async def glance(visit: Visit) -> Response:
    """GET /admin: totals, health, queue and workers."""
    runtime = visit.runtime
    async with runtime.transaction() as connection:
        totals = await operators.totals(connection)
        queue = await operators.queue_by_tier(connection)
        slots = await operators.list_slots(connection, alive_window(runtime.settings))
        log = await audit.entries(connection, limit=8)
    return await draw(
        visit, "glance", totals=totals, queue=queue, slots=slots, log=log, checks=await health(visit, slots)
    )


async def health(visit: Visit, slots: list[operators.WorkerSlot]) -> list[tuple[str, bool, str]]:
    """What has to be well: a name, whether it is, and what there is to say."""
    runtime, text = visit.runtime, visit.text
    disk = await asyncio.to_thread(shutil.disk_usage, runtime.settings.data)
    alive = [slot for slot in slots if slot.alive]
    taking = [slot for slot in alive if not slot.draining]
    try:
        await runtime.storage.head("health/there-is-no-such-file")
        stored = (True, text("answers"))
    except NotFound:
        stored = (True, text("answers"))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it is what is told
        stored = (False, type(error).__name__)
    free = disk.free / disk.total
    return [
        (text("Database"), runtime.events.listening.is_set(), text("answers, and tells what changes")),
        (text("File storage"), *stored),
        (
            text("Workers"),
            bool(taking),
            text("%(alive)s alive, %(taking)s take jobs", alive=len(alive), taking=len(taking)),
        ),
        (text("Disk"), free > 0.05, text("%(percent)s %% free", percent=round(free * 100))),
        (text("Version"), True, __version__),
    ]


# -- accounts ----------------------------------------------------------------------------------------------------------


async def accounts(visit: Visit) -> Response:
    """GET /admin/accounts"""
    search = visit.query.get("search", "").replace("\0", "")[:200]
    async with visit.runtime.pool.connection() as connection:
        found = await operators.list_accounts(
            connection, visit.runtime.clock(), search, read_before(visit), PER_PAGE + 1
        )
    older = found[PER_PAGE - 1].account.id if len(found) > PER_PAGE else None
    return await draw(visit, "accounts", found=found[:PER_PAGE], search=search, older=older)


async def account(visit: Visit) -> Response:
    """GET /admin/accounts/{id}"""
    return await draw_account(visit, Form("grant", {"key": new_secret()}))


async def draw_account(visit: Visit, form: Form) -> Response:
    """The page of one account."""
    number = read_id(visit)
    async with visit.runtime.transaction() as connection:
        overview = await operators.find_overview(connection, visit.runtime.clock(), number)
        lines = await credits.statement(connection, number, limit=10)
        log = await audit.entries(connection, account_id=number, limit=20)
        jobs = await operators.list_jobs(connection, JobFilter(search=overview.account.email), limit=10)
    return await draw(
        visit,
        "account",
        200 if form.ok else 422,
        one=overview,
        lines=lines,
        log=log,
        jobs=[job for job in jobs if job.video.account_id == number],
        form=form,
        tiers=TIERS,
        questions=questions(visit),
    )


async def set_tier(visit: Visit) -> Response:
    """POST /admin/accounts/{id}/tier"""
    number, form = read_id(visit), await visit.form()
    async with visit.runtime.transaction() as connection:
        await operators.set_tier(connection, visit.account, number, str(form.get("tier", "")))
    return await visit.redirect(f"/admin/accounts/{number}", visit.text("The tier is changed."))


async def grant(visit: Visit) -> Response:
    """POST /admin/accounts/{id}/credits. A form that is sent twice grants once."""
    number, form = read_id(visit), Form("grant", await visit.form())
    if not re.fullmatch("[0-9]{1,12}", form["amount"]):
        form.wrong("amount", visit.text("A whole number of credits, at least 1."))
    if not re.fullmatch(r"[\w-]{16,64}", form["key"]):
        form.wrong("", visit.text("The form could not be read; try again."))
    if form.ok:
        try:
            async with visit.runtime.transaction() as connection:
                key = f"{number}:{form['key']}"
                await operators.grant(connection, visit.account, number, int(form["amount"]), form["reason"], key)
        except InvalidInput as error:
            form.wrong(error.param or "", visit.error_text(error))
    if not form.ok:
        return await draw_account(visit, form)
    return await visit.redirect(f"/admin/accounts/{number}", visit.text("The credits are granted."))


def questions(visit: Visit) -> dict[str, str]:
    """What is asked before an account's state is changed: by the page, or where it has no JavaScript by one of its own."""
    return {
        "suspended": visit.text("Suspend this account? It is signed out everywhere and its tokens stop working."),
        "operator": visit.text("Let this account run the place?"),
        "user": visit.text("Take the right to run the place away?"),
    }


async def set_state(visit: Visit) -> Response:
    """POST /admin/accounts/{id}/state: suspend, restore, make an operator, unmake one."""
    number, form = read_id(visit), await visit.form()
    word = str(form.get("state", ""))
    done = {
        "suspended": visit.text("The account is suspended, and signed out everywhere."),
        "restored": visit.text("The account may come back."),
        "operator": visit.text("The account runs the place now, too."),
        "user": visit.text("The account no longer runs the place."),
    }
    if word not in done:
        raise InvalidInput(visit.text("There is no such state"), param="state")
    if word != "restored" and form.get("confirmed") != "1":
        async with visit.runtime.pool.connection() as connection:
            overview = await operators.find_overview(connection, visit.runtime.clock(), number)
        return await draw(visit, "sure", one=overview, word=word, questions=questions(visit))
    try:
        async with visit.runtime.transaction() as connection:
            if word in {"suspended", "restored"}:
                await operators.set_suspended(connection, visit.account, number, word == "suspended")
            else:
                await operators.set_operator(connection, visit.account, number, word == "operator")
    except operators.LastOperator as error:
        return await visit.redirect(f"/admin/accounts/{number}", visit.error_sentence(error), "bad")
    if number == visit.account.id and word in {"suspended", "user"}:
        return await visit.redirect("/")
    return await visit.redirect(f"/admin/accounts/{number}", done[word])


async def sign_in_as(visit: Visit) -> Response:
    """POST /admin/accounts/{id}/enter: see the dashboard as that account does. Logged; other operators are off limits."""
    number = read_id(visit)
    operator = visit.account
    async with visit.runtime.transaction() as connection:
        overview = await operators.find_overview(connection, visit.runtime.clock(), number)
        if overview.account.operator or overview.account.suspended:
            return await visit.redirect(
                f"/admin/accounts/{number}", visit.text("Nobody signs in as an operator or a suspended account."), "bad"
            )
        await audit.record(connection, operator, "account.entered", account_id=number)
    await visit.sign_in(number, operator_id=operator.id)
    return await visit.redirect("/videos")


async def come_back(visit: Visit) -> Response:
    """POST /admin/return: the operator is themselves again."""
    session = visit.session
    if session is None or session.operator_id is None:
        raise NotFound
    operator_id = session.operator_id
    async with visit.runtime.transaction() as connection:
        operator = (await operators.find_overview(connection, visit.runtime.clock(), operator_id)).account
        if operator.suspended or not operator.operator:
            raise NotFound
        await audit.record(connection, operator, "account.left", account_id=session.account.id)
    number = session.account.id
    await visit.sign_in(operator_id)
    return await visit.redirect(f"/admin/accounts/{number}")


# -- jobs --------------------------------------------------------------------------------------------------------------


async def jobs(visit: Visit) -> Response:
    """GET /admin/jobs"""
    wanted = JobFilter(
        **{
            name: visit.query.get(name, "").replace("\0", "")[:200]
            for name in ("status", "quality", "engine", "search")
        }
    )
    async with visit.runtime.transaction() as connection:
        found = await operators.list_jobs(connection, wanted, read_before(visit), PER_PAGE + 1)
    return await draw(
        visit,
        "jobs",
        found=found[:PER_PAGE],
        older=found[PER_PAGE - 1].video.id if len(found) > PER_PAGE else None,
        wanted=wanted,
        statuses=[status.value for status in Status],
        qualities=QUALITIES,
        engines=visit.runtime.settings.engine_names,
    )


async def job(visit: Visit) -> Response:
    """GET /admin/jobs/{id}: everything about one, and why it failed."""
    number = read_id(visit)
    async with visit.runtime.transaction() as connection:
        found = await operators.find_job(connection, number)
        log = [
            entry
            for entry in await audit.entries(connection, account_id=found.video.account_id, limit=200)
            if entry.video_id == number
        ]
    return await draw(visit, "job", job=found, log=log)


async def cancel_job(visit: Visit) -> Response:
    """POST /admin/jobs/{id}/cancel"""
    number = read_id(visit)
    async with visit.runtime.transaction() as connection:
        done = await operators.cancel(connection, visit.runtime.queue, visit.account, number)
    if done:
        return await visit.redirect(
            f"/admin/jobs/{number}", visit.text("The video is cancelled and its credits are given back.")
        )
    return await visit.redirect(f"/admin/jobs/{number}", visit.text("The video had ended before."), "bad")


async def retry_job(visit: Visit) -> Response:
    """POST /admin/jobs/{id}/retry"""
    number, runtime = read_id(visit), visit.runtime
    try:
        async with runtime.transaction() as connection:
            again = await operators.retry(
                connection, runtime.queue, runtime.settings, visit.account, number, runtime.clock()
            )
    except NotFound:
        raise
    except PromptreelError as error:
        return await visit.redirect(f"/admin/jobs/{number}", visit.error_sentence(error), "bad")
    return await visit.redirect(f"/admin/jobs/{again.id}", visit.text("It is made again as this video."))


# -- workers, engines, queue -------------------------------------------------------------------------------------------


async def workers(visit: Visit) -> Response:
    """GET /admin/workers"""
    async with visit.runtime.pool.connection() as connection:
        slots = await operators.list_slots(connection, alive_window(visit.runtime.settings))
    return await draw(visit, "workers", slots=slots)


async def drain(visit: Visit) -> Response:
    """POST /admin/workers/{slot}"""
    form = await visit.form()
    if not re.fullmatch("[0-9a-f-]{36}", visit.path["slot"]):
        raise NotFound
    draining = form.get("draining") == "on"
    async with visit.runtime.transaction() as connection:
        await operators.set_draining(connection, visit.account, visit.path["slot"], draining)
    told = visit.text("It finishes what it has and takes no more.") if draining else visit.text("It takes jobs again.")
    return await visit.redirect("/admin/workers", told)


async def engines(visit: Visit) -> Response:
    """GET /admin/engines"""
    settings = visit.runtime.settings
    configured = {name: settings.engine_config(name) for name in settings.engine_names}
    async with visit.runtime.pool.connection() as connection:
        use = await operators.engine_use(connection)
        slots = await operators.list_slots(connection, alive_window(settings))
        servers = {
            name: await upstreams.standings(connection, name, config.servers)
            for name, config in configured.items()
            if isinstance(config, RemoteConfig)
        }
    return await draw(
        visit,
        "engines",
        use=use,
        engines=configured,
        servers=servers,
        staffed={slot.pool for slot in slots if slot.alive},
        default=settings.engine,
        qualities=QUALITIES,
    )


async def queue(visit: Visit) -> Response:
    """GET /admin/queue"""
    async with visit.runtime.transaction() as connection:
        tiers = await operators.queue_by_tier(connection)
        pending = await operators.list_jobs(connection, JobFilter(status="pending"), limit=PER_PAGE)
    return await draw(visit, "queue", queue=tiers, pending=pending, tiers=TIERS)


# -- books and rules ---------------------------------------------------------------------------------------------------


async def ledger(visit: Visit) -> Response:
    """GET /admin/ledger: the sums. Whether all agrees is looked at when somebody asks: it reads every line."""
    async with visit.runtime.pool.connection() as connection:
        totals = await operators.totals(connection)
    return await draw(visit, "ledger", differences=None, totals=totals)


async def audit_ledger(visit: Visit) -> Response:
    """POST /admin/ledger: whether ledger, wallets and videos agree, looked at now."""
    async with visit.runtime.pool.connection() as connection:
        differences = await credits.audit(connection)
        totals = await operators.totals(connection)
        await audit.record(connection, visit.account, "ledger.audited", differences=len(differences))
    return await draw(visit, "ledger", differences=differences, totals=totals)


async def moderation(visit: Visit) -> Response:
    """GET /admin/moderation"""
    return await draw_moderation(visit, Form("word"))


async def draw_moderation(visit: Visit, form: Form) -> Response:
    """The list of blocked words."""
    async with visit.runtime.pool.connection() as connection:
        words = await operators.list_blocked(connection)
    return await draw(
        visit,
        "moderation",
        200 if form.ok else 422,
        words=words,
        form=form,
        fixed=sorted(visit.runtime.settings.blocked_words),
    )


async def block(visit: Visit) -> Response:
    """POST /admin/moderation"""
    form = Form("word", await visit.form())
    try:
        async with visit.runtime.transaction() as connection:
            if form["allow"]:
                await operators.unblock_word(connection, visit.account, form["allow"])
            else:
                await operators.block_word(connection, visit.account, form["word"], form["reason"])
    except InvalidInput as error:
        form.wrong(error.param or "", visit.error_text(error))
        return await draw_moderation(visit, form)
    return await visit.redirect("/admin/moderation", visit.text("The list is changed."))


async def log(visit: Visit) -> Response:
    """GET /admin/log"""
    async with visit.runtime.pool.connection() as connection:
        entries = await audit.entries(connection, before=read_before(visit), limit=PER_PAGE + 1)
    return await draw(
        visit,
        "log",
        log=entries[:PER_PAGE],
        older=entries[PER_PAGE - 1].id if len(entries) > PER_PAGE else None,
    )


async def prices(visit: Visit) -> Response:
    """GET /admin/plans"""
    return await draw_prices(visit, None)


async def draw_prices(visit: Visit, wrong: Form | None) -> Response:
    """Tiers and qualities as forms; `wrong` takes the place of its own."""
    forms = {f"{kind}-{name}": form_of(kind, name) for kind, rows in plans.CURRENT.items() for name in rows}
    if wrong is not None:
        forms[wrong.name] = wrong
    return await draw(visit, "plans", 200 if wrong is None else 422, forms=forms, plans=plans)


def form_of(kind: str, name: str) -> Form:
    """The form of a tier or a quality, filled with what is so now."""
    row = plans.CURRENT[kind][name]
    values = {field: getattr(row, field) for field in plans.CHANGEABLE[kind]}
    shown = {field: "" if value is None else f"{value:g}" for field, value in values.items()}
    return Form(f"{kind}-{name}", {**shown, "kind": kind, "name": name})


async def change_prices(visit: Visit) -> Response:
    """POST /admin/plans: one tier or one quality."""
    given = await visit.form()
    kind, name = str(given.get("kind", "")), str(given.get("name", ""))
    if name not in plans.CURRENT.get(kind, {}):
        raise NotFound
    form = Form(f"{kind}-{name}", given)
    changes: dict[str, float | None] = {}
    for field in plans.CHANGEABLE[kind]:
        text = form[field]
        if not text and field == "daily_calls":
            changes[field] = None
        elif re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", text):
            changes[field] = float(text) if field == "duration" or "." in text else int(text)
        else:
            form.wrong(field, visit.text("This has to be a number."))
    if form.ok:
        try:
            async with visit.runtime.transaction() as connection:
                await operators.change_plan(connection, visit.account, kind, name, changes)
        except InvalidInput as error:
            form.wrong(error.param or "", visit.error_text(error))
    if not form.ok:
        return await draw_prices(visit, form)
    return await visit.redirect("/admin/plans", visit.text("Changed. Every process follows within a moment."))


ROUTES = [
    page("/admin", "operator", GET=glance),
    page("/admin/accounts", "operator", GET=accounts),
    page("/admin/accounts/{id}", "operator", GET=account),
    page("/admin/accounts/{id}/tier", "operator", POST=set_tier),
    page("/admin/accounts/{id}/credits", "operator", POST=grant),
    page("/admin/accounts/{id}/state", "operator", POST=set_state),
    page("/admin/accounts/{id}/enter", "operator", POST=sign_in_as),
    page("/admin/return", "signed_in", POST=come_back),
    page("/admin/jobs", "operator", GET=jobs),
    page("/admin/jobs/{id}", "operator", GET=job),
    page("/admin/jobs/{id}/cancel", "operator", POST=cancel_job),
    page("/admin/jobs/{id}/retry", "operator", POST=retry_job),
    page("/admin/workers", "operator", GET=workers),
    page("/admin/workers/{slot}", "operator", POST=drain),
    page("/admin/engines", "operator", GET=engines),
    page("/admin/queue", "operator", GET=queue),
    page("/admin/ledger", "operator", GET=ledger, POST=audit_ledger),
    page("/admin/moderation", "operator", GET=moderation, POST=block),
    page("/admin/log", "operator", GET=log),
    page("/admin/plans", "operator", GET=prices, POST=change_prices),
]
