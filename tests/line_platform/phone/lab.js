// Experiments with the platform: delays, errors, quota, redelivery; and what came of them.

import { node } from "./nodes.js";
import { platform } from "./platform.js";

const EVERY = 4_000;
const COUNTS = { replies: "返信", pushes: "プッシュ", calls: "呼び出し", pending: "配信待ち" };

export class Lab {
  #lab = document.getElementById("lab");
  #note = document.getElementById("lab-note");
  #latency = document.getElementById("latency");
  #errors = document.getElementById("error-rate");
  #quota = document.getElementById("quota");
  #changes = 0;

  constructor() {
    for (const choice of [this.#latency, this.#errors]) {
      choice.addEventListener("change", () => this.#try(() => platform.faults(this.#faults()), "変えました。"));
    }
    this.#quota.addEventListener("change", () => this.#changeQuota());
    document.getElementById("redeliver").addEventListener("click", () => {
      this.#try(() => platform.redeliver(), "再配信しました。");
    });
    this.#lab.addEventListener("toggle", () => this.refresh());
    setInterval(() => this.#lab.open && !document.hidden && this.refresh(), EVERY);
    this.refresh();
  }

  /** Shows the state; an unreachable platform is told elsewhere. */
  async refresh() {
    const changes = this.#changes;
    const state = await platform.state().catch(() => null);
    // A state from before a change would set the controls back.
    if (state && changes === this.#changes) {
      this.#show(state);
      this.#showChoices(state);
    }
  }

  #faults() {
    const faults = { latency: Number(this.#latency.value), error_500: Number(this.#errors.value) };
    return faults.latency || faults.error_500 ? faults : {};
  }

  #changeQuota() {
    if (this.#quota.checkValidity()) {
      const value = this.#quota.value === "" ? null : Number(this.#quota.value);
      this.#try(() => platform.quota(value), "変えました。");
    } else {
      this.#note.textContent = "通数は0以上の整数にしてください。";
    }
  }

  async #try(change, done) {
    this.#changes += 1;
    try {
      await change();
      this.#note.textContent = done;
    } catch {
      this.#note.textContent = "できませんでした。もう一度お試しください。";
    }
    this.#changes += 1;
    this.refresh();
  }

  #show(state) {
    const problems = state.problems ?? [];
    const count = document.getElementById("problem-count");
    count.hidden = problems.length === 0;
    count.textContent = `送信の問題 ${problems.length}件`;
    const items = problems.map((problem) => node("li", "", typeof problem === "string" ? problem : JSON.stringify(problem)));
    const list = document.getElementById("problems");
    list.replaceChildren(...(items.length ? items : [node("li", "", "ありません。")]));
    list.classList.toggle("some", items.length > 0);
    const pairs = Object.entries(COUNTS).flatMap(([key, label]) => [node("dt", "", label), node("dd", "", amount(state[key]))]);
    document.getElementById("counts").replaceChildren(...pairs);
  }

  // What another window or a test has set to something else leaves its control empty.
  #showChoices({ faults, quota }) {
    this.#latency.value = String(faults.latency);
    this.#errors.value = String(faults.error_500);
    if (document.activeElement !== this.#quota) {
      this.#quota.value = quota.limit ?? "";
    }
  }
}

function amount(value) {
  return String(Array.isArray(value) ? value.length : (value ?? 0));
}
