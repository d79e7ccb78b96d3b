"""The link pages: each way that they end, and what the chat is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from tests.fakes import FakeClock
from tests.web.browser import Browser, Seen

Offer = Callable[[str, LinkRole], str]
Told = Callable[[str], list[str | None]]
Links = Callable[[str], list[tuple[str, str]]]

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
PATHS = {HOLDER: "/link/holder", END_USER: "/link/end-user"}
EITA_1, EITA_2 = "24681357902468131", "24681357902468249"
UNKNOWN = "11112222333344445"

LOGIN, CODE = Seen(200, "login"), Seen(200, "code")
CONFIRM, MOVE = Seen(200, "confirm"), Seen(200, "confirm_move")
DONE, CANCELLED = Seen(200, "done"), Seen(200, "cancelled")
ALREADY, TOO_EARLY = Seen(200, "already"), Seen(200, "too_early")
EXPIRED, LOCKED = Seen(200, "expired"), Seen(200, "locked")


class LinkPage:
    """A personal page of one customer, open in a browser."""

    def __init__(self, browser: Browser, role: LinkRole, token: str) -> None:
        self._browser = browser
        self._path = PATHS[role]
        self._token = token

    async def open(self) -> Seen:
        return await self._browser.open(f"{self._path}?t={self._token}")

    async def log_in(self, login: str, password: str | None = None) -> Seen:
        if password is None:
            password = f"Sample-{login.capitalize()}"
        return await self._send("login", login_id=login, password=password)

    async def enter(self, code: str) -> Seen:
        return await self._send("code", user_code=code)

    async def answer(self, step: str, decision: str) -> Seen:
        return await self._send(step, decision=decision)

    async def _send(self, step: str, **fields: str) -> Seen:
        await self.open()
        return await self._browser.send(self._path, step=step, t=self._token, **fields)


@pytest.fixture
def page(browser: Browser, offer: Offer) -> Callable[[str, LinkRole], LinkPage]:
    """A page that the bot has just offered to this customer."""
    return lambda customer, role: LinkPage(browser, role, offer(customer, role))


Page = Callable[[str, LinkRole], LinkPage]


# --- Addresses ------------------------------------------------------------------------


@pytest.mark.parametrize("role", LinkRole)
@pytest.mark.parametrize("token", ["", "?t=", "?t=never-offered"])
async def test_address_that_was_never_offered_does_not_open(
    browser: Browser, role: LinkRole, token: str
):
    assert await browser.open(f"{PATHS[role]}{token}") == EXPIRED


async def test_address_of_one_page_does_not_open_the_other(
    browser: Browser, offer: Offer
):
    token = offer("eita", HOLDER)

    assert await browser.open(f"/link/end-user?t={token}") == EXPIRED


@pytest.mark.parametrize(
    ("seconds", "opens"),
    [
        pytest.param(599, True, id="before ten minutes are over"),
        pytest.param(600, False, id="when they are"),
        pytest.param(601, False, id="after"),
    ],
)
@pytest.mark.parametrize("role", LinkRole)
async def test_address_lives_ten_minutes(
    page: Page, clock: FakeClock, role: LinkRole, seconds: int, opens: bool
):
    offered = page("eita", role)
    clock.forward(seconds=seconds)

    seen = await offered.open()

    assert seen == ({HOLDER: LOGIN, END_USER: CODE}[role] if opens else EXPIRED)


async def test_page_that_was_opened_opens_again(page: Page):
    offered = page("eita", HOLDER)

    assert [await offered.open() for _ in range(2)] == [LOGIN, LOGIN]


@pytest.mark.parametrize("role", LinkRole)
async def test_page_can_be_left(page: Page, told: Told, links: Links, role: LinkRole):
    offered = page("eita", role)

    seen = await offered.answer("confirm", "cancel")

    assert (seen, told("eita"), links("eita")) == (CANCELLED, [], [])


# --- Contract holder ------------------------------------------------------------------


async def test_login_makes_the_holders_link_and_the_chat_is_told(
    page: Page, browser: Browser, told: Told, links: Links
):
    seen = await page("eita", HOLDER).log_in("eita-1")

    assert (seen, browser.says("1101")) == (DONE, True)
    assert links("eita") == [("eita.1", "holder")]
    assert told("eita") == ['/EXTERNAL_holder_linked{"subscription": "eita.1"}']


async def test_used_address_links_nothing_more(page: Page, told: Told, links: Links):
    offered = page("eita", HOLDER)
    await offered.log_in("eita-1")
    told("eita")

    seen = await offered.log_in("eita-2")

    assert (seen, links("eita"), told("eita")) == (
        EXPIRED,
        [("eita.1", "holder")],
        [],
    )


@pytest.mark.parametrize(
    ("login", "password", "word"),
    [
        pytest.param("eita-1", "x", "wrong_login", id="wrong password"),
        pytest.param("nobody", "Sample-Eita-1", "wrong_login", id="unknown login"),
        pytest.param("eita-2", "Sample-Eita-1", "wrong_login", id="other subscription"),
        pytest.param("eita-1", " Sample-Eita-1", "wrong_login", id="spaces count"),
        pytest.param("", "Sample-Eita-1", "missing_login", id="no login"),
        pytest.param("eita-1", "", "missing_login", id="no password"),
    ],
)
async def test_wrong_login_is_refused_and_the_id_stays(
    page: Page,
    browser: Browser,
    helpdesk: Helpdesk,
    links: Links,
    login: str,
    password: str,
    word: str,
):
    seen = await page("eita", HOLDER).log_in(login, password)

    assert (seen, browser.value("#login-id", "value"), links("eita")) == (
        Seen(200, "login", getattr(helpdesk.catalog.wording, word)),
        login,
        [],
    )
    assert browser.page.select("#password[value]") == []


async def test_login_id_may_have_spaces_around_it(page: Page):
    assert await page("eita", HOLDER).log_in(" eita-1 ", "Sample-Eita-1") == DONE


async def test_holder_who_is_too_early_reads_the_day_here_and_in_the_chat(
    page: Page, browser: Browser, told: Told, links: Links
):
    seen = await page("mika", HOLDER).log_in("mika-1")

    assert (seen, browser.says("11月25日(水)"), links("mika")) == (TOO_EARLY, True, [])
    assert told("mika") == ['/EXTERNAL_link_too_early{"subscription": "mika.1"}']


async def test_holder_whose_mail_has_not_come_reads_which_mail(
    page: Page, browser: Browser
):
    seen = await page("kenji", HOLDER).log_in("kenji-1")

    assert (seen, browser.says("サービス開始のお知らせ")) == (TOO_EARLY, True)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param(60 * 13 - 1, TOO_EARLY, id="23:59 of the day before"),
        pytest.param(60 * 13, DONE, id="0:00 in Japan"),
    ],
)
async def test_link_opens_with_the_day_in_japan(
    page: Page, clock: FakeClock, minutes: int, expected: Seen
):
    clock.forward(minutes=minutes)

    assert await page("mika", HOLDER).log_in("mika-1") == expected


async def test_link_that_is_there_already_is_not_made_again(
    page: Page, browser: Browser, told: Told, links: Links
):
    before = links("yuki")

    seen = await page("yuki", HOLDER).log_in("yuki-1")

    assert (seen, browser.says("5501"), links("yuki"), told("yuki")) == (
        ALREADY,
        True,
        before,
        [],
    )


async def test_five_wrong_logins_lock_and_name_the_end(
    page: Page, browser: Browser, clock: FakeClock
):
    offered = page("eita", HOLDER)
    for _ in range(5):
        await offered.log_in("eita-1", "wrong")

    seen = await offered.log_in("eita-1")

    assert (seen, browser.says("11:15")) == (LOCKED, True)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(899, LOCKED, id="a second before the end"),
        pytest.param(900, DONE, id="at the end"),
    ],
)
async def test_lock_ends_after_a_quarter_of_an_hour(
    page: Page, clock: FakeClock, seconds: int, expected: Seen
):
    offered = page("eita", HOLDER)
    for _ in range(5):
        await offered.log_in("eita-1", "wrong")
    clock.forward(seconds=seconds)

    assert await page("eita", HOLDER).log_in("eita-1") == expected


async def test_link_of_another_account_moves_after_a_question(
    page: Page, browser: Browser, told: Told, links: Links
):
    offered = page("emi", HOLDER)

    asked = await offered.log_in("yuki-1")
    names_it, before = browser.says("5501"), links("emi")
    moved = await offered.answer("confirm_move", "confirm")

    assert (asked, names_it, before, moved) == (MOVE, True, [], DONE)
    assert (links("emi"), links("yuki")) == (
        [("yuki.1", "holder")],
        [("yuki.1", "end_user")],
    )
    assert (told("emi"), told("yuki")) == (
        ['/EXTERNAL_holder_linked{"subscription": "yuki.1"}'],
        ['/EXTERNAL_link_moved{"moved_role": "holder"}'],
    )


async def test_link_stays_where_it_is_when_the_move_is_refused(
    page: Page, links: Links, told: Told
):
    offered = page("emi", HOLDER)
    before = links("yuki")
    await offered.log_in("yuki-1")

    seen = await offered.answer("confirm_move", "cancel")

    assert (seen, links("emi"), links("yuki"), told("yuki")) == (
        CANCELLED,
        [],
        before,
        [],
    )


@pytest.mark.parametrize("role", LinkRole)
async def test_confirming_without_proof_links_nothing(
    page: Page, links: Links, role: LinkRole
):
    seen = await page("emi", role).answer("confirm_move", "confirm")

    assert (seen, links("emi")) == (EXPIRED, [])


# --- End user -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(EITA_2, id="bare"),
        pytest.param("２４６８１３５７９０２４６８２４９", id="full-width"),
        pytest.param(" 2468-1357 9024-6824 9 ", id="hyphens and spaces"),
        pytest.param("2468ー1357ー9024ー6824ー9", id="long-vowel marks"),
    ],
)
async def test_code_is_confirmed_by_the_number_before_the_link_is_made(
    page: Page, browser: Browser, told: Told, links: Links, code: str
):
    offered = page("aiko", END_USER)

    asked = await offered.enter(code)
    names_it, before = browser.says("1102"), links("aiko")
    done = await offered.answer("confirm", "confirm")

    assert (asked, names_it, before, done) == (CONFIRM, True, [], DONE)
    assert links("aiko") == [("eita.2", "end_user")]
    assert told("aiko") == ['/EXTERNAL_end_user_linked{"subscription": "eita.2"}']


async def test_wrong_number_can_be_refused(page: Page, links: Links, told: Told):
    offered = page("aiko", END_USER)
    await offered.enter(EITA_1)

    seen = await offered.answer("confirm", "cancel")

    assert (seen, links("aiko"), told("aiko")) == (CANCELLED, [], [])


@pytest.mark.parametrize(
    ("code", "word", "digits"),
    [
        pytest.param(EITA_2[:-1], "code_wrong_length", 16, id="16 digits"),
        pytest.param(EITA_2 + "0", "code_wrong_length", 18, id="18 digits"),
        pytest.param("", "code_wrong_length", 0, id="empty"),
        pytest.param("2468135790246824O", "code_has_letters", 16, id="letter"),
        pytest.param(UNKNOWN, "code_unknown", 17, id="unknown"),
        pytest.param("86420975310000042", "code_revoked", 17, id="replaced"),
    ],
)
async def test_code_that_leads_nowhere_is_refused_with_the_reason(
    page: Page,
    helpdesk: Helpdesk,
    links: Links,
    told: Told,
    code: str,
    word: str,
    digits: int,
):
    seen = await page("saori", END_USER).enter(code)

    alert = getattr(helpdesk.catalog.wording, word).format(digits=digits)
    assert (seen, links("saori"), told("saori")) == (
        Seen(200, "code", alert),
        [],
        [],
    )


async def test_five_unknown_codes_lock_and_a_good_one_waits(
    page: Page, browser: Browser
):
    offered = page("aiko", END_USER)
    for _ in range(5):
        await offered.enter(UNKNOWN)

    seen = await offered.enter(EITA_2)

    assert (seen, browser.says("11:15")) == (LOCKED, True)


async def test_malformed_codes_lock_nobody(page: Page):
    offered = page("aiko", END_USER)
    for _ in range(6):
        await offered.enter("123")

    assert await offered.enter(EITA_2) == CONFIRM


async def test_end_user_who_is_too_early_reads_the_day_here_and_in_the_chat(
    page: Page, browser: Browser, told: Told
):
    seen = await page("mika", END_USER).enter("13579246801357924")

    assert (seen, browser.says("11月25日(水)"), told("mika")) == (
        TOO_EARLY,
        True,
        ['/EXTERNAL_link_too_early{"subscription": "mika.1"}'],
    )


async def test_end_user_who_is_linked_already_is_told_so(page: Page, browser: Browser):
    seen = await page("yuki", END_USER).enter("31415926535897932")

    assert (seen, browser.says("5501")) == (ALREADY, True)


async def test_end_users_link_moves_and_the_question_says_so(
    page: Page, browser: Browser, told: Told, links: Links
):
    offered = page("emi", END_USER)

    asked = await offered.enter("27182818284590452")
    says_so = browser.says("別のアカウント")
    done = await offered.answer("confirm_move", "confirm")

    assert (asked, says_so, done) == (CONFIRM, True, DONE)
    assert (links("emi"), links("hiro")) == ([("hiro.1", "end_user")], [])
    assert told("hiro") == ['/EXTERNAL_link_moved{"moved_role": "end_user"}']


async def test_move_that_was_not_asked_about_is_not_made(
    page: Page, helpdesk: Helpdesk, links: Links
):
    """Somebody else links while this customer reads the question."""
    offered = page("aiko", END_USER)
    await offered.enter(EITA_2)
    helpdesk.linking.link("hiro", "eita.2", END_USER)

    await offered.answer("confirm", "confirm")

    assert (links("aiko"), links("hiro")) == (
        [],
        [("hiro.1", "end_user"), ("eita.2", "end_user")],
    )
