/* Dialogs: questions (instead of confirm()), the status timeline, PDF preview. All are native modal <dialog>s. */

import { ask, content, make, t } from "./page.js";

/* Ask in a modal dialog. choices: [[value, text], ...], the last one is the main button. Esc answers with null. */
export function question(text, choices = [[null, t("cancel")], ["yes", t("confirm")]], body = null) {
  const opener = document.activeElement;
  const words = make("p", { id: "question-text" }, text);
  const buttons = choices.map(([value, label], index) => {
    const main = index === choices.length - 1;
    const button = make("button", { type: "button", class: main ? "primary" : null, autofocus: main }, label);
    button.addEventListener("click", () => dialog.close(value ?? ""));
    return button;
  });
  const actions = make("div", { class: "actions" }, ...buttons);
  const dialog = make("dialog", { class: "question", "aria-labelledby": "question-text" }, words, body ?? "", actions);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      opener?.focus();
      resolve(dialog.returnValue || null);
    });
  });
}

export function startDialogs() {
  document.addEventListener("click", onClick);
  for (const dialog of document.querySelectorAll("#timeline-dialog, #pdf-dialog")) {
    dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => place(dialog).replaceChildren());
  }
  const timeline = document.querySelector("#timeline-dialog");
  timeline?.querySelector("[data-maximise]")?.addEventListener("click", (event) => maximise(timeline, event.currentTarget));
  document.querySelector("#pdf-dialog [data-pdf-print]")?.addEventListener("click", printPdf);
}

function onClick(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const tag = event.target.closest("[data-dialog]");
  const link = event.target.closest("a[data-pdf]");
  if (tag) openTimeline(tag);
  if (link && document.querySelector("#pdf-dialog")) {
    event.preventDefault();
    openPdf(link);
  }
}

/* Where a dialog's changing content goes. */
const place = (dialog) => dialog.querySelector("[data-content]") ?? dialog;

async function openTimeline(tag) {
  const dialog = document.querySelector("#timeline-dialog");
  const region = place(dialog);
  region.tabIndex = 0; // so that the arrow keys scroll it
  region.setAttribute("aria-busy", "true");
  show(dialog, tag);
  region.focus();
  try {
    const found = await content(await ask(tag.dataset.dialog));
    region.replaceChildren(found ?? t("load_failed"));
  } catch {
    region.replaceChildren(t("load_failed"));
  }
  region.removeAttribute("aria-busy");
}

function maximise(dialog, button) {
  const large = dialog.toggleAttribute("data-maximised");
  button.setAttribute("aria-pressed", String(large));
  const { restore, maximise: label } = button.dataset;
  if (restore) button.textContent = large ? restore : label;
}

function openPdf(link) {
  const dialog = document.querySelector("#pdf-dialog");
  const title = link.dataset.title || link.textContent.trim() || t("pdf_title");
  const heading = dialog.querySelector("[data-pdf-title]");
  if (heading) heading.textContent = title;
  const address = new URL(link.href);
  address.searchParams.set("download", "1");
  const download = dialog.querySelector("a[data-pdf-download]");
  if (download) download.href = address.href;
  place(dialog).replaceChildren(make("iframe", { src: link.href, title }));
  show(dialog, link);
}

function printPdf() {
  const frame = document.querySelector("#pdf-dialog iframe");
  frame.contentWindow.focus();
  frame.contentWindow.print();
}

/* Open as a modal, and give the focus back to what opened it. */
function show(dialog, opener) {
  dialog.addEventListener("close", () => opener.focus(), { once: true });
  dialog.showModal();
}
