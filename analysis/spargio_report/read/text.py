"""Text in files: UTF-8 in every locale, with or without the mark that editors of Windows put before it; names and TOML."""

import codecs
import json
import os

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotUtf8(Exception):
    """Says at which byte, and what it looks like instead where that is known."""


def utf8_text(data: bytes) -> str:
    """A byte-order mark becomes blanks, so that every offset stays what it is in the file. Raises NotUtf8."""
    if data.startswith(codecs.BOM_UTF8):
        data = b"   " + data[3:]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        looks = " (it is UTF-16, as PowerShell writes it)" if data.startswith(UTF16_MARKS) else ""
        raise NotUtf8(f"not UTF-8 at byte {error.start}{looks}") from None


def written_name(path: str) -> str:
    """The name of a file as it may stand in another file: bytes that are no UTF-8 as \\xff."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def toml_text(text: str) -> str:
    """As a basic string of TOML: JSON's, but for letters beyond 16 bits, which TOML has no pairs of escapes for, and for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def toml_list(texts: list[str]) -> str:
    return "[" + ", ".join(map(toml_text, texts)) + "]"
