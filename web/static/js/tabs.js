/* The keys of tabs, of the workspace and within a page (ui.md 5.1): ← → Home End move the focus only; Enter, as on any
   link, and Space activate. A page's tabs are links in a [role=tablist] of its view, so each has its own address. */

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

export function startTabs() {
  document.querySelector("#panels")?.addEventListener("keydown", (event) => {
    const list = event.target.closest("[role=tablist]");
    if (list) moveAmongTabs(event, list);
  });
}

export function moveAmongTabs(event, list) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const links = Array.from(list.querySelectorAll("[role=tab]"));
  const here = links.indexOf(document.activeElement);
  if (here < 0) return;
  const ends = { Home: 0, End: links.length - 1 };
  const next = ends[event.key] ?? (here + STEPS[event.key] + links.length) % links.length;
  if (event.key === " ") links[here].click();
  else if (!Number.isNaN(next)) links[next].focus();
  else return;
  event.preventDefault();
}
