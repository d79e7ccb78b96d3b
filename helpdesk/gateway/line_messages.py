"""What the customer is told, as messages of LINE: texts, templates, bubbles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from linebot.v3.messaging import (
    ButtonsTemplate,
    FlexBox,
    FlexBubble,
    FlexButton,
    FlexMessage,
    FlexText,
    PostbackAction,
    QuickReply,
    QuickReplyItem,
    Sender,
    TemplateMessage,
    TextMessage,
    URIAction,
)
from linebot.v3.messaging import Message as LineMessage

from helpdesk.gateway.line_cards import card_body
from helpdesk.gateway.line_limits import (
    LONGEST_ALT_TEXT,
    LONGEST_DISPLAY_TEXT,
    LONGEST_FLEX_LABEL,
    LONGEST_LABEL,
    LONGEST_TEMPLATE_TEXT,
    MOST_QUICK_REPLIES,
    MOST_TEMPLATE_BUTTONS,
    cut,
    graphemes,
    split_at_sentences,
    utf16_units,
)
from helpdesk.services.ports import Button, Message

# Before a button's id in the data of its postback. The id says nothing by itself; if
# other data are ever sent, old buttons, which stay in the talk, are told apart by this.
PAYLOAD_VERSION = "1:"

# What the system says, it says as the bot.
_SPEAKS_AS = {"system": "bot"}
# A bubble of Flex may have 30 KB of JSON. The SDK writes a unit of Japanese in 6
# bytes, so this leaves 18 KB to the buttons, of about 400 bytes each.
_LONGEST_FLEX_TEXT = 2000


class LineMessages:
    """Makes what is sent to LINE of what the customer is told.

    A message of the conversation takes one of LINE's, unless its text is too long
    for that; up to 20,000 units, it never takes more than one call carries, five.
    A card is a bubble in place of the text, unless it is too large for one.
    """

    def __init__(
        self,
        pages_url: str,
        page_labels: Mapping[str, str],
        senders: Mapping[str, str],
        accent: str,
    ) -> None:
        """`page_labels`: by path; `senders`: by author; `accent`: a page's colour."""
        self._page_labels = page_labels
        self._senders = senders
        self._accent = accent
        paths = "|".join(re.escape(path) for path in page_labels)
        # ASCII: Japanese may follow an address without a space.
        self._address = re.compile(
            rf"[ \t\u3000]*({re.escape(pages_url)}({paths})(?:\?t=[\w-]+)?)"
            r"(?![\w/?#%&=-])",
            re.ASCII,
        )

    def render(
        self, messages: Sequence[Message], *, has_more: bool = False
    ) -> list[LineMessage]:
        """What to send for these messages of the conversation, in order.

        `has_more`: others follow in a later call. LINE shows quick replies until the
        next message comes, so only the very last one gets them.
        """
        rendered = []
        for place, message in enumerate(messages, 1):
            is_newest = place == len(messages) and not has_more
            rendered += self._render(message, is_newest=is_newest)
        return rendered

    def bubbles(self, message: Message) -> int:
        """How many messages of LINE this one takes, wherever it stands."""
        return len(self._render(message, is_newest=False))

    def _render(self, message: Message, *, is_newest: bool) -> list[LineMessage]:
        text, pages = self._without_pages(message.text)
        has_actions = bool(pages or message.buttons)
        if has_actions and not text:
            text = (*pages, *message.buttons)[0].label
        quick, below = _placed(message.buttons, is_newest=is_newest)
        body = message.card and card_body(message.card, self._accent)
        if message.card and body:
            alt_text = text or message.card.title
            rendered = [self._bubble(alt_text, body, pages, below)]
        else:
            pieces = _pieces(text, has_actions=has_actions)
            if not pieces:
                return []
            rendered = [TextMessage(text=piece) for piece in pieces[:-1]]
            rendered.append(self._with_actions(pieces[-1], pages, below))
        rendered[-1].quick_reply = _quick_reply(quick)
        author = _SPEAKS_AS.get(message.author, message.author)
        for each in rendered:
            each.sender = Sender(name=self._senders[author])
        return rendered

    def _without_pages(self, text: str) -> tuple[str, list[URIAction]]:
        """The text without addresses of pages, and an action to open each of them."""
        pages: dict[str, URIAction] = {}
        kept = []
        for line in text.split("\n"):
            for address, path in self._address.findall(line):
                label = cut(self._page_labels[path], LONGEST_FLEX_LABEL, graphemes)
                pages[address] = URIAction(label=label, uri=address)
            rest, found = self._address.subn("", line)
            if rest.strip() or not found:
                kept.append(rest)
        return "\n".join(kept).strip(), list(pages.values())

    def _with_actions(
        self, text: str, pages: Sequence[URIAction], buttons: Sequence[Button]
    ) -> LineMessage:
        if not pages and not buttons:
            return TextMessage(text=text)
        if (
            not pages
            and len(buttons) <= MOST_TEMPLATE_BUTTONS
            and graphemes(text) <= LONGEST_TEMPLATE_TEXT
        ):
            actions = [_postback(button, LONGEST_LABEL) for button in buttons]
            template = ButtonsTemplate(text=text, actions=actions)
            return TemplateMessage(alt_text=_alt_text(text), template=template)
        # Only scaled text follows the size of letters that is set in the app.
        body = _column(FlexText(text=text, wrap=True, scaling=True))
        return self._bubble(text, body, pages, buttons)

    def _bubble(
        self,
        text: str,
        body: FlexBox,
        pages: Sequence[URIAction],
        buttons: Sequence[Button],
    ) -> FlexMessage:
        """A bubble that says what the text says, with its actions below."""
        opening = [_flex_button(page, "primary", self._accent) for page in pages]
        answering = [
            _flex_button(_postback(button, LONGEST_FLEX_LABEL), "secondary")
            for button in buttons
        ]
        actions = [*opening, *answering]
        footer = _column(*actions) if actions else None
        return FlexMessage(
            alt_text=_alt_text(text), contents=FlexBubble(body=body, footer=footer)
        )


