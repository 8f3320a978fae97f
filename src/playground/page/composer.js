// Writing: plain messages with mentions, and slash commands with their options.

import { element, send, upload } from "/page/server.js";

// Every command that can be called, flattened: words, description, options.
function flattened(commands) {
  const calls = [];
  const walk = (node, words) => {
    const parts = (node.options ?? []).filter((option) => option.type === 1 || option.type === 2);
    if (parts.length) parts.forEach((part) => walk(part, `${words} ${part.name}`));
    else calls.push({ words, description: node.description, options: node.options ?? [] });
  };
  commands.filter((command) => command.type === 1).forEach((command) => walk(command, command.name));
  return calls;
}

// A list of suggestions above an input, worked by arrows, Enter, Tab and Escape.
class Suggestions {
  constructor(input, choose) {
    this.input = input;
    this.choose = choose;
    this.list = element("ul", { class: "suggestions", role: "listbox", hidden: true, id: `list-${Math.random().toString(36).slice(2)}` });
    this.items = [];
    this.at = 0;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.show([]), 150));
  }

  get open() {
    return !this.list.hidden;
  }

  // Items are {words, description, value}.
  show(items) {
    this.items = items.slice(0, 25);
    this.at = 0;
    this.list.hidden = !items.length;
    this.input.setAttribute("aria-expanded", String(this.open));
    this.list.replaceChildren(...this.items.map((item, number) => {
      const made = element("li", { role: "option", id: `${this.list.id}-${number}` }, element("b", {}, item.words), element("span", {}, item.description ?? ""));
      made.addEventListener("pointerdown", (event) => { event.preventDefault(); this.pick(number); });
      return made;
    }));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((child, number) => child.setAttribute("aria-selected", String(number === this.at)));
    const current = this.list.children[this.at];
    if (this.open && current) {
      current.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", current.id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  pick(number) {
    const item = this.items[number];
    this.show([]);
    this.choose(item);
  }

  key(event) {
    if (!this.open) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.at = (this.at + step + this.items.length) % this.items.length;
    else if (event.key === "Enter" || event.key === "Tab") this.pick(this.at);
    else if (event.key === "Escape") this.show([]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.mark();
  }
}

export class Composer {
  // `view` gives world, me, channel, note(text), ran(answer).
  constructor(place, view) {
    this.place = place;
    this.view = view;
    this.replyTo = null;
    this.files = [];
    this.editing = null;
    this.plain();
  }

  plain(text = "") {
    this.call = null;
    this.editing = null;
    const input = element("textarea", { id: "composer-text", rows: 1, maxlength: "2000", "aria-label": "Message" });
    input.value = text;
    const suggestions = new Suggestions(input, (item) => this.chosen(input, item));
    input.addEventListener("input", () => { this.grow(input); this.suggest(input, suggestions); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.say(input);
      } else if (event.key === "Escape" && this.editing) {
        this.edit(null);
      } else if (event.key === "Escape" && this.replyTo) {
        this.reply(null);
      }
    });
    input.addEventListener("paste", (event) => { if (event.clipboardData.files.length) this.attach([...event.clipboardData.files]); });
    const reply = element("p", { class: "replying", hidden: true });
    const attached = element("p", { class: "attaching", hidden: true });
    const picker = element("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files" });
    picker.addEventListener("change", () => { this.attach([...picker.files]); picker.value = ""; });
    const attach = element("button", { type: "button", class: "button secondary attach", "aria-label": "Attach files", onclick: () => picker.click() }, "+");
    const button = element("button", { type: "button", class: "button primary", onclick: () => this.say(input) }, "Send");
    this.place.replaceChildren(suggestions.list, reply, attached, element("div", { class: "line" }, attach, picker, input, button));
    this.input = input;
    this.attach([]);
    this.named();
    this.reply(this.replyTo);
  }

  // The name of the channel in the empty field.
  named() {
    if (!this.call) this.input.placeholder = `Message ${this.view.channelName()}, or / for commands`;
  }

  reply(message) {
    this.replyTo = message;
    const line = this.place.querySelector(".replying");
    if (!line) return;
    line.hidden = !message;
    if (message) {
      const cancel = element("button", { type: "button", "aria-label": "Do not reply", onclick: () => this.reply(null) }, "✕");
      line.replaceChildren(`Replying to ${this.view.author(message.author.id).name} `, cancel);
      this.input.focus();
    }
  }

  // Files that go with the next message.
  attach(more) {
    this.files = [...this.files, ...more].slice(0, 10);
    const line = this.place.querySelector(".attaching");
    if (!line) return;
    line.hidden = !this.files.length;
    line.replaceChildren(...this.files.map((file) => element("button", {
      type: "button", class: "chip", "aria-label": `Leave out ${file.name}`,
      onclick: () => { this.files = this.files.filter((other) => other !== file); this.attach([]); },
    }, `${file.name} ✕`)));
  }

  // The message whose words are changed by what is written next.
  edit(message) {
    this.reply(null);
    this.plain(message?.content ?? "");
    this.editing = message;
    if (!message) return;
    const line = this.place.querySelector(".replying");
    line.hidden = false;
    line.replaceChildren("Editing ", element("button", { type: "button", "aria-label": "Do not edit", onclick: () => this.edit(null) }, "✕"));
    this.grow(this.input);
    this.input.focus();
  }

  grow(input) {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 200)}px`;
    input.style.overflowY = input.scrollHeight > 200 ? "auto" : "hidden";
  }

  suggest(input, suggestions) {
    const before = input.value.slice(0, input.selectionStart);
    if (before.startsWith("/")) {
      const wanted = before.slice(1).toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (call) => wanted.every((word) => call.words.includes(word) || call.description.toLowerCase().includes(word));
      const rank = (call) => (call.words.startsWith(wanted.join(" ")) ? 0 : 1);
      const calls = flattened(this.view.world.commands).filter(fits).sort((one, other) => rank(one) - rank(other));
      suggestions.show(calls.map((call) => ({ words: `/${call.words}`, description: call.description, call })));
      return;
    }
    const mention = /(?:^|\s)@([^@\s]*(?: [^@\s]*)?)$/.exec(before);
    if (!mention) return suggestions.show([]);
    const typed = mention[1].toLowerCase();
    const { bot, people, roles } = this.view.world;
    const names = [[bot.name, "the bot"], ...people.map((person) => [person.name, "person"]), ...roles.map((role) => [role.name, "role"])];
    const found = names.filter(([name]) => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed);
    suggestions.show(found.map(([name, description]) => ({ words: `@${name}`, description, length: mention[1].length + 1 })));
  }

  chosen(input, item) {
    if (item.call) return this.command(item.call);
    const end = input.selectionStart;
    input.setRangeText(`${item.words} `, end - item.length, end, "end");
    input.focus();
  }

  async say(input) {
    const text = input.value.trim();
    const { files, editing } = this;
    if (!text && !files.length) return;
    if (text.startsWith("/")) {
      this.view.note("Choose a command from the list, or begin without a slash.");
      return;
    }
    const { me, channel } = this.view;
    const message = this.replyTo?.id;
    input.value = "";
    this.grow(input);
    this.reply(null);
    this.files = [];
    this.editing = null;
    this.attach([]);
    const said = { as: me, channel, text, message };
    const answer = editing ? await send("/page/edit", { ...said, message: editing.id })
      : files.length ? await upload("/page/say", said, files) : await send("/page/say", said);
    this.view.note(answer.reason ?? "");
    if (!answer.reason) return;
    input.value = text;
    this.files = files;
    this.attach([]);
  }

  // A command with its options: the required ones open, the others to be added.
  command(call) {
    this.call = call;
    this.values = new Map();
    const fields = element("div", { class: "options" });
    const more = element("div", { class: "more-options" });
    const add = (option, focus) => {
      const field = this.field(option);
      fields.append(field);
      if (focus) field.querySelector("input, select, textarea").focus();
    };
    for (const option of call.options.filter((option) => option.required)) add(option);
    for (const option of call.options.filter((option) => !option.required)) {
      const chip = element("button", { type: "button", class: "chip", title: option.description }, `+ ${option.name}`);
      chip.addEventListener("click", () => { chip.remove(); add(option, true); });
      more.append(chip);
    }
    const form = element("form", { class: "command" },
      element("header", {}, element("b", {}, `/${call.words}`), element("span", {}, call.description),
        element("button", { type: "button", "aria-label": "Leave the command", onclick: () => { this.plain(); this.input.focus(); } }, "✕")),
      fields, more,
      element("div", { class: "row end" }, element("button", { type: "submit", class: "button primary" }, "Run")));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.run(call); });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { this.plain(); this.input.focus(); }
    });
    this.place.replaceChildren(form);
    (fields.querySelector("input, select, textarea") ?? form.querySelector("[type=submit]")).focus();
  }

  field(option) {
    const id = `option-${option.name}`;
    const label = element("label", { for: id, title: option.description }, option.name, option.required ? element("span", { class: "required" }, " *") : null);
    const hint = element("small", {}, option.description);
    const set = (value) => (value === "" || value === undefined ? this.values.delete(option.name) : this.values.set(option.name, value));
    const { people, roles, channels } = this.view.world;
    const fixed = option.choices?.length ? option.choices.map((choice) => [choice.value, choice.name])
      : option.type === 5 ? [["true", "yes"], ["false", "no"]]
        : option.type === 6 ? people.map((person) => [person.id, person.name])
          : option.type === 7 ? channels.map((channel) => [channel.id, `#${channel.name}`])
            : option.type === 8 ? roles.map((role) => [role.id, role.name])
              : option.type === 9 ? [...people, ...roles].map((one) => [one.id, one.name]) : null;
    if (fixed) {
      const select = element("select", { id, required: option.required }, element("option", { value: "" }, "—"));
      select.append(...fixed.map(([value, words], number) => element("option", { value: String(number) }, words)));
      select.addEventListener("change", () => set(select.value === "" ? "" : fixed[Number(select.value)][0]));
      return element("div", { class: "option" }, label, select, hint);
    }
    if (option.type === 11) {
      const file = element("input", { id, type: "file", required: option.required });
      file.addEventListener("change", async () => {
        const [chosen] = file.files;
        set(chosen ? { filename: chosen.name, content_type: chosen.type || undefined, content: await chosen.text() } : "");
      });
      return element("div", { class: "option" }, label, file, hint);
    }
    const input = element("input", { id, autocomplete: "off", required: option.required, maxlength: String(option.max_length ?? 6000) });
    input.addEventListener("input", () => set(input.value));
    const box = element("div", { class: "option" }, label, input, hint);
    if (option.autocomplete) this.complete(option, input, set, box);
    return box;
  }

  // Asks the bot while one types; a choice shows its name and sends its value.
  complete(option, input, set, box) {
    const suggestions = new Suggestions(input, (item) => { input.value = item.words; set(item.value); });
    box.append(suggestions.list);
    let due = 0;
    let asked = 0;
    const ask = () => {
      clearTimeout(due);
      due = setTimeout(async () => {
        const number = (asked += 1);
        const { me, channel } = this.view;
        const options = { ...Object.fromEntries(this.values), [option.name]: input.value };
        const answer = await send("/page/complete", { as: me, channel, text: this.call.words, options, focused: option.name });
        if (number === asked && document.activeElement === input) {
          suggestions.show(answer.choices.map((choice) => ({ words: choice.name, value: choice.value })));
        }
      }, 120);
    };
    input.addEventListener("input", ask);
    input.addEventListener("focus", ask);
  }

  async run(call) {
    const { me, channel } = this.view;
    const options = Object.fromEntries(this.values);
    this.view.note(`/${call.words} …`);
    const answer = await send("/page/command", { as: me, channel, text: call.words, options });
    if (answer.outcome === "answered") {
      this.plain();
      this.input.focus();
    }
    this.view.ran(answer);
  }
}
