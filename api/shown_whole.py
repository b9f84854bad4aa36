"""Answers that are one document: shown whole, or not at all."""

from django.db import transaction
from rest_framework.response import Response

from api.conditions import etag_of, is_known


class ShownWhole:
    """Documents, which have no ?fields= and nothing to unfold."""

    is_document = True
    also_answers = frozenset({409})  # a GET too, before there is anything to show

    def dispatch(self, request, *args, **kwargs):
        """A HEAD is answered as a GET and shows nothing: it is no look, and queues no
        diagnostics."""
        if request.method != "HEAD":
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            answer = super().dispatch(request, *args, **kwargs)
            transaction.set_rollback(True)
        return answer

    def shape_parameters(self):
        return ()

    def shown(self, content) -> Response:
        etag = etag_of(None, content)
        status = 304 if is_known(self.request, etag) else 200
        body = None if status == 304 else content
        return Response(body, status, headers={"ETag": etag})
