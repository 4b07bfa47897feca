/* Test mode: a click on a value that the simulator knows puts it into the field of the form that [data-fill] names. */

export function startFill() {
  document.addEventListener("click", ({ target }) => {
    const { fill } = target.closest("[data-fill]")?.dataset ?? {};
    const form = fill && target.closest("[data-view]").querySelector("form[data-entry]");
    const control = form?.querySelector(`[name="${fill}"], [name$="-${fill}"]`); // of its own, or in the open row
    if (!control) return;
    control.value = target.textContent.trim();
    for (const type of ["input", "change"]) control.dispatchEvent(new Event(type, { bubbles: true }));
    control.focus();
  });
}
