/* Login with the card: challenge from the hub, signature from the card, back to the hub.

   <form data-login data-challenge-url="…" data-login-url="…" data-next="…"> with input[name=pin], [data-login-error]
   (role=alert), a <select data-cards> and a submit button; <… data-help="STATE"> helps with that state of the card, and a
   <button data-allow> in one of them has the agent ask its holder whether this site may use it. The
   challenge answers {nonce, payload}; the login takes {nonce, payload, algorithm, signature, certificate, next} and answers
   {next}, or an error status with {error}. */

import { agent, describe, FAREWELL } from "./card.js";
import { ask, make, t } from "./page.js";
import { onConfirm, PinField } from "./pin.js";

export function startLogin() {
  const form = document.querySelector("form[data-login]");
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
    listCards(form.querySelector("[data-cards]"), detail.cards);
    for (const help of document.querySelectorAll("[data-help]")) help.hidden = help.dataset.help !== detail.help;
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  onConfirm(field, () => logIn(form, field));
  document.querySelector("[data-allow]")?.addEventListener("click", () => agent.allow().catch(({ message }) => field.say(message)));
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
  const chosen = select.value;
  const options = cards.map(({ token, label }) => make("option", { value: token }, label));
  select.replaceChildren(...(options.length > 0 ? options : [make("option", { value: "" }, describe())]));
  if (cards.some(({ token }) => token === chosen)) select.value = chosen;
  select.disabled = cards.length === 0;
}

async function logIn(form, field) {
  if (field.isBusy || form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  try {
    const asked = await ask(form.dataset.challengeUrl, { method: "POST" });
    if (!asked.ok) throw new Error(await reason(asked));
    const { nonce, payload } = await asked.json();
    const signed = await field.sign(payload, form.querySelector("[data-cards]").value || undefined);
    if (!signed) return;
    const body = JSON.stringify({ nonce, payload, ...signed, next: form.dataset.next });
    const answer = await ask(form.dataset.loginUrl, { method: "POST", body });
    if (!answer.ok) throw new Error(await reason(answer));
    location.assign((await answer.json()).next);
  } catch (error) {
    field.say(error instanceof TypeError ? t("load_failed") : error.message);
    field.focus();
  } finally {
    form.setAttribute("aria-busy", "false");
  }
}

async function reason(answer) {
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  return (isJson && (await answer.json()).error) || t("load_failed");
}
