// The page: who one is, where one looks, and keeping both current.

import { ask, colour, element, listen, send } from "/page/server.js";
import { Composer } from "/page/composer.js";
import { openForm, openMenu } from "/page/dialogs.js";
import { tick } from "/page/markdown.js";
import { showMessages } from "/page/messages.js";

const place = Object.fromEntries(["sidebar", "shade", "menu", "server-name", "bot-state", "channels", "person", "roles",
  "channel-name", "channel-topic", "messages", "note", "composer"].map((id) => [id, document.getElementById(id)]));

const DIRECT = "direct";
const seen = new Map();
let world = null;
let me = sessionStorage.getItem("me") ?? "";
let channel = sessionStorage.getItem("channel") ?? "";
let composer = null;
let noted = 0;

// What the other parts may know and do.
const view = {
  get world() { return world; },
  get me() { return me; },
  get channel() { return channel; },
  get names() { return names(); },
  author, note, ran, open, click, choose, menu,
  channelName,
};

function current() {
  return world.channels.find((one) => one.id === channel);
}

function channelName() {
  if (channel === DIRECT) return `@${world.bot.name}`;
  const here = current();
  return here?.kind === 0 ? `#${here.name}` : here?.name ?? "";
}

function author(id) {
  if (id === world.bot.id) return { name: world.bot.name, bot: true };
  return world.people.find((person) => person.id === id) ?? { name: "someone", colour: 0 };
}

function names() {
  const mine = world.people.find((person) => person.id === me)?.roles ?? [];
  return {
    me, open,
    people: new Map([[world.bot.id, world.bot.name], ...world.people.map((person) => [person.id, person.name])]),
    roles: new Map(world.roles.map((role) => [role.id, role.name])),
    mine: new Set(world.roles.filter((role) => mine.includes(role.name)).map((role) => role.id)),
    channels: new Map(world.channels.map((one) => [one.id, one.name])),
  };
}

// A line under the messages, which goes by itself.
function note(text) {
  place.note.textContent = text;
  clearTimeout(noted);
  if (text) noted = setTimeout(() => { place.note.textContent = ""; }, 8000);
}

// Shows how an interaction went, and opens the form it answered with.
function ran(answer) {
  note(answer.reason);
  if (answer.form) {
    openForm(answer.form, world, async (values) => {
      const result = await send("/page/submit", { as: me, interaction: answer.interaction, values });
      if (result.outcome !== "answered") return result.reason;
      ran(result);
      return "";
    });
  }
  return refresh();
}

async function click(message, customId, button) {
  button.disabled = true;
  try {
    await ran(await send("/page/click", { as: me, channel, message: message.id, text: customId }));
  } finally {
    button.disabled = false;
  }
}

async function choose(message, customId, values) {
  ran(await send("/page/choose", { as: me, channel, message: message.id, text: customId, values }));
}

function menu(message, anchor) {
  const commands = world.commands.filter((command) => command.type === 3);
  const items = commands.map((command) => [command.name, async () => {
    note(`${command.name} …`);
    ran(await send("/page/message-command", { as: me, channel, message: message.id, text: command.name }));
  }]);
  if (!message.ephemeral) items.push(["Reply", () => { composer.plain(); composer.reply(message); }]);
  if (message.author.id === me) {
    items.push(["Edit", () => composer.edit(message)]);
    items.push(["Delete", async () => note((await send("/page/delete", { as: me, channel, message: message.id })).reason ?? "")]);
  }
  items.push(["Copy message id", () => navigator.clipboard?.writeText(message.id)]);
  openMenu(anchor, items);
}

function open(id) {
  channel = id;
  sessionStorage.setItem("channel", id);
  sidebar(false);
  place.messages.replaceChildren();
  composer.reply(null);
  composer.files = [];
  composer.plain();
  refresh().then(() => { place.messages.scrollTop = place.messages.scrollHeight; });
}

function entry(one, depth) {
  const unread = one.last && seen.get(`${me} ${one.id}`) !== one.last && one.id !== channel;
  const sign = one.id === DIRECT ? "@" : one.kind === 12 ? "◆" : depth ? "↳" : "#";
  const button = element("button", {
    type: "button",
    class: ["place", depth && "thread-place", unread && "unread", one.archived && "archived"].filter(Boolean).join(" "),
    "aria-current": one.id === channel ? "page" : null,
    onclick: () => open(one.id),
  }, element("span", { class: "sign", "aria-hidden": "true" }, sign), element("span", {}, one.name), unread ? element("span", { class: "dot", title: "unread" }) : null);
  return element("li", {}, button);
}

