/* Short words about what went well (never errors), and the banner for what keeps standing in the way. */

import { make } from "./page.js";

const TOAST_MS = 6000;
const reasons = new Map(); // who says it -> text

export function toast(text) {
  const note = make("p", { class: "toast" }, text);
  document.querySelector("#toasts")?.append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}

/* Show `text` in the banner until the same `reason` is called with an empty text. */
export function banner(reason, text) {
  if (text) reasons.set(reason, text);
  else reasons.delete(reason);
  const place = document.querySelector("#banner");
  if (!place) return;
  place.replaceChildren(...Array.from(reasons.values(), (words) => make("p", {}, words)));
  place.hidden = reasons.size === 0;
}
