/* Menus. The left one folds by ☰ and remembers it (spec UI-08), its groups are <details> and remember which of them the
   user opened (UI-10); <details class="drop"> anywhere are drop-down menus, which close on Esc and on a click elsewhere. */

const YEAR = 31536000;
const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`; };

/* The cookies let the server draw the next page as this one is (<html data-menu-folded>): nothing jumps. */
export function startMenu() {
  startDrops();
  startGroups();
  const button = document.querySelector("[data-menu-toggle]");
  const root = document.documentElement;
  const draw = (folded) => {
    root.toggleAttribute("data-menu-folded", folded);
    button?.setAttribute("aria-expanded", String(!folded));
  };
  draw(document.cookie.includes("menu=folded"));
  button?.addEventListener("click", () => {
    const folded = !root.hasAttribute("data-menu-folded");
    keep("menu", folded ? "folded" : "open");
    draw(folded);
  });
}

/* What the user opens or closes is kept; a group that opened for its view is not. */
function startGroups() {
  const groups = Array.from(document.querySelectorAll("#menu details[data-group]"));
  const kept = new Set(document.cookie.match(/(?:^|; )groups=([^;]*)/)?.[1].split(".").filter(Boolean));
  for (const group of groups) {
    group.querySelector("summary").addEventListener("click", () => { // before it opens or closes
      kept[group.open ? "delete" : "add"](group.dataset.group);
      keep("groups", [...kept].join("."));
    });
  }
}

const links = () => Array.from(document.querySelectorAll("#menu a[href]"));

/* What the menu calls an address, or nothing. */
export function menuTitle(url) {
  const link = links().find((one) => one.getAttribute("href") === url);
  return (link?.querySelector("span:not(.count)") ?? link)?.textContent.trim() ?? "";
}

/* Mark the link to the view, or to the list it came from, and open its group. */
export function markMenu(url) {
  const path = url.split("?")[0];
  const isAbove = (link) => path === link.pathname || (link.pathname !== "/" && path.startsWith(`${link.pathname}/`));
  for (const link of links()) {
    if (isAbove(link)) {
      link.setAttribute("aria-current", "page");
      link.closest("details")?.setAttribute("open", "");
    } else link.removeAttribute("aria-current");
  }
}

function startDrops() {
  document.addEventListener("click", ({ target }) => {
    for (const menu of document.querySelectorAll("details.drop[open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.drop[open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
