// The rich menu: a bar that opens and closes it, a picture, and a button on each area.

import { controlFor } from "./actions.js";

export class Menu {
  #menu = document.getElementById("menu");
  #bar = document.getElementById("menu-bar");
  #areas = document.getElementById("menu-areas");
  #act;
  #shown = "";

  constructor(act) {
    this.#act = act;
    this.#bar.addEventListener("click", () => this.open(this.#areas.hidden));
  }

  open(on) {
    this.#areas.hidden = !on;
    this.#bar.setAttribute("aria-expanded", String(on));
  }

  allow(on) {
    this.#areas.inert = !on;
  }

  show(menu) {
    const shown = JSON.stringify(menu);
    if (shown === this.#shown) {
      return;
    }
    this.#shown = shown;
    this.#menu.hidden = !menu;
    if (!menu) {
      return;
    }
    const { width, height } = menu.size;
    // Customers never see it, but it tells the menus apart.
    this.#menu.dataset.name = menu.name;
    this.#bar.textContent = menu.chatBarText;
    this.#areas.style.aspectRatio = `${width} / ${height}`;
    this.#areas.classList.remove("no-picture");
    this.#areas.replaceChildren(this.#picture(menu), ...menu.areas.map((area) => this.#area(area, menu.size)));
  }

  #picture(menu) {
    const picture = new Image();
    picture.alt = "";
    picture.draggable = false;
    picture.addEventListener("error", () => this.#areas.classList.add("no-picture"));
    picture.src = menu.image;
    return picture;
  }

  #area({ bounds, action }, { width, height }) {
    const control = controlFor(action, this.#act, "area");
    control.setAttribute("aria-label", control.textContent);
    control.style.left = percent(bounds.x, width);
    control.style.top = percent(bounds.y, height);
    control.style.width = percent(bounds.width, width);
    control.style.height = percent(bounds.height, height);
    return control;
  }
}

function percent(part, whole) {
  return `${(100 * part) / whole}%`;
}
