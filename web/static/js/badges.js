/* The badges of the shell stay right while views come and go: every fragment brings the counts (header X-Counts, path ->
   number), and where nothing is asked for a while, this does. <span data-count="/path" data-label="{n} …" hidden>. */

import { ask, isSessionOver } from "./page.js";

const EVERY_MS = 60000;
const JITTER = 0.1; // so that a thousand browsers do not ask in the same second

export function startBadges() {
  if (!document.querySelector("[data-count]")) return;
  document.addEventListener("shell:counts", ({ detail }) => draw(detail));
  schedule();
}

function draw(counts) {
  for (const badge of document.querySelectorAll("[data-count]")) {
    const number = counts[badge.dataset.count] ?? 0;
    badge.textContent = number;
    badge.hidden = number === 0;
    badge.setAttribute("aria-label", badge.dataset.label.replace("{n}", number));
  }
}

const schedule = () => setTimeout(look, EVERY_MS * (1 + JITTER * Math.random()));

async function look() {
  try {
    if (document.visibilityState === "visible" && isSessionOver(await ask("/counts", { background: true }))) return;
  } catch { /* offline: the next turn tries again */ }
  schedule();
}
