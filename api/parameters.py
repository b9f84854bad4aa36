"""Query parameters: the same list documents them and refuses every other one."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.fields import NO_DAY, day_of
from api.wording import deceiving_character, did_you_mean


class BadParameter(ValidationError):
    """Errors keyed by the name of a query parameter; pointers then begin with "?"."""

    default_code = "bad_parameter"

    @classmethod
    def of(cls, name: str, code: str, sentence: str) -> "BadParameter":
        return cls({name: [ErrorDetail(sentence, code)]})


def parameter(name: str, description: str, **schema) -> OpenApiParameter:
    schema = schema or {"type": "string"}
    listed = {"explode": False} if schema.get("type") == "array" else {}
    return OpenApiParameter(name, type=schema, description=description, **listed)


def one_of(*choices: str) -> dict:
    return {"type": "string", "enum": list(choices)}


def list_of(choices) -> dict:
    return {"type": "array", "items": one_of(*choices)}


AS_OF = parameter(
    "as_of", "The day to look at, YYYY-MM-DD; today.", type="string", format="date"
)
FORMAT = parameter(
    "format", "`csv` streams the whole filtered list.", **one_of("json", "csv")
)
DRY_RUN = parameter("dry_run", "true: check all, write nothing.", type="boolean")


def refuse_unknown(request, known) -> None:
    """Every parameter is known, stands once, says something and hides nothing."""
    wrong = {}
    for name, values in request.query_params.lists():
        if problem := problem_with(name, values, known):
            wrong[name] = [ErrorDetail(problem[1], problem[0])]
    if wrong:
        raise BadParameter(wrong)


def problem_with(name: str, values: list[str], known) -> tuple[str, str] | None:
    if name not in known:
        return "unknown_parameter", f"No such parameter. {did_you_mean(name, known)}"
    if len(values) > 1:
        return "repeated_parameter", "Give it once; `__in` takes several values."
    if not values[0].strip():
        return "empty_parameter", "It says nothing: give a value or leave it out."
    if found := deceiving_character(values[0]):
        return "deceiving_character", f"It holds {found}, which cannot be seen."
    return None


def chosen(request, name: str, known) -> list[str]:
    """The comma-separated words of a parameter, each of them known, none twice."""
    words = [w.strip() for w in request.query_params.get(name, "").split(",") if w]
    for word in words:
        if word not in known:
            raise BadParameter.of(
                name, f"unknown_{name}", f"{word!r}? {did_you_mean(word, known)}"
            )
    return list(dict.fromkeys(words))


def day(request, name: str, default):
    """The day a parameter names, or the default."""
    try:
        return day_of(request.query_params[name])
    except KeyError:
        return default
    except ValueError:
        raise BadParameter.of(name, "not_a_day", NO_DAY) from None


def switch(request, name: str) -> bool:
    value = request.query_params.get(name, "false")
    if value not in {"true", "false"}:
        raise BadParameter.of(name, "not_a_switch", "Expected true or false.")
    return value == "true"


def whole(request, name: str, default: int, *, most: int) -> int:
    value = request.query_params.get(name)
    if value is None:
        return default
    is_number = value.isascii() and value.isdigit() and len(value) <= 9
    if not is_number or not 1 <= int(value) <= most:
        raise BadParameter.of(
            name, "out_of_range", f"Expected a number from 1 to {most}."
        )
    return int(value)
