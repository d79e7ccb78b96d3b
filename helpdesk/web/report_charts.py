"""The charts of a report, drawn as SVG: no script, no font, nothing to fetch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pygal
from pygal.style import Style

from helpdesk.domain.figures import Figures
from helpdesk.domain.reports import Grouping
from helpdesk.storage.report_catalog import ReportCatalog
