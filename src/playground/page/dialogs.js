// Forms of the bot's, and the menu of a message.

import { element } from "/page/server.js";

function fieldView(field, number, world) {
  const id = `field-${number}`;
  const label = element("label", { for: id }, field.label, field.required ? element("span", { class: "required", title: "required" }, " *") : null);
  let input;
  if (field.kind === 4) {
    const attributes = { id, name: field.custom_id, placeholder: field.placeholder, required: field.required, maxlength: String(field.max_length) };
    if (field.min_length) attributes.minlength = String(field.min_length);
    input = element(field.paragraph ? "textarea" : "input", attributes);
    if (field.paragraph) input.rows = 4;
    input.value = field.value;
  } else {
    const options = field.kind === 3 ? field.options
      : field.kind === 6 ? world.roles.map((role) => [role.name, role.id])
        : field.kind === 8 ? world.channels.map((channel) => ["#" + channel.name, channel.id])
          : world.people.map((person) => [person.name, person.id]);
    input = element("select", { id, name: field.custom_id, required: field.required }, element("option", { value: "" }, "Make a choice"));
    input.append(...options.map(([words, value]) => element("option", { value }, words)));
  }
  const hint = field.description ? element("p", { class: "small" }, field.description) : null;
  return element("div", { class: "field" }, label, hint, input);
}

// Shows a form; `submit` gets the values by custom id and answers what to say when they are refused.
export function openForm(form, world, submit) {
  const problem = element("p", { class: "problem", role: "alert" });
  const inside = element("form", { method: "dialog" },
    element("h2", {}, form.title),
    form.fields.map((field, number) => fieldView(field, number, world)),
    problem,
    element("div", { class: "row end" },
      element("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel"),
      element("button", { type: "submit", class: "button primary" }, "Submit")));
  const dialog = element("dialog", { "aria-label": form.title }, inside);
  inside.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = {};
    for (const field of form.fields) {
      const value = inside.elements.namedItem(field.custom_id).value;
      values[field.custom_id] = field.kind === 4 ? value : value ? [value] : [];
    }
    const reason = await submit(values);
    if (reason) problem.textContent = reason;
    else dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// A menu under a button; items are [words, act].
export function openMenu(anchor, items) {
  document.querySelector(".menu")?.remove();
  const menu = element("div", { class: "menu", role: "menu" });
  const close = (event) => {
    if (event?.type === "keydown" && !["Escape", "Tab"].includes(event.key)) return;
    if (event?.type === "pointerdown" && menu.contains(event.target)) return;
    menu.remove();
    document.removeEventListener("pointerdown", close, true);
    document.removeEventListener("keydown", close, true);
    if (event?.type === "keydown") anchor.focus();
  };
  for (const [words, act] of items) {
    menu.append(element("button", { type: "button", role: "menuitem", onclick: () => { close(); act(); } }, words));
  }
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...menu.children];
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  document.body.append(menu);
  const place = anchor.getBoundingClientRect();
  menu.style.top = `${Math.max(8, Math.min(place.bottom + 4, innerHeight - menu.offsetHeight - 8))}px`;
  menu.style.left = `${Math.max(8, Math.min(place.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`;
  menu.firstChild?.focus();
  document.addEventListener("pointerdown", close, true);
  document.addEventListener("keydown", close, true);
}
