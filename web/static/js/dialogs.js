/* Dialogs: questions (instead of confirm()) and PDF preview. All are native modal <dialog>s. */

import { make, t } from "./page.js";

/* Ask in #ask-dialog. choices: [[value, text], ...], the last one is the main button. Esc answers with null. */
export function question(text, choices = [[null, t("cancel")], ["yes", t("confirm")]]) {
  const dialog = document.querySelector("#ask-dialog");
  if (dialog.open) return Promise.resolve(null); // one question at a time
  dialog.querySelector("[data-ask-title]").textContent = t("please_confirm");
  dialog.querySelector("[data-ask-text]").textContent = text;
  return new Promise((resolve) => {
    // Not by the close event: it comes a task later, when the next question may already be open and would take it for its own.
    const answer = (value) => {
      dialog.removeEventListener("cancel", dismiss);
      dialog.close();
      resolve(value);
    };
    const dismiss = () => answer(null);
    const buttons = choices.map(([value, label], index) => {
      const button = make("button", { type: "button", class: index === choices.length - 1 ? "btn primary" : "btn" }, label);
      button.addEventListener("click", () => answer(value || null));
      return button;
    });
    dialog.querySelector("[data-ask-buttons]").replaceChildren(...buttons);
    dialog.addEventListener("cancel", dismiss);
    show(dialog, document.activeElement);
    buttons.at(-1).focus();
  });
}

export function startDialogs() {
  document.addEventListener("click", onClick);
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => place(dialog)?.replaceChildren());
  }
  document.querySelector("#pdf-dialog [data-pdf-print]")?.addEventListener("click", printPdf);
}

/* What the hub says in a dialog of its own: over the page, until the user has read it. */
export function startSaid(root) {
  for (const dialog of root.querySelectorAll("dialog[data-said]")) {
    dialog.close();
    show(dialog, dialog.closest(".view").querySelector("h1"));
  }
}

function onClick(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("a[data-pdf]");
  const opener = event.target.closest("[data-open]");
  if (opener) show(document.getElementById(opener.dataset.open), opener);
  if (link && document.querySelector("#pdf-dialog")) {
    event.preventDefault();
    openPdf(link);
  }
}

/* Where a dialog's changing content goes. */
const place = (dialog) => dialog.querySelector("[data-content], [data-pdf-frame]");

function openPdf(link) {
  const frame = showPdf(link.href, link.dataset.title || link.textContent.trim() || t("pdf_title"), link);
  if (link.hasAttribute("data-print")) frame.addEventListener("load", printPdf, { once: true });
}

/* The document at `href` in #pdf-dialog; returns its frame. */
export function showPdf(href, title, opener) {
  const dialog = document.querySelector("#pdf-dialog");
  const heading = dialog.querySelector("[data-pdf-title]");
  if (heading) heading.textContent = title;
  const address = new URL(href, location.href);
  address.searchParams.set("download", "1");
  const download = dialog.querySelector("a[data-pdf-download]");
  if (download) download.href = address.href;
  const frame = make("iframe", { src: href, title });
  place(dialog).replaceChildren(frame);
  show(dialog, opener);
  return frame;
}

function printPdf() {
  const frame = document.querySelector("#pdf-dialog iframe");
  frame.contentWindow.focus();
  frame.contentWindow.print();
}

/* Open as a modal, and give the focus back to what opened it. */
export function show(dialog, opener) {
  const back = () => {
    if (dialog.open) return; // the late close event of an earlier opening
    dialog.removeEventListener("close", back);
    opener.focus();
  };
  dialog.addEventListener("close", back);
  dialog.showModal();
}
