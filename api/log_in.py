"""A page to log in with a password: whoever reads a report in a browser sends no token,
and from then on the session speaks for them. One form at one address logs out too."""

from math import ceil

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from rest_framework.exceptions import NotAuthenticated

from api.throttling import EachLogIn

# No script and nothing from elsewhere: a password is typed here.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


class LogInPage(LoginView):
    template_name = "api/log_in.html"

    def dispatch(self, request, *args, **kwargs):
        answer = super().dispatch(request, *args, **kwargs)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    def post(self, request, *args, **kwargs):
        guesses = EachLogIn()
        if guesses.allow_request(request, self):
            return super().post(request, *args, **kwargs)
        empty = self.get_form_class()(request)
        asked = self.get_context_data(form=empty, is_too_often=True)
        answer = self.render_to_response(asked, status=429)
        answer.headers["Retry-After"] = str(ceil(guesses.wait() or 1))
        return answer


class LogOut(LogoutView):
    next_page = "log-in"


def page_for(error: Exception, request: HttpRequest) -> HttpResponseRedirect | None:
    """Where a browser that shows its reader an address is sent to log in."""
    reads = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if not reads or not isinstance(error, NotAuthenticated):
        return None
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{resolve_url('log-in')}?{query}")
