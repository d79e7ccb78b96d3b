"""The words of the catalog: the longest wins, in any width, without overlaps."""

from __future__ import annotations

from pathlib import Path

import pytest
import rasa.shared.utils.io
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.vocabulary import Vocabulary, VocabularyExtractor, spell_out

FILE = "data/catalog/vocabulary.yml"
CONTENT = rasa.shared.utils.io.read_yaml_file(FILE)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(CONTENT)


def found(vocabulary: Vocabulary, text: str) -> list[tuple[str, str, str]]:
    """Entity, value, and the characters as typed."""
    return [
        (each["entity"], each["value"], text[each["start"] : each["end"]])
        for each in vocabulary.find(text)
    ]


SERVICE_START = [
    "開通メールが来た",
    "開通のメールが来た",
    "サービス開始のお知らせが来た",
    "サービス開始メールが来た",
    "切替完了が来た",
    "切り替え完了のメールが来た",
    "開通のお知らせが来た",
    "開通案内が来た",
    "開通完了が来た",
    "ご利用開始のお知らせが来た",
    "利用開始のメールが来た",
    "サービスの開始が来た",
    "MNP完了のメールが来た",
    "転入完了が来た",
    "回線切り替えのメールが来た",
    "かいつうメールが来た",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "お母さんの回線",
            [("relation", "お母さま", "お母さん")],
            id="お母さん, not 母",
        ),
        pytest.param("母の回線", [("relation", "お母さま", "母")], id="母"),
        pytest.param(
            "届いていません",
            [("arrival", "not_arrived", "届いていません")],
            id="negated",
        ),
        pytest.param(
            "届いています", [("arrival", "arrived", "届いています")], id="not negated"
        ),
        pytest.param(
            "新しいLINEのスマホ",
            [("device_change", "account", "新しいLINE")],
            id="Latin",
        ),
        pytest.param(
            "家電量販店で",
            [("order_place", "shop", "家電量販店")],
            id="家電量販店, not 量販店",
        ),
        pytest.param("残量を見たい", [], id="none"),
        pytest.param("", [], id="empty"),
    ],
)
def test_longest_word_wins(
    vocabulary: Vocabulary, text: str, expected: list[tuple[str, str, str]]
):
    assert found(vocabulary, text) == expected


@pytest.mark.parametrize("text", ["Web", "WEB", "ｗｅｂ", "ＷＥＢ", "ウェブ", "ﾈｯﾄ"])
def test_width_and_case_do_not_matter(vocabulary: Vocabulary, text: str):
    expected = [("order_place", "web", text)]

    assert found(vocabulary, f"㌔{text}で申し込んだ") == expected


def test_words_of_one_kind_never_overlap_those_of_two_may(vocabulary: Vocabulary):
    assert vocabulary.find("主人が契約") == [
        {"entity": "relation", "value": "ご主人さま", "start": 0, "end": 2},
        {"entity": "writer_role", "value": "end_user", "start": 0, "end": 5},
    ]


def test_same_word_twice_is_found_twice(vocabulary: Vocabulary):
    assert found(vocabulary, "娘と息子と娘") == [
        ("relation", "お子さま", "娘"),
        ("relation", "お子さま", "息子"),
        ("relation", "お子さま", "娘"),
    ]


def test_every_word_of_the_catalog_finds_its_value(vocabulary: Vocabulary):
    words = [
        (entity, value, word)
        for entity, values in spell_out(CONTENT).items()
        for value, words in values.items()
        for word in words
    ]

    # "-" names words that only contain another one, and are nothing themselves.
    wrong = {
        word: of_this_kind
        for entity, value, word in words
        if (
            of_this_kind := [
                each for each in found(vocabulary, word) if each[0] == entity
            ]
        )
        != ([] if value == "-" else [(entity, value, word)])
    }
    assert wrong == {}


