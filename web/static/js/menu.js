/* Menus. The left one folds by ☰ and remembers it (spec UI-08), its groups are plain <details>; <details class="drop">
   anywhere are drop-down menus, which close on Esc and on a click elsewhere. */

/* The cookie lets the server draw the next page folded at once (<html data-menu-folded>): nothing jumps. */
export function startMenu() {
  startDrops();
  const button = document.querySelector("[data-menu-toggle]");
  const root = document.documentElement;
  const draw = (folded) => {
    root.toggleAttribute("data-menu-folded", folded);
    button?.setAttribute("aria-expanded", String(!folded));
  };
  draw(document.cookie.includes("menu=folded"));
  button?.addEventListener("click", () => {
    const folded = !root.hasAttribute("data-menu-folded");
    document.cookie = `menu=${folded ? "folded" : "open"}; path=/; max-age=31536000; samesite=lax`;
    draw(folded);
  });
}

const links = () => Array.from(document.querySelectorAll("#menu a[href]"));

/* What the menu calls an address, or nothing. */
export function menuTitle(url) {
  const link = links().find((one) => one.getAttribute("href") === url);
  return (link?.querySelector("span:not(.count)") ?? link)?.textContent.trim() ?? "";
}

/* Mark the link to the view, or to the list it came from. */
export function markMenu(url) {
  const path = url.split("?")[0];
  const isAbove = (link) => path === link.pathname || (link.pathname !== "/" && path.startsWith(`${link.pathname}/`));
  for (const link of links()) {
    if (isAbove(link)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
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
