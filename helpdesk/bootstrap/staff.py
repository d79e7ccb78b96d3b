"""Builds what logs the staff in, and what administrators look after."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.services.audit_trail import AuditTrail
from helpdesk.services.people import PeopleService
from helpdesk.services.ports import Cipher, Clock, PasswordHasher, Store
from helpdesk.services.staff_accounts import StaffAccountService
from helpdesk.services.staff_tries import StaffTries
from helpdesk.settings import Settings
from helpdesk.storage.catalog import Catalog
from helpdesk.storage.secrets import AuthenticatorCodes


@dataclass(frozen=True)
class Staff:
    """The services around the people at the desk."""

    accounts: StaffAccountService
    people: PeopleService
    audit_trail: AuditTrail


def build_staff(
    settings: Settings,
    catalog: Catalog,
    store: Store,
    cipher: Cipher,
    hasher: PasswordHasher,
    clock: Clock,
) -> Staff:
    tries = StaffTries(catalog.policies.failed_tries.as_limit(), cipher, clock)
    return Staff(
        accounts=StaffAccountService(
            *(store, hasher, cipher, AuthenticatorCodes(), tries, clock),
            issuer=catalog.brand.name,
            refused=refused_passwords(settings, catalog),
        ),
        people=PeopleService(store, hasher, tries, clock),
        audit_trail=AuditTrail(store),
    )


def refused_passwords(settings: Settings, catalog: Catalog) -> dict[str, str]:
    """The sample's passwords stand in the README: in production they open nothing."""
    if not settings.is_production:
        return {}
    operators = catalog.sample_world.operators
    return {key: operator.password for key, operator in operators.items()}
