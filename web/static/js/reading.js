/* A document that has to be read before it is agreed to (强制查看): ticking opens it, and the tick stands only when it was
   seen for as long as the portal asks. input[name=reading][data-reading-url][data-reading-field] takes the server's token. */

import { showPdf } from "./dialogs.js";
import { ask, panelOf, t, values } from "./page.js";
import { complain } from "./panels.js";

const BEAT_MS = 250;

export function startReading() {
  document.addEventListener("change", onChange);
}

async function onChange({ target: tick }) {
  const token = tick.form?.querySelector("[data-reading-url]");
  if (!token || tick.name !== token.dataset.readingField) return;
  token.value = "";
  if (!tick.checked) return;
  tick.checked = false; // until it was read
  const panel = panelOf(tick);
  try {
    const answer = await ask(token.dataset.readingUrl, { method: "POST", body: values(tick.form) });
    if (!answer.ok) return complain(panel, panel.dataset.url);
    const { path, title, seconds, ...given } = await answer.json();
    if (!(await read(path, title, seconds, tick))) return;
    token.value = given.token;
    tick.checked = true;
    tick.dispatchEvent(new Event("input", { bubbles: true })); // for the draft
  } catch {
    complain(panel, panel.dataset.url);
  }
}

/* Shows the document; true when it was seen for `seconds` before it was closed. Time counts while the page is visible. */
function read(path, title, seconds, opener) {
  const dialog = document.querySelector("#pdf-dialog");
  const close = dialog.querySelector("[data-close]");
  const label = close.textContent;
  let left = seconds * 1000;
  const say = () => {
    close.setAttribute("aria-disabled", String(left > 0));
    close.disabled = left > 0;
    close.textContent = left > 0 ? t("reading_left", { n: Math.ceil(left / 1000) }) : label;
  };
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    if (document.visibilityState === "visible") left -= now - last;
    last = now;
    say();
    if (left <= 0) clearInterval(beat);
  }, BEAT_MS);
  showPdf(path, title, opener);
  say();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      clearInterval(beat);
      const isRead = left <= 0;
      left = 0;
      say();
      resolve(isRead);
    }, { once: true });
  });
}
