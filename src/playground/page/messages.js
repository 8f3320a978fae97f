// Messages: authors, texts, embeds, and components of both kinds.

import { colour, element } from "/page/server.js";
import { markdown, plain } from "/page/markdown.js";

const buttonStyles = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

// Messages this close together of the same author share one head.
const TOGETHER = 5 * 60 * 1000;

function initials(name) {
  return name.split(/\s+/).map((word) => word[0] ?? "").join("").slice(0, 2).toUpperCase();
}

function embedView(embed, view) {
  const box = element("article", { class: "embed" });
  if (embed.color !== undefined && embed.color !== null) box.style.borderInlineStartColor = colour(embed.color);
  if (embed.author?.name) box.append(element("p", { class: "embed-author" }, embed.author.name));
  if (embed.title) {
    const title = embed.url
      ? element("a", { href: embed.url, target: "_blank", rel: "noopener noreferrer" }, embed.title)
      : embed.title;
    box.append(element("h3", {}, title));
  }
  if (embed.description) box.append(element("div", { class: "text" }, markdown(embed.description, view.names)));
  if (embed.fields?.length) {
    const fields = element("dl", { class: "fields" });
    for (const field of embed.fields) {
      const term = element("dt", {}, field.name);
      const value = element("dd", {}, markdown(field.value, view.names));
      fields.append(element("div", { class: field.inline ? "inline" : "" }, term, value));
    }
    box.append(fields);
  }
  if (embed.footer?.text) box.append(element("p", { class: "embed-footer" }, embed.footer.text));
  return box;
}

function buttonView(button, message, view) {
  const label = [button.emoji?.name, button.label].filter(Boolean).join(" ");
  const style = `button ${buttonStyles[button.style] ?? "secondary"}`;
  if (button.style === 5) {
    return element("a", { class: style, href: button.url, target: "_blank", rel: "noopener noreferrer" }, label + " ↗");
  }
  const made = element("button", { type: "button", class: style, disabled: button.disabled === true }, label);
  made.addEventListener("click", () => view.click(message, button.custom_id, made));
  return made;
}

function choices(select, view) {
  switch (select.type) {
    case 3: return select.options.map((option) => [option.value, option.label, option.default, option.description]);
    case 5: return view.world.people.map((person) => [person.id, person.name]);
    case 6: return view.world.roles.map((role) => [role.id, role.name]);
    case 7: return [...view.world.people, ...view.world.roles].map((one) => [one.id, one.name]);
    default: return view.world.channels.map((channel) => [channel.id, "#" + channel.name]);
  }
}

function selectView(select, message, view) {
  const most = select.max_values ?? 1;
  const words = select.placeholder ?? "Make a choice";
  const box = element("select", { class: "choice", disabled: select.disabled === true, multiple: most > 1, "aria-label": words });
  if (most === 1) box.append(element("option", { value: "" }, words));
  for (const [value, label, chosen, description] of choices(select, view)) {
    const text = description ? `${label} – ${description}` : label;
    box.append(element("option", { value, selected: chosen === true }, text));
  }
  const send = () => {
    const values = [...box.selectedOptions].map((option) => option.value).filter(Boolean);
    if (values.length) view.choose(message, select.custom_id, values);
  };
  if (most === 1) {
    box.addEventListener("change", send);
    return box;
  }
  return element("div", { class: "many" }, box, element("button", { type: "button", class: "button secondary", onclick: send }, "Choose"));
}

function mediaView(media, words) {
  const name = words || media?.url || "picture";
  return element("a", { class: "media", href: media?.url ?? "#", target: "_blank", rel: "noopener noreferrer" }, "▣ " + name);
}

function componentView(component, message, view) {
  const inner = (list) => (list ?? []).map((child) => componentView(child, message, view));
  switch (component.type) {
    case 1: return element("div", { class: "row" }, inner(component.components));
    case 2: return buttonView(component, message, view);
    case 3: case 5: case 6: case 7: case 8: return selectView(component, message, view);
    case 9: return element("div", { class: "section" }, element("div", {}, inner(component.components)), inner([component.accessory]));
    case 10: return element("div", { class: "text" }, markdown(component.content, view.names));
    case 11: return mediaView(component.media, component.description);
    case 12: return element("div", { class: "row" }, component.items.map((item) => mediaView(item.media, item.description)));
    case 13: return mediaView(component.file);
    case 14: return element("hr", { class: component.divider === false ? "gap" : "" });
    case 17: {
      const box = element("div", { class: "container" }, inner(component.components));
      if (component.accent_color !== undefined && component.accent_color !== null) {
        box.style.borderInlineStartColor = colour(component.accent_color);
      }
      return box;
    }
    default: return element("p", { class: "small" }, `component of type ${component.type}`);
  }
}

// Pictures that a browser draws without running anything in them.
const pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function attachmentView(attachment) {
  // By its path: the page may have been opened under another name of this machine.
  const url = new URL(attachment.url).pathname;
  const size = attachment.size < 1024 ? `${attachment.size} bytes` : `${Math.round(attachment.size / 1024)} KiB`;
  const link = element("a", { class: "file", href: url, download: attachment.filename }, `↓ ${attachment.filename}`, element("small", {}, size));
  if (!pictures.includes(attachment.content_type)) return link;
  const picture = element("img", { src: url, alt: attachment.description ?? attachment.filename, loading: "lazy" });
  return element("figure", { class: "attached" }, picture, element("figcaption", {}, link));
}

