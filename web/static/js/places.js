/* Province and city of a voyage: chosen where the country is the one at home, typed elsewhere. Each place has a select and an
   input of one name, and the one that counts is enabled. The cities are those of the province; the server knows the table.
   Without this module the page follows after it was saved. */

import { ask } from "./page.js";

export function startPlaces(root) {
  for (const form of root.querySelectorAll("form:has([data-place])")) {
    form.addEventListener("change", ({ target }) => follow(form, target));
  }
}

function follow(form, changed) {
  for (const place of form.querySelectorAll("[data-place]")) {
    if (place.dataset.country === changed.name) turn(place, changed.value === place.dataset.home);
    if (place.dataset.province === changed.name && changed.matches("select")) refill(place, changed);
  }
}

function turn(place, atHome) {
  const [select, input] = place.querySelectorAll("select, input");
  const [on, off] = atHome ? [select, input] : [input, select];
  if (!on.disabled) return;
  [on.id, off.id] = [off.id, on.id]; // label and errors point to the one that counts
  for (const control of [on, off]) control.hidden = control.disabled = control === off;
}

async function refill(place, province) {
  const select = place.querySelector("select");
  const [none] = select.options;
  select.replaceChildren(none);
  const answer = await ask(`/cities?${new URLSearchParams({ province: province.value })}`);
  if (!answer.ok) return;
  const { province: of, cities } = await answer.json();
  if (of === province.value) select.replaceChildren(none, ...cities.map((name) => Object.assign(new Option(name), { lang: "zh-CN" })));
}
