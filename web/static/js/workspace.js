/* The workspace of the manuals (spec UI-07..10): views in tabs over the work area.

   Every view has a URL of its own and works as a full page. Here views live in <section role="tabpanel"> inside #panels;
   the ones not shown stay in the document, hidden, so what was half typed survives. The browser's history holds the view
   that was on screen; sessionStorage holds the open tabs, addresses only. */

import { question } from "./dialogs.js";
import { isDirty, mayLeave } from "./drafts.js";
import { markMenu, menuTitle, startMenu } from "./menu.js";
import { make, meta, t } from "./page.js";
import { load, staysInside, titleOf } from "./panels.js";
import { addTab, markTab, nameTab, revealTab, selectTab, startStrip } from "./tabstrip.js";

const MAX_TABS = 12;
const HOME = { key: "home", url: "/" };
const UNNAMED = "…"; // until its view has come
const STORE = `tabs:${meta("card-fingerprint").slice(0, 16)}`;
const system = meta("application-name") || document.title.split(" - ").at(-1);

const tabs = []; // {id, key, url, title, panel, holder, scroll}; the first is home
let active = null;
let serial = 0;

export function startWorkspace() {
  const panels = document.querySelector("#panels");
  if (!panels) return;
  startStrip({ onActivate: (id) => activate(byId(id)), onClose: (id) => close(byId(id)), onCloseMany: closeMany });
  restore(panels.querySelector("[role=tabpanel]"));
  panels.addEventListener("view:shown", onView);
  panels.addEventListener("view:moved", ({ target }) => onMoved(tabOf(target)));
  panels.addEventListener("dirty", (event) => markTab(tabOf(event.target), isDirty(tabOf(event.target).panel)));
  document.addEventListener("click", onLink, true); // before the panels', which would open the link inside home
  document.addEventListener("submit", onSearch);
  window.addEventListener("popstate", onBack);
  startMenu();
}

const byId = (id) => tabs.find((tab) => tab.id === Number(id));
const tabOf = (node) => tabs.find((tab) => tab.panel.contains(node));
const keyOf = (url) => url.pathname.replace(/^\/|\/$/g, "");
const placeOf = (tab) => tab.panel.querySelector(".view")?.dataset.menu ?? tab.url; // in the menu
const isLoaded = (tab) => tab.panel.querySelector(".view") !== null;

/* Open `href` in its tab, or show the tab that has it. Text typed in that tab is never replaced. */
export async function open(href, key = null) {
  const url = new URL(href, location.href);
  const address = url.pathname + url.search;
  const known = tabs.find((tab) => tab.key === (key ?? keyOf(url))) ?? tabs.find((tab) => tab.url === address);
  if (known) {
    activate(known);
    if (known.url !== address && !isDirty(known.panel)) await load(known.panel, address);
    return;
  }
  if (tabs.length >= MAX_TABS) {
    await question(t("too_many_tabs", { n: MAX_TABS }), [["ok", t("close")]]);
    return;
  }
  activate(create({ key: key ?? keyOf(url), url: address }));
}

function create({ key, url, panel = null }) {
  const id = serial++;
  panel ??= document.querySelector("#panels").appendChild(make("section", { role: "tabpanel", hidden: true }));
  panel.id ||= `panel-${id}`;
  panel.dataset.url = url;
  const tab = { id, key, url, panel, title: "", scroll: 0 };
  tab.holder = addTab(tab, { closable: tabs.length > 0 });
  tabs.push(tab);
  rename(tab, titleOf(panel) || menuTitle(url) || (url === HOME.url ? t("home") : UNNAMED));
  return tab;
}

function rename(tab, title) {
  tab.title = title;
  nameTab(tab, title);
  if (active) revealTab(active); // the names of others may have pushed it out of sight
  if (tab !== active) return;
  const state = tab.panel.querySelector(".error-summary") ? t("error_title") : "";
  document.title = `${state}${title} - ${system}`;
  const part = document.querySelector("header [data-system]"); // each line of business may have its own
  if (part) part.textContent = tab.panel.querySelector(".view")?.dataset.system || part.dataset.system;
}

/* Show a tab; load its view when it has none yet. */
function activate(tab, { push = true } = {}) {
  const scroller = document.scrollingElement;
  if (active && active !== tab) {
    active.scroll = scroller.scrollTop;
    active.panel.hidden = true;
  }
  const changed = active !== tab;
  active = tab;
  tab.panel.hidden = false;
  selectTab(tab);
  rename(tab, tab.title);
  if (changed) scroller.scrollTop = tab.scroll;
  if (push) remember(tab, location.pathname + location.search !== tab.url || history.state?.key !== tab.key);
  const stale = !isLoaded(tab) || (changed && tab.panel.querySelector(".view[data-live]"));
  if (stale && !tab.panel.hasAttribute("aria-busy")) load(tab.panel, tab.url, { push: false, focus: !isLoaded(tab) });
  markMenu(placeOf(tab));
}

