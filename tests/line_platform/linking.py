"""Link tokens, and what happens when a browser brings one to LINE's linking page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.line_platform.records import new_token

LINK_TOKEN_LIFE = timedelta(minutes=10)
_NONCE_LENGTHS = range(10, 256)


class LinkRefused(Exception):
    """LINE shows an error page and sends no event."""


@dataclass
class _LinkToken:
    owner: str
    issued_at: datetime
    used: bool = False


@dataclass
class LinkTokens:
    """Each is good for one visit within ten minutes."""

    _tokens: dict[str, _LinkToken] = field(default_factory=dict)

    def issue(self, owner: str, at: datetime) -> str:
        token = new_token()
        self._tokens[token] = _LinkToken(owner, at)
        return token

    def redeem(self, token: str, nonce: str, at: datetime) -> str:
        """The user to whom the token was issued. Raises LinkRefused."""
        known = self._tokens.get(token)
        if known is None:
            raise LinkRefused("the link token is unknown")
        if known.used:
            raise LinkRefused("the link token was used before")
        if at - known.issued_at > LINK_TOKEN_LIFE:
            raise LinkRefused("the link token has expired")
        if len(nonce) not in _NONCE_LENGTHS:
            raise LinkRefused("the nonce must have 10 to 255 characters")
        known.used = True
        return known.owner
