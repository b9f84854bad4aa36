"""Lists by the page: numbered, or by a cursor where many rows keep coming."""

from rest_framework.exceptions import APIException, NotFound
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.response import Response

from api.parameters import BadParameter, parameter, whole

PAGE_SIZE, MOST = 50, 500
SIZE = parameter(
    "page_size",
    f"Rows per page, {PAGE_SIZE} by default.",
    type="integer",
    minimum=1,
    maximum=MOST,
    default=PAGE_SIZE,
)
LINK = {"type": ["string", "null"], "format": "uri"}


def envelope_schema(rows: dict) -> dict:
    return {
        "type": "object",
        "required": ["count", "next", "previous", "results"],
        "properties": {
            "count": {"type": "integer"},
            "next": LINK,
            "previous": LINK,
            "results": rows,
        },
    }


class PastTheEnd(APIException):
    status_code, default_code = 404, "past_the_end"


class Sized:
    """What both ways share: how many rows a page has, and what stands around them."""

    def get_page_size(self, request):
        return whole(request, "page_size", PAGE_SIZE, most=MOST)

    def get_paginated_response_schema(self, schema):
        return envelope_schema(schema)

    def get_schema_operation_parameters(self, view):
        return []


class Pages(Sized, PageNumberPagination):
    parameters = (SIZE, parameter("page", "From 1.", type="integer", minimum=1))

    def get_page_number(self, request, paginator):
        number, last = whole(request, "page", 1, most=999_999_999), paginator.num_pages
        if number > last:
            raise PastTheEnd(f"The last page is {last}: ask from 1 to it.")
        return number


class Cursor(Sized, CursorPagination):
    """Follows the last row seen: rows written meanwhile neither skip nor repeat."""

    parameters = (SIZE, parameter("cursor", "As `next` and `previous` give it."))
    ordering = ("pk",)

    def paginate_queryset(self, queryset, request, view=None):
        self.count = queryset.count()
        return super().paginate_queryset(queryset, request, view)

    def get_ordering(self, request, queryset, view):
        return tuple(view.ordering_asked() or self.ordering)

    def decode_cursor(self, request):
        try:
            return super().decode_cursor(request)
        except NotFound:
            sentence = "This cursor was not made here: begin again without one."
            raise BadParameter.of("cursor", "bad_cursor", sentence) from None

    def get_paginated_response(self, data):
        return Response(
            {
                "count": self.count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "results": data,
            }
        )