# Entity and value (None: nothing of that kind), and messages that have it and no other.
SAID = {
    ("notice", "shipping"): [
        "発送メールが届いた",
        "発送のお知らせが届いた",
        "発送のご案内が届いた",
        "出荷案内が届いた",
        "商品を発送しましたが届いた",
        "出荷しましたが届いた",
        "はっそうメールが届いた",
        "荷物送ったでってが届いた",
        "お荷物を発送しましたが届いた",
        "SIM発送が届いた",
        "配送のお知らせが届いた",
        "発送完了メールが届いた",
        "商品発送のお知らせが届いた",
        "シムを送りましたが届いた",
    ],
    ("arrival", "arrived"): [
        "発送メールが届いた",
        "発送のお知らせが届いた",
        "発送のご案内が届いた",
        "出荷案内が届いた",
        "商品を発送しましたが届いた",
        "出荷しましたが届いた",
        "はっそうメールが届いた",
        "荷物送ったでってが届いた",
        "お荷物を発送しましたが届いた",
        "SIM発送が届いた",
        "配送のお知らせが届いた",
        "発送完了メールが届いた",
        "商品発送のお知らせが届いた",
        "シムを送りましたが届いた",
        *SERVICE_START,
        "発送メールは届いた",
        "発送メールは届きました",
        "発送メールはとどいた",
        "発送メールはとどきました",
        "発送メールは来た",
        "発送メールは来ました",
        "発送メールはきました",
        "発送メールはきた",
        "発送メールは届いてます",
        "発送メールは届いております",
        "発送メールは来よった",
        "発送メールは来とる",
        "発送メールは届いとる",
        "発送メールは届いとった",
        "発送メールは来てます",
        "発送メールはきてた",
        "発送メールは受け取りました",
        "発送メールは受信しました",
        "発送メールは到着しました",
        "発送メールはいただきました",
        "発送メールは頂きました",
        "発送メールは着きました",
        "発送メールはもらった",
        "発送メールは来はった",
        "発送メールは届いてん",
        "発送メールはもろたで",
        "発送メールはメールありました",
        "発送メールは迷惑メールにありました",
        "発送メールは届いている",
        "発送メールはとどいとる",
        "発送メールは来ていました",
        "発送メールは見つかりました",
        "発送メールは着いた",
    ],
    ("notice", "service_start"): SERVICE_START,
    ("arrival", "not_arrived"): [
        "発送メールがまだ",
        "発送メールがまだです",
        "発送メールが届いてない",
        "発送メールが届いていません",
        "発送メールが届かない",
        "発送メールが来ない",
        "発送メールが来てません",
        "発送メールがきてない",
        "発送メールが見当たらない",
        "発送メールが見当たりません",
        "発送メールが迷惑メールにもない",
        "発送メールが来てへん",
        "発送メールが届いてへん",
        "発送メールがとどかへん",
        "発送メールが届かへん",
        "発送メールがけえへん",
        "発送メールが来おへん",
        "発送メールがこーへん",
        "発送メールがきとらん",
        "発送メールが届いとらん",
        "発送メールがとどいてない",
        "発送メールが見つからない",
        "発送メールが未着",
        "発送メールが届いておりません",
        "発送メールが来なかった",
        "発送メールが受け取ってません",
        "発送メールがいただいていません",
        "発送メールが着いてない",
        "メールがない",
        "発送メールが届いてねえ",
        "発送メールがきいひん",
        "発送メールがまだ来ていません",
        "発送メールがこない",
        "発送メールがみあたらない",
        "発送メールが迷惑フォルダにもありません",
        "発送メールが来ません",
        "発送メールが届かん",
    ],
    ("arrival", None): [
        "できました",
        "連携できた",
        "行きました",
        "聞きました",
        "届いたらいつから",
        "メールが来たらできますか",
        "こないだの件",
        "出来ました",
        "うまくできない",
        "まだ連携できない",
        "まだログインできない",
        "届いたかどうか",
        "起きました",
        "まだできません",
        "きたらどうする",
        "続きました",
        "出来ません",
        "きたない",
        "本来は",
        "将来",
    ],
    ("order_place", "shop"): [
        "ビックカメラで契約した",
        "ビッグカメラで契約した",
        "ヨドバシで契約した",
        "ヨドバシカメラで契約した",
        "ヤマダ電機で契約した",
        "ヤマダデンキで契約した",
        "ケーズデンキで契約した",
        "エディオンで契約した",
        "ジョーシンで契約した",
        "ノジマで契約した",
        "コジマで契約した",
        "ソフマップで契約した",
        "イオンで契約した",
        "イトーヨーカドーで契約した",
        "ドンキで契約した",
        "家電量販店で契約した",
        "電気屋で契約した",
        "お店で契約した",
        "店頭で契約した",
        "ショップで契約した",
        "店員さんで契約した",
        "しょっぷで契約した",
        "携帯屋で契約した",
        "家電屋で契約した",
        "ﾖﾄﾞﾊﾞｼで契約した",
        "ﾋﾞｯｸｶﾒﾗで契約した",
        "ヨドバシカメタで買った",
        "家電量反店で",
        "ビックカマラで",
    ],
    ("order_place", "web"): [
        "ネットで申し込んだ",
        "Webで申し込んだ",
        "ｗｅｂで申し込んだ",
        "ウェブで申し込んだ",
        "オンラインショップで申し込んだ",
        "オンラインで申し込んだ",
        "インターネットで申し込んだ",
        "公式サイトで申し込んだ",
        "ホームページで申し込んだ",
        "アマゾンで申し込んだ",
        "ネットショップで申し込んだ",
        "通販で申し込んだ",
        "スマホから申し込みで申し込んだ",
        "ねっとでで申し込んだ",
        "パソコンからで申し込んだ",
    ],
    ("order_place", None): [
        "ネットにつながらない",
        "ネットワークエラー",
        "ライオン",
        "ショッピング",
        "ネットが遅い",
        "イオンモバイルから",
        "ビックリした",
        "ホームページが開かない",
        "オリオン",
    ],
    ("number_kind", "mnp"): [
        "ドコモから乗り換え",
        "前はauでした",
        "ソフトバンクから移りました",
        "ワイモバイルから変えた",
        "UQから来ました",
        "楽天から切り替えた",
        "mineoからです",
        "IIJmioからのりかえ",
        "ずっとドコモ使ってた",
        "もともとauの",
        "番号そのまま",
        "番号は変えず",
        "MNPで",
        "ＭＮＰ",
        "今の番号で",
        "番号を引き継いだ",
        "同じ番号で",
        "ナンバーポータビリティ",
        "他社から乗り換え",
        "前はソフトバンクでした",
        "元はドコモ",
        "auを解約して",
        "番号は同じまま",
        "えむえぬぴー",
        "乗りかえ",
        "ポートイン",
        "以前は楽天モバイル",
        "よそからうつった",
        "使ってた番号を",
    ],
    ("number_kind", "new"): [
        "新規です",
        "新しい番号",
        "新しく契約",
        "MNPじゃない",
        "乗り換えではないです",
        "新番号",
        "番号は新しいやつ",
        "番号が変わりました",
        "引き継いでません",
        "初めてのスマホ",
        "番号を新しくした",
    ],
    ("number_kind", None): [
        "ドコモ回線",
        "ドコモから請求が",
        "auのスマホ",
        "ソフトバンクの電波",
        "楽天ペイ",
        "ドコモ回線です",
        "auto",
        "どこも",
        "楽天カードで払",
        "au回線",
        "UQ WiMAX",
        "新規登録したい",
        "番号がわからない",
    ],
    ("relation", "奥さま"): [
        "妻の",
        "嫁はんの",
        "うちのかみさん",
    ],
    ("relation", "ご主人さま"): [
        "旦那の",
        "亭主が",
    ],
    ("relation", "お子さま"): [
        "むすめの",
        "三男",
    ],
    ("relation", "お母さま"): [
        "おかあさんの",
        "かーちゃんが",
        "義母の",
        "ｵｶﾝの",
    ],
    ("relation", "お父さま"): [
        "おやじの",
        "とうさん",
        "パパの",
        "お父さんの",
        "ﾊﾟﾊﾟの",
    ],
    ("relation", "ご両親"): [
        "父母の",
    ],
    ("relation", "おじいさま"): [
        "じいさん",
    ],
    ("relation", "おばあさま"): [
        "ばーちゃん",
    ],
    ("relation", "ご家族"): [
        "祖父母",
        "叔母の",
        "伯父が",
        "おとうとの",
        "兄弟で",
    ],
    ("relation", None): [
        "大丈夫です",
        "親切に",
        "母体",
        "工夫",
        "夫婦で",
        "親友",
        "このママ",
        "主人公",
        "親会社",
        "家族割",
        "秩父",
        "彼岸",
        "母校",
        "丈夫な",
        "親機",
    ],
    ("writer_role", "holder"): [
        "契約者です",
        "私の名義です",
        "契約者は自分",
        "契約したのは私",
        "うちが契約してます",
        "自分名義",
        "使うのは娘です",
        "利用者は母です",
        "わたしが契約",
        "契約者本人です",
        "俺名義",
    ],
    ("writer_role", "end_user"): [
        "利用者です",
        "使うのは私です",
        "契約者は夫",
        "主人の名義",
        "お父さんが契約",
        "名義は旦那です",
        "契約者じゃないです",
        "父親名義",
        "使ってるのはわたし",
        "おかんが契約した",
        "契約は親がした",
        "契約者は祖父です",
        "使う側です",
        "パパの名義",
    ],
    ("writer_role", None): [
        "契約者ですか",
        "利用者ですか？",
    ],
    ("holder_is", "same"): [
        "同じです",
        "本人です",
        "自分です",
        "一人で使ってます",
        "どっちも私",
        "おんなじです",
        "同じ人です",
        "私だけ",
    ],
    ("holder_is", "other"): [
        "別の人です",
        "違います",
        "娘が使います",
        "母用です",
        "使うのは息子",
        "別々です",
        "別名義",
        "同じじゃないです",
        "ちゃいます",
        "名義は別",
        "子供に持たせてる",
    ],
    ("holder_is", None): [
        "同じ番号で",
        "本人確認",
        "自分でやってみた",
        "同じエラー",
        "同じ画面",
        "同じLINE",
    ],
    ("failed_link", "holder"): [
        "契約者連携で失敗",
        "契約者連係で失敗",
        "契約者連繋で失敗",
        "ログインIDで失敗",
        "パスワドで失敗",
        "パスワードーで失敗",
        "ログインＩＤで失敗",
    ],
    ("failed_link", "end_user"): [
        "利用コードで失敗",
        "利用コドで失敗",
        "利用者連携で失敗",
        "利用者連係で失敗",
        "利用コートで失敗",
        "利用者コードで失敗",
    ],
    ("failed_link", None): [
        "Androidです",
        "QRコード",
        "アプリ",
        "Apple IDが",
        "プレゼントコード",
    ],
}


