"""`python -m helpdesk.nlu.drift REPORT`, or `make drift`."""

from __future__ import annotations

import logging
import sys

# Libraries of Rasa's year switch their deprecation warnings on as they are imported.
logging.captureWarnings(True)
logging.getLogger("py.warnings").setLevel(logging.ERROR)

from helpdesk.nlu.drift.command import main  # noqa: E402 -- see above

sys.exit(main())
