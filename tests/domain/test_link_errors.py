"""Why linking failed, in the order of F-ERR-02."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.link_errors import Cause, Evidence, diagnose

evidences = st.builds(
    Evidence,
    code=st.sampled_from([None, *Cause]),
    is_open=st.sampled_from([None, False, True]),
    was_reissued=st.booleans(),
)


@pytest.mark.parametrize(
    ("evidence", "cause"),
    [
        pytest.param(
            Evidence(Cause.MISTYPED, is_open=False, was_reissued=True),
            Cause.MISTYPED,
            id="first typing",
        ),
        pytest.param(
            Evidence(Cause.REPLACED, is_open=False, was_reissued=True),
            Cause.REPLACED,
            id="typing: the code was replaced",
        ),
        pytest.param(
            Evidence(Cause.ALREADY_LINKED, is_open=False),
            Cause.ALREADY_LINKED,
            id="nothing is wrong: the link is there",
        ),
        pytest.param(Evidence(is_open=False), Cause.TOO_EARLY, id="second timing"),
        pytest.param(
            Evidence(Cause.NOT_FOUND, is_open=False, was_reissued=True),
            Cause.TOO_EARLY,
            id="timing before reissue",
        ),
        pytest.param(
            Evidence(Cause.TOO_EARLY, is_open=True),
            Cause.TOO_EARLY,
            id="the record decides on the timing",
        ),
        pytest.param(
            Evidence(Cause.USABLE, is_open=True),
            Cause.USABLE,
            id="the code works after all",
        ),
        pytest.param(
            Evidence(Cause.NOT_FOUND, is_open=True),
            Cause.NEEDS_REISSUE,
            id="third reissue: F-ERR-01",
        ),
        pytest.param(Evidence(), Cause.NEEDS_REISSUE, id="nothing known"),
        pytest.param(
            Evidence(Cause.NOT_FOUND, is_open=True, was_reissued=True),
            Cause.NEEDS_PERSON,
            id="fourth a person: F-ERR-03",
        ),
        pytest.param(
            Evidence(was_reissued=True), Cause.NEEDS_PERSON, id="reissue did not help"
        ),
    ],
)
def test_diagnosis_is_the_first_cause_in_order(evidence: Evidence, cause: Cause):
    assert diagnose(evidence) == cause


@given(evidences)
def test_diagnosis_never_sends_anybody_to_reissue_twice(evidence: Evidence):
    result = diagnose(evidence)

    assert not (evidence.was_reissued and result is Cause.NEEDS_REISSUE)


@given(evidences)
def test_diagnosis_never_reissues_or_calls_a_person_too_early(evidence: Evidence):
    result = diagnose(evidence)

    ends = (Cause.NEEDS_REISSUE, Cause.NEEDS_PERSON)
    assert not (evidence.is_open is False and result in ends)
