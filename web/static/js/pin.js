/* The place where the user confirms a signature. Usually the PIN is asked for by the agent's own window and the field in
   [data-pin-row] is not there; where portal and agent allow it in the page, each confirmation is one try at the card, and a
   wrong PIN clears the field and keeps the focus (spec 5.8 of the screen patterns). It goes to the card agent only. */

import { agent, describe, isReady } from "./card.js";
import { isComposing, t } from "./page.js";

export class PinField {
  #isLast = false; // the user was told that this is the last try
  #busy = false;

  constructor({ input, error, button }) {
    Object.assign(this, { input, error, button, row: input.closest("[data-pin-row]") });
  }

  get isBusy() {
    return this.#busy;
  }

  say(text, { isWrong = Boolean(text) } = {}) {
    this.error.textContent = text;
    this.error.classList.toggle("calm", !isWrong);
    this.input.setAttribute("aria-invalid", String(isWrong));
  }

  focus() {
    (agent.pinInPage ? this.input : this.button).focus();
  }

  /* Show whether the card can sign now. */
  refresh() {
    if (this.#busy) return;
    this.input.disabled = !agent.pinInPage;
    if (this.row) this.row.hidden = !agent.pinInPage;
    this.button.disabled = false; // it says why it cannot be used
    this.button.setAttribute("aria-disabled", String(!isReady()));
    if (!isReady()) this.say(agent.state === "UNKNOWN" ? "" : describe());
    else if (this.blocked) this.say(agent.card?.factory_pin ? t("factory_pin") : "", { isWrong: false });
    this.blocked = !isReady();
  }

  clear() {
    this.input.value = "";
    this.#isLast = false;
    this.blocked = true;
    this.refresh();
  }

  /* The signature over `payload`, or null with the reason shown. */
  async sign(payload, token = agent.card?.token) {
    if (this.#busy) return null;
    if (!isReady()) return this.#refuse(describe());
    if (agent.pinInPage && !this.input.value) return this.#refuse(t("pin_required"));
    this.#busy = true;
    this.button.setAttribute("aria-disabled", "true");
    this.input.readOnly = true;
    if (!agent.pinInPage) this.say(t("pin_in_window"), { isWrong: false });
    try {
      const signed = await agent.sign(payload, this.input.value, token, this.#isLast);
      this.input.value = "";
      this.say("");
      return signed;
    } catch (fault) {
      return this.#explain(fault);
    } finally {
      this.#busy = false;
      this.input.readOnly = false;
      this.button.setAttribute("aria-disabled", String(!isReady()));
    }
  }

  #explain({ fault, triesLeft, message }) {
    this.#isLast = fault === "FINAL_TRY"; // nothing was tried yet: the same PIN may be confirmed
    if (fault !== "FINAL_TRY" && fault !== "BACK_OFF") this.input.value = "";
    return this.#refuse(fault === "PIN_WRONG" && triesLeft !== null ? t("pin_wrong", { n: triesLeft }) : message);
  }

  #refuse(text) {
    this.say(text);
    this.focus();
    return null;
  }
}

/* Call `act` on Enter in the field, on its form's submit and on the button. */
export function onConfirm({ input, button }, act, signal) {
  const once = (event) => {
    event.preventDefault();
    act();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !isComposing(event)) once(event);
  }, { signal });
  button.addEventListener("click", once, { signal });
}
