/* A view in a dialog over the present one (the records behind a status tag, the changes of a limit): <a data-dialog> opens
   the view that it leads to, <button data-dialog="/url"> the one at that address.

   The dialog holds a panel: forms and pages of a list stay inside, <a data-back> closes it, every other link closes it
   and opens a tab. When something was sent from it, closing it shows anew what lies under it. Without this module a link
   opens the page itself. */

import { show } from "./dialogs.js";
import { mayLeave } from "./drafts.js";
import { activePanel, t } from "./page.js";
import { load, titleOf } from "./panels.js";

const INSIDE = ".pages a, [data-refresh], [data-pdf], [data-dialog], [download], [target], [href^='#']";

export function startViewDialog() {
  const dialog = document.querySelector("#view-dialog");
  if (!dialog) return;
  const panel = dialog.querySelector("[data-panel]");
  document.addEventListener("click", (event) => onClick(event, dialog, panel));
  panel.addEventListener("view:shown", ({ detail }) => onView(detail.view, dialog, panel));
  panel.addEventListener("submit", ({ target }) => {
    if (target.method === "post") dialog.setAttribute("data-sent", "");
  });
  dialog.querySelector("[data-leave]").addEventListener("click", () => leave(dialog, panel));
  dialog.querySelector("[data-maximise]").addEventListener("click", ({ currentTarget }) => maximise(dialog, currentTarget));
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    leave(dialog, panel);
  });
  dialog.addEventListener("close", () => onClose(dialog, panel));
}

async function onClick(event, dialog, panel) {
  const opener = event.target.closest("[data-dialog]");
  if (!opener || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog.querySelector("h2").textContent = opener.dataset.title ?? "";
  dialog.toggleAttribute("data-titled", "title" in opener.dataset);
  if (!dialog.open) show(dialog, opener);
  panel.focus();
  if (await load(panel, opener.dataset.dialog || opener.href, { push: false, focus: false })) goToEntry(panel);
}

function goToEntry(panel) {
  panel.querySelector("form[data-entry] :is(input, select, textarea):not([readonly], [type=hidden])")?.focus();
}

function onView(view, dialog, panel) {
  if (!dialog.hasAttribute("data-titled")) dialog.querySelector("h2").textContent = view.dataset.title ?? "";
  for (const link of view.querySelectorAll("a[href]")) {
    if (link.matches(INSIDE)) continue;
    const isBack = link.matches("[data-back]");
    link.toggleAttribute("data-tab", !isBack);
    link.addEventListener("click", (event) => {
      if (isBack) event.preventDefault(); // what it leads back to lies under the dialog
      leave(dialog, panel);
    });
  }
}

async function leave(dialog, panel) {
  if (await mayLeave(panel, titleOf(panel))) dialog.close();
}

function onClose(dialog, panel) {
  const under = activePanel();
  panel.replaceChildren();
  const isStale = dialog.hasAttribute("data-sent") && under.querySelector(".view[data-live]");
  dialog.removeAttribute("data-sent");
  if (isStale) load(under, under.dataset.url, { push: false });
}

function maximise(dialog, button) {
  const large = dialog.toggleAttribute("data-maximised");
  button.setAttribute("aria-pressed", String(large));
  button.title = t(large ? "restore" : "maximise");
}
