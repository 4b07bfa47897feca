/* How much of a long text is used: [data-counter] stands right behind the textarea, whose maxlength is the most. */

import { t } from "./page.js";

export function startCounters(root) {
  for (const place of root.querySelectorAll("[data-counter]")) {
    const area = place.previousElementSibling;
    const count = () => { place.textContent = t("count", { n: area.value.length, most: area.maxLength }); };
    area.addEventListener("input", count);
    count();
  }
}
