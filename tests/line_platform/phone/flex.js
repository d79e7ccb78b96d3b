// Flex Messages: bubbles and carousels of boxes, as far as a support bot uses them.

import { controlFor, linkTo, openable } from "./actions.js";
import { node } from "./nodes.js";

const COLOR = /^#[0-9a-f]{6}(?:[0-9a-f]{2})?$/i;
const PIXELS = /^\d+(?:\.\d+)?px$/;
const PERCENT = /^\d+(?:\.\d+)?%$/;
const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const PADDING = { ...SPACE, xxl: 24 };
const TEXT = { xxs: 11, xs: 13, sm: 14, md: 15, lg: 18, xl: 21, xxl: 27, "3xl": 32, "4xl": 38, "5xl": 46 };
const ROUND = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 24 };
const BORDER = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };
const BUBBLE = { nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 386 };
const ALIGN = { start: "start", center: "center", end: "end" };
const PLACE = { "flex-start": "flex-start", center: "center", "flex-end": "flex-end" };
const JUSTIFY = { ...PLACE, "space-between": "space-between", "space-around": "space-around", "space-evenly": "space-evenly" };
const SIDES = { paddingTop: "Top", paddingBottom: "Bottom", paddingStart: "Left", paddingEnd: "Right" };

/** A bubble or a carousel; null for anything else. */
export function flexNode(container, act) {
  if (container.type === "carousel") {
    return div("carousel", ...(container.contents ?? []).map((bubble) => bubbleNode(bubble, act)));
  }
  return container.type === "bubble" ? bubbleNode(container, act) : null;
}

function bubbleNode(bubble, act) {
  const card = div("card flex");
  card.style.width = `${BUBBLE[bubble.size] ?? BUBBLE.mega}px`;
  for (const part of ["header", "hero", "body", "footer"]) {
    if (bubble[part]) {
      const style = bubble.styles?.[part] ?? {};
      const block = div(`flex-block ${part}`, component(bubble[part], act, "vertical"));
      paint(block, "backgroundColor", style.backgroundColor);
      if (style.separator) {
        card.append(separator({ color: style.separatorColor }));
      }
      card.append(block);
    }
  }
  return card;
}

function component(item, act, parent) {
  const element = drawn(item, act);
  const gap = size(item.margin, SPACE);
  if (gap) {
    element.style[parent === "vertical" ? "marginTop" : "marginLeft"] = gap;
  }
  // In a row everything shares the width evenly unless `flex` says otherwise, as in LINE.
  const share = item.flex ?? (parent === "vertical" || ["separator", "icon"].includes(item.type) ? 0 : 1);
  element.style.flex = share > 0 ? `${Number(share)} 1 0` : "none";
  element.style.minWidth = "0";
  element.style.maxWidth = "100%";
  return element;
}

function drawn(item, act) {
  switch (item.type) {
    case "box":
      return tappable(box(item, act), item.action, act);
    case "text":
      return tappable(text(item), item.action, act);
    case "button":
      return button(item, act);
    case "separator":
      return separator(item);
    case "image":
    case "video":
      return tappable(div("picture", "画像"), item.action, act);
    case "icon":
      return div("flex-icon");
    case "spacer":
      return spacer(item);
    default:
      return div("flex-filler");
  }
}

function box(item, act) {
  const layout = ["horizontal", "baseline"].includes(item.layout) ? item.layout : "vertical";
  const element = div(`flex-box ${layout}`, ...(item.contents ?? []).map((each) => component(each, act, layout)));
  element.style.gap = size(item.spacing, SPACE);
  element.style.padding = size(item.paddingAll, PADDING);
  for (const [name, side] of Object.entries(SIDES)) {
    element.style[`padding${side}`] = size(item[name], PADDING) || element.style[`padding${side}`];
  }
  element.style.borderRadius = size(item.cornerRadius, ROUND);
  element.style.width = size(item.width, {});
  element.style.height = size(item.height, {});
  element.style.justifyContent = JUSTIFY[item.justifyContent] ?? "";
  element.style.alignItems = PLACE[item.alignItems] ?? "";
  paint(element, "backgroundColor", item.backgroundColor);
  if (item.borderWidth || item.borderColor) {
    element.style.borderStyle = "solid";
    element.style.borderWidth = size(item.borderWidth ?? "normal", BORDER);
    paint(element, "borderColor", item.borderColor);
  }
  return element;
}

function text(item) {
  const spans = (item.contents ?? []).filter(({ type }) => type === "span");
  const parts = spans.length ? spans.map(span) : [item.text ?? ""];
  const element = node("p", item.wrap ? "flex-text wrap" : "flex-text", ...parts);
  element.style.textAlign = ALIGN[item.align] ?? "";
  if (item.wrap && item.maxLines > 0) {
    element.classList.add("clamp");
    element.style.webkitLineClamp = String(Number(item.maxLines));
  }
  write(element, item);
  return element;
}

function span(item) {
  const element = node("span", "", item.text ?? "");
  write(element, item);
  return element;
}

function write(element, { size: letters, weight, color, style, decoration }) {
  element.style.fontSize = size(letters, TEXT);
  element.style.fontWeight = weight === "bold" ? "bold" : "";
  element.style.fontStyle = style === "italic" ? "italic" : "";
  element.style.textDecoration = ["underline", "line-through"].includes(decoration) ? decoration : "";
  paint(element, "color", color);
}

function button(item, act) {
  const style = ["primary", "secondary"].includes(item.style) ? item.style : "link";
  const height = item.height === "sm" ? "low" : "";
  const control = controlFor(item.action, act, `flex-button ${style} ${height}`);
  paint(control, style === "link" ? "color" : "backgroundColor", item.color);
  return control;
}

function separator({ color }) {
  const element = div("flex-separator");
  paint(element, "backgroundColor", color);
  return element;
}

function spacer(item) {
  const element = div("flex-filler");
  element.style.padding = `${(SPACE[item.size] ?? SPACE.md) / 2}px`;
  return element;
}

// A box or a text with an action stays what it looks like, and becomes a button or a link.
function tappable(element, action, act) {
  if (!action) {
    return element;
  }
  const address = action.type === "uri" ? openable(action.uri) : null;
  const control = address ? linkTo(address, "") : controlFor(action, act, "");
  control.className = "flex-tap";
  control.replaceChildren(element);
  if (action.label) {
    control.setAttribute("aria-label", action.label);
  }
  return control;
}

function size(value, words) {
  if (value in words) {
    return `${words[value]}px`;
  }
  return PIXELS.test(value) || PERCENT.test(value) ? value : "";
}

function paint(element, property, color) {
  if (COLOR.test(color)) {
    element.style[property] = color;
  }
}

function div(className, ...children) {
  return node("div", className, ...children);
}
