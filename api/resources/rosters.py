from django.http import Http404
from drf_spectacular.utils import extend_schema

from api import parameters
from api.parameters import AS_OF
from api.resources.enrollments import EnrollmentOut, EnrollmentViewSet
from enrollment.access import Permission as P
from enrollment.models import Offering


class RosterViewSet(EnrollmentViewSet):
    """Who takes part in one offering on a day."""

    filterset_class = None
    parameters = (AS_OF,)

    @extend_schema(responses=EnrollmentOut(many=True))
    def list(self, request, pk):
        """The spells that cover the day, both ends included."""
        reached = Offering.objects.in_reach_of(request.user, P.SEE_ENROLLMENTS)
        if not reached.filter(pk=pk).exists():
            raise Http404
        day = parameters.day(request, "as_of", request.today)
        rows = self.get_queryset().filter(offering=pk)
        return self.listed(rows.taking_part_on(day))
