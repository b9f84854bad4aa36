"""Which verbs a role may use. Nothing is allowed that no resource allows."""

from rest_framework.permissions import SAFE_METHODS, BasePermission

from enrollment.access import Permission


class Nobody(BasePermission):
    """The default: a resource that says nothing admits no one."""

    message = "This address is open to no role."

    def has_permission(self, request, view):
        return False


def may(
    *, read: Permission | None = None, write: Permission | None = None
) -> type[BasePermission]:
    """Readers need one permission, writers another; None admits no one."""

    class May(BasePermission):
        reads, writes = read, write

        def has_permission(self, request, view):
            needed = read if request.method in SAFE_METHODS else write
            self.message = f"Your role may not {needed or 'write here'}."
            signed_in = request.user.is_authenticated
            return bool(needed and signed_in and request.user.may(needed))

    return May


class SignedIn(BasePermission):
    def has_permission(self, request, view):
        return request.user.is_authenticated
