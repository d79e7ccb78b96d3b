"""Volumes of data as customers type them: 1GB, 500 mega, all; the words are data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from helpdesk.domain.data_balance import MB_PER_GB

# A longer text is a question or a story that mentions a volume.
_LONGEST = 30
# Without a unit, a smaller number means GB.
_LEAST_MB = 100
_NUMBER = r"(?<![\d.])(\d{1,6}(?:\.\d{1,3})?)"


@dataclass(frozen=True)
class VolumeWords:
    """What customers call the units, and all that there is."""

    gigabytes: Sequence[str]
    megabytes: Sequence[str]
    everything: Sequence[str]

    def read(self, text: str, most: int) -> int | None:
        """MB; `most` if all is meant. None if no volume, or more than one, is said."""
        folded = unicodedata.normalize("NFKC", text).casefold().replace(",", "").strip()
        if not folded or len(folded) > _LONGEST or "?" in folded:
            return None
        units = {word.casefold(): MB_PER_GB for word in self.gigabytes}
        units |= {word.casefold(): 1 for word in self.megabytes}
        # The longest first: "gb" is not "g" and a letter more.
        names = "|".join(map(re.escape, sorted(units, key=len)[::-1]))
        said = re.findall(rf"{_NUMBER}\s*({names})", folded)
        if said:
            volumes = {int(Decimal(number) * units[name]) for number, name in said}
            return volumes.pop() if len(volumes) == 1 else None
        if re.fullmatch(_NUMBER, folded):
            number = Decimal(folded)
            return int(number if number >= _LEAST_MB else number * MB_PER_GB)
        says_all = any(word.casefold() in folded for word in self.everything)
        return most if says_all else None
