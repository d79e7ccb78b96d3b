"""Words that join wishes, and the parts that they join."""

from __future__ import annotations

import random

import pytest

from helpdesk.nlu.clauses import clauses, joins_wishes

# "|" stands before the second wish.
TWO_WISHES = [
    "今月の料金を教えてください。|あとデータ残量も知りたいです",
    "プラン変更したいんですけど、|あと今月の請求額も知りたい",
    "連携できてるか確認したい。|あと利用コードはどこに書いてありますか",
    "ギガの残り教えて！|あとデータプレゼントってどうやるの？",
    "マイページってどこから開くの、|あとログインIDを忘れちゃった",
    "プランを変えたいんやけど。|あと電話って何時までやってますか",
    "コードが届かない|あと何時まで電話できますか",
    "利用者連携がしたいんですけど|あと利用コードの再発行も",
    "りようこーどのさいはっこうと、|あとりょうきんもしりたいです",
    "れんけいをしたいです|あとでーたのざんりょうも",
    "マイページの開き方と、|あと、料金の見方を教えて",
    "契約者連携のやり方を教えてください。|それから利用者連携の方法もお願いします",
    "いつから連携できますか？|それから契約者連携の手順も教えてほしいです",
    "娘にデータをプレゼントしたい。|それから自分の残りのデータも確認したい",
    "まいぺーじのひらきかたと、|それからでーたのざんりょうもおしえてください",
    "利用コードを再発行したいです。|それと問い合わせの受付時間も教えてください",
    "オペレーターと話したいです。|それと受付時間は何時までですか",
    "息子にギガ送りたいです🙏 |それとプランも見直したい💦",
    "請求が高いです。|それともう一つ、連携ができません",
    "データを1GB追加したいです、|それと追加した分の請求はいつですか",
    "ログインパスワードを忘れました。|ついでにプランも変えたいです",
    "マイページの開き方を教えて。|ついでに料金明細も見たい",
    "利用コードの確認方法を教えて。|ついでに利用者連携のやり方も",
    "データプレゼントの送り方を知りたいです。|もう一つ、データの追加購入の方法も教えて",
    "連携はいつからですか。|もうひとつ、オペレーターの方ともお話ししたく存じます",
    "料金を見たい。|もう1つ、支払い方法も確認したいです",
    "料金を見たい。|もう１つ、支払い方法は何がありますか",
    "請求額の内訳を知りたい。|あわせてプラン変更の方法も知りたいです",
    "契約者連携の手順をお願いします。|併せて利用者連携の手順もお願いします",
    "プランを下げたいです。|次に、今月分のデータを追加で買う方法を教えてください",
    "受付時間教えて。|次に請求額",
    "契約者連携がしたいです。|また、今月の料金も確認したいです",
    "前のLINEの連携を解除してから、|新しいLINEで契約者連携をしたいです",
    "利用コードを作り直してから、|主人の利用者連携をやりたいです",
    "残りのデータ量を確認してから|追加で買う方法を教えて",
    "料金を確認してから|プランを変えてほしい",
    "料金明細見たい\n|連携解除もしたい",
    "利用コードを再発行してほしいです。|今月の請求も知りたいです",
    "利用者連携がしたい、|料金も一緒に教えて",
    "パスワードを忘れました。|データの残りもあわせて確認お願いします",
    "プランを変えたい。|支払い方法も変えたい",
    "マイページを開きたい！|利用コードも見たいです",
    "連携を解除したい,|オペレーターにも聞きたい",
]
ONE_WISH = [
    "今月の料金を教えてください",
    "あと何ギガ使えますか",
    "今月あと3GBしかない",
    "あと５日で月末ですがデータが足りません",
    "あとどれくらいデータが残っていますか",
    "あとどのくらい待てば連携できますか",
    "データはあといくら残っていますか",
    "あと少しでデータが切れそうです",
    "今月あとなんぼ残ってるん",
    "あとで連携してもいいですか",
    "あとから利用者を変えられますか",
    "機種変したあと、連携はどうなりますか",
    "コードを入れたあとエラーになります",
    "このあと何をすればいいですか",
    "そのあとログインできなくなりました",
    "連携をあとにしてもいいですか",
    "それとも最初からやり直しですか",
    "契約者は私ですか、それとも夫ですか",
    "それとは違います",
    "ちゃうちゃう、それとちゃう",
    "次に進めません",
    "次に何をすればいいですか",
    "次にすることを教えてください",
    "次に押すボタンがありません",
    "もう一度やっても同じです",
    "コードをもう一つ発行したい",
    "どうしても知りたいです",
    "いつでもやり直せますか",
    "何度も確認しましたが入れません",
    "何回もお願いしています",
    "誰でも変えられますか",
    "今後ともお願いいたします",
    "開通してから一週間たちますが連携できません",
    "アプリを更新してからおかしいです。どうやったらログインできますか",
    "申し込んでから何日で届きますか",
    "機種を変えてからずっと連携が切れています",
    "娘のスマホを買いました。連携はまだです。やり方を教えてください",
    "母の携帯です、母が使います、利用者連携のやり方は",
    "マイページにログインしようとしたら、パスワードが違うと出ました",
    "昨日、発送のメールが来ました。いつから連携できますか？",
    "オペレーターに相談したい",
    "データプレゼントが届きません。昨日送ってもらいました",
    "ありがとうございました、助かりました",
]