@pytest.mark.parametrize(("entity", "value"), SAID)
def test_what_customers_say_has_its_value(
    vocabulary: Vocabulary, entity: str, value: str | None
):
    values = {
        text: {each[1] for each in found(vocabulary, text) if each[0] == entity}
        for text in SAID[entity, value]
    }

    expected = set() if value is None else {value}
    assert {text: some for text, some in values.items() if some != expected} == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("契約者連係で", "契約者連係", id="a wrong conversion"),
        pytest.param("利用コドです", "利用コド", id="a character is missing"),
        pytest.param("㌔パスワーードです", "パスワーード", id="one too many"),
        pytest.param("パスーワドです", "パスーワド", id="two change places"),
        pytest.param("家電屋量販で", "家電屋", id="a known word comes first"),
    ],
)
def test_a_slip_in_a_long_name_is_seen_through(
    vocabulary: Vocabulary, text: str, expected: str
):
    assert [each[2] for each in found(vocabulary, text)] == [expected]


def test_lists_in_angle_brackets_are_spelled_out():
    content = {
        "<color>": {"names": ["赤", "青"]},
        "fruit": {"apple": ["<color>りんご"]},
    }

    assert spell_out(content) == {"fruit": {"apple": ["赤りんご", "青りんご"]}}


def test_extractor_reads_its_file_and_keeps_what_others_have_marked(tmp_path: Path):
    file = tmp_path / "words.yml"
    file.write_text("fruit:\n  apple: [りんご]\n", "utf-8")
    extractor = VocabularyExtractor.create({"file": str(file)}, None, None, None)
    other = {"entity": "day", "value": "day-1", "start": 0, "end": 2}
    message = Message({TEXT: "昨日りんご", ENTITIES: [other]})

    extractor.process([message])

    assert message.get(ENTITIES) == [
        other,
        {
            "entity": "fruit",
            "value": "apple",
            "start": 2,
            "end": 5,
            "extractor": "VocabularyExtractor",
        },
    ]


def test_fingerprint_changes_with_the_file(tmp_path: Path):
    file = tmp_path / "words.yml"
    prints = []
    for content in ("fruit: {}", "fruit: {}", "fruit: {apple: [りんご]}"):
        file.write_text(content, "utf-8")
        prints.append(VocabularyExtractor.fingerprint_addon({"file": str(file)}))

    assert [prints[0] == prints[1], prints[1] == prints[2]] == [True, False]


def test_fingerprint_is_of_the_catalog_unless_told_otherwise():
    plain = VocabularyExtractor.fingerprint_addon({})

    assert plain == VocabularyExtractor.fingerprint_addon({"file": FILE})


def test_word_that_only_contains_another_is_nothing():
    vocabulary = Vocabulary({"relation": {"-": ["大丈夫"], "ご主人さま": ["夫"]}})

    found = vocabulary.find("大丈夫です、夫の携帯です")

    assert [(each["value"], each["start"]) for each in found] == [("ご主人さま", 6)]
