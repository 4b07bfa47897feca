/* The strip of tabs (spec UI-07..09): its elements, its keys, « and », the menu 关闭操作. What a tab holds is the
   workspace's business.

   #tabbar holds [role=tablist] (its tabs are made anew here), buttons [data-tabs="back|forward"] and, in a
   <details class="drop">, buttons [data-close="current|others|all"]. */

import { make, t } from "./page.js";
import { moveAmongTabs } from "./tabs.js";

const SCROLL_PART = 0.8; // of the visible strip

export function startStrip({ onActivate, onClose, onCloseMany }) {
  const bar = document.querySelector("#tabbar");
  const list = bar.querySelector("[role=tablist]");
  list.replaceChildren();
  list.addEventListener("click", (event) => {
    const holder = event.target.closest(".tab-holder");
    if (!holder || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (event.target.closest(".tab-close")) onClose(holder.dataset.tab);
    else onActivate(holder.dataset.tab);
  });
  list.addEventListener("auxclick", (event) => {
    const holder = event.target.closest(".tab-holder");
    if (!holder || event.button !== 1) return;
    event.preventDefault();
    onClose(holder.dataset.tab);
  });
  list.addEventListener("keydown", (event) => onKey(event, list, onClose));
  for (const button of bar.querySelectorAll("[data-tabs]")) {
    const by = button.dataset.tabs === "back" ? -1 : 1;
    button.addEventListener("click", () => list.scrollBy({ left: by * list.clientWidth * SCROLL_PART }));
  }
  for (const button of bar.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => {
      button.closest("details").open = false;
      onCloseMany(button.dataset.close);
    });
  }
}

/* A tab; the first one (home) has nothing to close it with. The cross is for the mouse: it cannot be a control inside a
   tablist; keys have Delete and everybody has the menu. */
export function addTab(tab, { closable }) {
  const link = make("a", {
    role: "tab", class: "tab", id: `tab-${tab.id}`, href: tab.url, "aria-controls": tab.panel.id, "aria-selected": "false",
    tabindex: "-1", "aria-keyshortcuts": closable && "Delete",
  }, make("span", { class: "tab-title" }), make("span", { class: "tab-mark" }));
  const holder = make("span", { class: "tab-holder", role: "presentation", "data-tab": tab.id }, link);
  if (closable) {
    holder.append(make("button", { type: "button", class: "tab-close", tabindex: "-1", "aria-hidden": "true" }, "×"));
  }
  document.querySelector("#tabbar [role=tablist]").append(holder);
  tab.panel.setAttribute("aria-labelledby", link.id);
  return holder;
}

export function nameTab(tab, title) {
  tab.holder.querySelector(".tab-title").textContent = title;
  tab.holder.querySelector("[role=tab]").href = tab.url;
  const cross = tab.holder.querySelector(".tab-close");
  if (cross) cross.title = t("close_tab", { title });
}

export function markTab(tab, dirty) {
  const mark = tab.holder.querySelector(".tab-mark");
  if (dirty === mark.hasChildNodes()) return;
  mark.replaceChildren(...(dirty ? [" •", make("span", { class: "sr" }, t("unsaved"))] : []));
}

export function selectTab(tab) {
  for (const link of document.querySelectorAll("#tabbar [role=tab]")) {
    const chosen = link.id === `tab-${tab.id}`;
    link.setAttribute("aria-selected", String(chosen));
    link.tabIndex = chosen ? 0 : -1;
  }
  revealTab(tab);
}

export function revealTab(tab) {
  tab.holder.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/* The keys of any tabs; Delete closes. */
function onKey(event, list, onClose) {
  const holder = event.target.closest(".tab-holder");
  if (event.key !== "Delete" || !holder) return moveAmongTabs(event, list);
  event.preventDefault();
  onClose(holder.dataset.tab);
}
