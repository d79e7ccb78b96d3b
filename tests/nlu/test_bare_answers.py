"""Short answers are read as whole messages, in the ways that people type them."""

from __future__ import annotations

from pathlib import Path

import pytest
import rasa.shared.utils.io
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.bare_answers import BareAnswerExtractor, BareAnswers

FILE = Path(__file__).parents[2] / "data" / "catalog" / "bare_answers.yml"
ANSWERS = BareAnswers(rasa.shared.utils.io.read_yaml_file(str(FILE)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("はい", "yes"),
        ("ハイ。", "yes"),
        ("うん", "yes"),
        ("はい👍", "yes"),
        ("せやで", "yes"),
        ("OK", "agree"),
        ("ＯＫ！", "agree"),
        ("👍🏻👍🏻", "agree"),
        ("いいですよ〜", "agree"),
        ("かまへん", "agree"),
        ("問題ないです", "agree"),
        ("違う", "no"),
        ("ちがいます。", "no"),
        ("ううん", "no"),
        ("そうじゃない", "no"),
        ("ちゃうちゃう", "no"),
        ("🙅‍♀️💦", "no"),
        ("どれも違う", "none"),
        ("どれでもないです", "none"),
        ("大丈夫です", "fine"),
        ("ﾀﾞｲｼﾞｮｳﾌﾞです！", "fine"),
        ("あ、大丈夫です", "fine"),
        ("いいです", "fine"),
        ("ええわ", "fine"),
        ("結構です", "enough"),
        ("もういいです", "enough"),
        ("もうええわ", "enough"),
        ("終了", "end"),
        ("おわり", "end"),
        ("それ", "that"),
        ("それで", "that"),
        ("それでお願いします", "that"),
        ("2番目", "place:2"),
        ("２番目ので", "place:2"),
        ("二つ目のやつ", "place:2"),
        ("ひとつめ", "place:1"),
        ("えっと、3番で", "place:3"),
        ("上の", "place:1"),
        ("いちばん上のがええわ", "place:1"),
        ("最後の", "place:-1"),
        ("下のほうでお願いします", "place:-1"),
        ("真ん中", "place:0"),
        ("下から2番目", "place:-2"),
        ("1", "number:1"),
        ("②", "number:2"),
        ("（３）", "number:3"),
        ("1です", "number:1"),
        ("前回の続き", "resume"),
        ("さっきの続きをお願いします", "resume"),
        ("昨日の手続きの続きから始めたいんですけど", "resume"),
        ("続きから", "resume"),
        ("再開したい", "resume"),
    ],
)
def test_kind(text: str, kind: str):
    assert ANSWERS.read(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😊",
        "👍👎",
        "に",
        "1GB",
        "500",
        "11/20",
        "上限はいくつ",
        "それはいいです",
        "大丈夫ですか",
        "大丈夫じゃない",
        "いいですか",
        "終了したい契約がある",
        "違う人が使います",
        "契約者連携の続きをしたい",
        "はい、でも料金はいくらですか",
        "最後の請求はいつ",
        "2番目の回線の残量",
        "24681357902468131",
    ],
)
def test_what_says_more_is_none(text: str):
    assert ANSWERS.read(text) is None


def test_no_phrase_is_of_two_kinds():
    said = rasa.shared.utils.io.read_yaml_file(str(FILE))["said"]
    phrases = [phrase for phrases in said.values() for phrase in phrases]

    assert [each for each in phrases if not isinstance(each, str)] == []
    assert {
        phrase: ANSWERS.read(phrase)
        for kind, listed in said.items()
        for phrase in listed
        if ANSWERS.read(phrase) != kind
    } == {}


def test_entity_covers_the_whole_message():
    messages = [Message({TEXT: " はい。"}), Message({TEXT: "何ギガ残ってますか"})]

    done = BareAnswerExtractor(ANSWERS).process(messages)

    found = [
        {name: each[name] for name in ("entity", "value", "start", "end")}
        for each in done[0].get(ENTITIES)
    ]
    whole = {"entity": "bare_answer", "value": "yes", "start": 0, "end": 4}
    assert (found, done[1].get(ENTITIES)) == ([whole], [])


def test_an_edited_list_counts_for_the_cache(tmp_path: Path):
    file = tmp_path / "answers.yml"
    file.write_text("a: 1", "utf-8")
    before = BareAnswerExtractor.fingerprint_addon({"file": str(file)})
    file.write_text("a: 2", "utf-8")

    assert BareAnswerExtractor.fingerprint_addon({"file": str(file)}) != before
