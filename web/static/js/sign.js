/* Signing a binding act with the card: what will be signed comes from the hub, is shown, and goes to the card.

   The server answers a POST of the form to data-payload-url with {payload, nonce, title, summary: [[label, value], …]}, or
   with the form and its errors; where a document is signed, ``paper`` is the address of the very bytes. #sign-dialog holds [data-sign-title], [data-sign-summary] (a <dl>), input[name=pin], [data-sign-error],
   [data-sign-paper] (around a link), [data-sign-cancel] and [data-sign-ok]. */

import { agent, describe, isReady } from "./card.js";
import { ask, content, isSessionOver, make, t, values } from "./page.js";
import { complain, offerLogin, show } from "./panels.js";
import { onConfirm, PinField } from "./pin.js";
import { banner } from "./toast.js";

/* The fields that a signed form is sent with, or null when nothing is to be sent. */
export async function obtain(form, panel, submitter) {
  return (await sign(form, panel, submitter))?.fields ?? null;
}

/* The same beside the address of the document that was signed, if one was: {fields, paper}. */
export async function sign(form, panel, submitter) {
  if (!isReady()) await agent.poll(); // the card may have come since the last look
  if (!isReady()) {
    banner("card", t("card_blocks", { text: describe() }));
    return null;
  }
  let answer;
  try {
    answer = await ask(form.dataset.payloadUrl, { method: "POST", body: values(form, submitter) });
    if (isSessionOver(answer)) return (await offerLogin()) || null;
    if (!answer.ok) {
      const view = await content(answer);
      if (view) show(panel, view, { push: false });
      else complain(panel, panel.dataset.url);
      return null;
    }
    answer = await answer.json();
  } catch {
    complain(panel, panel.dataset.url);
    return null;
  }
  const signed = await confirm(answer);
  return signed && { fields: { payload: answer.payload, nonce: answer.nonce, ...signed }, paper: answer.paper };
}

/* A text with its dates in one piece each, where a browser would break them at a hyphen. */
const unbroken = (text) => text.split(/(\d{4}-\d\d-\d\d)/).map((part, place) => place % 2 ? make("time", {}, part) : part);

/* The dialog; null when the user cancelled. */
function confirm({ payload, title, summary, paper }) {
  const dialog = document.querySelector("#sign-dialog");
  const opener = document.activeElement;
  const field = new PinField({
    input: dialog.querySelector("input[name=pin]"),
    error: dialog.querySelector("[data-sign-error]"),
    button: dialog.querySelector("[data-sign-ok]"),
  });
  const holder = { label: agent.card.label, date: agent.card.not_after.slice(0, 10) };
  const rows = [...summary, [t("sign_certificate"), t("sign_holder", holder)]];
  dialog.querySelector("[data-sign-summary]").replaceChildren(
    ...rows.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, ...unbroken(value))]),
  );
  const look = dialog.querySelector("[data-sign-paper]");
  look.hidden = !paper;
  look.firstElementChild.href = paper ?? "";
  const heading = dialog.querySelector("[data-sign-title]");
  if (heading && title) heading.textContent = title;
  const control = new AbortController();
  const { signal } = control;
  agent.requirePin();
  field.clear();
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    const finish = (signed) => {
      control.abort();
      field.input.value = "";
      if (!signed) agent.cancelPin();
      dialog.close();
      opener?.focus();
      resolve(signed);
    };
    const trySign = async () => {
      if (agent.pinInPage) dialog.setAttribute("closedby", "none"); // a signature under way cannot be called back
      const signed = await field.sign(payload);
      dialog.removeAttribute("closedby");
      if (signed) finish(signed);
    };
    const cancel = (event) => {
      event.preventDefault();
      if (field.isBusy && agent.pinInPage) return;
      agent.withdraw();
      finish(null);
    };
    onConfirm(field, trySign, signal);
    dialog.querySelector("[data-sign-cancel]").addEventListener("click", cancel, { signal });
    dialog.addEventListener("cancel", cancel, { signal });
    document.addEventListener("card:state", () => field.refresh(), { signal });
    if (!agent.pinInPage) trySign(); // the window shows it all once more, before the PIN
  });
}
