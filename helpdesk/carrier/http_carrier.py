"""Another carrier, reached over HTTP as docs/carrier-api.yml says."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Self, TypeVar

import httpx

from helpdesk.carrier import http_answers as answers
from helpdesk.carrier.http_calls import TIMEOUT, Call, Caller
from helpdesk.carrier.http_circuit import Circuit
from helpdesk.domain.bills import Statement
from helpdesk.domain.data_balance import Usage
from helpdesk.domain.linking import Subscription
from helpdesk.domain.plans import Contract, Plan
from helpdesk.domain.purchases import PurchaseOffer
from helpdesk.domain.user_code import USER_CODE_LENGTH
from helpdesk.services.carrier import (
    CarrierAway,
    CarrierNotice,
    NoSuchSubscription,
    PurchaseReceipt,
    UnknownUserCode,
)

logger = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,63}")
_USER_CODE = re.compile(rf"[0-9]{{{USER_CODE_LENGTH}}}")
# What is longer is nobody's.
_LONGEST_LOGIN = 200
_LONGEST_PASSWORD = 1000

_Answer = TypeVar("_Answer", bound=answers.Answer)


class HttpCarrier:
    """Asks over HTTP; can be shared by threads."""

    def __init__(
        self,
        url: str,
        token: str,
        client: httpx.Client,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds`: a clock that only goes forward, for waits and pauses."""
        self._client = client
        self._caller = Caller(url, token, client, Circuit(seconds), seconds)

    @classmethod
    def at(cls, url: str, token: str) -> Self:
        """With a client of its own. No proxy of the environment stands between."""
        return cls(url, token, httpx.Client(timeout=TIMEOUT, trust_env=False))

    def close(self) -> None:
        self._client.close()

    # --- Subscriptions, logins, codes -------------------------------------------------

    def subscription(self, subscription: str) -> Subscription:
        found = self._look("subscription", subscription, "", answers.SubscriptionAnswer)
        _check_same(found.id, subscription)
        return found.read()

    def subscriptions_of(self, contract_holder: str) -> list[Subscription]:
        params = {"contract_holder": contract_holder}
        path, refusals = "/subscriptions", frozenset[str]()
        call = Call("subscriptions_of", "GET", path, refusals, params=params)
        found = self._caller.ask(call, answers.SubscriptionsAnswer).subscriptions
        for each in found:
            _check_same(each.contract_holder, contract_holder)
        return [each.read() for each in found]

    def log_in(self, login_id: str, password: str) -> Subscription | None:
        is_possible = login_id.isprintable() and 0 < len(login_id) <= _LONGEST_LOGIN
        if not (is_possible and 0 < len(password) <= _LONGEST_PASSWORD):
            return None
        body = {"login_id": login_id, "password": password}
        call = Call("log_in", "POST", "/logins/check", frozenset(), body=body)
        found = self._caller.ask(call, answers.LoginAnswer).subscription
        return None if found is None else found.read()

    def user_code(self, subscription: str) -> str:
        wanted = answers.UserCodeAnswer
        return self._look("user_code", subscription, "/user-code", wanted).user_code

    def subscription_of_code(self, code: str) -> Subscription:
        if not _USER_CODE.fullmatch(code):
            raise UnknownUserCode
        call = Call(
            *("subscription_of_code", "POST", "/user-codes/find"),
            frozenset({"UnknownUserCode", "RevokedUserCode"}),
            body={"user_code": code},
        )
        return self._caller.ask(call, answers.SubscriptionAnswer).read()

    def reissues_left(self, subscription: str) -> int:
        wanted = answers.ReissuesLeftAnswer
        return self._look("reissues_left", subscription, "/reissues-left", wanted).left

    def reissue_code(self, subscription: str, key: str) -> None:
        self._caller.tell(
            _change(
                *("reissue_code", subscription, "/reissues", {}, key),
                "NoReissueLeft",
            )
        )

    # --- Data -------------------------------------------------------------------------

    def usage(self, subscription: str) -> Usage:
        return self._look("usage", subscription, "/usage", answers.UsageAnswer).read()

    def give_data(self, giver: str, receiver: str, megabytes: int, key: str) -> None:
        _check_id(receiver)
        body = {"receiver": receiver, "megabytes": megabytes}
        self._caller.tell(
            _change("give_data", giver, "/data-gifts", body, key, "GiftRefused")
        )

    def purchase_offer(self, subscription: str) -> PurchaseOffer:
        return self._look(
            *("purchase_offer", subscription, "/purchase-offer"),
            answers.PurchaseOfferAnswer,
            "PurchaseRefused",
        ).read()

    def buy_data(self, subscription: str, megabytes: int, key: str) -> PurchaseReceipt:
        body = {"megabytes": megabytes}
        call = _change(
            *("buy_data", subscription, "/purchases", body, key), "PurchaseRefused"
        )
        return self._caller.ask(call, answers.PurchaseReceiptAnswer).read()

    # --- Contract and bills -----------------------------------------------------------

    def contract(self, subscription: str) -> Contract:
        wanted = answers.ContractAnswer
        found = self._look("contract", subscription, "/contract", wanted)
        _check_same(found.subscription, subscription)
        return found.read()

    def possible_plans(self, subscription: str) -> list[Plan]:
        found = self._look(
            *("possible_plans", subscription, "/possible-plans"),
            answers.PlansAnswer,
            "PlanRefused",
        )
        return [plan.read() for plan in found.plans]

    def change_plan(self, subscription: str, plan: str, key: str) -> date:
        call = _change(
            *("change_plan", subscription, "/plan-changes", {"plan": plan}, key),
            "PlanRefused",
        )
        return self._caller.ask(call, answers.PlanChangeAnswer).takes_effect_on

    def withdraw_plan_change(self, subscription: str, key: str) -> None:
        path = "/plan-change-withdrawals"
        self._caller.tell(
            _change(
                *("withdraw_plan_change", subscription, path, {}, key), "PlanRefused"
            )
        )

    def statements(self, subscription: str) -> list[Statement]:
        wanted = answers.StatementsAnswer
        found = self._look("statements", subscription, "/statements", wanted)
        return [each.read() for each in found.statements]

    def notices(self, subscription: str) -> list[CarrierNotice]:
        wanted = answers.NoticesAnswer
        found = self._look("notices", subscription, "/notices", wanted).notices
        for each in found:
            _check_same(each.subscription, subscription)
        return [each.read() for each in found]

    def _look(
        self,
        name: str,
        subscription: str,
        path: str,
        answer: type[_Answer],
        *refusals: str,
    ) -> _Answer:
        path = _path(subscription, path)
        known = frozenset({"NoSuchSubscription", *refusals})
        return self._caller.ask(Call(name, "GET", path, known), answer)


def _change(
    name: str,
    subscription: str,
    path: str,
    body: Mapping[str, Any],
    key: str,
    refusal: str,
) -> Call:
    refusals = frozenset({"NoSuchSubscription", "KeyUsedTwice", refusal})
    path = _path(subscription, path)
    return Call(name, "POST", path, refusals, body=body, key=key)


def _path(subscription: str, path: str) -> str:
    _check_id(subscription)
    return f"/subscriptions/{subscription}{path}"


def _check_id(subscription: str) -> None:
    """Raises NoSuchSubscription: no carrier has an id that looks so."""
    if not _ID.fullmatch(subscription):
        raise NoSuchSubscription(subscription)


def _check_same(answered: str, asked: str) -> None:
    """Raises CarrierAway: what is another's is shown to nobody."""
    if answered != asked:
        logger.error("the carrier's answer is about another subscription")
        raise CarrierAway("the answer is about another subscription")
