/* Sending a form, one path for all: guard against the second click, question, card, then the panel (spec UI-28, UI-06).

   Forms outside the panels ask their question and go the browser's way. */

import { mayLeave } from "./drafts.js";
import { question } from "./dialogs.js";
import { t, values } from "./page.js";
import { load, titleOf } from "./panels.js";
import { obtain } from "./sign.js";
import { banner } from "./toast.js";

export function startSubmit() {
  document.addEventListener("submit", onSubmit);
  window.addEventListener("offline", () => banner("offline", t("offline")));
  window.addEventListener("online", () => banner("offline", ""));
}

async function onSubmit(event) {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method === "dialog") return;
  const panel = form.closest("#panels > [role=tabpanel]");
  if (!panel && !form.dataset.question) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true" || submitter?.getAttribute("aria-disabled") === "true") return;
  busy(form, true);
  try {
    if (panel) await send(form, panel, submitter);
    else if (await agreed(form)) form.submit();
  } finally {
    busy(form, false);
  }
}

async function send(form, panel, submitter) {
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? panel.dataset.url;
  const url = new URL(action, location.origin + panel.dataset.url);
  if (form.method === "get") {
    url.search = values(form, submitter);
    if (await mayLeave(panel, titleOf(panel))) await load(panel, url.href);
    return;
  }
  if (!navigator.onLine) {
    banner("offline", t("offline"));
    return;
  }
  if (!(await agreed(form))) return;
  const extra = form.dataset.signed === "1" ? await obtain(form, panel, submitter) : {};
  if (extra) await load(panel, url.href, { method: "POST", body: values(form, submitter, extra) });
}

const agreed = async (form) => !form.dataset.question || Boolean(await question(form.dataset.question));

function busy(form, isBusy) {
  form.setAttribute("aria-busy", String(isBusy));
  for (const button of form.elements) {
    if (button.type === "submit" && (isBusy || button.dataset.paused)) {
      const wasOff = button.getAttribute("aria-disabled") === "true";
      if (isBusy && wasOff) continue; // it has a reason of its own
      button.toggleAttribute("data-paused", isBusy);
      button.setAttribute("aria-disabled", String(isBusy));
    }
  }
}