/* Write the address bar, the history and the list of open tabs. */
function remember(tab, isNew) {
  history[isNew ? "pushState" : "replaceState"]({ key: tab.key }, "", tab.url);
  store();
}

const store = () => sessionStorage.setItem(STORE, JSON.stringify(tabs.map(({ key, url }) => ({ key, url }))));

/* The tabs of before, the served view in its place, home always first. */
function restore(served) {
  const url = served.dataset.url || location.pathname + location.search;
  const key = history.state?.key ?? served.querySelector(".view")?.dataset.key ?? keyOf(new URL(url, location.href));
  const isHome = url === HOME.url;
  const saved = JSON.parse(sessionStorage.getItem(STORE) ?? "[]").filter((tab) => tab.url !== HOME.url);
  const wanted = [HOME, ...saved];
  const place = isHome ? 0 : wanted.findIndex((tab, index) => index && (tab.key === key || tab.url === url));
  if (place < 0) wanted.push({ key, url });
  const index = place < 0 ? wanted.length - 1 : place;
  wanted.forEach((tab, at) => create(at === index ? { key: tab.key, url, panel: served } : tab));
  activate(tabs[index], { push: false });
  remember(active, false);
  for (const tab of tabs) {
    if (tab.title === UNNAMED) load(tab.panel, tab.url, { push: false });
  }
}

function onView({ target, detail }) {
  const tab = tabOf(target);
  const isNew = tab.url !== tab.panel.dataset.url;
  tab.url = tab.panel.dataset.url;
  rename(tab, detail.view.dataset.title || tab.title);
  markTab(tab, isDirty(tab.panel));
  if (tab === active && detail.push) remember(tab, isNew);
  else store();
  if (tab === active) markMenu(placeOf(tab));
}

/* The view that is shown has another address than before. */
function onMoved(tab) {
  tab.url = tab.panel.dataset.url;
  if (tab === active) remember(tab, false);
  else store();
}

/* Close a tab, after a question where something is unsaved. Home stays. */
async function close(tab) {
  if (!tab || tab === tabs[0]) return false;
  if (isDirty(tab.panel)) {
    activate(tab);
    if (!(await mayLeave(tab.panel, tab.title))) return false;
  }
  const hadFocus = tab.holder.contains(document.activeElement);
  const place = tabs.indexOf(tab);
  tabs.splice(place, 1);
  tab.holder.remove();
  tab.panel.remove();
  if (tab === active) {
    active = null;
    activate(tabs[Math.min(place, tabs.length - 1)]);
  }
  if (hadFocus || document.activeElement === document.body) active.holder.querySelector("[role=tab]").focus();
  store();
  return true;
}

async function closeMany(which) {
  const keep = active;
  const doomed = { current: [keep], others: tabs.slice(1).filter((tab) => tab !== keep), all: tabs.slice(1) }[which] ?? [];
  for (const tab of doomed) {
    if (tab !== tabs[0] && !(await close(tab))) return;
  }
  if (which === "others") activate(keep);
}

/* <a data-tab> opens a tab wherever it stands, and so does every link on home, which stays as it is. */
function onLink(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!link.hasAttribute("data-tab") && !(tabs[0].panel.contains(link) && staysInside(link, event))) return;
  event.preventDefault();
  open(link.href, link.dataset.key ?? null);
}

/* <form method="get" data-tab-form>: the search box of the header. */
function onSearch(event) {
  const form = event.target;
  if (!form.matches("form[data-tab-form]") || event.defaultPrevented) return;
  event.preventDefault();
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  open(url, form.dataset.key ?? null);
}

/* Back and forward show the view that was on screen then, in its tab or, if that was closed, in a new one. */
async function onBack(event) {
  const url = location.pathname + location.search;
  if (!event.state && active?.url === url) return; // only the place in this view changed: #field
  const key = event.state?.key ?? keyOf(location);
  const tab = tabs.find((one) => one.key === key) ?? create({ key, url });
  activate(tab, { push: false });
  if (tab.url === url) return;
  if (await mayLeave(tab.panel, tab.title)) await load(tab.panel, url, { push: false });
  else history.pushState({ key }, "", tab.url);
}
