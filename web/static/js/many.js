/* Several rows of a list at once: how many are chosen, what they add up to, and which buttons fit all of them.

   <form data-many> with [data-chosen], data-added (what the sum is made of) and buttons with data-code; its checkboxes
   stand in the rows (form="…"), with data-number, data-codes and, where there is something to add up, data-cents and
   data-unit. Without this module the server checks. */

import { t } from "./page.js";

export function startMany(root) {
  for (const form of root.querySelectorAll("form[data-many]")) {
    const boxes = Array.from(form.elements).filter((box) => box.name === "row");
    const all = form.closest(".view").querySelector("[data-all]");
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      tell(form, boxes, all);
    });
    for (const box of boxes) box.addEventListener("change", () => tell(form, boxes, all));
    tell(form, boxes, all);
  }
}

function tell(form, boxes, all) {
  const chosen = boxes.filter((box) => box.checked);
  all.checked = chosen.length === boxes.length;
  all.indeterminate = chosen.length > 0 && !all.checked;
  const words = chosen.length ? [t("chosen", { n: chosen.length }), ...sums(chosen, form.dataset.added)] : [t("choose_rows")];
  form.querySelector("[data-chosen]").textContent = words.join(t("list_mark"));
  for (const button of form.querySelectorAll("[data-code]")) {
    const others = chosen.filter((box) => !box.dataset.codes.split(" ").includes(button.dataset.code));
    const fits = chosen.length > 0 && others.length === 0;
    button.setAttribute("aria-disabled", String(!fits));
    button.title = fits ? "" : others.length ? t("not_for_all", { rows: named(others) }) : t("choose_rows");
  }
}

const named = (boxes) => boxes.map((box) => box.dataset.number).join(t("list_mark"));

/* One sum per currency, exact: whole cents. */
function sums(boxes, what) {
  const found = new Map();
  for (const { dataset: { cents, unit } } of boxes) {
    if (cents) found.set(unit, (found.get(unit) ?? 0n) + BigInt(cents));
  }
  return Array.from(found, ([unit, cents]) => t("sum_of", { what, unit, amount: written(cents) }));
}

function written(cents) {
  const digits = String(cents).padStart(3, "0");
  return `${digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${digits.slice(-2)}`;
}
