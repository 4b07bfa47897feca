/* The button beside a choice of the enterprise's own objects: what was made meanwhile, perhaps in another tab, is offered
   too. What is chosen stays chosen while it is there; the rest of the form is not touched. */

import { activePanel, ask, content } from "./page.js";

export function startRenew() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-renew]");
    if (button) renew(button, document.getElementById(button.dataset.renew));
  });
}

async function renew(button, select) {
  button.disabled = true;
  const answer = await ask(activePanel().dataset.url || location.href).catch(() => null);
  const fresh = answer?.ok && (await content(answer))?.querySelector(`select[name="${select.name}"]`);
  button.disabled = false;
  if (!fresh) return;
  const chosen = select.value;
  select.replaceChildren(...fresh.options);
  select.value = Array.from(select.options).some(({ value }) => value === chosen) ? chosen : "";
  select.focus();
}
