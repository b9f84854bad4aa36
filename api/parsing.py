"""JSON in, strictly: what two readers could read in two ways is refused."""

import json
from collections.abc import Iterator

from django.conf import settings
from rest_framework.exceptions import APIException
from rest_framework.parsers import JSONParser

from api.wording import deceiving_character

MAX_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
MAX_DEPTH = 32
MAX_DIGITS = 18  # what every database here holds exactly


class Malformed(APIException):
    """The body is not the JSON we read; `pointer` says where, when that is known."""

    status_code = 400

    def __init__(self, code: str, detail: str, pointer: str = ""):
        super().__init__(detail, code)
        self.pointer = pointer


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"
    default_detail = (
        f"The body is larger than {MAX_BYTES // 1024**2} MB: send it in parts."
    )


class UnreadableEncoding(APIException):
    status_code = 415
    default_code = "unsupported_encoding"
    default_detail = "Send the body as plain UTF-8, neither compressed nor recoded."


class StrictJSONParser(JSONParser):
    def parse(self, stream, media_type=None, parser_context=None):
        body = read_within_limits(stream, parser_context["request"])
        value = json_of(body) if body.strip() else {}
        refuse_depth_and_deceit(value)
        return value


def read_within_limits(stream, request) -> bytes:
    charset = request.content_params.get("charset", "utf-8").lower()
    if charset not in {"utf-8", "utf8"} or request.headers.get("Content-Encoding"):
        raise UnreadableEncoding
    body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise BodyTooLarge
    return body


def json_of(body: bytes):
    try:
        return json.loads(
            body.decode(),
            object_pairs_hook=without_duplicates,
            parse_constant=refuse_constant,
            parse_float=finite,
            parse_int=short,
        )
    except UnicodeDecodeError as wrong:
        raise Malformed(
            "not_utf8", f"The body is not UTF-8: see byte {wrong.start + 1}."
        ) from wrong
    except json.JSONDecodeError as wrong:
        where = f"line {wrong.lineno}, column {wrong.colno}"
        raise Malformed("invalid_json", f"{wrong.msg}: {where}.") from wrong
    except RecursionError as deep:
        raise too_deep() from deep


def too_deep() -> Malformed:
    return Malformed("json_too_deep", f"JSON may nest {MAX_DEPTH} levels here.")


def without_duplicates(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed("duplicate_key", f"The key {twice!r} stands twice.")
    return found


def refuse_constant(name: str):
    raise Malformed("not_a_number", f"{name} is not a JSON number.")


def finite(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise Malformed("not_a_number", "A number here is too large to be held.")
    return value


def short(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise Malformed(
            "number_too_large",
            f"A whole number has {len(digits)} digits; {MAX_DIGITS} are the most.",
        )
    return int(digits)


def refuse_depth_and_deceit(value) -> None:
    """Walks with a list, not by calling itself: depth is what is being measured."""
    waiting = [("", value, 0)]
    while waiting:
        pointer, value, depth = waiting.pop()
        if depth >= MAX_DEPTH and isinstance(value, dict | list):
            raise too_deep()
        if isinstance(value, str):
            refuse_deceit(pointer, value)
        waiting.extend((f"{pointer}/{k}", v, depth + 1) for k, v in members(value))


def members(value) -> Iterator[tuple]:
    if isinstance(value, dict):
        for key, inner in value.items():
            refuse_deceit("", key)
            yield key, inner
    elif isinstance(value, list):
        yield from enumerate(value)


def refuse_deceit(pointer: str, text: str) -> None:
    if found := deceiving_character(text):
        raise Malformed(
            "deceiving_character",
            f"The text holds {found}, which cannot be seen: take it out.",
            pointer,
        )
