"""Finds a Japanese font among those that the system has."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

# Folder, bold, regular: Noto as Debian, Arch and Fedora lay it down, IPA's on Debian,
# Hiragino on macOS (there only its gothic's names end so), Yu Gothic and Meiryo.
PLACES = [
    *(
        (
            f"/usr/share/fonts/{folder}",
            "NotoSansCJK-Bold.ttc",
            "NotoSansCJK-Regular.ttc",
        )
        for folder in ("opentype/noto", "noto-cjk", "google-noto-sans-cjk-fonts")
    ),
    ("/usr/share/fonts/opentype/ipaexfont-gothic", "ipaexg.ttf", "ipaexg.ttf"),
    ("/System/Library/Fonts", "* W6.ttc", "* W3.ttc"),
    ("C:/Windows/Fonts", "YuGothB.ttc", "YuGothR.ttc"),
    ("C:/Windows/Fonts", "meiryob.ttc", "meiryo.ttc"),
]


class NoJapaneseFont(RuntimeError):
    """Which font to install, in one sentence."""


@dataclass(frozen=True)
class Face:
    """One face of a font file."""

    file: Path
    index: int = 0

    def font(self, size: int) -> Font:
        return ImageFont.truetype(self.file, size, self.index)


@dataclass(frozen=True)
class Typeface:
    bold: Face
    regular: Face


def find_typeface(
    places: Sequence[tuple[str, str, str]] = PLACES, fc_match: str = "fc-match"
) -> Typeface:
    """The first of the usual places, else what fontconfig knows. Raises NoJapaneseFont.

    `fc_match` is the name of fontconfig's program.
    """
    for folder, bold, regular in places:
        files = [next(Path(folder).glob(name), None) for name in (bold, regular)]
        if files[0] and files[1]:
            return Typeface(_japanese_face(files[0]), _japanese_face(files[1]))
    matches = [_matched(fc_match, style) for style in ("bold", "regular")]
    if matches[0] and matches[1]:
        return Typeface(_japanese_face(matches[0]), _japanese_face(matches[1]))
    raise NoJapaneseFont(
        "No Japanese font was found: install one, for example with"
        " `apt-get install fonts-noto-cjk`."
    )


def _matched(program: str, style: str) -> Path | None:
    """The file of the font that fontconfig would write Japanese with, if it has one."""
    path = shutil.which(program)
    if path is None:
        return None
    answer = subprocess.run(  # noqa: S603 -- a fixed question to a program of the system
        [path, "-f", "%{lang}\n%{file}", f"sans-serif:lang=ja:style={style}"],
        capture_output=True,
        text=True,
        check=False,
    )
    languages, _, file = answer.stdout.partition("\n")
    # Where no font has Japanese, it names one that has not.
    return Path(file) if "ja" in languages.split("|") else None


@cache
def _japanese_face(file: Path) -> Face:
    """The face that says JP, as Noto's files hold Chinese ones too; else the first."""
    index = 0
    while True:
        try:
            family, _ = ImageFont.truetype(file, index=index).getname()
        except OSError:
            return Face(file)
        if family and "JP" in family.split():
            return Face(file, index)
        index += 1
