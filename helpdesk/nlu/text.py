"""How a message is folded for comparison; what was typed is never changed."""

from __future__ import annotations

import re
import unicodedata

from helpdesk.domain.user_code import find_code_tokens, find_user_codes

# Stands for every code, typed or token, so that its digits teach the model nothing.
CODE_WORD = "usercode"


def fold_keeping_positions(text: str) -> str:
    """NFKC and case folding where one character stays one: positions as typed."""
    folded = (unicodedata.normalize("NFKC", each).casefold() for each in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, folded))


def fold(text: str) -> str:
    """NFKC, case folded, codes replaced by one word, white space removed."""
    plain = unicodedata.normalize("NFKC", replace_codes(text)).casefold()
    return re.sub(r"\s+", "", plain)


def replace_codes(text: str) -> str:
    """The text with one word in the place of each user code or vault token."""
    found = sorted(
        find_user_codes(text) + find_code_tokens(text), key=lambda c: c.start
    )
    parts, end = [], 0
    for code in found:
        parts += [text[end : code.start], CODE_WORD]
        end = code.end
    return "".join([*parts, text[end:]])
