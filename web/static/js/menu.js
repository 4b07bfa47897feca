/* The left menu: folded by ☰ and remembered (spec UI-08), the present view marked. Its groups are plain <details>. */

/* The cookie lets the server draw the next page folded at once (<html data-menu-folded>): nothing jumps. */
export function startMenu() {
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
  return link?.dataset.title ?? link?.firstChild?.textContent.trim() ?? "";
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
