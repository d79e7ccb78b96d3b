"""What the embedded carrier sells, as data/catalog/plans.yml says it."""

from __future__ import annotations

from pydantic import Field, model_validator

from helpdesk.domain.plans import Network, ServiceType
from helpdesk.storage.strict import Strict


class CatalogPlan(Strict):
    """Yen a month; `options`: those that can be had with it; `closed`: not sold."""

    name: str
    megabytes: int = Field(ge=1)
    service_type: ServiceType
    yen: int = Field(ge=0)
    with_tax: bool
    closed: bool = False
    options: list[str] = Field(default_factory=list)


class CatalogOption(Strict):
    name: str
    yen: int = Field(ge=0)
    with_tax: bool


class AdditionalData(Strict):
    """`units` in MB."""

    units: list[int] = Field(min_length=1)
    monthly_limit: int = Field(ge=1)


class GiftTerms(Strict):
    """In MB."""

    smallest: int = Field(ge=1)
    step: int = Field(ge=1)
    networks_without: list[Network]


class BillWords(Strict):
    """Patterns with {volume} and {month}."""

    additional_data: str
    calls: str


class PlanCatalog(Strict):
    """Plans and options by id."""

    plans: dict[str, CatalogPlan]
    options: dict[str, CatalogOption]
    additional_data: dict[Network, AdditionalData]
    yen_per_500mb: int = Field(ge=0)
    gifts: GiftTerms
    bill: BillWords

    @model_validator(mode="after")
    def _options_exist(self) -> PlanCatalog:
        for key, plan in self.plans.items():
            missing = [each for each in plan.options if each not in self.options]
            if missing:
                raise ValueError(f"{key}: no such option: {', '.join(missing)}")
        return self
