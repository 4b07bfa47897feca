/* What every module needs of the page: its texts (rendered by the server, none are written here), meta values,
   elements, and requests to the hub. */

const texts = JSON.parse(document.querySelector("#js-texts")?.content.textContent || "{}");

export const t = (key, values = {}) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
export const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

export const isComposing = (event) => event.isComposing || event.keyCode === 229; // an input method is at work
export const isShown = (node) => node.checkVisibility({ visibilityProperty: true });
export const isBlocked = (node) => node.disabled || node.getAttribute("aria-disabled") === "true";

/* The panel in the open dialog, else the active one of the workspace, or the whole page where there is none (the login). */
export const activePanel = () => document.querySelector("dialog[open] > [data-panel]")
  ?? document.querySelector("#panels > [role=tabpanel]:not([hidden])") ?? document.body;

/* The panel around a node: of the workspace, or in the dialog. */
export const panelOf = (node) => node.closest("#panels > [role=tabpanel], [data-panel]");

/* One request to the hub. `background` tells the server that no user is behind it, so the session is not prolonged. */
export async function ask(url, { method = "GET", body, signal, background = false } = {}) {
  const headers = { "HX-Request": "true" };
  if (method !== "GET") headers["X-CSRFToken"] = meta("csrf-token");
  if (background) headers["X-Background"] = "true";
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const answer = await fetch(url, { method, body, headers, signal, credentials: "same-origin", cache: "no-store" });
  const counts = answer.headers.get("X-Counts");
  if (counts) document.dispatchEvent(new CustomEvent("shell:counts", { detail: JSON.parse(counts) }));
  if (!background && !isSessionOver(answer)) document.dispatchEvent(new CustomEvent("session:used"));
  return answer;
}

/* The root element of an HTML answer: the view of a page or fragment, or whatever single element it is. */
export async function content(answer) {
  if (!answer.headers.get("Content-Type")?.startsWith("text/html")) return null;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  return parsed.querySelector("article.view") ?? parsed.body.firstElementChild;
}

/* Whether the hub wants a login first. */
export const isSessionOver = (answer) => answer.status === 401
  || (answer.redirected && new URL(answer.url).pathname === "/login");

/* A form's values as they are sent: urlencoded, or multipart where there are files. */
export function values(form, submitter = null, extra = {}) {
  const data = new FormData(form, submitter?.name ? submitter : null);
  for (const [name, value] of Object.entries(extra)) data.set(name, value);
  return form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
}
