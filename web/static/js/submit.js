/* Sending a form, one path for all: guard against the second click, question, card, then the panel (spec UI-28, UI-06).

   Forms outside the panels go the browser's way, after their question; [data-keep] (language, type size) comes back to the
   present view with the drafts saved, [data-logout] forgets the open tabs and leaves the card agent. */

import { agent } from "./card.js";
import { isDirty, letGo, mayLeave, saveAll, settled } from "./drafts.js";
import { question } from "./dialogs.js";
import { isBlocked, panelOf, t, values } from "./page.js";
import { load, titleOf } from "./panels.js";
import { obtain } from "./sign.js";
import { banner } from "./toast.js";
import { isUploading } from "./uploads.js";

export function startSubmit() {
  document.addEventListener("submit", onSubmit);
  window.addEventListener("offline", () => banner("offline", t("offline")));
  window.addEventListener("online", () => banner("offline", ""));
}

async function onSubmit(event) {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method === "dialog" || form.target) return; // what has a target is a download
  const panel = form.matches("[data-logout]") ? null : panelOf(form);
  if (!panel && !form.matches("[data-question], [data-keep], [data-logout]")) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true" || submitter?.getAttribute("aria-disabled") === "true") return;
  busy(form, true);
  try {
    if (panel) await send(form, panel, submitter);
    else await leave(form);
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
  if (isUploading(form)) {
    banner("upload", t("upload_running"));
    return;
  }
  if (!(await agreed(form))) return;
  await settled(form);
  const isAct = !submitter?.hasAttribute("formaction"); // a button with an address of its own keeps or looks up
  const isToSign = isAct && form.dataset.signed === "1" && !form.elements.signature?.value; // a step may have done it
  const extra = isToSign ? await obtain(form, panel, submitter) : {};
  if (extra) await load(panel, url.href, { method: "POST", body: values(form, submitter, extra) });
}

async function leave(form) {
  if (!(await agreed(form))) return;
  await saveAll();
  if (!isDirty(document)) letGo();
  if (form.matches("[data-keep]") && form.elements.next) form.elements.next.value = location.pathname + location.search;
  if (form.matches("[data-logout]")) {
    sessionStorage.clear();
    agent.leave();
  }
  form.submit();
}

async function agreed({ dataset }) {
  if (!dataset.question) return true;
  const choices = dataset.agree ? [[null, t("cancel")], ["yes", dataset.agree]] : [[null, t("no")], ["yes", t("yes")]];
  return Boolean(await question(dataset.question, choices));
}

/* Buttons that were off before have a reason of their own and stay off. */
function busy(form, isBusy) {
  form.setAttribute("aria-busy", String(isBusy));
  for (const button of form.elements) {
    if (button.type !== "submit" || (isBusy ? isBlocked(button) : !button.hasAttribute("data-paused"))) continue;
    button.toggleAttribute("data-paused", isBusy);
    button.setAttribute("aria-disabled", String(isBusy));
  }
}
