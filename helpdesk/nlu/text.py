"""How a message is folded for comparison; what was typed is never changed."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from helpdesk.domain.privacy import token_spans
from helpdesk.domain.user_code import find_code_tokens, find_user_codes

# Stands for every code, typed or token, so that its digits teach the model nothing.
CODE_WORD = "usercode"
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
# What closes a sentence, if words follow.
_SENTENCE_END = re.compile(r"[。！？!?\n]+(?=.*\w)", re.DOTALL)


def fold_keeping_positions(text: str) -> str:
    """NFKC and case folding where one character stays one: positions as typed."""
    return "".join(map(_fold_one, text))


def fold(text: str) -> str:
    """NFKC, case folded, stand-ins for what is no word, white space removed."""
    parts, end = [], 0
    for start, stop, word in stand_ins(text):
        parts += [text[end:start], word]
        end = stop
    plain = unicodedata.normalize("NFKC", "".join([*parts, text[end:]])).casefold()
    return re.sub(r"\s+", "", plain)


def stand_ins(text: str) -> list[tuple[int, int, str]]:
    """Start, end and the word instead: for user codes, vault tokens and markup."""
    codes = [
        (code.start, code.end, CODE_WORD)
        for code in find_user_codes(text) + find_code_tokens(text)
    ]
    # Of other tokens and of markup nothing is learnt.
    spans = token_spans(text) + [found.span() for found in _MARKUP.finditer(text)]
    nothing = [
        (start, end, "")
        for start, end in spans
        if all(end <= code[0] or code[1] <= start for code in codes)
    ]
    return sorted(codes + nothing)


def last_sentence(text: str) -> int:
    """Where the last sentence begins: long messages ask at their end."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return ends[-1] if ends else 0


@cache
def _fold_one(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).casefold()
    return folded if len(folded) == 1 else character
