// A card: figures that a bubble shows in place of the words that say the same.

/** A node of a card of the events: {title, lead, rows: [{label, value, share}], note}. */
export function cardNode({ title, lead, rows, note }) {
  const card = element("div", "card", element("p", "card-title", title));
  if (lead) {
    card.append(element("p", "card-lead", lead));
  }
  if (rows.length) {
    card.append(element("dl", "card-rows", ...rows.map(rowNode)));
  }
  if (note) {
    card.append(element("p", "card-note", note));
  }
  return card;
}

function rowNode({ label, value, share }) {
  const row = element("div", "card-row", element("dt", "", label), element("dd", "", value));
  if (typeof share === "number") {
    row.append(bar(share));
  }
  return row;
}

// The value beside it says the same in words: read aloud, a bar would say it twice.
function bar(share) {
  // Not a meter: browsers let its parts be drawn less alike.
  const progress = element("progress", "");
  progress.value = share;
  const place = element("dd", "card-bar", progress);
  place.setAttribute("aria-hidden", "true");
  return place;
}

function element(name, className, ...children) {
  const node = document.createElement(name);
  node.className = className;
  node.append(...children);
  return node;
}
