/* Login with the card: challenge from the hub, signature from the card, back to the hub.

   <form id="card-login" action="/login/card" data-challenge-url="/login/challenge"> with input[name=pin],
   [data-login-error] (role=alert), an optional <select name="card"> for several cards, an optional input[name=next], and a
   submit button. The challenge answers {nonce, payload}; the login takes {nonce, payload, algorithm, signature,
   certificate, next} and answers {next}, or an error with {text}. */

import { agent, FAREWELL } from "./card.js";
import { ask, make, t } from "./page.js";
import { onConfirm, PinField } from "./pin.js";

export function startLogin() {
  const form = document.querySelector("#card-login");
  if (!form) return;
  const field = new PinField({
    input: form.elements.pin,
    error: form.querySelector("[data-login-error]"),
    button: form.querySelector("[type=submit]"),
  });
  field.clear();
  sayFarewell(field);
  document.addEventListener("card:state", ({ detail }) => {
    field.refresh();
    listCards(form.elements.card, detail.cards);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  onConfirm(field, () => logIn(form, field));
}

/* Why the last session ended, once. */
function sayFarewell(field) {
  const words = sessionStorage.getItem(FAREWELL);
  sessionStorage.removeItem(FAREWELL);
  const place = document.querySelector("[data-farewell]");
  if (words && place) place.textContent = words;
  else if (words) field.say(words);
}

function listCards(select, cards) {
  if (!select) return;
  const chosen = select.value;
  select.replaceChildren(...cards.map(({ token, label }) => make("option", { value: token }, label)));
  if (cards.some(({ token }) => token === chosen)) select.value = chosen;
  (select.closest(".row") ?? select).hidden = cards.length < 2;
}

async function logIn(form, field) {
  if (field.isBusy || form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  try {
    const asked = await ask(form.dataset.challengeUrl, { method: "POST" });
    if (!asked.ok) throw new Error(await reason(asked));
    const { nonce, payload } = await asked.json();
    const signed = await field.sign(payload, form.elements.card?.value || agent.card?.token);
    if (!signed) return;
    const body = JSON.stringify({ nonce, payload, ...signed, next: form.elements.next?.value ?? "/" });
    const answer = await ask(form.getAttribute("action"), { method: "POST", body });
    if (!answer.ok) throw new Error(await reason(answer));
    location.assign((await answer.json()).next);
  } catch (error) {
    field.say(error instanceof TypeError ? t("load_failed") : error.message);
    field.input.focus();
  } finally {
    form.setAttribute("aria-busy", "false");
  }
}

async function reason(answer) {
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  return (isJson && (await answer.json()).text) || t("load_failed");
}
