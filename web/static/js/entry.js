/* Dense forms while they are filled in: red tips as soon as a field is left (spec UI-03), from the rules that the server
   wrote into the markup. The server checks everything again.

   A row: <div class="row"><label for="x">…</label><input id="x" required title="why"><span class="tip" id="x-tip"></span></div>
   The title of a control is what its tip says when the format is wrong. */

import { t } from "./page.js";

export function startEntry() {
  document.addEventListener("focusout", ({ target }) => {
    if (target.form?.matches("form[data-entry]") && target.hasAttribute("data-touched")) check(target);
  });
  document.addEventListener("input", ({ target }) => {
    if (!target.form?.matches("form[data-entry]")) return;
    target.setAttribute("data-touched", "");
    if (target.getAttribute("aria-invalid") === "true") check(target); // a tip goes as soon as the value is right
  });
}

function check(control) {
  const tip = control.closest(".row")?.querySelector(".tip");
  if (!tip || control.readOnly) return;
  const { valid, valueMissing } = control.validity;
  tip.textContent = valid ? "" : valueMissing ? t("required") : control.title || t("malformed");
  if (valid) control.removeAttribute("aria-invalid");
  else control.setAttribute("aria-invalid", "true");
}
