// The stickers that can be sent: LINE tells a bot only their English keywords.

export const STICKERS = [
  { label: "ありがとう", keywords: ["thank you"] },
  { label: "こんにちは", keywords: ["hello"] },
  { label: "OK", keywords: ["ok"] },
  { label: "悲しい", keywords: ["sad"] },
];

export function stickerLabel({ text, keywords = [] }) {
  const known = STICKERS.find((sticker) => sticker.keywords.some((word) => keywords.includes(word)));
  return text || known?.label || keywords[0] || "スタンプ";
}
