"""What every resource does alike: reading, listing, unfolding, exporting, changing."""

from typing import ClassVar

from django.db.models import F, QuerySet, prefetch_related_objects
from rest_framework import exceptions
from rest_framework.filters import SearchFilter
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from api import clock, parameters
from api.conditions import etag_of, is_known, version_named
from api.export import csv_response
from api.filters import Filter, schema_of
from api.idempotency import once
from api.parameters import FORMAT, BadParameter, list_of, parameter
from api.scope import VisibleToUser
from api.shapes import In, Out
from enrollment.services import records

SHAPING = {"page", "page_size", "cursor", "fields", "expand"}  # of JSON alone


class Door(APIView):
    """Reads the clock, then asks in order: who, which verb, may they, how asked."""

    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    parameters: ClassVar[tuple] = ()
    is_public = False
    also_answers: ClassVar[frozenset[int]] = frozenset()  # beside what its verb may
    is_reading = False  # a POST that only asks: nothing to do once, nothing to keep
    conditional = frozenset({"PATCH"})  # the verbs that need If-Match

    def initial(self, request, *args, **kwargs):
        request.today = clock.today()
        super().initial(request, *args, **kwargs)
        parameters.refuse_unknown(request, self.parameters_known())

    def check_permissions(self, request):
        if not self.is_public and not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        if request.method not in self.allowed_methods:
            raise exceptions.MethodNotAllowed(request.method)
        super().check_permissions(request)

    def parameters_known(self) -> dict:
        return {each.name: each for each in self.parameters}

    def dispatch(self, request, *args, **kwargs):
        if hasattr(self, "post") and not self.is_reading:
            self.post = once(self.post)
        return super().dispatch(request, *args, **kwargs)

    def finalize_response(self, request, response, *args, **kwargs):
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)


class ResourceViewSet(VisibleToUser, Door, GenericViewSet):
    """Rows in the user's scope. Subclasses say what is shown; see api/shapes.py."""

    has_live_numbers = False  # shows more than its version tells: never "not modified"
    lookup_value_regex = "[0-9]{1,18}"
    filter_backends = ()
    filterset_class: ClassVar[type[Filter] | None] = None
    ordering_fields: ClassVar[list[str]] = []
    search_fields: ClassVar[list[str]] = []
    csv_columns: ClassVar[dict] = {}

    @property
    def out(self) -> type[Out]:
        return self.serializer_class

    # --- What may be asked.

    def parameters_known(self) -> dict:
        known = [*self.parameters, *self.shape_parameters()]
        if self.action == "list":
            known += [*self.pagination_class.parameters, *self.list_parameters()]
        return {each.name: each for each in known}

    def shape_parameters(self):
        yield parameter("fields", "Only these.", **list_of(self.out.Meta.fields))
        if self.out.expandable:
            names = list_of(self.out.expansions())
            yield parameter("expand", "Whole records in place of ids.", **names)

    def list_parameters(self):
        if self.filterset_class:
            for name, each in self.filterset_class.base_filters.items():
                label = each.extra.get("help_text") or ""
                yield parameter(name, label, **schema_of(name, each))
        if self.ordering_fields:
            names = [f"{sign}{n}" for n in self.ordering_fields for sign in ("", "-")]
            yield parameter("ordering", "A minus reverses the order.", **list_of(names))
        if self.search_fields:
            yield parameter("search", f"Words of {', '.join(self.search_fields)}.")
        if self.csv_columns:
            yield FORMAT

    def shape_asked(self) -> dict:
        """The `only` and `expand` that this request asks of its Out."""
        return {
            "only": parameters.chosen(self.request, "fields", self.out.Meta.fields),
            "expand": parameters.chosen(self.request, "expand", self.out.expansions()),
        }

    def ordering_asked(self) -> list[str]:
        known = [f"{sign}{name}" for name in self.ordering_fields for sign in ("", "-")]
        return parameters.chosen(self.request, "ordering", known)

    # --- Narrowing and ordering.

    def filter_queryset(self, queryset) -> QuerySet:
        if self.filterset_class:
            queryset = self.filterset_class(
                self.request.query_params, queryset, request=self.request
            ).narrowed()
        if self.search_fields:
            queryset = SearchFilter().filter_queryset(self.request, queryset, self)
        asked = [
            F(name.removeprefix("-")).desc(nulls_last=True)
            if name.startswith("-")
            else F(name).asc(nulls_last=True)  # databases differ on where nulls go
            for name in self.ordering_asked()
        ]
        return queryset.order_by(*asked, "pk")

    def prefetches(self, expand: list[str]) -> list:
        return self.out.prefetches(expand, self.request.user, on=self.request.today)

    # --- Answers.

    def list(self, request):
        return self.listed(self.get_queryset())

    def listed(self, rows: QuerySet) -> Response:
        """A page of the rows, or all of them as CSV."""
        shape, rows = self.shape_asked(), self.filter_queryset(rows)
        if self.csv_asked():
            return csv_response(self.basename, self.csv_sources(), rows)
        unfolded = rows.prefetch_related(*self.prefetches(shape["expand"]))
        page = self.paginate_queryset(unfolded)
        shown = self.out(page, many=True, context={"request": self.request}, **shape)
        return self.get_paginated_response(shown.data)

    def csv_asked(self) -> bool:
        asked = self.request.query_params.get("format", "json")
        if asked not in {"json", "csv"} or (asked == "csv" and not self.csv_columns):
            raise BadParameter.of("format", "unknown_format", "Expected json or csv.")
        pointless = SHAPING & self.request.query_params.keys()
        if asked == "csv" and pointless:
            sentence = "A CSV is the whole list, in the columns of the importers."
            raise BadParameter.of(min(pointless), "not_with_csv", sentence)
        return asked == "csv"

    def csv_sources(self) -> dict:
        return self.csv_columns

    def retrieve(self, request, pk):
        return self.answer(self.get_object())

    def answer(self, instance, status: int = 200) -> Response:
        """The record with its ETag; a reader who holds it already is told so."""
        shape = self.shape_asked()
        prefetch_related_objects([instance], *self.prefetches(shape["expand"]))
        shown = self.out(instance, context={"request": self.request}, **shape).data
        headers = {"ETag": etag_of(instance, shown)}
        if self.may_skip(shape) and is_known(self.request, headers["ETag"]):
            return Response(status=304, headers=headers)
        if status == 201:
            headers["Location"] = f"{self.request.path}{instance.pk}/"
        return Response(shown, status, headers=headers)

    def may_skip(self, shape: dict) -> bool:
        """Whether the version of the record tells all that the answer would."""
        is_get = self.request.method in {"GET", "HEAD"}
        return is_get and not shape["expand"] and not self.has_live_numbers


class KeptViewSet(ResourceViewSet):
    """Rows that people keep: POST makes one, PATCH changes the `amendable` keys."""

    body: ClassVar[type[In]]
    amendable: ClassVar[frozenset[str]] = frozenset()

    def create(self, request):
        values = self.values_to_make(request)
        made = records.create(self.out.Meta.model, by=request.user, **values)
        return self.answer(made, 201)

    def values_to_make(self, request) -> dict:
        return self.body.read(request)

    def partial_update(self, request, pk):
        instance = self.get_object()
        version = version_named(request, instance)
        values = self.body.changes(request, instance, self.amendable)
        if values:
            instance = records.amend(
                instance, version=version, by=request.user, **values
            )
        return self.answer(instance)
