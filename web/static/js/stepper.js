/* A form in steps: <form data-stepper="0"> whose parts have data-step; the bar over it is the [data-steps] before it, the
   number says how many of its steps were taken on the page before. One step is shown at a time; the next one comes when
   nothing in this one is wrong. Without JavaScript all are there.

   A last step with data-paper shows the document: the way to it is the card's signature, the way back gives it up. */

import { settled } from "./drafts.js";
import { complainAbout } from "./entry.js";
import { make, panelOf, t } from "./page.js";
import { sign } from "./sign.js";

const SIGNED = ["payload", "nonce", "algorithm", "signature", "certificate", "document"];

export function startStepper(root) {
  for (const form of root.querySelectorAll("form[data-stepper]")) begin(form);
}

function begin(form) {
  const steps = Array.from(form.querySelectorAll("[data-step]"));
  const bar = form.parentElement.querySelector("[data-steps]");
  const last = Array.from(form.ownerDocument.querySelectorAll(`[form="${form.id}"][data-primary]`));
  const back = make("button", { type: "button", class: "btn" }, t("previous_step"));
  const next = make("button", { type: "button", class: "btn primary", "data-next-step": "" }, t("next_step"));
  last[0]?.before(back, next);
  let shown = Math.max(steps.findIndex((step) => step.querySelector(".bad, [aria-invalid=true]")), 0);

  const show = (focus) => {
    steps.forEach((step, index) => { step.hidden = index !== shown; });
    const end = shown === steps.length - 1;
    next.hidden = end;
    for (const button of last) button.hidden = !end;
    back.hidden = shown === 0;
    mark(bar, shown + Number(form.dataset.stepper));
    if (focus) steps[shown].querySelector("input:not([type=hidden]):not([readonly]), select, textarea, h2 a")?.focus();
  };
  next.addEventListener("click", async () => {
    if (steps[shown].matches(":has(:invalid)")) return complainAbout(steps[shown]);
    const coming = steps[shown + 1];
    if (coming.matches("[data-paper]") && !(await showSigned(form, coming, next))) return;
    shown += 1;
    show(true);
  });
  back.addEventListener("click", () => {
    fill(form, {});
    shown -= 1;
    show(true);
  });
  show(false);
}

/* Have the document signed and show it in its step. True when it is there. */
async function showSigned(form, step, button) {
  if (button.disabled) return false;
  button.disabled = true;
  await settled(form);
  const signed = await sign(form, panelOf(form));
  button.disabled = false;
  if (!signed) return false;
  fill(form, signed.fields);
  step.querySelector("iframe").src = signed.paper;
  for (const link of step.querySelectorAll("a")) link.href = link.hasAttribute("download") ? `${signed.paper}?download=1` : signed.paper;
  return true;
}

const fill = (form, fields) => {
  for (const name of SIGNED) if (form.elements[name]) form.elements[name].value = fields[name] ?? "";
};

/* The first steps of the bar were taken on the page before. */
function mark(bar, present) {
  Array.from(bar?.children ?? []).forEach((item, index) => {
    item.className = index < present ? "done" : index === present ? "now" : "later";
    if (index === present) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}
