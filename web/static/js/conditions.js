/* Rules between the fields of a form, as the server wrote them into data-conditions (web/forms/conditions.py): which fields
   are shown, which are required. The server enforces them; here the page follows while it is filled in. */

export function startConditions(root) {
  for (const form of root.querySelectorAll("form[data-conditions]")) {
    const rules = JSON.parse(form.dataset.conditions);
    if (rules.length === 0) continue;
    const follow = () => apply(form, rules);
    form.addEventListener("input", follow);
    form.addEventListener("change", follow);
    follow();
  }
}

function apply(form, rules) {
  const typed = new FormData(form);
  const holds = ({ when, values }) => values.includes(typed.get(when) ?? "");
  const filled = (name) => (typed.get(name) ?? "").trim() !== "";
  const required = new Map(); // field -> whether any rule asks for it
  const shown = new Map();
  for (const rule of rules) {
    for (const name of rule.names) {
      if (rule.rule === "shown") shown.set(name, (shown.get(name) ?? true) && holds(rule));
      const asked = rule.rule === "required" ? holds(rule) : rule.rule === "one_of" && !rule.names.some(filled);
      if (rule.rule !== "shown") required.set(name, (required.get(name) ?? false) || asked);
    }
  }
  for (const [name, isShown] of shown) for (const row of rowsOf(form, name)) row.hidden = !isShown;
  for (const [name, isRequired] of required) for (const row of rowsOf(form, name)) mark(row, isRequired);
}

const rowsOf = (form, name) => form.querySelectorAll(`[data-field="${name}"]`);

function mark(row, isRequired) {
  row.querySelector("label, .label")?.classList.toggle("req", isRequired);
  for (const control of row.querySelectorAll("input, select, textarea")) {
    control.required = isRequired && !control.hidden;
    control.toggleAttribute("aria-required", false);
    if (isRequired) control.setAttribute("aria-required", "true");
  }
}
