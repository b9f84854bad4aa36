"""From bytes to text: UTF-8, or UTF-16 that says so; anything else is refused, for a
wrong guess changes names without a trace."""

import codecs
from unicodedata import normalize

from enrollment.exchange.problems import Unreadable

LARGEST = 200_000_000
NOT_TEXT = {
    b"PK\x03\x04": "an Excel workbook or a zip",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(data: bytes) -> str:
    if len(data) > LARGEST:
        raise Unreadable(
            "too_large",
            f"at most {LARGEST // 1_000_000} MB",
            "Split the file by school or by year.",
            found=f"{len(data) // 1_000_000} MB",
        )
    _is_no_other_format(data)
    encoding = "utf-16" if data.startswith(UTF_16) else "utf-8-sig"
    try:
        # One form of each letter, as the API keeps it: some machines write é as two
        # characters, and a name in that form is not found by one typed elsewhere.
        return normalize("NFC", data.decode(encoding))
    except UnicodeDecodeError as undecodable:
        raise _badly_encoded(data, undecodable.start, encoding) from None


def _is_no_other_format(data: bytes) -> None:
    found = next((it for mark, it in NOT_TEXT.items() if data.startswith(mark)), None)
    if data[:200].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        found = "a web page or XML"
    if found:
        raise Unreadable(
            "not_csv", "a CSV file", "Save or export it as CSV (UTF-8).", found=found
        )


def _badly_encoded(data: bytes, offset: int, encoding: str) -> Unreadable:
    line = data.count(b"\n", 0, offset) + 1
    return Unreadable(
        "bad_encoding",
        "text in UTF-8" if encoding == "utf-8-sig" else "text in UTF-16",
        f"Byte {offset} is none; it may be Windows-1252. Export it as CSV (UTF-8).",
        found=f"byte 0x{data[offset]:02x} at {offset}",
        line=line,
    )
