"""Who may do what at the desk."""

from __future__ import annotations

import pytest

from helpdesk.domain.staff import (
    PERMISSIONS,
    NotPermitted,
    Operator,
    Permission,
    Role,
    Status,
)


def test_permissions_of_the_roles():
    found = {
        role.value: sorted(permission.value for permission in permissions)
        for role, permissions in PERMISSIONS.items()
    }

    assert found == {
        "operator": [
            "act_for_customers",
            "open_secrets",
            "see_talks",
            "take_talks",
        ],
        "supervisor": [
            "act_for_customers",
            "open_secrets",
            "see_audit",
            "see_reports",
            "see_talks",
            "supervise",
            "take_talks",
            "teach",
        ],
        "administrator": [
            "act_for_customers",
            "manage_staff",
            "open_secrets",
            "see_audit",
            "see_reports",
            "see_talks",
            "supervise",
            "take_talks",
            "teach",
        ],
    }


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
@pytest.mark.parametrize("permission", Permission, ids=lambda each: each.value)
def test_operator_may_what_the_role_may(role: Role, permission: Permission):
    operator = Operator("op1", "佐藤", role, Status.AVAILABLE)
    may = permission in PERMISSIONS[role]

    assert operator.may(permission) == may
    if may:
        operator.require(permission)
    else:
        with pytest.raises(NotPermitted):
            operator.require(permission)
