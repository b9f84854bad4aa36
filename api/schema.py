"""The OpenAPI document: what drf-spectacular cannot see by itself."""

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, get_lib_doc_excludes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from api.errors import MEDIA_TYPE
from api.parameters import FORMAT
from api.references import KEYS, how_to_write
from api.shapes import Body, In, Out

IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    required=True,
    description='The ETag you last read, such as "v3".',
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description="An ETag you hold: 304 when it still stands.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="Your name for this request: sent again within a day, it takes effect "
    "once and gets the same answer.",
)
ETAG = OpenApiParameter(
    "ETag",
    location=OpenApiParameter.HEADER,
    response=[200, 201],
    description="Version.",
)


def undescribed() -> list[type]:
    """Classes whose docstrings speak to us and not to readers of the document."""
    return [*get_lib_doc_excludes(), Body, In, Out]


class ProblemEntry(serializers.Serializer):
    pointer = serializers.CharField(
        help_text="JSON pointer into the body, or ?name of a query parameter."
    )
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField(help_text="Stable; the sentences are not.")
    request_id = serializers.CharField()
    errors = ProblemEntry(many=True)


SAID = {
    400: "What was sent cannot be read: `errors` says where.",
    401: "No token, or one that is unknown, revoked or expired.",
    403: "Your role may not do this.",
    404: "Absent, or outside your scope: the two look alike.",
    406: "Accept names no form that there is.",
    409: "A rule of the district says no: see `code`.",
    412: "Someone changed it since you read it (`stale_version`).",
    413: "The body is larger than 10 MB.",
    415: "Send application/json in UTF-8.",
    422: "This Idempotency-Key was used for another request.",
    428: "If-Match is missing (`precondition_required`).",
    429: "Too many requests: see Retry-After.",
    503: "Busy for a moment: see Retry-After.",
}


class ApiSchema(AutoSchema):
    def get_override_parameters(self):
        view = self.view
        known = getattr(view, "parameters_known", dict)().values()
        return [*known, *self.headers()]

    def headers(self):
        if self.method == "POST" and not getattr(self.view, "is_public", True):
            yield IDEMPOTENCY_KEY
        if self.needs_if_match():
            yield IF_MATCH
        if self.shows_one():
            yield ETAG
            if self.method == "GET":
                yield IF_NONE_MATCH

    def needs_if_match(self) -> bool:
        return self.method in getattr(self.view, "conditional", ())

    def shows_one(self) -> bool:
        is_one = getattr(self.view, "action", "") in {"retrieve", "create"}
        is_one |= getattr(self.view, "is_document", False)
        return is_one or self.needs_if_match()

    def get_request_serializer(self):
        return getattr(self.view, "body", None) or super().get_request_serializer()

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        for status in self.problem_statuses():
            bodies.setdefault(str(status), self.problem(status))
        if self.method == "GET" and self.shows_one():
            bodies["304"] = {"description": "What you hold still stands."}
        if FORMAT in getattr(self.view, "parameters_known", dict)().values():
            bodies["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
        return bodies

    def problem(self, status: int) -> dict:
        """One description for all operations that can end this way."""
        described = self._get_response_for_code(Problem, str(status), [MEDIA_TYPE])
        component = ResolvedComponent(
            name=f"Problem{status}",
            type=ResolvedComponent.RESPONSE,
            object=status,
            schema={**described, "description": SAID[status]},
        )
        self.registry.register_on_missing(component)
        return component.ref

    def _map_model_field(self, model_field, direction):
        """Without the limits of whichever database happens to be in use."""
        schema = super()._map_model_field(model_field, direction)
        limits = {"minimum", "maximum", "format"} if schema["type"] == "integer" else ()
        return {key: value for key, value in schema.items() if key not in limits}

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        unfolded = getattr(field.parent, "expandable", {}).get(field.field_name)
        if unfolded is None or direction == "request":
            return schema
        whole = self.resolve_serializer(unfolded(), direction).ref
        said = f"Its id; with ?expand={field.field_name} the record, or null if you "
        said += "may not see it."
        return {"anyOf": [schema, whole, {"type": "null"}], "description": said}

    def problem_statuses(self) -> list[int]:
        statuses = [400, 401, 406, 429, 503, *getattr(self.view, "also_answers", ())]
        if not getattr(self.view, "is_public", False):
            statuses += [403]
        if "{" in self.path:
            statuses += [404]
        if self.method in {"POST", "PATCH"}:
            statuses += [409, 413, 415]
        if self.method == "POST" and not getattr(self.view, "is_public", False):
            statuses += [422]
        return statuses + [412, 428] * self.needs_if_match()


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "api.authentication.BearerToken"
    name = "bearer"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "api.authentication.Session"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class ReferenceSchema(OpenApiSerializerFieldExtension):
    target_class = "api.references.Reference"

    def map_serializer_field(self, auto_schema, direction):
        model = self.target.model
        keys = {
            key: {"type": "integer" if "year" in key else "string"}
            for key in KEYS[model]
        }
        forms = [{"type": "integer"}]
        forms += [{"type": "string"}] if "code" in keys else []
        if keys:
            whole = {"type": "object", "properties": keys}
            forms.append({**whole, "additionalProperties": False})
        return {"oneOf": forms, "description": f"Write {how_to_write(model)}."}
