/* The card in the shell: chip in the header, banner when it is out, end of the session when it is another one (spec
   PT-06, PT-21). One CardAgent for the whole page. */

import { CardAgent } from "./card_agent.js";
import { letGo, saveAll } from "./drafts.js";
import { make, meta, t } from "./page.js";
import { banner } from "./toast.js";

const READY = ["CARD_PRESENT", "PIN_REQUIRED", "PIN_ERROR"];
const QUIET = [...READY, "UNKNOWN", "SIGNING"];
export const FAREWELL = "farewell"; // in sessionStorage: what the login page says once

export const agent = new CardAgent();
export const isReady = () => READY.includes(agent.state);

export function startCard() {
  document.addEventListener("card:state", onState);
  agent.start();
}

/* What the user reads about the card now. */
export function describe({ state, permission, text } = agent) {
  const asking = state === "UNKNOWN" && permission === "prompt";
  return asking ? agent.text("PROMPT") : typeof text === "string" ? text : agent.text();
}

function onState({ detail }) {
  const chip = document.querySelector("#card-chip");
  if (chip) {
    chip.dataset.state = detail.state;
    (chip.querySelector("[data-text]") ?? chip).textContent = describe(detail);
  }
  if (!meta("card-fingerprint")) return;
  banner("card", QUIET.includes(detail.state) ? "" : t("card_blocks", { text: describe(detail) }));
  if (detail.state === "CARD_MISMATCH") logOut(describe(detail));
}

/* Another card is another person: keep what was typed as drafts, then end the session. */
async function logOut(reason) {
  letGo();
  await saveAll();
  agent.leave();
  sessionStorage.clear();
  sessionStorage.setItem(FAREWELL, reason);
  const form = document.querySelector("form[data-logout][action='/logout']")
    ?? document.body.appendChild(make("form", { method: "post", action: "/logout", hidden: true },
      make("input", { type: "hidden", name: "csrf_token", value: meta("csrf-token") })));
  form.append(make("input", { type: "hidden", name: "reason", value: "CARD_MISMATCH" }));
  form.submit();
}