def _alt_text(text: str) -> str:
    """What notifications and lists of talks say."""
    return cut(text, LONGEST_ALT_TEXT, utf16_units)


def _pieces(text: str, *, has_actions: bool) -> list[str]:
    """The text in pieces, the last of which has room for actions if there are any."""
    pieces = split_at_sentences(text)
    if has_actions and utf16_units(pieces[-1]) > _LONGEST_FLEX_TEXT:
        whole = pieces.pop()
        tail = split_at_sentences(whole, _LONGEST_FLEX_TEXT)[-1]
        pieces += [whole.removesuffix(tail).rstrip(), tail]
    return pieces


def _placed(
    buttons: Sequence[Button], *, is_newest: bool
) -> tuple[Sequence[Button], Sequence[Button]]:
    """The buttons that are quick replies, and those that stay below the message."""
    are_quick = len(buttons) > MOST_TEMPLATE_BUTTONS or all(
        button.is_answer for button in buttons
    )
    if is_newest and are_quick and len(buttons) <= MOST_QUICK_REPLIES:
        return buttons, ()
    return (), buttons


def _quick_reply(buttons: Sequence[Button]) -> QuickReply | None:
    if not buttons:
        return None
    return QuickReply(
        items=[
            QuickReplyItem(action=_postback(button, LONGEST_LABEL))
            for button in buttons
        ]
    )


def _postback(button: Button, longest_label: int) -> PostbackAction:
    return PostbackAction(
        data=f"{PAYLOAD_VERSION}{button.id}",
        label=cut(button.label, longest_label, graphemes),
        display_text=cut(button.label, LONGEST_DISPLAY_TEXT, graphemes),
    )


def _flex_button(
    action: PostbackAction | URIAction, style: str, color: str | None = None
) -> FlexButton:
    return FlexButton(
        action=action,
        style=style,
        color=color,
        height="sm",
        # Labels are not wrapped: a long one would lose its end.
        adjust_mode="shrink-to-fit",
        scaling=True,
    )


def _column(*contents: FlexText | FlexButton) -> FlexBox:
    return FlexBox(layout="vertical", spacing="sm", contents=list(contents))
