"""How actions come by the services."""

from __future__ import annotations

from helpdesk.bootstrap import Helpdesk, helpdesk


class UsesHelpdesk:
    """Stands before Action in the bases of an action that asks a service."""

    def __init__(self, services: Helpdesk | None = None) -> None:
        # The action server builds actions without arguments; tests pass services.
        super().__init__()
        self._helpdesk = services or helpdesk()
