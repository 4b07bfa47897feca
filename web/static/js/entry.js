/* Dense forms while they are filled in: red tips as soon as a field is left (spec UI-03), from the rules that the server
   wrote into the markup. The server checks everything again.

   A control names its tip (class "tip") in aria-describedby; its title, if any, is what the tip says when the format is
   wrong. The row around (.row or .tick) gets the class "bad". */

import { t } from "./page.js";

export function startEntry() {
  let pressed = false;
  document.addEventListener("pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => (pressed = false), true);
  document.addEventListener("focusout", ({ target }) => {
    if (!target.form?.matches("form[data-entry]") || !target.hasAttribute("data-touched")) return;
    // A tip that appears while the button is down moves what is being clicked away: the click would be lost.
    if (pressed) document.addEventListener("click", () => setTimeout(check, 0, target), { once: true, capture: true });
    else check(target);
  });
  document.addEventListener("input", ({ target }) => {
    if (!target.form?.matches("form[data-entry]")) return;
    target.setAttribute("data-touched", "");
    if (target.getAttribute("aria-invalid") === "true") check(target); // a tip goes as soon as the value is right
  });
}

/* Show the tips of everything that is wrong inside, and go to the first. */
export function complainAbout(part) {
  const wrong = Array.from(part.querySelectorAll(":invalid")).filter((control) => control.matches("input, select, textarea"));
  wrong.forEach(check);
  wrong[0]?.focus();
}

function check(control) {
  const tip = tipOf(control);
  if (!tip || control.readOnly) return;
  const { valid, valueMissing } = control.validity;
  tip.textContent = valid ? "" : valueMissing ? t("required") : control.title || t("malformed");
  control.closest(".row, .tick")?.classList.toggle("bad", !valid);
  if (valid) control.removeAttribute("aria-invalid");
  else control.setAttribute("aria-invalid", "true");
}

export function tipOf(control) {
  const ids = control.getAttribute("aria-describedby")?.split(/\s+/) ?? [];
  return ids.map((id) => document.getElementById(id)).find((node) => node?.classList.contains("tip"));
}
