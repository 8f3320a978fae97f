// Discord's markdown, as far as a service desk needs it. Builds elements, never HTML text.

import { element } from "/page/server.js";

// Inline rules, tried in order at each place. Each gives an element from its match.
const inline = [
  [/\\([\\*_~|`>#\-+[\]():<@.!])/y, (m) => m[1]],
  [/``(.+?)``|`([^`\n]+)`/y, (m) => element("code", {}, m[1] ?? m[2])],
  [/\*\*\*(?=\S)([\s\S]+?)\*\*\*/y, (m, deep) => element("strong", {}, element("em", {}, deep(m[1])))],
  [/\*\*(?=\S)([\s\S]+?)\*\*/y, (m, deep) => element("strong", {}, deep(m[1]))],
  [/__(?=\S)([\s\S]+?)__/y, (m, deep) => element("u", {}, deep(m[1]))],
  [/\*(?=\S)([^*]+?)\*/y, (m, deep) => element("em", {}, deep(m[1]))],
  [/_(?=\S)([^_]+?)_(?![A-Za-z0-9])/y, (m, deep) => element("em", {}, deep(m[1])), "word"],
  [/~~(?=\S)([\s\S]+?)~~/y, (m, deep) => element("s", {}, deep(m[1]))],
  [/\|\|([\s\S]+?)\|\|/y, (m, deep) => spoiler(deep(m[1]))],
  [/<@!?(\d+)>/y, (m, _, names) => mention("@" + (names.people.get(m[1]) ?? "unknown"), m[1] === names.me)],
  [/<@&(\d+)>/y, (m, _, names) => mention("@" + (names.roles.get(m[1]) ?? "unknown role"), names.mine.has(m[1]))],
  [/<#(\d+)>/y, (m, _, names) => channel(m[1], names)],
  [/<\/([^:>\n]{1,100}):(\d+)>/y, (m) => mention("/" + m[1])],
  [/<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/y, (m) => time(Number(m[1]), m[2] ?? "f")],
  [/<a?:(\w+):\d+>/y, (m) => `:${m[1]}:`],
  [/@(everyone|here)\b/y, (m) => mention(m[0])],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/y, (m, deep) => link(m[2], deep(m[1]))],
  [/<(https?:\/\/[^\s>]+)>/y, (m) => link(m[1], m[1])],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;"')\]]/y, (m) => link(m[0], m[0]), "word"],
];

function mention(text, mine = false) {
  return element("span", { class: mine ? "mention mine" : "mention" }, text);
}

function channel(id, names) {
  const name = "#" + (names.channels.get(id) ?? "unknown");
  return element("button", { type: "button", class: "mention", onclick: () => names.open(id) }, name);
}

function link(address, children) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, children);
}

function spoiler(children) {
  const shown = element("button", { type: "button", class: "spoiler", "aria-label": "Spoiler, press to show" }, children);
  shown.addEventListener("click", () => shown.classList.add("open"));
  return shown;
}

const styles = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};

// A point in time in the reader's own zone; `R` counts from now and is kept current by `tick`.
function time(seconds, style) {
  const at = new Date(seconds * 1000);
  if (Number.isNaN(at.getTime())) return `<t:${seconds}>`;
  const full = new Intl.DateTimeFormat(undefined, styles.F).format(at);
  const shown = element("time", { datetime: at.toISOString(), title: full });
  if (style === "R") shown.dataset.relative = String(seconds);
  shown.textContent = style === "R" ? relative(seconds) : new Intl.DateTimeFormat(undefined, styles[style]).format(at);
  return shown;
}

const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(seconds) {
  const distance = seconds - Date.now() / 1000;
  const [unit, size] = units.find(([, size]) => Math.abs(distance) >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(distance / size), unit);
}

export function tick() {
  for (const shown of document.querySelectorAll("time[data-relative]")) {
    shown.textContent = relative(Number(shown.dataset.relative));
  }
}

// Rules that begin with a plain character must not match inside a word.
export function inlineMarkdown(text, names) {
  const deep = (inner) => inlineMarkdown(inner, names);
  const pieces = [];
  let plain = "";
  let at = 0;
  next: while (at < text.length) {
    for (const [rule, build, where] of inline) {
      if (where === "word" && /[A-Za-z0-9]/.test(text[at - 1] ?? "")) continue;
      rule.lastIndex = at;
      const match = rule.exec(text);
      if (!match) continue;
      if (plain) pieces.push(plain);
      plain = "";
      pieces.push(build(match, deep, names));
      at += match[0].length;
      continue next;
    }
    plain += text[at++];
  }
  if (plain) pieces.push(plain);
  return pieces.flat();
}

function codeBlock(text) {
  return element("pre", {}, element("code", {}, text));
}

const item = /^(\s*)([-*]|\d{1,4}\.)\s+(.*)$/;

// Lines from `start` that make up one list; deeper lines become lists inside items.
function list(lines, start, names) {
  const first = item.exec(lines[start]);
  const made = element(/\d/.test(first[2]) ? "ol" : "ul");
  if (made.tagName === "OL") made.start = Number.parseInt(first[2], 10);
  let at = start;
  while (at < lines.length) {
    const match = item.exec(lines[at]);
    if (!match || match[1].length < first[1].length) break;
    if (match[1].length > first[1].length) {
      const [inner, end] = list(lines, at, names);
      made.lastChild.append(inner);
      at = end;
      continue;
    }
    made.append(element("li", {}, inlineMarkdown(match[3], names)));
    at += 1;
  }
  return [made, at];
}

function textBlocks(text, names) {
  const lines = text.split("\n");
  const blocks = [];
  let paragraph = [];
  const flush = () => {
    if (paragraph.length) blocks.push(element("p", {}, inlineMarkdown(paragraph.join("\n"), names)));
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const heading = /^(#{1,3})\s+(.+)$/.exec(line);
    const small = /^-#\s+(.+)$/.exec(line);
    if (heading) {
      flush();
      // The page's own headings are 1 and 2.
      blocks.push(element(`h${heading[1].length + 2}`, {}, inlineMarkdown(heading[2], names)));
    } else if (small) {
      flush();
      blocks.push(element("p", { class: "small" }, inlineMarkdown(small[1], names)));
    } else if (line.startsWith(">>> ")) {
      flush();
      const rest = [line.slice(4), ...lines.slice(at + 1)].join("\n");
      blocks.push(element("blockquote", {}, textBlocks(rest, names)));
      break;
    } else if (/^>\s/.test(line)) {
      flush();
      const quoted = [];
      while (at < lines.length && /^>\s/.test(lines[at])) quoted.push(lines[at++].slice(2));
      at -= 1;
      blocks.push(element("blockquote", {}, textBlocks(quoted.join("\n"), names)));
    } else if (item.test(line)) {
      flush();
      const [made, end] = list(lines, at, names);
      blocks.push(made);
      at = end - 1;
    } else {
      paragraph.push(line);
    }
  }
  flush();
  return blocks;
}

// The blocks of a text: code first, because nothing else counts inside it.
export function markdown(text, names) {
  const blocks = [];
  const fence = /```(?:[\w+-]*\n)?([\s\S]*?)\n?```/g;
  let at = 0;
  for (const match of text.matchAll(fence)) {
    const before = text.slice(at, match.index).replace(/\n$/, "");
    if (before) blocks.push(...textBlocks(before, names));
    blocks.push(codeBlock(match[1]));
    at = match.index + match[0].length;
    if (text[at] === "\n") at += 1;
  }
  const rest = text.slice(at);
  if (rest) blocks.push(...textBlocks(rest, names));
  return blocks;
}

// A text as one plain line: names for ids, and no marks.
export function plain(text, names) {
  return markdown(text, names).map((block) => block.textContent).join(" ");
}
