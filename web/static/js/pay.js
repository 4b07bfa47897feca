/* The bills that are due: what is chosen adds up to, and only the banks that can pay it. One payment has one insurer and
   one currency: choosing of another one lets go of the first. Amounts are whole cents. */

import { t } from "./page.js";

export function startPay(root) {
  for (const form of root.querySelectorAll("form[data-pay]")) {
    form.addEventListener("change", ({ target }) => update(form, target));
    update(form, null);
  }
}

function update(form, changed) {
  const groups = Array.from(form.querySelectorAll("fieldset[data-payee]"));
  const own = changed?.name === "bill" && changed.checked ? changed.closest("fieldset[data-payee]") : null;
  if (own) for (const box of form.querySelectorAll("input[name=bill]:checked")) if (!own.contains(box)) box.checked = false;
  const group = groups.find((one) => one.querySelector("input[name=bill]:checked"));
  const boxes = Array.from(group?.querySelectorAll("input[name=bill]:checked") ?? []);
  const cents = boxes.reduce((sum, box) => sum + BigInt(box.dataset.cents), 0n);
  form.querySelector("[data-sum]").textContent = group ? said(boxes.length, cents, group.dataset.unit) : t("nothing_chosen");
  for (const bank of form.querySelectorAll(".banks li")) {
    const fits = !group || bank.dataset.payee === group.dataset.payee;
    bank.hidden = !fits;
    if (!fits) bank.querySelector("input").checked = false;
  }
}

function said(n, cents, unit) {
  const digits = String(cents).padStart(3, "0");
  const whole = BigInt(digits.slice(0, -2)).toLocaleString("en");
  return t("chosen_sum", { n, sum: `${whole}.${digits.slice(-2)} ${unit}` });
}
