"""Half-remembered error texts: found in many dresses, not in ordinary sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rasa.shared.utils.io
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.known_errors import KnownErrorExtractor
from tests.nlu.training import examples

ERRORS = rasa.shared.utils.io.read_yaml_file("data/catalog/errors.yml")
# Of the training sentences, those taken for an error that belongs to another wish.
MOST_MISTAKEN = 0.002


@pytest.fixture(scope="module")
def extractor() -> KnownErrorExtractor:
    config = KnownErrorExtractor.get_default_config()
    return KnownErrorExtractor.create(config, None, None, None)


def extracted(extractor: KnownErrorExtractor, text: str) -> list[dict[str, Any]]:
    message = Message({TEXT: text})

    extractor.process([message])

    return message.get(ENTITIES)


def whole(text: str, value: str) -> list[dict[str, Any]]:
    return [
        {
            "entity": "known_error",
            "value": value,
            "start": 0,
            "end": len(text),
            "extractor": "KnownErrorExtractor",
        }
    ]


# Half-remembered, reworded and misspelt, each with the error that it tells of.
TOLD = {
    "invalid_user_code": [
        "利用コードが有効ではありません",
        "「利用コードが有効ではありません」って出ました",
        "利用コードが有効でありません",
        "利用コードは有効ではないです",
        "利用コードが有効じゃないって言われる",
        "有効ではない利用コードです",
        "利用コードが、有効では、ありません",
        "利用コード が\n有効で\u3000はありません",
        "ﾘﾖｳｺｰﾄﾞが有効ではありません",
        "利用コードが有功ではありません",
        "利用コードが有効ではありまんせん",
        "利用者コードが有効でないみたいなのがでる",
        "コードが有効ではありませんと出た",
        "コードが無効って出てきて進めないんですけど",
        "[CODE:q7m2x9ab] を入れたのに利用コードが有効ではありませんと出る",
        "有効ではありませんと出ます",
        "有効ではありません",
        "利用コドが有効ではありません",
        "利用コードが無効です",
        "コード有効じゃないと出る",
        "無効なコードですって",
        "コードが有効やないって言われるんやけど",
        "利用コードが有効じゃないみたいです",
        "入力したコードは有効ではありませんと赤字で",
        "利用コードが無効になってる",
        "コードが無効と表示されました",
        "りようこーどがゆうこうではありません",
        "利用コードが友好ではありません",
        "このコードは無効ですって出る",
        "有効なコードではありませんとでました",
    ],
    "gift_not_arrived": [
        "データプレゼントが届かない",
        "データプレゼントが届きません",
        "プレゼント届かないんですけど",
        "データプレセント届いてないんですけｄ",
        "もらったはずのデータが届いてない",
        "データプレゼントが来ない",
        "プレゼントされたデータが来てません",
        "データプレゼントまだ届かへん",
        "ギフトが届かない",
        "でーたぷれぜんとがとどかない",
        "母が送ったデータプレゼントがまだ来てない",
        "プレゼントしてもらったのに届いていません",
        "データプレゼントが届いていないようです",
    ],
    "gift_not_sendable": [
        "データプレゼントが送れない",
        "データプレゼント送れません",
        "プレゼントが送れないんだけど",
        "データプレゼントできない",
        "データプレゼントを送ることができません",
        "プレゼントおくれへん",
        "娘にデータをプレゼントできません",
        "データプレゼントが贈れない",
        "ギフト送れない",
        "データプレゼントが送れん",
        "でーたぷれぜんとがおくれない",
    ],
    "plan_button_missing": [
        "プラン変更のボタンがない",
        "プラン変更ボタンが見つからない",
        "プラン変更ボタンがありません",
        "プラン変更のボタンが出てこない",
        "プランを変えるボタンがどこにもない",
        "プラン変更ボタンが見当たりません",
        "プラン変更の項目がない",
        "プランへんこうのぼたんがない",
        "プラン変更ボタンあらへん",
        "プラン変更のボタンが表示されない",
    ],
    "cannot_log_in": [
        "ログインIDまたはパスワードが違います",
        "マイページにログインできない",
        "IDまたはパスワードが違いますと出ます",
        "パスワードが違うと言われる",
        "マイページにログインできません",
        "マイページ入れない",
        "ログインIDまたはパスワードが間違っています",
        "ログインできひん マイページ",
        "マイページにログイン出来ない",
        "マイページにはいれません",
        "マイペジにログインできない",
        "IDかパスワードが違いますって",
        "ログインIDもしくはパスワードに誤りがあります",
        "まいぺーじにろぐいんできない",
    ],
}
# Ordinary wishes and other troubles that hold the same words.
ORDINARY = [
    "データプレゼントしたい",
    "データプレゼントの送り方",
    "データプレゼントを送りたい",
    "データプレゼントとは",
    "プレゼントはいつ届きますか",
    "データプレゼントが届きました",
    "データプレゼント届いた",
    "データプレゼントの条件",
    "データプレゼントを受け取りたい",
    "プレゼントを送れますか",
    "データプレゼントできますか",
    "プレゼントコードを教えて",
    "データを送りたい",
    "プラン変更したい",
    "プラン変更のボタンを押した",
    "プラン変更ボタンはどこ",
    "プランを変更するには",
    "プラン変更のボタンを教えて",
    "プラン変更はいつから",
    "マイページにログインしたい",
    "マイページを開きたい",
    "マイページにログインできました",
    "ログインIDを教えて",
    "ログインIDとパスワードを変更したい",
    "パスワードを変えたい",
    "マイページのログイン方法",
    "ログインIDまたはパスワードを忘れた",
    "パスワードは何桁",
    "利用コードを教えて",
    "利用コードとは",
    "利用コードを再発行したい",
    "利用コードの有効期限は",
    "利用コードは有効ですか",
    "コードを入れました",
    "利用コードが欲しい",
    "利用コードを入力したい",
    "コードが届きました",
    "利用コードを無くしました",
    "有効期限はいつまで",
    "有効",
    "コード",
    "こんにちは、はじめまして",
    "昨日届きました",
    "",
    "あ",
    "コードはどこにありますか",
    "クーポンコードありますか",
    "発送メールが届かない",
    "SIMが届かない",
    "請求書が届かない",
    "メールが送れない",
    "写真が送れない",
    "LINEが送れない",
    "データが足りない",
    "データがない",
    "データ残量が見れない",
    "ボタンがない",
    "連携のボタンがない",
    "契約者連携のボタンが見当たらない",
    "マイページがない",
    "LINEにログインできない",
    "プランを変えたくない",
    "プランが分からない",
    "プラン変更できない",
    "電話が違います",
    "名義が違います",
    "番号が違います",
    "違います",
    "できない",
    "できません",
    "届かない",
    "送れない",
    "パスワードの決め方",
    "アプリが開けない",
    "ログインしなくても見れますか",
    "通信できない",
    "コードレス電話",
    "契約は有効ですか",
    "クレジットカードが無効と出る",
    "カードが有効ではありません",
    "機種変更のボタンがない",
]
LEAST_RECALL, LEAST_PRECISION = 0.95, 0.97
# Those who ask for a new code because theirs is refused tell of the error, too.
ALSO_TELLS = {"reissue_user_code": "invalid_user_code"}


def test_errors_are_told_from_ordinary_sentences(extractor: KnownErrorExtractor):
    told = {text: key for key, texts in TOLD.items() for text in texts}

    found = {
        text: each["value"]
        for text in [*told, *ORDINARY]
        for each in extracted(extractor, text)
    }

    right = [text for text, key in found.items() if told.get(text) == key]
    wrong = {text: key for text, key in found.items() if told.get(text) != key}
    missed = [text for text in told if text not in found]
    assert len(right) / len(told) >= LEAST_RECALL, missed
    assert len(right) / len(found) >= LEAST_PRECISION, wrong


def test_error_is_marked_over_the_whole_message(extractor: KnownErrorExtractor):
    text = "[CODE:q7m2x9ab] を入れたのに利用コードが有効ではありませんと出る"

    assert extracted(extractor, text) == whole(text, "invalid_user_code")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("が".join(text.split("|")), key)
        for key, error in ERRORS.items()
        for text in error["said"]
    ],
)
def test_every_text_of_the_catalog_is_its_own_error(
    extractor: KnownErrorExtractor, text: str, error: str
):
    assert extracted(extractor, text) == whole(text, error)


def test_parts_of_a_text_are_all_needed_in_any_order(tmp_path: Path):
    file = tmp_path / "errors.yml"
    file.write_text("lost: {said: [プレゼント | 来ない]}\n", "utf-8")
    config = KnownErrorExtractor.get_default_config() | {"file": str(file)}
    extractor = KnownErrorExtractor.create(config, None, None, None)

    found = [
        bool(extracted(extractor, text))
        for text in ("来ないよプレゼント", "プレゼソトが来ない", "プレゼント", "来ない")
    ]

    assert found == [True, True, False, False]


def test_few_ordinary_sentences_are_taken_for_an_error(extractor: KnownErrorExtractor):
    sentences = [
        (intent, text) for intent, texts in examples().items() for text in texts
    ]

    mistaken = [
        text
        for intent, text in sentences
        for found in extracted(extractor, text)
        if ERRORS[found["value"]]["wish"] != intent
        and ALSO_TELLS.get(intent) != found["value"]
    ]

    assert len(mistaken) / len(sentences) <= MOST_MISTAKEN, mistaken


def test_threshold_decides_how_alike_is_alike_enough():
    config = KnownErrorExtractor.get_default_config() | {"threshold": 100}
    strict = KnownErrorExtractor.create(config, None, None, None)

    found = [
        extracted(strict, text)
        for text in ("利用コードが有効ではありません", "利用コードが有効でありません")
    ]

    assert found == [whole("利用コードが有効ではありません", "invalid_user_code"), []]


def test_what_others_have_marked_is_kept(extractor: KnownErrorExtractor):
    text = "昨日利用コードが有効ではありませんと出た"
    other = {"entity": "day", "value": "day-1", "start": 0, "end": 2}
    message = Message({TEXT: text, ENTITIES: [other]})

    extractor.process([message])

    assert message.get(ENTITIES) == [other, *whole(text, "invalid_user_code")]


def test_fingerprint_changes_with_the_file(tmp_path: Path):
    file = tmp_path / "errors.yml"
    prints = []
    for content in ("a: {}", "a: {}", "a: {said: [b]}"):
        file.write_text(content, "utf-8")
        prints.append(KnownErrorExtractor.fingerprint_addon({"file": str(file)}))

    assert [prints[0] == prints[1], prints[1] == prints[2]] == [True, False]
