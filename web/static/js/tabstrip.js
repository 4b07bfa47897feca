/* The strip of tabs (spec UI-07..09): its elements, its keys, « and », the menu 关闭操作. What a tab holds is the
   workspace's business.

   #tabbar holds [role=tablist], buttons [data-scroll="-1"] and [data-scroll="1"], and, in a <details>, buttons
   [data-close-tabs="current|others|all"]. */

import { make, t } from "./page.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
const SCROLL_PART = 0.8; // of the visible strip

export function startStrip({ onActivate, onClose, onCloseMany }) {
  const bar = document.querySelector("#tabbar");
  const list = bar.querySelector("[role=tablist]");
  list.addEventListener("click", (event) => {
    const holder = event.target.closest(".tab-holder");
    if (!holder) return;
    if (event.target.closest(".tab-close")) onClose(holder.dataset.tab);
    else onActivate(holder.dataset.tab);
  });
  list.addEventListener("auxclick", (event) => {
    const holder = event.target.closest(".tab-holder");
    if (holder && event.button === 1) onClose(holder.dataset.tab);
  });
  list.addEventListener("keydown", (event) => onKey(event, list, onClose));
  for (const button of bar.querySelectorAll("[data-scroll]")) {
    button.addEventListener("click", () => list.scrollBy({ left: button.dataset.scroll * list.clientWidth * SCROLL_PART }));
  }
  for (const button of bar.querySelectorAll("[data-close-tabs]")) {
    button.addEventListener("click", () => {
      button.closest("details")?.removeAttribute("open");
      onCloseMany(button.dataset.closeTabs);
    });
  }
  foldMenus(bar);
}

/* A tab; the first one (home) has nothing to close it with. The cross is for the mouse: it cannot be a control inside a
   tablist; keys have Delete and everybody has the menu. */
export function addTab(tab, { closable }) {
  const button = make("button", {
    type: "button", role: "tab", id: `tab-${tab.id}`, "aria-controls": tab.panel.id, "aria-selected": "false", tabindex: "-1",
    "aria-keyshortcuts": closable && "Delete",
  }, make("span", { class: "tab-title" }), make("span", { class: "tab-mark" }));
  const holder = make("div", { class: "tab-holder", role: "presentation", "data-tab": tab.id }, button);
  if (closable) {
    holder.append(make("button", { type: "button", class: "tab-close", tabindex: "-1", "aria-hidden": "true" }, "×"));
  }
  document.querySelector("#tabbar [role=tablist]").append(holder);
  tab.panel.setAttribute("aria-labelledby", button.id);
  return holder;
}

export function nameTab(tab, title) {
  tab.holder.querySelector(".tab-title").textContent = title;
  const cross = tab.holder.querySelector(".tab-close");
  if (cross) cross.title = t("close_tab", { title });
}

export function markTab(tab, dirty) {
  const mark = tab.holder.querySelector(".tab-mark");
  if (dirty === mark.hasChildNodes()) return;
  mark.replaceChildren(...(dirty ? [" •", make("span", { class: "visually-hidden" }, t("unsaved"))] : []));
}

export function selectTab(tab) {
  for (const button of document.querySelectorAll("#tabbar [role=tab]")) {
    const chosen = button.id === `tab-${tab.id}`;
    button.setAttribute("aria-selected", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
    button.parentElement.classList.toggle("active", chosen);
  }
  tab.holder.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/* ← → Home End move the focus only; Enter and Space activate, as on any button; Delete closes. */
function onKey(event, list, onClose) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const buttons = Array.from(list.querySelectorAll("[role=tab]"));
  const here = buttons.indexOf(document.activeElement);
  if (here < 0) return;
  if (event.key === "Delete") {
    event.preventDefault();
    onClose(buttons[here].parentElement.dataset.tab);
    return;
  }
  const ends = { Home: 0, End: buttons.length - 1 };
  const next = ends[event.key] ?? (here + (STEPS[event.key] ?? NaN) + buttons.length) % buttons.length;
  if (Number.isNaN(next)) return;
  event.preventDefault();
  buttons[next].focus();
}

/* A <details> used as a menu closes on Esc and on a click elsewhere. */
function foldMenus(bar) {
  document.addEventListener("click", (event) => {
    for (const menu of bar.querySelectorAll("details[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  bar.addEventListener("keydown", (event) => {
    const menu = event.target.closest("details[open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
