"""Which form an answer takes."""

from rest_framework.negotiation import DefaultContentNegotiation


class FormatOrAccept(DefaultContentNegotiation):
    """`?format=` is read by the resource, and settles it whatever Accept says."""

    def select_renderer(self, request, renderers, format_suffix=None):
        if "format" in request.query_params:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)
