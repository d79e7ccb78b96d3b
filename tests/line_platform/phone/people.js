// Who can be played: the sample people and the strangers that were added.

import { node } from "./nodes.js";

// The names of data/catalog/sample_world.yml.
const SAMPLES = {
  eita: ["エイタ", "自分とアイコの回線の契約者・MNPで開通ずみ"],
  aiko: ["アイコ", "エイタの回線を使う利用者"],
  mika: ["ミカ", "新しい番号・今日発送メール"],
  kenji: ["ケンジ", "MNP・開通待ち"],
  saori: ["サオリ", "店舗契約・さきほど開通"],
  yuki: ["ユキ", "連携ずみ"],
  hiro: ["ヒロ", "利用者連携のみ"],
  emi: ["エミ", "未連携"],
};
const STRANGER = "はじめての人";

export function keyOf({ user_id: id, name }) {
  return name in SAMPLES ? name : id;
}

export function nameOf({ name }) {
  return SAMPLES[name]?.[0] ?? name;
}

/** A name that nobody has yet. */
export function strangersName(users) {
  const names = new Set(users.map(({ name }) => name));
  let number = 1;
  while (names.has(`${STRANGER}${number}`)) {
    number += 1;
  }
  return `${STRANGER}${number}`;
}

/** Links, so that a person can be opened in another window as well. */
export function showPeople(users, chosen) {
  const list = document.getElementById("people");
  const focused = document.activeElement?.dataset?.key;
  list.replaceChildren(...users.map((user) => personItem(user, user.user_id === chosen?.user_id)));
  list.querySelector(`[data-key="${CSS.escape(focused ?? "")}"]`)?.focus();
}

function personItem(user, isChosen) {
  const link = document.createElement("a");
  link.href = `#${encodeURIComponent(keyOf(user))}`;
  link.dataset.key = keyOf(user);
  if (isChosen) {
    link.setAttribute("aria-current", "true");
  }
  const about = SAMPLES[user.name]?.[1] ?? "契約との連携なし";
  link.append(node("strong", "", nameOf(user)), node("span", "", about, user.blocked ? "・ブロック中" : ""));
  return node("li", "", link);
}
