/* What happens inside a panel: loading views, links and forms that stay in it, where the focus goes.

   load(panel, url) fetches a view and puts it in; show(panel, view) puts one in. After either the panel fires
   "view:shown" (bubbling); panel.dataset.url is the address that shows the same again. */

import { agent } from "./card.js";
import { ask, content, isSessionOver, make, panelOf, t } from "./page.js";
import { letGo, mayLeave } from "./drafts.js";
import { question } from "./dialogs.js";

const REFERENCES = ["for", "form", "list", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns",
  "aria-errormessage", "aria-details", "aria-activedescendant", "popovertarget"];
const OUTSIDE = ["/documents/", "/logout", "/login", "/language/", "/static/"];
const running = new WeakMap(); // panel -> the request under way

export function startPanels() {
  for (const place of document.querySelectorAll("#panels, [data-panel]")) place.addEventListener("click", onClick);
}

/* Load `url` into the panel. The old view stays visible meanwhile. False when it could not be shown. */
export async function load(panel, url, { method = "GET", body, push = true, focus = true } = {}) {
  running.get(panel)?.abort();
  const control = new AbortController();
  running.set(panel, control);
  panel.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(url, { method, body, signal: control.signal });
    if (isSessionOver(answer)) return await offerLogin();
    const view = await content(answer);
    if (!view) return complain(panel, url, method);
    const address = method === "GET" || answer.redirected ? new URL(answer.url) : elsewhere(answer);
    if (address) panel.dataset.url = address.pathname + address.search;
    if (method === "POST" && answer.redirected) forget(panel); // it was taken
    show(panel, view, { push, focus });
    return answer.ok;
  } catch (error) {
    return error.name === "AbortError" ? false : complain(panel, url, method);
  } finally {
    if (running.get(panel) === control) panel.removeAttribute("aria-busy");
  }
}

/* Where an answer to a POST can be had again, if the hub says so: a form with its errors, kept as a draft. */
function elsewhere(answer) {
  const address = answer.headers.get("Content-Location");
  return address && new URL(address, answer.url);
}

/* Put a view into the panel. One rule for the focus: marked element, error summary, heading. */
export function show(panel, view, { push = true, focus = true } = {}) {
  view = document.adoptNode(view);
  keepIdsApart(panel, view);
  keepDirty(panel, view);
  panel.replaceChildren(view);
  panel.dispatchEvent(new CustomEvent("view:shown", { bubbles: true, detail: { view, push } }));
  if (!focus || panel.hidden) return;
  const target = view.querySelector("[data-focus]") ?? view.querySelector(".error-summary") ?? view.querySelector("h1");
  if (target && !target.matches("a, button, input, select, textarea")) target.tabIndex = -1;
  target?.focus();
}

/* The same form again, with its errors: what was unsaved is still unsaved. */
function keepDirty(panel, view) {
  const before = panel.querySelector("form[data-dirty]");
  const now = view.querySelector("form[data-entry]");
  if (before && now?.action === before.action) now.setAttribute("data-dirty", "");
}

function forget(panel) {
  for (const form of panel.querySelectorAll("form[data-dirty]")) form.removeAttribute("data-dirty");
}

/* The same form may be open in two panels: give the newcomer's ids a prefix when one of them is taken. */
function keepIdsApart(panel, view) {
  const own = Array.from(view.querySelectorAll("[id]"));
  const isTaken = ({ id }) => {
    const holder = document.getElementById(id);
    return holder && !panel.contains(holder);
  };
  if (!own.some(isTaken)) return;
  const renamed = new Map(own.map((node) => [node.id, `${panel.id}-${node.id}`]));
  for (const node of own) node.id = renamed.get(node.id);
  for (const name of REFERENCES) {
    for (const node of view.querySelectorAll(`[${name}]`)) {
      const ids = node.getAttribute(name).split(/\s+/);
      node.setAttribute(name, ids.map((id) => renamed.get(id) ?? id).join(" "));
    }
  }
  for (const link of view.querySelectorAll('a[href^="#"]')) {
    const id = decodeURIComponent(link.hash.slice(1));
    if (renamed.has(id)) link.setAttribute("href", `#${renamed.get(id)}`);
  }
}

/* The view could not be had: say so above the old one, which stays. */
export function complain(panel, url, method = "GET") {
  const words = t(method === "GET" ? "load_failed" : "send_unknown");
  const note = make("div", { class: "problem", role: "alert", tabindex: "-1" }, make("p", {}, words));
  if (method === "GET") {
    const again = make("button", { type: "button" }, t("retry"));
    again.addEventListener("click", () => load(panel, url));
    note.append(again);
  }
  panel.querySelector(":scope > .problem")?.remove();
  panel.prepend(note);
  if (!panel.hidden) note.focus();
  return false;
}

/* The session is over; what was typed stays on the screen until the user goes. */
export async function offerLogin() {
  const answer = await question(t("session_over"), [[null, t("close")], ["login", t("login_again")]]);
  if (answer === "login") goToLogin();
  return false;
}

export function goToLogin() {
  letGo();
  agent.leave();
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/* Whether a link leads to another view of the same panel. */
export function staysInside(link, event) {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  if (link.origin !== location.origin || link.hasAttribute("download") || link.target) return false;
  if (link.matches("[data-tab], [data-pdf], [data-dialog]") || link.getAttribute("href").startsWith("#")) return false;
  return !OUTSIDE.some((path) => link.pathname.startsWith(path) || `${link.pathname}/` === path);
}

async function onClick(event) {
  const link = event.target.closest("a[href]");
  if (!link || !staysInside(link, event)) return;
  event.preventDefault();
  const panel = panelOf(link);
  if (!(await mayLeave(panel, titleOf(panel)))) return;
  const isTab = link.matches("[role=tab]"); // the focus stays among the tabs
  if (await load(panel, link.href, { focus: !isTab }) && isTab) panel.querySelector("[role=tab][aria-selected=true]")?.focus();
}

export const titleOf = (panel) => panel.querySelector(".view")?.dataset.title ?? "";
