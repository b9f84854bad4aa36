"""An address that is none of ours gets the same kind of answer as one that is."""

from django.urls import Resolver404, resolve
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView


class NoSuchAddress(APIException):
    status_code = 404
    default_code = "no_such_address"


class UnknownAddress(APIView):
    authentication_classes = ()
    permission_classes = [AllowAny]
    schema = None

    def initial(self, request, *args, **kwargs):
        raise NoSuchAddress(f"There is no {request.path}.{self.with_slash(request)}")

    def with_slash(self, request) -> str:
        if request.path.endswith("/"):
            return ""
        try:
            found = resolve(f"{request.path}/")
        except Resolver404:
            return ""
        is_ours = getattr(found.func, "cls", None) is not UnknownAddress
        return " Addresses here end in a slash." if is_ours else ""