@pytest.mark.parametrize("marked", TWO_WISHES)
def test_words_say_that_there_are_two_wishes_and_where_they_part(marked: str):
    at, text = marked.index("|"), marked.replace("|", "")

    parts = clauses(text)

    assert joins_wishes(text)
    assert [start < at < end for start, end in parts].count(True) == 0
    assert {end <= at for _, end in parts} == {True, False}


@pytest.mark.parametrize("text", ONE_WISH)
def test_words_of_one_wish_join_nothing(text: str):
    assert not joins_wishes(text)


@pytest.mark.parametrize(
    "text",
    [
        "料金もデータ残量も知りたい",
        "契約者連携も利用者連携もやりたい",
        "請求も教えて",
        "利用者連携もお願いします",
        "利用者連携もしたいです",
        "連携もまとめて頼みたい",
    ],
)
def test_a_wish_that_is_wanted_too_is_not_the_only_one(text: str):
    assert joins_wishes(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("料金を知りたい", ["料金を知りたい"], id="one"),
        pytest.param(
            "料金を見たい。連携したい", ["料金を見たい", "連携したい"], id="two"
        ),
        pytest.param(
            "料金を見たい！？！連携したい", ["料金を見たい", "連携したい"], id="signs"
        ),
        pytest.param("、料金を見たい。", ["料金を見たい"], id="signs at both ends"),
        pytest.param(
            "料金を見たいあと連携したい", ["料金を見たい", "あと連携したい"], id="cue"
        ),
        pytest.param("あと料金を見たい", ["あと料金を見たい"], id="cue at the start"),
        pytest.param(
            "はい、料金を見たい、ね", ["料金を見たい"], id="short ones are none"
        ),
        pytest.param("残量は？", [], id="three are too short"),
        pytest.param("残量です", ["残量です"], id="four are enough"),
        pytest.param("。。。", [], id="signs alone"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_clauses_stand_between_the_signs(text: str, parts: list[str]):
    assert [text[start:end] for start, end in clauses(text)] == parts


@pytest.mark.parametrize("seed", range(10))
def test_clauses_of_any_text_follow_one_another(seed: int):
    draw = random.Random(seed)
    pieces = [
        "料金",
        "連携したい",
        "あと",
        "てから",
        "もう一つ",
        "。",
        "、",
        "\n",
        "😀",
        "も",
    ]
    for _ in range(100):
        text = "".join(draw.choices(pieces, k=draw.randrange(12)))

        parts = clauses(text)

        positions = [position for part in parts for position in part]
        assert positions == sorted(positions)
        assert all(0 <= start < end <= len(text) for start, end in parts)
        assert not any(set(text[start:end]) & set("。、\n") for start, end in parts)
