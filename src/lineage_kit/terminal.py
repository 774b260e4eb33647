"""Text that commands read and print."""

from __future__ import annotations

import codecs
import os
import sys
from pathlib import Path

from lineage_kit.exceptions import LineageKitError

# Editors on Windows mark their encoding by the first bytes; everything else is UTF-8.
_ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_text(path: str) -> str:
    """Return the text of a file, of standard input for `-`.

    Raises:
        LineageKitError: It cannot be read, or is not text.

    """
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        encoding = next((name for mark, name in _ENCODINGS.items() if content.startswith(mark)), "utf-8")
        return content.decode(encoding)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise LineageKitError(msg) from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"{path} is not text in UTF-8, see line {line}"
        raise LineageKitError(msg) from None


def show(text: str) -> None:
    """Print, with a sign in the place of what the terminal's encoding lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, errors="replace").decode(encoding), flush=True)
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. What is left in the buffer must not fail when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
