"""What operators do for customers: each act needs a reason, and is audited."""

from __future__ import annotations

from helpdesk.domain.handoff import AlreadyMoved, Speaker
from helpdesk.domain.linking import Link, LinkRole
from helpdesk.domain.staff import Operator, Permission
from helpdesk.services.linking import LinkingService, NoSuchLink
from helpdesk.services.pages import PageAddresses
from helpdesk.services.ports import Clock, Message, Store, Unit
from helpdesk.services.user_codes import NotTheHolder, UserCodeService
from helpdesk.services.vault import VaultService

_LOCKED_KINDS = ("code", "form", "login")


class NoReason(ValueError):
    """Acts on behalf of a customer need a reason."""


class StaffActService:
    """The operator's permission is checked here, whatever the page shows."""

    def __init__(
        self,
        store: Store,
        linking: LinkingService,
        user_codes: UserCodeService,
        pages: PageAddresses,
        vault: VaultService,
        link_page_words: str,
        role_names: dict[LinkRole, str],
        clock: Clock,
    ) -> None:
        """`link_page_words`: what is said before a page's address, with {role}."""
        self._store = store
        self._linking = linking
        self._user_codes = user_codes
        self._pages = pages
        self._vault = vault
        self._link_page_words = link_page_words
        self._role_names = role_names
        self._clock = clock

    def check_eligibility(self, customer: str, operator: Operator) -> None:
        """Note that the operator has looked the dates up; the view shows them."""
        operator.require(Permission.ACT_FOR_CUSTOMERS)
        with self._store.writing() as unit:
            self._audit(unit, operator, "eligibility_checked", customer)

    def reissue(
        self,
        customer: str,
        operator: Operator,
        subscription: str,
        reason: str,
        event_id: str,
    ) -> None:
        """Reissue the user code on behalf of the linked holder; nobody here sees it.

        The same event reissues once. Raises NotPermitted, NoReason, NotTheHolder,
        NoReissueLeft.
        """
        reason = _given(operator, reason)
        with self._store.reading() as unit:
            holder = unit.links.of_subscription(subscription, LinkRole.HOLDER)
        if holder is None or holder.customer != customer:
            raise NotTheHolder
        actor = f"operator:{operator.id}"
        self._user_codes.reissue_on(subscription, event_id, actor)
        with self._store.writing() as unit:
            self._audit(
                *(unit, operator, "code_reissued_for", customer),
                subscription=subscription,
                reason=reason,
            )

    def lift_lock(self, customer: str, operator: Operator, reason: str) -> None:
        """Let the customer try codes and logins again at once.

        Raises NotPermitted, NoReason.
        """
        reason = _given(operator, reason)
        with self._store.writing() as unit:
            unit.failed_tries.clear(customer, _LOCKED_KINDS)
            self._audit(unit, operator, "lock_lifted", customer, reason=reason)

    def unlink(self, customer: str, operator: Operator, link: int, reason: str) -> Link:
        """End a link of the customer. Raises NotPermitted, NoReason, NoSuchLink."""
        reason = _given(operator, reason)
        with self._store.writing() as unit:
            found = unit.links.get(link)
            if found is None or found.customer != customer or found.unlinked_at:
                raise NoSuchLink
            self._linking.end(unit, found, f"operator:{operator.id}", "unlinked")
            self._audit(
                *(unit, operator, "unlinked_for", customer),
                subscription=found.subscription,
                role=found.role.value,
                reason=reason,
            )
            return found

    def send_page(self, customer: str, operator: Operator, role: LinkRole) -> None:
        """Send the customer a one-time address of a link page, good for ten minutes.

        Raises NotPermitted, AlreadyMoved if the operator does not have the word.
        """
        operator.require(Permission.ACT_FOR_CUSTOMERS)
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            conversation = unit.conversations.get(customer)
            has_word = (Speaker.OPERATOR, operator.id)
            if (conversation.speaker, conversation.operator) != has_word:
                raise AlreadyMoved
            words = self._link_page_words.format(role=self._role_names[role])
            text = self._pages.fill(unit, customer, f"{words}\n[PAGE:{role.value}]")
            unit.conversations.say(
                *(customer, "operator", text, self._clock()), operator=operator.id
            )
            self._audit(unit, operator, "page_sent", customer, role=role.value)

    def open_secret(self, customer: str, operator: Operator, token: str) -> str | None:
        """What the vault keeps for a token of this talk; None if it is gone.

        Raises NotPermitted.
        """
        operator.require(Permission.OPEN_SECRETS)
        with self._store.writing() as unit:
            self._audit(unit, operator, "secret_opened", customer, token=token)
        return self._vault.open(customer, token)

    def content(self, message: int, operator: Operator) -> tuple[str, Message] | None:
        """An image or file that a customer sent; whose, and the line. Audited.

        None if there is none. Raises NotPermitted.
        """
        operator.require(Permission.SEE_TALKS)
        with self._store.writing() as unit:
            found = unit.conversations.message(message)
            if found is None or found[1].content is None:
                return None
            customer, line = found
            self._audit(unit, operator, "content_opened", customer, line=message)
            return customer, line

    def note_ng_words(
        self, customer: str, operator: Operator, words: list[str]
    ) -> None:
        """Note that an answer was sent in spite of a warning."""
        with self._store.writing() as unit:
            self._audit(unit, operator, "ng_words_sent", customer, words=words)

    def add_note(self, customer: str, operator: Operator, text: str) -> None:
        """A note for colleagues. Raises NoReason if it is empty."""
        if not text.strip():
            raise NoReason
        with self._store.writing() as unit:
            unit.notes.add(customer, operator.id, text.strip(), self._clock())

    def delete_note(self, operator: Operator, note: int) -> bool:
        """Delete one's own note; False if it is somebody else's."""
        with self._store.writing() as unit:
            return unit.notes.delete(note, operator.id, self._clock())

    def set_label(
        self, customer: str, operator: Operator, label: str, *, on: bool
    ) -> None:
        """Put a label on the customer, or take it off; twice changes nothing."""
        with self._store.writing() as unit:
            if on:
                unit.notes.add_label(customer, label, operator.id, self._clock())
            else:
                unit.notes.remove_label(customer, label)

    def _audit(
        self,
        unit: Unit,
        operator: Operator,
        action: str,
        customer: str,
        **detail: object,
    ) -> None:
        actor = f"operator:{operator.id}"
        unit.audit.add(self._clock(), actor, action, customer, **detail)


def _given(operator: Operator, reason: str) -> str:
    operator.require(Permission.ACT_FOR_CUSTOMERS)
    if not reason.strip():
        raise NoReason
    return reason.strip()
