/* Repeating rows: the tick in the head of a table ticks every row of the page, and shows when all of them are. */

export function startRows() {
  document.addEventListener("change", ({ target }) => {
    const table = target.closest?.("[data-rows] table");
    if (!table || !target.matches("[data-pick], [data-pick-all]")) return;
    const all = table.querySelector("[data-pick-all]");
    const picks = Array.from(table.querySelectorAll("[data-pick]"));
    if (target === all) for (const pick of picks) pick.checked = all.checked;
    const count = picks.filter((pick) => pick.checked).length;
    all.checked = count === picks.length;
    all.indeterminate = count > 0 && count < picks.length;
  });
}
