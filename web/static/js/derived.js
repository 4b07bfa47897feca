/* Values that are worked out from others: the server works them out, here they are only shown while the form is filled in. */

import { ask, values } from "./page.js";

const PAUSE_MS = 300;

export function startDerived(root) {
  for (const form of root.querySelectorAll("form[data-derived-url]")) {
    let timer;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(refresh, PAUSE_MS, form);
    });
  }
}

async function refresh(form) {
  const answer = await ask(form.dataset.derivedUrl, { method: "POST", body: values(form), background: true });
  if (!answer.ok || !form.isConnected) return;
  const texts = await answer.json();
  for (const output of form.querySelectorAll("[data-derived]")) output.value = texts[output.dataset.derived];
}
