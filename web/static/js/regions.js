/* Province, city, district: each select offers what lies below the one before it. The server knows the table; a city
   without districts ends the choice. Without this module the page offers the next level after it was saved. */

import { ask } from "./page.js";

export function startRegions(root) {
  for (const group of root.querySelectorAll("[data-region]")) {
    const selects = Array.from(group.querySelectorAll("select"));
    selects.forEach((select, level) => select.addEventListener("change", () => refill(selects, level)));
  }
}

async function refill(selects, level) {
  const code = selects[level].value;
  for (const below of selects.slice(level + 1)) fill(below, []);
  const next = selects[level + 1];
  if (!code || !next) return;
  const answer = await ask(`/regions/${code}`);
  if (answer.ok && selects[level].value === code) fill(next, await answer.json());
}

function fill(select, options) {
  const [placeholder] = select.options;
  select.replaceChildren(placeholder, ...options.map(([code, name]) => Object.assign(new Option(name, code), { lang: "zh-CN" })));
  select.disabled = options.length === 0;
}
