/* Fragments that refresh themselves: <… data-poll="60" data-src="/url"> is fetched again every so many seconds while it
   can be seen, and replaced, until it comes with data-final. Counters, notices and result pages all work this way. */

import { ask, content, isSessionOver } from "./page.js";

const JITTER = 0.1; // so that a thousand browsers do not ask in the same second

export function startPoll(root) {
  const found = Array.from(root.querySelectorAll("[data-poll][data-src]"));
  if (root instanceof Element && root.matches("[data-poll][data-src]")) found.push(root);
  for (const place of found) schedule(place);
}

function schedule(place) {
  if (place.hasAttribute("data-final") || place.hasAttribute("data-scheduled")) return;
  place.setAttribute("data-scheduled", "");
  const wait = Number(place.dataset.poll) * 1000 * (1 + JITTER * Math.random());
  setTimeout(() => refresh(place), wait);
}

async function refresh(place) {
  if (!place.isConnected) return;
  place.removeAttribute("data-scheduled");
  if (document.visibilityState !== "visible" || place.closest("[hidden]")) return schedule(place);
  let fresh = null;
  try {
    const answer = await ask(place.dataset.src, { background: true });
    if (isSessionOver(answer)) return; // the session's own dialog says so
    if (answer.ok) fresh = await content(answer);
  } catch { /* offline: the old one stays, the next turn tries again */ }
  if (!fresh || !place.isConnected) return schedule(place);
  fresh = document.adoptNode(fresh);
  const hadFocus = place.contains(document.activeElement);
  place.replaceWith(fresh);
  if (hadFocus) (fresh.querySelector("[data-focus], h1, h2") ?? fresh).focus();
  startPoll(fresh);
}
