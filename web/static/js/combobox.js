/* An editable combobox over <select data-combobox> (spec UI-02): typing filters by code or name, only listed values count.

   The select stays, hidden, and carries the value; the input takes over its id, label and tips. Space in an empty field or
   ↓ opens, ↑ ↓ choose, Enter takes, Esc gives back what was there. */

import { tipOf } from "./entry.js";
import { isComposing, make, t } from "./page.js";

const TAKEN_OVER = ["aria-describedby", "aria-invalid", "aria-label", "autocomplete", "data-focus"];
let serial = 0;

export function startCombobox(root) {
  for (const select of root.querySelectorAll("select[data-combobox]:not([hidden])")) new Combobox(select);
}

class Combobox {
  constructor(select) {
    this.select = select;
    this.options = Array.from(select.options).filter((option) => option.value !== "");
    this.list = make("ul", { role: "listbox", id: `listbox-${serial++}`, class: "listbox", hidden: true });
    this.input = this.#takeOver();
    this.box = make("span", { class: "combobox" }, this.input, this.list);
    select.after(this.box);
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("click", () => this.open());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("blur", () => this.#settle());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the input
    this.list.addEventListener("click", (event) => this.#take(event.target.closest("[role=option]")));
    select.form?.addEventListener("reset", () => setTimeout(() => this.#show()));
  }

  #takeOver() {
    const { select } = this;
    const input = make("input", {
      type: "text", role: "combobox", class: select.className, id: select.id, autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": this.list.id, "aria-required": select.required && "true",
    });
    for (const name of TAKEN_OVER) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    input.disabled = select.disabled;
    input.value = this.#label();
    select.id = `${select.id}-value`;
    select.hidden = true;
    select.required = false;
    select.tabIndex = -1;
    return input;
  }

  get isOpen() {
    return !this.list.hidden;
  }

  #label = () => (this.select.value === "" ? "" : this.select.selectedOptions[0]?.text.trim() ?? "");

  #show() {
    this.input.value = this.#label();
  }

  #matches(text) {
    const wanted = text.trim().toLowerCase();
    return this.options.filter((one) => `${one.value} ${one.text}`.toLowerCase().includes(wanted));
  }

  open(text = "") {
    const found = this.#matches(text);
    const items = found.map((option) => {
      const chosen = option.value === this.select.value && this.select.value !== "";
      return make("li", { role: "option", id: `${this.list.id}-${option.index}`, "data-value": option.value,
        "aria-selected": String(chosen) }, option.text);
    });
    const none = make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("no_match"));
    this.list.replaceChildren(...(items.length > 0 ? items : [none]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.#point(items.find((item) => item.getAttribute("aria-selected") === "true") ?? (text && items[0]) ?? null);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#point(null);
  }

  #point(item) {
    this.list.querySelector(".active")?.classList.remove("active");
    if (!item) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    item.classList.add("active");
    this.input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  #onKey(event) {
    if (isComposing(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    const items = Array.from(this.list.querySelectorAll("[data-value]"));
    const here = items.indexOf(this.list.querySelector(".active"));
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const opens = by || (event.key === " " && this.input.value === "");
    if (opens && !this.isOpen) this.open();
    else if (by) this.#point(items[(here + by + items.length) % items.length]);
    else if (event.key === "Enter" && this.isOpen) this.#take(items[here] ?? null);
    else if (event.key === "Escape" && this.isOpen) this.#restore();
    else return;
    event.preventDefault();
  }

  #restore() {
    this.#show();
    this.close();
  }

  #take(item) {
    if (item?.dataset.value !== undefined) this.#set(item.dataset.value);
    this.#restore();
  }

  #set(value) {
    if (this.select.value === value) return;
    this.select.value = value;
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* Leaving the field: the exact code or name counts, so does the only match; anything else is not a value. */
  #settle() {
    const text = this.input.value.trim();
    const exact = this.options.find((one) => [one.value, one.text.trim()].includes(text));
    const found = this.#matches(text);
    const option = exact ?? (found.length === 1 ? found[0] : null);
    const isWrong = text !== "" && text !== this.#label() && !option;
    if (text === "") this.#set("");
    else if (option) this.#set(option.value);
    const tip = tipOf(this.input);
    if (tip && isWrong) tip.textContent = t("not_listed");
    this.#restore();
  }
}
