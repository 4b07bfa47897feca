/* The end of the session: a warning two minutes before, with the way to go on; afterwards the login, with the drafts kept
   (spec PT-20). <meta name="session-expires" content="ISO time"> says how long the session lasts from this page on; every
   request of the user starts that span again. #session-dialog holds [data-session-continue]. */

import { saveAll } from "./drafts.js";
import { ask, isSessionOver, meta } from "./page.js";
import { goToLogin, offerLogin } from "./panels.js";

const WARNING_MS = 2 * 60 * 1000;
const GRACE_MS = 1000; // let the server's own clock be past it
const span = Date.parse(meta("session-expires")) - Date.now();
let expires = Date.now() + span;
let timer = null;

export function startSession() {
  if (Number.isNaN(span)) return;
  const dialog = document.querySelector("#session-dialog");
  dialog?.querySelector("[data-session-continue]")?.addEventListener("click", goOn);
  document.addEventListener("session:used", () => {
    expires = Date.now() + span;
    dialog?.close();
    arm();
  });
  arm();
}

function arm() {
  clearTimeout(timer);
  const left = expires - Date.now();
  timer = setTimeout(left > WARNING_MS ? arm : left > 0 ? warn : end, Math.max(left > WARNING_MS ? left - WARNING_MS : 0, 0));
}

async function warn() {
  await saveAll();
  const dialog = document.querySelector("#session-dialog");
  if (dialog && !dialog.open) dialog.showModal();
  clearTimeout(timer);
  timer = setTimeout(end, Math.max(expires - Date.now(), 0) + GRACE_MS);
}

function end() {
  if (expires > Date.now()) arm();
  else goToLogin();
}

async function goOn() {
  document.querySelector("#session-dialog").close();
  if (isSessionOver(await ask(location.pathname + location.search))) await offerLogin();
}
