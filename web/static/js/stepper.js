/* A form in steps: <form data-stepper> whose fieldsets have data-step; the bar over it is the [data-steps] before it. One
   step is shown at a time; the next one comes when nothing in this one is wrong. Without JavaScript all are there. */

import { complainAbout } from "./entry.js";
import { make, t } from "./page.js";

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
    mark(bar, shown + 1);
    if (focus) steps[shown].querySelector("input:not([type=hidden]):not([readonly]), select, textarea")?.focus();
  };
  next.addEventListener("click", () => {
    if (!steps[shown].matches(":has(:invalid)")) shown += 1;
    else return complainAbout(steps[shown]);
    show(true);
  });
  back.addEventListener("click", () => { shown -= 1; show(true); });
  show(false);
}

/* The first step of the bar was taken on the page before. */
function mark(bar, present) {
  Array.from(bar?.children ?? []).forEach((item, index) => {
    item.className = index < present ? "done" : index === present ? "now" : "later";
    if (index === present) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}