function showChannels() {
  const list = element("ul", {});
  for (const top of world.channels.filter((one) => one.kind === 0)) {
    list.append(entry(top, 0));
    // Archived threads stay in reach only while one is in them.
    const threads = world.channels.filter((one) => one.parent === top.id && (!one.archived || one.id === channel));
    threads.forEach((thread) => list.append(entry(thread, 1)));
  }
  const direct = entry({ id: DIRECT, name: world.bot.name, last: world.direct, kind: 1 }, 0);
  place.channels.replaceChildren(list, element("h2", {}, "Direct messages"), element("ul", {}, direct));
}

function showPeople() {
  const known = [...place.person.options].map((option) => option.value).join();
  if (known !== world.people.map((person) => person.id).join()) {
    place.person.replaceChildren(...world.people.map((person) => element("option", { value: person.id }, person.name)));
  }
  place.person.value = me;
  const person = world.people.find((one) => one.id === me);
  place.roles.replaceChildren(...(person?.roles ?? []).map((name) => {
    const role = world.roles.find((one) => one.name === name);
    const chip = element("span", { class: "role" }, name);
    if (role?.colour) chip.style.setProperty("--author", colour(role.colour));
    return chip;
  }));
}

function showTop() {
  const here = current();
  place["server-name"].textContent = world.guild.name;
  place["channel-name"].textContent = channelName();
  const topic = channel === DIRECT ? "Between you and the bot" : here?.topic ?? (here?.members ? `${here.members} in this thread` : "");
  place["channel-topic"].textContent = [topic, here?.archived && "archived", here?.locked && "locked"].filter(Boolean).join(" · ");
  place["bot-state"].textContent = world.bot.connected ? `${world.bot.name} is here` : `${world.bot.name} is not connected`;
  place["bot-state"].className = world.bot.connected ? "up" : "down";
  document.title = `${channelName()} · ${world.guild.name}`;
}

let running = null;
let again = false;

// One refresh at a time; a change meanwhile means one more.
function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    do {
      again = false;
      await load();
    } while (again);
  })().catch((error) => note(`${error.message} Trying again when it changes.`)).finally(() => { running = null; });
  return running;
}

async function load() {
  const looking = me;
  const found = await ask("/page/world", me ? { as: me } : {});
  // Whoever has become another person meanwhile stays that.
  if (looking !== me) {
    again = true;
    return;
  }
  world = found;
  me = world.me;
  const exists = channel === DIRECT || current();
  if (!exists) channel = (world.channels.find((one) => one.name === "incidents") ?? world.channels[0])?.id ?? DIRECT;
  composer ??= new Composer(place.composer, view);
  const asked = channel;
  const messages = await ask("/page/messages", { as: me, channel });
  if (asked !== channel || world.me !== me) {
    again = true;
    return;
  }
  const last = channel === DIRECT ? world.direct : current()?.last;
  if (last && !document.hidden) seen.set(`${me} ${channel}`, last);
  showTop();
  showPeople();
  showChannels();
  composer.named();
  showMessages(place.messages, messages, view);
}

function sidebar(shown) {
  document.body.classList.toggle("with-sidebar", shown);
  place.shade.hidden = !shown;
  place.menu.setAttribute("aria-expanded", String(shown));
}

place.menu.addEventListener("click", () => sidebar(!document.body.classList.contains("with-sidebar")));
place.shade.addEventListener("click", () => sidebar(false));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") sidebar(false); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
place.person.addEventListener("change", () => {
  me = place.person.value;
  sessionStorage.setItem("me", me);
  place.messages.replaceChildren();
  composer.plain();
  refresh();
});

// What happened before the page was opened is not news.
await refresh();
for (const one of world?.channels ?? []) if (one.last) seen.set(`${me} ${one.id}`, one.last);
await refresh();
place.messages.scrollTop = place.messages.scrollHeight;
listen(refresh, () => note("The playground is gone. Looking for it…"));
setInterval(tick, 1000);
