/* The keyboard of the manuals (spec UI-04..06). Browsers do none of this by themselves, so all of it is here, in the
   capture phase.

   In <form data-enter-nav>: Enter next field, at the last one the button [data-primary] (focus only), Shift+Enter previous
   field, Ctrl+Enter new line, Ctrl+End next region (fieldset or [data-region]); at the last one of a [data-row-entry] the row is
   written back to its list by [data-row-save]. Everywhere: Alt+S, Alt+R, Alt+P press the button
   [data-shortcut=save|delete|print] of the active view. <body data-keys='{"enter": false, "save": "KeyD", "print": null}'>
   switches off or moves. #shortcuts-dialog lists what means something on the present view. */

import { activePanel, isBlocked, isComposing, isShown, make, t } from "./page.js";
import { toast } from "./toast.js";

const KEYS = { enter: true, save: "KeyS", delete: "KeyR", print: "KeyP", ...JSON.parse(document.body.dataset.keys ?? "{}") };
const NATIVE = ["button", "submit", "reset", "image", "file"]; // Enter is theirs
const REGION = "fieldset, [data-region]";
const HINTED = "enter-hint"; // in sessionStorage: the change of focus was announced

export function startKeyboard() {
  document.addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("focusin", announce);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open=shortcuts-dialog]")) fillHelp();
    const printer = event.target.closest("button[data-shortcut=print]");
    if (printer?.type === "button" && !isBlocked(printer)) window.print();
  });
}

function onKey(event) {
  if (isComposing(event) || event.metaKey) return;
  if (event.altKey) pressShortcut(event);
  else if (event.target.closest?.("form[data-enter-nav]")) moveInForm(event);
}

function pressShortcut(event) {
  if (event.ctrlKey || event.shiftKey || event.repeat || document.querySelector("dialog[open]:not(:has(> [data-panel]))")) return;
  const name = ["save", "delete", "print"].find((one) => KEYS[one] === event.code);
  const button = name && shortcutButton(name);
  if (!button) return;
  event.preventDefault();
  button.click();
}

const shortcutButton = (name) => Array.from(activePanel().querySelectorAll(`[data-shortcut=${name}]`))
  .find((button) => isShown(button) && !isBlocked(button));

function moveInForm(event) {
  const { target } = event;
  const form = target.closest("form[data-enter-nav]");
  if (event.key === "End" && event.ctrlKey) {
    const hasText = target.localName === "textarea" && target.selectionEnd < target.value.length;
    if (!hasText && focusNextRegion(form, target)) event.preventDefault(); // in a text the first press goes to its end
    return;
  }
  if (event.key !== "Enter") return;
  if (event.ctrlKey) {
    if (target.localName !== "textarea") return;
    event.preventDefault();
    breakLine(target);
    return;
  }
  if (target.getAttribute("aria-expanded") === "true") return; // an open list takes its value first
  const isButton = target.localName === "button" || target.localName === "a" || NATIVE.includes(target.type);
  if (isButton && !(event.shiftKey && target.matches("[data-primary]"))) return;
  if (!KEYS.enter && target.localName === "textarea") return;
  event.preventDefault(); // it never submits a business form, switched off or not
  if (KEYS.enter) step(form, target, event.shiftKey ? -1 : 1);
}

/* The fields Enter goes through: shown, enabled, not read-only; of a radio group the chosen one or the first. A tick that
   only chooses a row is none. */
function fieldsOf(form) {
  return Array.from(form.elements).filter((field) => {
    if (!["input", "select", "textarea"].includes(field.localName) || NATIVE.includes(field.type)) return false;
    if (field.disabled || field.readOnly || field.type === "hidden" || field.tabIndex < 0 || !isShown(field)) return false;
    if (field.matches("[data-pick], [data-pick-all]")) return false;
    if (field.type !== "radio") return true;
    const group = Array.from(form.elements).filter((one) => one.type === "radio" && one.name === field.name);
    return field === (group.find((one) => one.checked) ?? group[0]);
  });
}

function step(form, from, by) {
  const fields = fieldsOf(form);
  let here = fields.indexOf(from);
  if (here < 0) here = fields.findIndex((field) => from.type === "radio" && field.name === from.name);
  if (here < 0) { // a read-only field or the button: go on from its place
    const after = fields.findIndex((field) => from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
    here = (after < 0 ? fields.length : after) - (by > 0 ? 1 : 0);
  }
  const next = fields[here + by];
  const row = by > 0 && from.closest("[data-row-entry]");
  if (row && !row.contains(next ?? null)) return row.parentElement.querySelector("[data-row-save]").click();
  if (next) enter(next);
  else if (by > 0) primary(form)?.focus();
}

const primary = (form) => Array.from(form.elements).find((one) => one.matches("[data-primary]"))
  ?? form.closest(".view")?.querySelector("[data-primary]");

function enter(field) {
  field.focus();
  if (field.localName === "input" && field.select && field.getAttribute("role") !== "combobox") field.select();
}

function focusNextRegion(form, from) {
  const regions = Array.from(form.querySelectorAll(REGION)).filter((region) => fieldsIn(form, region).length > 0);
  if (regions.length === 0) return false;
  const here = regions.findIndex((region) => region.contains(from));
  enter(fieldsIn(form, regions[(here + 1) % regions.length])[0]);
  return true;
}

const fieldsIn = (form, region) => fieldsOf(form).filter((field) => region.contains(field));

/* execCommand keeps the undo history; it is old, so there is a second way. */
function breakLine(area) {
  if (document.execCommand("insertText", false, "\n")) return;
  area.setRangeText("\n", area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/* Say once that Enter moves on, so that it is no surprise (WCAG 3.2.2). */
function announce({ target }) {
  if (!KEYS.enter || sessionStorage.getItem(HINTED) || !target.closest?.("form[data-enter-nav]")) return;
  sessionStorage.setItem(HINTED, "1");
  toast(t("enter_hint"));
}

function fillHelp() {
  const panel = activePanel();
  const form = panel.querySelector("form[data-enter-nav]");
  const letter = (name) => `Alt+${KEYS[name]?.replace("Key", "")}`;
  const rows = [
    [form && KEYS.enter, "Enter", "key_enter"],
    [form && KEYS.enter, "Shift+Enter", "key_shift_enter"],
    [form?.querySelector("textarea"), "Ctrl+Enter", "key_ctrl_enter"],
    [form?.querySelector(REGION), "Ctrl+End", "key_ctrl_end"],
    [panel.querySelector("[role=combobox]"), "↑ ↓", "key_arrows"],
    [panel.querySelector("[role=combobox]"), "Space", "key_space"],
    ...["save", "delete", "print"].map((name) => [shortcutButton(name), letter(name), `key_${name}`]),
    [document.querySelector("#tabbar"), "Delete", "key_delete_tab"],
  ];
  const shown = rows.filter(([means]) => means).map(([, key, text]) => (
    make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, key)), make("td", {}, t(text)))
  ));
  document.querySelector("#shortcuts-dialog tbody").replaceChildren(...shown);
}
