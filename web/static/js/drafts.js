/* Nothing typed is lost: which entry forms have unsaved changes, and their drafts on the server (spec UI-23).

   A form: <form data-entry data-draft-url="…">, with <input type="hidden" name="draft_revision"> where the server counts
   revisions, and somewhere in its view an element [data-saved] for "saved at". The server answers a draft with
   {saved_at: "HH:MM:SS", revision}; 409 when another editor saved since. */

import { activePanel, ask, isBlocked, make, panelOf, t, values } from "./page.js";
import { question } from "./dialogs.js";
import { toast } from "./toast.js";

const AUTOSAVE_MS = 30000;
const running = new WeakMap(); // form -> its saving under way
let leaving = false; // the user agreed to go, or has to

export function startDrafts() {
  document.addEventListener("input", onChange);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onSaveButton);
  setInterval(saveAll, AUTOSAVE_MS);
  window.addEventListener("online", saveAll);
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && isDirty(document)) event.preventDefault();
  });
}

export const isDirty = (root) => Boolean(root.querySelector("form[data-dirty]"));
export const saveAll = () => Promise.all(Array.from(document.querySelectorAll("form[data-dirty]"), (form) => save(form)));
export const letGo = () => { leaving = true; };

/* Before a view is left: true when nothing is unsaved, or the user saved it or gave it up. */
export async function mayLeave(root, title) {
  const form = root.querySelector("form[data-dirty]");
  if (!form) return true;
  const choices = [[null, t("cancel")], ["discard", t("discard")]];
  if (form.dataset.draftUrl) choices.push(["save", t("save")]);
  const answer = await question(t("unsaved_question", { title }), choices);
  if (answer === "save") return save(form);
  if (answer === "discard") mark(form, false);
  return answer === "discard";
}

/* Wait until no saving of the form is under way: what is sent then knows the latest revision. */
export const settled = (form) => running.get(form);

/* Save a form's draft. True when it is safe on the server. */
export async function save(form, options = {}) {
  if (!form.dataset.draftUrl) return false;
  await settled(form);
  const saving = keep(form, options);
  running.set(form, saving);
  return saving.finally(() => running.delete(form));
}

async function keep(form, { byHand = false }) {
  const sent = values(form);
  try {
    const answer = await ask(form.dataset.draftUrl, { method: "POST", body: sent, background: !byHand });
    if (answer.status === 409) return report(form, t("draft_conflict"));
    if (!answer.ok) return report(form, t("save_failed"));
    const { saved_at: savedAt, revision, path } = await answer.json();
    if (String(values(form)) === String(sent)) mark(form, false);
    if (form.elements.draft_revision) form.elements.draft_revision.value = revision;
    moved(form, path);
    report(form, t("autosaved", { time: savedAt }));
    if (byHand) toast(t("saved"));
    return true;
  } catch {
    return report(form, t("save_failed"));
  }
}

/* What was begun on this page has an address of its own from now on: a reload finds it. */
function moved(form, path) {
  const panel = panelOf(form);
  if (!path || !form.elements.begin || !panel || panel.dataset.url === path) return;
  panel.dataset.url = path;
  panel.dispatchEvent(new CustomEvent("view:moved", { bubbles: true }));
}

function onChange(event) {
  const form = event.target.form;
  if (form?.matches("form[data-entry]")) mark(form, true);
}

function onSaveButton(event) {
  const button = event.target.closest("[data-shortcut=save]");
  const form = button?.form ?? (button && activePanel().querySelector("form[data-entry]"));
  if (!form?.dataset.draftUrl || isBlocked(button) || button.name) return; // a named one shows the page anew
  event.preventDefault(); // without JavaScript the button sends the form
  save(form, { byHand: true });
}

function mark(form, dirty) {
  if (form.hasAttribute("data-dirty") === dirty) return;
  form.toggleAttribute("data-dirty", dirty);
  form.dispatchEvent(new CustomEvent("dirty", { bubbles: true }));
}

/* Say beside the buttons how the saving went. */
function report(form, text) {
  const view = form.closest(".view") ?? form;
  const place = view.querySelector("[data-saved]") ?? form.appendChild(make("small", { "data-saved": true, role: "status" }));
  place.textContent = text;
  return false;
}