function head(message, author, view) {
  const at = new Date(message.timestamp);
  const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(at);
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" }).format(at);
  const name = element("strong", { class: "author" }, author.name);
  if (author.colour) name.style.setProperty("--author", colour(author.colour));
  const tag = author.bot ? element("span", { class: "tag" }, "APP") : null;
  return element("header", {}, name, tag, element("time", { datetime: message.timestamp, title: full }, clock));
}

// The first text of a message, which on a card is inside components.
function firstText({ content, components }) {
  return content || (components ?? []).map(firstText).find(Boolean) || "";
}

function context(message, view) {
  if (message.used?.command) {
    const who = view.author(message.used.by).name;
    return element("p", { class: "context" }, `${who} used `, element("b", {}, (message.type === 23 ? "" : "/") + message.used.command));
  }
  const original = message.referenced_message;
  if (message.type === 19 && original) {
    const words = [...plain(firstText(original), view.names)].slice(0, 80).join("") || "a message";
    const button = element("button", { type: "button", class: "context" }, `↱ ${view.author(original.author.id).name}: ${words}`);
    button.addEventListener("click", () => document.getElementById(`m${original.id}`)?.scrollIntoView({ block: "center" }));
    return button;
  }
  return null;
}

function body(message, view) {
  if (message.loading) return [element("p", { class: "loading" }, `${view.world.bot.name} is thinking…`)];
  const parts = [];
  if (message.content) {
    const text = element("div", { class: "text" }, markdown(message.content, view.names));
    if (message.edited_timestamp) text.append(element("small", { class: "edited" }, "(edited)"));
    parts.push(text);
  }
  parts.push(...message.embeds.map((embed) => embedView(embed, view)));
  parts.push(...message.components.map((component) => componentView(component, message, view)));
  if (!message.content && message.edited_timestamp) parts.push(element("small", { class: "edited" }, "(edited)"));
  const isPicture = (attachment) => pictures.includes(attachment.content_type);
  const shown = message.attachments.filter(isPicture).map(attachmentView);
  const others = message.attachments.filter((attachment) => !isPicture(attachment)).map(attachmentView);
  if (shown.length) parts.push(element("div", { class: "gallery" }, shown));
  if (others.length) parts.push(element("div", { class: "files" }, others));
  return parts;
}

function foot(message, view) {
  const parts = [];
  if (message.reactions?.length) {
    const shown = message.reactions.map((reaction) => element("span", { class: "reaction" }, `${reaction.emoji.name} ${reaction.count}`));
    parts.push(element("p", { class: "reactions" }, shown));
  }
  if (message.thread) {
    const count = message.thread.message_count;
    const words = ` · ${count} ${count === 1 ? "message" : "messages"} ›`;
    const name = element("bdi", {}, message.thread.name);
    parts.push(element("button", { type: "button", class: "thread", onclick: () => view.open(message.thread.id) }, name, words));
  }
  if (message.ephemeral) parts.push(element("p", { class: "only" }, "Only you can see this"));
  return parts;
}

function messageView(message, previous, view) {
  const author = view.author(message.author.id);
  const continues = previous && !message.used && message.type !== 19 && previous.author.id === message.author.id
    && previous.ephemeral === message.ephemeral && new Date(message.timestamp) - new Date(previous.timestamp) < TOGETHER;
  const kinds = ["message", continues && "continues", message.pinged && "pinged", message.ephemeral && "ephemeral"];
  const shown = element("article", { id: `m${message.id}`, class: kinds.filter(Boolean).join(" ") });
  const picture = element("span", { class: "picture", "aria-hidden": "true" }, author.bot ? "⚓" : initials(author.name));
  if (author.colour) picture.style.backgroundColor = colour(author.colour);
  const content = element("div", { class: "content" });
  if (!continues) content.append(...[context(message, view), head(message, author, view)].filter(Boolean));
  content.append(...body(message, view), ...foot(message, view));
  const menu = element("button", { type: "button", class: "more", "aria-label": "More about this message" }, "⋯");
  menu.addEventListener("click", () => view.menu(message, menu));
  shown.append(continues ? element("span", { class: "picture empty" }) : picture, content, menu);
  return shown;
}

function divider(at) {
  return element("p", { class: "day" }, new Intl.DateTimeFormat(undefined, { dateStyle: "full" }).format(at));
}

// Replaces what has changed and keeps the rest, so that focus, choices and the place stay.
export function showMessages(place, messages, view) {
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 60;
  const kept = new Map([...place.children].map((child) => [child.dataset.key, child]));
  const wanted = [];
  let previous = null;
  for (const message of messages) {
    const day = new Date(message.timestamp).toDateString();
    if (!previous || new Date(previous.timestamp).toDateString() !== day) {
      wanted.push([`day ${day}`, () => divider(new Date(message.timestamp))]);
      previous = null;
    }
    const before = previous;
    wanted.push([JSON.stringify([message, before?.id, view.world.me]), () => messageView(message, before, view)]);
    previous = message;
  }
  const children = wanted.map(([key, build]) => {
    const child = kept.get(key) ?? build();
    child.dataset.key = key;
    return child;
  });
  if (!children.length) {
    children.push(element("p", { class: "empty" }, "Nothing has been said here yet. Type / for the bot's commands."));
  }
  let at = place.firstChild;
  for (const child of children) {
    if (child === at) at = at.nextSibling;
    else place.insertBefore(child, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
  if (atEnd) place.scrollTop = place.scrollHeight;
}
