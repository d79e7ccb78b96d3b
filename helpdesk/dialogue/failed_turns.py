"""Turns whose action server did not answer: they are undone and tried again.

Rasa logs such a failure and goes on without the action, so the customer would be left
without an answer. The channel notes it here, the tracker store then saves nothing, and
the gateway sends the same event again.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig

_failed: ContextVar[bool] = ContextVar("turn_failed", default=False)


def begin_turn() -> None:
    """Forget the failures of earlier turns."""
    _failed.set(False)


def has_failed() -> bool:
    """Whether an action of this turn could not be reached."""
    return _failed.get()


def watch(endpoint: EndpointConfig | None) -> None:
    """Note every call of this endpoint that gets no HTTP answer."""
    if endpoint is None or hasattr(endpoint, "is_watched"):
        return
    call = endpoint.request

    async def request(*args: Any, **kwargs: Any) -> Any:
        try:
            return await call(*args, **kwargs)
        except ClientResponseError:
            raise  # an answer: a form that declines, or an action that is unknown
        except Exception:
            _failed.set(True)
            raise

    # An instance's own attribute: Rasa builds the endpoint and offers no hook.
    endpoint.request = request  # type: ignore[method-assign]
    endpoint.is_watched = True  # type: ignore[attr-defined]
