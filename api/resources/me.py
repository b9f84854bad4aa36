from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from api.permissions import SignedIn
from api.viewsets import Door
from enrollment.access import POLICIES, Role


class GrantOut(serializers.Serializer):
    role = serializers.CharField()
    school = serializers.CharField(
        source="school.code",
        default=None,
        allow_null=True,
        help_text="Its code; null: every school.",
    )
    program = serializers.CharField(
        source="program.code",
        default=None,
        allow_null=True,
        help_text="Its code; null: every program.",
    )


class MeOut(serializers.Serializer):
    username = serializers.CharField()
    role = serializers.CharField(
        allow_null=True, help_text="The widest of the roles held; null: none."
    )
    scope = GrantOut(many=True, help_text="Each role with where it holds.")
    permissions = serializers.DictField(
        child=serializers.CharField(), help_text="Name of each permission, in words."
    )


class MeView(Door):
    permission_classes = [SignedIn]

    @extend_schema(responses=MeOut)
    def get(self, request):
        """Who you are, where, and what you may do there."""
        grants = grants_in_full(request.user)
        held = {grant.role for grant in grants}
        permissions = set().union(*(POLICIES[role].permissions for role in held))
        me = {
            "username": request.user.username,
            "role": next((role for role in Role if role in held), None),
            "scope": grants,
            "permissions": {
                permission.name.lower(): permission.value
                for permission in sorted(permissions, key=lambda each: each.name)
            },
        }
        return Response(MeOut(me).data)


def grants_in_full(user) -> list:
    if user.is_superuser:
        return [*user.grants_of(next(iter(POLICIES[Role.ADMIN].permissions)))]
    return [*user.role_grants.select_related("school", "program").order_by("pk")]
